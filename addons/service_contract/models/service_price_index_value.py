# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServicePriceIndexValue(models.Model):
    """The value of an index from a day on."""

    _name = "service.price.index.value"
    _description = "Value of a Price Index"

    index_id = fields.Many2one(
        comodel_name="service.price.index",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="index_id.company_id", store=True, index=True)
