# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class ServiceWork(models.Model):
    """Labour counts against the budget of its call once it is submitted."""

    _inherit = "service.work"

    excess_reason = fields.Char(
        string="Why More Hours",
        copy=False,
        help="Why the call takes more labour than was allotted to it.",
    )

    def _check_submission(self):
        """More labour than the budget needs a reason, where the call type says so."""
        super()._check_submission()
        labour = self.filtered(lambda line: line.kind == "labour" and line.call_id.type_id.needs_excess_reason)
        # Whoever submits work reads its call; the budget is read for him.
        calls = labour.call_id.sudo()
        if not calls:
            return
        spent, _draft = calls._get_labour()
        agreed = calls._get_agreed_hours()
        for call in calls:
            lines = labour.filtered(lambda line, call=call: line.call_id == call)
            budget = call._get_budget(agreed.get(call.id))
            hours = spent.get(call.id, 0.0) + sum(lines.mapped("quantity"))
            is_explained = any((line.excess_reason or "").strip() for line in lines)
            if budget is not None and not is_explained and float_compare(hours, budget, precision_digits=2) > 0:
                raise UserError(
                    self.env._(
                        "Call %(call)s would take %(hours)s of %(budget)s h: enter on the line why it needs more.",
                        call=call.name,
                        hours=self._format_number(hours),
                        budget=self._format_number(budget),
                    )
                )

    def _after_submitted(self):
        super()._after_submitted()
        # Budgets are watched by the machine, whoever enters the work.
        calls = self.call_id.sudo()
        calls._alert_hours()
        calls._store_budget_result()

    def _after_validated(self):
        super()._after_validated()
        calls = self.call_id.sudo()
        calls._alert_hours()
        calls._store_budget_result()

    def _after_unvalidated(self):
        super()._after_unvalidated()
        self.call_id.sudo()._store_budget_result()
