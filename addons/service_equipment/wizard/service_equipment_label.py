# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEquipmentLabel(models.TransientModel):
    """A sheet of labels with QR codes that open the units."""

    _name = "service.equipment.label"
    _description = "Equipment Labels"

    columns = fields.Integer(default=2)
