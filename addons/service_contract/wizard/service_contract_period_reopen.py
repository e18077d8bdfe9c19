# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractPeriodReopen(models.TransientModel):
    """Asks why a closed period is opened again."""

    _name = "service.contract.period.reopen"
    _description = "Open a Closed Period Again"

    period_id = fields.Many2one(
        comodel_name="service.contract.period",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Do it."""
        self.ensure_one()
        self.period_id.action_reopen(self.reason)
        return {"type": "ir.actions.act_window_close"}
