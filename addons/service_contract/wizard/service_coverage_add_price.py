# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCoverageAddPrice(models.TransientModel):
    """The price of the units of one product, when many are added to a contract."""

    _name = "service.coverage.add.price"
    _description = "Price of Many Units"

    wizard_id = fields.Many2one(comodel_name="service.coverage.add", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    product_id = fields.Many2one(comodel_name="product.product", required=True, readonly=True)
    unit_count = fields.Integer(string="Units", readonly=True)
    price = fields.Monetary(string="Price of a Unit")

    _check_price = models.Constraint("CHECK (COALESCE(price, 0) >= 0)", "The price of a unit cannot be negative.")
