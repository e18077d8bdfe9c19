# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCallPause(models.TransientModel):
    """Asks why a call waits, and until when."""

    _name = "service.call.pause"
    _description = "Put a Call on Hold"

    call_id = fields.Many2one(
        comodel_name="service.call",
    )
