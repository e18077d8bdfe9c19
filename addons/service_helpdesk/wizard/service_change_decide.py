# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceChangeDecide(models.TransientModel):
    """Asks whether a change is approved, and why not."""

    _name = "service.change.decide"
    _description = "Decide on a Change"

    approval_id = fields.Many2one(comodel_name="service.change.approval", required=True)
    call_id = fields.Many2one(related="approval_id.call_id")
    change_reason = fields.Text(related="call_id.change_reason")
    change_risk = fields.Selection(related="call_id.change_risk")
    change_impact = fields.Text(related="call_id.change_impact")
    change_rollback = fields.Text(related="call_id.change_rollback")
    change_item_ids = fields.One2many(related="call_id.change_item_ids")
    is_customer = fields.Boolean(related="approval_id.is_customer")
    reason = fields.Char(string="Remark")

    def action_approve(self):
        """Approve with the remark."""
        return self.approval_id.action_approve(self.reason)

    def action_reject(self):
        """Reject with the remark as the reason."""
        return self.approval_id.action_reject(self.reason)
