# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCallEscalation(models.Model):
    """One handing over of a call to another team, and whether that team accepted it."""

    _name = "service.call.escalation"
    _description = "Escalation of a Call"

    call_id = fields.Many2one(
        comodel_name="service.call",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True)
