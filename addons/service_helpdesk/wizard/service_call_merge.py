# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCallMerge(models.TransientModel):
    """Makes several calls about the same matter one."""

    _name = "service.call.merge"
    _description = "Merge Calls"

    call_id = fields.Many2one(
        comodel_name="service.call",
    )
