# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ProductCategory(models.Model):
    _name = "product.category"
    _inherit = ["product.category", "service.warranty.terms"]

    service_equipment_properties_definition = fields.PropertiesDefinition(string="Equipment Properties")
    service_equipment_count = fields.Integer(
        string="Equipment Count",
        compute="_compute_service_equipment_count",
        compute_sudo=False,
    )
    has_warranty_terms = fields.Boolean(
        string="Own Warranty Terms",
        compute="_compute_has_warranty_terms",
        store=True,
        precompute=True,
        readonly=False,
        help="These terms hold for the products of this category and of those below it. "
        "Otherwise the terms of the nearest category above hold.",
    )

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_service_equipment_count(self):
        categories = self.search([("id", "child_of", self.ids)])
        counts = self.env["service.equipment"]._get_count_by("product_categ_id", categories)
        for category in self:
            below = categories.filtered(
                lambda other, path=category.parent_path or "/": (other.parent_path or "").startswith(path)
            )
            category.service_equipment_count = sum(counts.get(other.id, 0) for other in below)

    @api.depends("warranty_parts_months", "warranty_labour_months")
    def _compute_has_warranty_terms(self):
        for category in self:
            is_given = category.warranty_parts_months or category.warranty_labour_months
            category.has_warranty_terms = is_given or category.has_warranty_terms

    @api.depends(
        "has_warranty_terms",
        "warranty_parts_months",
        "warranty_labour_months",
        "warranty_basis",
        "warranty_covers_travel",
        "parent_id",
    )
    def _compute_warranty_note(self):
        super()._compute_warranty_note()

    def _get_warranty_terms(self):
        """Return the terms in force in each category: its own, else those of the nearest one above that has any.

        One query per level of the tree, however many categories.

        :return: see `service.warranty.terms`
        """
        terms_by_category = {}
        for category in self:
            source = category
            while source and not source.has_warranty_terms:
                source = source.parent_id
            terms_by_category[category] = source._prepare_warranty_terms()
        return terms_by_category

    def action_view_service_equipment(self):
        """Open the units of these categories and of those below them.

        :return: an `ir.actions.act_window` dict
        """
        return self.env["service.equipment"]._get_action([("product_categ_id", "child_of", self.ids)])
