# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEquipmentTag(models.Model):
    """A free label on units."""

    _name = "service.equipment.tag"
    _description = "Equipment Tag"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()
