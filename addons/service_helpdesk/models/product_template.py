# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import math

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

    @api.model
    def _get_service_product(self, kind, company):
        """Return the product that stands for a kind of work in a company; may be empty."""
        products = self._get_service_products()
        return products.get((kind, company.id)) or products.get((kind, False)) or self.browse()

    def _round_service_time(self, hours):
        """Return hours of work rounded up to the product's step, and at least its minimum."""
        step, minimum = self.service_time_step, self.service_time_minimum
        if not (step or minimum):
            return hours
        minutes = hours * 60
        if step:
            # Hundredths of a minute only: a float's dust must not cost a step.
            minutes = math.ceil(round(minutes / step, 4)) * step
        return max(minutes, minimum) / 60
