# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServicePriceIndex(models.Model):
    """A table of published values that prices follow."""

    _name = "service.price.index"
    _description = "Price Index"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
