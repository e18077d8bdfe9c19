# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    is_service_equipment = fields.Boolean(
        string="Service Equipment",
        help="Delivering a serial number of this product registers a unit that we look after.",
    )
    warranty_parts_months = fields.Integer(string="Warranty on Parts (months)")
    warranty_labour_months = fields.Integer(string="Warranty on Labour (months)")
    warranty_basis = fields.Selection(
        selection=[("delivery", "Delivery"), ("installation", "Installation")],
        string="Warranty Starts With",
        default="delivery",
        required=True,
    )
    warranty_covers_travel = fields.Boolean(
        help="Travel time, distance and call-out are under warranty as long as labour is.",
    )
    service_design_line_ids = fields.One2many(
        comodel_name="service.product.component",
        inverse_name="product_tmpl_id",
        string="As-Designed Components",
        copy=True,
    )
    service_equipment_count = fields.Integer(
        string="Equipment Count",
        compute="_compute_service_equipment_count",
        compute_sudo=False,
    )

    _warranty_months_positive = models.Constraint(
        "CHECK(warranty_parts_months >= 0 AND warranty_labour_months >= 0)",
        "A warranty cannot last a negative number of months.",
    )

    @api.depends("product_variant_ids")
    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_service_equipment_count(self):
        for template in self:
            template.service_equipment_count = sum(template.product_variant_ids.mapped("service_equipment_count"))

    def action_view_service_equipment(self):
        """Open the units of these products.

        :return: an `ir.actions.act_window` dict
        """
        return self.product_variant_ids.action_view_service_equipment()
