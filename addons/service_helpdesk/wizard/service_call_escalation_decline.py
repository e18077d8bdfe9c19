# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCallEscalationDecline(models.TransientModel):
    """Asks why a team does not take a call over."""

    _name = "service.call.escalation.decline"
    _description = "Decline an Escalation"

    escalation_id = fields.Many2one(comodel_name="service.call.escalation", required=True)
    note = fields.Char(string="Why", required=True)

    def action_apply(self):
        """Decline, and say why."""
        self.ensure_one()
        return self.escalation_id.action_decline(self.note)
