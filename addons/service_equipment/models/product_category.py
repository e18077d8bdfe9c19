# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    service_equipment_properties_definition = fields.PropertiesDefinition(string="Equipment Properties")
