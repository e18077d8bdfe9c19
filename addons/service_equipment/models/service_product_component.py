# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceProductComponent(models.Model):
    """One line of a product's as-designed list; delivery copies it to each unit."""

    _name = "service.product.component"
    _description = "As-Designed Component"
    _order = "product_tmpl_id, position, id"
    _check_company_auto = True

    product_tmpl_id = fields.Many2one(
        comodel_name="product.template",
        required=True,
        index=True,
        ondelete="cascade",
    )
    position = fields.Char()
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    is_serial_wanted = fields.Boolean(
        string="Serial Wanted",
        help="The serial number of this component has to be recorded on each unit.",
    )
    company_id = fields.Many2one(related="product_tmpl_id.company_id", store=True, index=True)

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)",
        "The quantity of an as-designed component must be greater than zero.",
    )
