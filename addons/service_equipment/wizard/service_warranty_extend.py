# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceWarrantyExtend(models.TransientModel):
    """The warranty of units is extended, with a reason."""

    _name = "service.warranty.extend"
    _description = "Extend Warranty"

    reason = fields.Char()
