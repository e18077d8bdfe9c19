# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from random import randint

from odoo import fields, models


class ServiceEquipmentTag(models.Model):
    """A free label on units."""

    _name = "service.equipment.tag"
    _description = "Equipment Tag"

    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: randint(1, 11))

    _name_uniq = models.UniqueIndex("(name)", "A tag with this name exists already.")
