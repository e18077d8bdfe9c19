# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

ONE_DAY = timedelta(days=1)
# How long before its end the responsible is told of a suspension.
ALERT_DAYS = timedelta(days=7)


class ServiceContractSuspension(models.Model):
    """A stretch of days on which a contract promises nothing and costs nothing. Without an end it still lasts.

    It is planned, suspends the contract on its first day and lets it go on after its last. People write it through the
    contract's actions, and those below, only.
    """

    _name = "service.contract.suspension"
    _description = "Service Contract Suspension"
    _order = "date_start desc, id desc"
    _rec_name = "date_start"

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    date_start = fields.Date(string="First Day", required=True)
    date_end = fields.Date(string="Last Day", help="Inclusive. Empty while nobody knows.")
    reason = fields.Char()
    state = fields.Selection(
        selection=[("planned", "Planned"), ("running", "Running"), ("over", "Over")],
        required=True,
        readonly=True,
        default="planned",
        copy=False,
    )
    date_alerted = fields.Date(readonly=True, copy=False, help="The last day of which the responsible was told.")

    _check_dates = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "A suspension cannot end before it begins.",
    )

    @api.constrains("contract_id", "date_start", "date_end")
    def _check_overlap(self):
        for contract in self.contract_id:
            before = None
            for suspension in contract.suspension_ids.sorted("date_start"):
                if before and (not before.date_end or suspension.date_start <= before.date_end):
                    raise ValidationError(
                        self.env._(
                            "Contract %(contract)s is already suspended from %(date)s on.",
                            contract=contract.name,
                            date=format_date(self.env, before.date_start),
                        )
                    )
                before = suspension

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_edit(self):
        """Open the dialogue in which a suspension that has not begun is changed."""
        self.ensure_one()
        self._check_planned()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "service_contract.service_contract_change_action_suspend"
        )
        context = {
            "default_contract_id": self.contract_id.id,
            "default_suspension_id": self.id,
            "default_kind": "suspend",
            "default_date": self.date_start,
            "default_date_end": self.date_end,
            "default_reason": self.reason,
        }
        return {**action, "context": context}

    def action_withdraw(self):
        """Take back suspensions that have not begun.

        :raise UserError: for one that has
        """
        self._check_planned()
        for suspension in self:
            suspension.contract_id.message_post(
                body=self.env._(
                    "The suspension planned from %(date)s on was withdrawn.",
                    date=format_date(self.env, suspension.date_start),
                )
            )
        # The right to it is that to change the contract.
        self.sudo().unlink()
        return True

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _is_on(self, day):
        """Tell whether the suspension lasts on a day."""
        self.ensure_one()
        return self.date_start <= day and (not self.date_end or day <= self.date_end)

    def _check_planned(self):
        """Refuse what the user may not change, and what has begun."""
        self.contract_id.check_access("write")
        for suspension in self:
            if suspension.state != "planned":
                raise UserError(
                    self.env._(
                        "The suspension of contract %(contract)s from %(date)s on has begun: resume the contract.",
                        contract=suspension.contract_id.name,
                        date=format_date(self.env, suspension.date_start),
                    )
                )

    def _change(self, date_start, date_end, reason):
        """Change a suspension that has not begun.

        :raise UserError: when it has, or the new days are outside the contract's term
        """
        self.ensure_one()
        self._check_planned()
        contract = self.contract_id
        contract._check_can_suspend(date_start, date_end)
        # The right to it is that to change the contract.
        self.sudo().write({"date_start": date_start, "date_end": date_end, "reason": reason})
        today = contract._get_today()
        self._update_state(today)
        contract._follow_suspensions(today)

    def _update_state(self, today):
        """Bring suspensions up to a day at the company."""
        for suspension in self:
            state = "planned" if suspension.date_start > today else "running"
            if suspension.date_end and suspension.date_end < today:
                state = "over"
            if suspension.state != state:
                # Time brings it about, not the user.
                suspension.sudo().state = state

    def _get_due_dates(self):
        """Return the days on which the daily job has something to do for this suspension."""
        self.ensure_one()
        if self.state == "planned":
            return [self.date_start]
        if self.state == "running" and self.date_end:
            return [self.date_end + ONE_DAY, *self._get_alert_dates()]
        return []

    def _get_alert_dates(self):
        """Return the day on which the responsible is told of the end: none for a short one, or when he was told."""
        self.ensure_one()
        is_told = self.date_alerted == self.date_end
        alert_date = self.date_end - ALERT_DAYS
        return [alert_date] if not is_told and alert_date > self.date_start else []

    def _alert_end(self, today):
        """Tell the responsible, once per last day, that the contract is about to cover and cost again."""
        for suspension in self.filtered(lambda row: row.state == "running" and row.date_end):
            if any(alert_date <= today for alert_date in suspension._get_alert_dates()):
                suspension.sudo().date_alerted = suspension.date_end  # kept by the daily job
                contract = suspension.contract_id
                summary = contract._in_responsible_language().env._(
                    "The suspension ends: the contract covers and costs again"
                )
                contract._schedule_alert(summary, suspension.date_end + ONE_DAY)
