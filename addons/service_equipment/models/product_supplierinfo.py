# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ProductSupplierinfo(models.Model):
    _inherit = "product.supplierinfo"

    warranty_months = fields.Integer(
        string="Warranty (months)",
        help="How long this vendor's warranty lasts for us, from the day on which we receive the part.",
    )

    _warranty_months_positive = models.Constraint(
        "CHECK(warranty_months >= 0)",
        "A warranty cannot last a negative number of months.",
    )

    def _get_vendor_warranty_line(self, product, vendor, company, date):
        """Return the price list line whose warranty holds for a part: the first that fits.

        :param product: `product.product`
        :param vendor: `res.partner` that sent us the part; None when we do not know
        :param company: `res.company` that bought it
        :param date: the day on which it came
        :return: `product.supplierinfo`, empty when no line fits
        """
        return self.filtered(
            lambda line: (
                line.product_id in (product, product.browse())
                and line.company_id in (company, company.browse())
                and (not vendor or line.partner_id.commercial_partner_id == vendor)
                and (not line.date_start or line.date_start <= date)
                and (not line.date_end or line.date_end >= date)
            )
        ).sorted(lambda line: (line.sequence, line.id))[:1]
