# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractChange(models.TransientModel):
    """Asks from which day a contract is suspended, resumed or cancelled."""

    _name = "service.contract.change"
    _description = "Change a Service Contract"

    contract_id = fields.Many2one(comodel_name="service.contract", required=True, ondelete="cascade")
    kind = fields.Selection(
        selection=[("suspend", "Suspend"), ("resume", "Resume"), ("cancel", "Cancel")],
        required=True,
        readonly=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    reason = fields.Char(help="Stands on the contract.")

    def action_confirm(self):
        """Do it."""
        self.ensure_one()
        if self.kind == "suspend":
            self.contract_id.action_suspend(date=self.date, reason=self.reason)
        elif self.kind == "resume":
            self.contract_id.action_resume(date=self.date)
        else:
            self.contract_id.action_cancel(date=self.date)
        if self.reason:
            self.contract_id.message_post(body=self.reason)
        return {"type": "ir.actions.act_window_close"}
