# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEquipmentMerge(models.TransientModel):
    """Units that were registered twice become one."""

    _name = "service.equipment.merge"
    _description = "Merge Equipment"

    equipment_id = fields.Many2one(comodel_name="service.equipment")
