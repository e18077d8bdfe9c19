# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import periods as engine


class ServiceContractPeriodGenerate(models.TransientModel):
    """Cuts what the periods so far leave of a contract's term into periods, and shares the quotas among them."""

    _name = "service.contract.period.generate"
    _description = "Make Contract Periods"

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    currency_id = fields.Many2one(related="contract_id.currency_id")
    date_start = fields.Date(string="First Day", compute="_compute_date_start", store=True)
    date_end = fields.Date(related="contract_id.date_end")
    months = fields.Integer(string="Months in a Period", required=True, default=3)
    share = fields.Selection(
        selection=[("term", "For the Whole Term"), ("period", "For Each Period")],
        string="Quotas and Price",
        required=True,
        default="term",
    )
    free_calls = fields.Float(digits="Product Unit")
    free_hours = fields.Float(digits="Product Unit")
    hours_maintained = fields.Float(string="Maintenance Hours", digits="Product Unit")
    price = fields.Monetary(string="Flat Price")
    rollover_percent = fields.Float(string="Roll-over (%)")
    line_ids = fields.One2many(
        comodel_name="service.contract.period.generate.line",
        inverse_name="wizard_id",
        compute="_compute_line_ids",
        store=True,
    )

    _check_months = models.Constraint("CHECK (months > 0)", "A period has one month or more.")

    @api.depends("contract_id")
    def _compute_date_start(self):
        for wizard in self:
            gaps = wizard.contract_id._get_period_gaps()
            has_periods = bool(wizard.contract_id.period_ids)
            wizard.date_start = gaps[-1][0] if gaps else not has_periods and wizard.contract_id.date_start

    @api.depends("date_start", "date_end", "months", "share", "free_calls", "free_hours", "hours_maintained", "price")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [Command.clear()] + [Command.create(values) for values in wizard._prepare_lines()]

    def action_confirm(self):
        """Make the periods.

        :raise UserError: when the periods so far leave nothing of the term
        """
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("The periods have every day of the term already: change or delete them."))
        self.env["service.contract.period"].create(
            [{**values, **self._prepare_period_values()} for values in self._prepare_lines()]
        )
        return {"type": "ir.actions.act_window_close"}

    def _prepare_lines(self):
        """Prepare the days, quotas and price of each period to come."""
        self.ensure_one()
        end = self.contract_id._get_period_gaps()[-1:] or [(None, self.date_end)]
        if not self.date_start or not end[0][1] or self.months < 1:
            return []
        spans = engine.cut(self.date_start, end[0][1], self.months)
        steps = {
            "free_calls": Decimal(1),
            "free_hours": Decimal("0.25"),
            "hours_maintained": Decimal("0.25"),
            "price": Decimal(repr(self.currency_id.rounding or 0.01)),
        }
        parts = {name: self._get_shares(name, spans, step) for name, step in steps.items()}
        return [
            {"date_start": first, "date_end": last, **{name: parts[name][index] for name in steps}}
            for index, (first, last) in enumerate(spans)
        ]

    def _get_shares(self, name, spans, step):
        """Return what each period gets of one of the quantities."""
        self.ensure_one()
        if self.share == "period":
            return [self[name]] * len(spans)
        return [float(share) for share in engine.shares(Decimal(repr(self[name])), spans, self.months, step)]

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _prepare_period_values(self):
        """Hook: prepare what all new periods have in common."""
        self.ensure_one()
        return {"contract_id": self.contract_id.id, "rollover_percent": self.rollover_percent}
