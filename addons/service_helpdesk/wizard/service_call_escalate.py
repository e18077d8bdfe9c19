# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCallEscalate(models.TransientModel):
    """Asks to which team a call goes on, and why."""

    _name = "service.call.escalate"
    _description = "Escalate a Call"

    call_id = fields.Many2one(
        comodel_name="service.call",
    )
