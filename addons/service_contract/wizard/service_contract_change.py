# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

ONE_DAY = timedelta(days=1)


class ServiceContractChange(models.TransientModel):
    """Asks from which day a contract is suspended, resumed or ended, and says what that does."""

    _name = "service.contract.change"
    _description = "Change a Service Contract"

    contract_id = fields.Many2one(comodel_name="service.contract", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="contract_id.company_id")
    state = fields.Selection(related="contract_id.state", string="State of the Contract")
    suspension_id = fields.Many2one(comodel_name="service.contract.suspension", ondelete="cascade")
    kind = fields.Selection(
        selection=[("suspend", "Suspend"), ("resume", "Resume"), ("cancel", "End")],
        required=True,
        readonly=True,
    )
    date = fields.Date(compute="_compute_date", store=True, readonly=False, precompute=True, required=True)
    date_end = fields.Date(string="Last Day Without Cover")
    reason = fields.Char(help="Stands on the contract.")
    date_received = fields.Date(string="Notice Received on", default=fields.Date.context_today)
    termination_by = fields.Selection(
        selection=lambda self: self.env["service.contract"]._fields["termination_by"].selection,
        string="Ended By",
        default="partner",
    )
    close_reason_id = fields.Many2one(
        comodel_name="service.contract.close.reason",
        string="Kind of Reason",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    date_earliest = fields.Date(string="Earliest Last Day", compute="_compute_date_earliest")
    is_early = fields.Boolean(string="End it earlier than the notice allows")
    needs_early = fields.Boolean(compute="_compute_needs_early")
    preview = fields.Text(compute="_compute_preview")

    @api.depends("contract_id", "date_received")
    def _compute_date_earliest(self):
        for wizard in self:
            contract = wizard.contract_id
            received = wizard.date_received or (contract and contract._get_today())
            wizard.date_earliest = contract and contract._get_earliest_end(received)

    @api.depends("kind", "contract_id", "date_received")
    def _compute_date(self):
        """Propose today, and for the end of a contract the earliest day that the notice allows."""
        for wizard in self:
            contract = wizard.contract_id
            if wizard.kind == "cancel" and contract.state in ("active", "suspended"):
                wizard.date = wizard.date_earliest
            else:
                wizard.date = wizard.date or (contract and contract._get_today())

    @api.depends("kind", "date", "contract_id", "date_received")
    def _compute_needs_early(self):
        for wizard in self:
            contract = wizard.contract_id
            wizard.needs_early = False
            if wizard.kind == "cancel" and contract and wizard.date and wizard.date_received:
                try:
                    contract._check_notice(wizard.date, wizard.date_received)
                except UserError:
                    wizard.needs_early = True

    @api.depends("kind", "date", "date_end", "contract_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = False
            if wizard.contract_id and wizard.date:
                wizard.preview = getattr(wizard, f"_get_{wizard.kind}_preview")()

    def action_confirm(self):
        """Do it.

        :raise UserError: when the contract refuses it, or the reason is missing
        """
        self.ensure_one()
        getattr(self, f"_confirm_{self.kind}")()
        return {"type": "ir.actions.act_window_close"}

    # ------------------------------------------------------------------
    # What each kind does
    # ------------------------------------------------------------------

    def _confirm_suspend(self):
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why the contract is suspended."))
        if self.suspension_id:
            self.suspension_id._change(self.date, self.date_end, self.reason)
            return
        self.contract_id.action_suspend(date=self.date, reason=self.reason, date_end=self.date_end)
        self.contract_id.message_post(body=self.reason)

    def _confirm_resume(self):
        self.contract_id.action_resume(date=self.date)
        if self.reason:
            self.contract_id.message_post(body=self.reason)

    def _confirm_cancel(self):
        contract = self.contract_id
        contract.action_cancel(
            date=self.date,
            reason=self.reason or self.close_reason_id.name,
            received_on=self.date_received,
            is_early=self.is_early and self.needs_early,
        )
        contract.write({"termination_by": self.termination_by, "close_reason_id": self.close_reason_id.id})

    def _get_suspend_preview(self):
        contract = self.contract_id
        last_day = min(self.date_end or contract._get_last_day(), contract._get_last_day())
        days = (last_day - self.date).days + 1
        if days <= 0:
            return self.env._("Choose a last day that is not before the first one.")
        if not self.date_end:
            return self.env._(
                "From %(date)s on nothing is covered and nothing is billed, until the contract is resumed.",
                date=format_date(self.env, self.date),
            )
        return self.env._(
            "%(days)s days without cover. %(amount)s less is billed for them. "
            "From %(date)s on the contract covers again.",
            days=days,
            amount=self._format_amount(contract.coverage_ids._get_spared_value(self.date, last_day)),
            date=format_date(self.env, last_day + ONE_DAY),
        )

    def _get_resume_preview(self):
        running = self.contract_id.suspension_ids.filtered(lambda row: row.state == "running")
        return self.env._(
            "Suspended since %(start)s. From %(date)s on the contract covers and costs again.",
            start=format_date(self.env, running[:1].date_start),
            date=format_date(self.env, self.date),
        )

    def _get_cancel_preview(self):
        contract = self.contract_id
        if contract.state not in ("active", "suspended"):
            return self.env._("The contract never covers anything.") if contract.state == "draft" else False
        rows = contract.coverage_ids.filtered(lambda row: row.date_end > self.date)
        amount = rows._get_spared_value(self.date + ONE_DAY, contract.date_end)
        sentences = [
            self.env._(
                "%(count)s coverage rows end on %(date)s. The value of the contract falls by %(amount)s; what was "
                "billed beyond that day is given back.",
                count=len(rows),
                date=format_date(self.env, self.date),
                amount=self._format_amount(amount),
            )
        ]
        if self.date > contract._get_today():
            sentences.append(self.env._("Until then the contract goes on, and you may withdraw its end."))
        return " ".join(sentences)

    def _format_amount(self, amount):
        return format_amount(self.env, amount, self.contract_id.currency_id)
