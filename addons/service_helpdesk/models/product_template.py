# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from odoo.addons.service_equipment.const import WORK_KINDS


class ProductTemplate(models.Model):
    _inherit = "product.template"

    service_work_kind = fields.Selection(
        selection=WORK_KINDS,
        string="Kind of Work",
        help="Work lines of this kind use this product.",
    )
    service_time_step = fields.Integer(
        string="Time Step (minutes)",
        help="Time is charged in steps of this length, rounded up. 0: to the minute.",
    )
    service_time_minimum = fields.Integer(string="Minimum Time (minutes)", help="Less time than this counts as this.")

    _service_time_positive = models.Constraint(
        "CHECK (COALESCE(service_time_step, 0) >= 0 AND COALESCE(service_time_minimum, 0) >= 0)",
        "Time steps and minimum times are not negative.",
    )


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def _get_service_products(self):
        """Return the product that stands for each kind of work: {(kind, company id or False): product}."""
        products = {}
        for product in self.search([("service_work_kind", "not in", (False, "part"))], order="id desc"):
            products[product.service_work_kind, product.company_id.id] = product
        return products
