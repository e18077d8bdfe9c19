# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "service.warranty.terms"]

    is_service_equipment = fields.Boolean(
        string="Service Equipment",
        help="Delivering a serial number of this product registers a unit that we look after.",
    )
    warranty_policy = fields.Selection(
        selection=[("category", "As the Category"), ("own", "Own Terms")],
        string="Warranty",
        compute="_compute_warranty_policy",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="Own terms of no months mean no warranty, whatever the category says.",
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

    @api.depends("warranty_parts_months", "warranty_labour_months")
    def _compute_warranty_policy(self):
        for template in self:
            if template.warranty_parts_months or template.warranty_labour_months:
                template.warranty_policy = "own"
            else:
                template.warranty_policy = template.warranty_policy or "category"

    @api.depends(
        "warranty_policy",
        "warranty_parts_months",
        "warranty_labour_months",
        "warranty_basis",
        "warranty_covers_travel",
        "categ_id",
    )
    def _compute_warranty_note(self):
        super()._compute_warranty_note()

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

    def _get_warranty_terms(self):
        """Return the terms that each product is sold with: its own, or those of its category.

        They are the terms of today: a unit keeps those of the day of its sale.

        :return: see `service.warranty.terms`
        """
        terms_by_category = self.categ_id._get_warranty_terms()
        no_terms = self.env["product.category"]._prepare_warranty_terms()
        return {
            template: template._prepare_warranty_terms()
            if template.warranty_policy == "own"
            else terms_by_category.get(template.categ_id, no_terms)
            for template in self
        }
