# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCallSplit(models.TransientModel):
    """Makes a second call of a part of the first."""

    _name = "service.call.split"
    _description = "Split a Call"

    call_id = fields.Many2one(
        comodel_name="service.call",
    )
