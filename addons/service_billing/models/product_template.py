# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.model
    def _tax_shipped_services(self, companies):
        """Give companies' default sales tax to the services that were shipped before there were books.

        Odoo gives it to a product when that is made; the suite's services may be older than accounting. One that has
        taxes already, in any company, is left to Odoo.

        :param companies: `res.company` records
        """
        fee = self.env.ref("service_contract.product_contract_fee", raise_if_not_found=False)
        shipped = Domain("service_work_kind", "not in", (False, "part"))
        if fee:
            shipped |= Domain("product_variant_ids", "in", fee.ids)
        # sudo: taxes of every company count, whoever loads the chart of accounts
        services = self.sudo().with_context(active_test=False).search(Domain("type", "=", "service") & shipped)
        services.filtered(lambda service: not service.taxes_id)._force_default_sale_tax(companies)
