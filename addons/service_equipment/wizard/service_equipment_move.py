# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEquipmentMove(models.TransientModel):
    """Units go to another site, customer or company."""

    _name = "service.equipment.move"
    _description = "Move Equipment"

    reason = fields.Char()
