# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    service_equipment_count = fields.Integer(
        string="Equipment Count",
        compute="_compute_service_equipment_count",
        compute_sudo=False,
    )

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_service_equipment_count(self):
        counts = self.env["service.equipment"]._get_count_by("product_id", self)
        for product in self:
            product.service_equipment_count = counts.get(product.id, 0)

    def action_view_service_equipment(self):
        """Open the units of these products.

        :return: an `ir.actions.act_window` dict
        """
        return self.env["service.equipment"]._get_action([("product_id", "in", self.ids)])
