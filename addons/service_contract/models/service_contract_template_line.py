# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..const import INTERVAL_UNITS, PRIORITIES, TERMS

PRICE_GROUP = "service_contract.group_service_contract_price"
# What a row takes over from its line, besides the terms: for a unit and for a scope, and for a scope only.
ROW_FIELDS = (
    "sequence",
    "call_type_ids",
    "time_frame_calendar_id",
    "product_id",
    "price",
    "interval_count",
    "interval_unit",
    "pricelist_id",
    "sla_policy_id",
    "priority",
    "calendar_id",
    "regime_id",
    "warranty_consumes",
)
SCOPE_FIELDS = ("name", "product_ids", "categ_ids", "zone_ids")


class ServiceContractTemplateLine(models.Model):
    """One coverage row that contracts made from the template begin with, or one for each of their units."""

    _name = "service.contract.template.line"
    _description = "Coverage of a Contract Template"
    _inherit = ["service.coverage.terms", "service.coverage.scope", "service.limits.mixin"]
    _order = "template_id, sequence, id"
    _check_company_auto = True

    template_id = fields.Many2one(
        comodel_name="service.contract.template",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="template_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    is_per_unit = fields.Boolean(
        string="One Row per Unit",
        help="Makes a row for each unit that is chosen, if the products, categories and zones fit it.",
    )

    # scope
    product_ids = fields.Many2many(comodel_name="product.product", string="Products", check_company=True)
    categ_ids = fields.Many2many(comodel_name="product.category", string="Product Categories")
    zone_ids = fields.Many2many(comodel_name="service.zone", string="Zones", check_company=True)
    call_type_ids = fields.Many2many(comodel_name="service.call.type", string="Call Types", check_company=True)
    time_frame_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Time Frame",
        check_company=True,
        help="The row covers only calls raised within these hours.",
    )

    # price
    product_id = fields.Many2one(
        comodel_name="product.product",
        string="Invoiced Service",
        domain="[('type', '=', 'service')]",
        default=lambda self: self.env.ref("service_contract.product_contract_fee", raise_if_not_found=False),
        check_company=True,
    )
    price = fields.Monetary(groups=PRICE_GROUP, help="Per interval.")
    interval_count = fields.Integer(string="Every", required=True, default=1)
    interval_unit = fields.Selection(selection=INTERVAL_UNITS, string="Interval", required=True, default="month")
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist", string="Tariff", check_company=True, groups=PRICE_GROUP
    )

    # service level
    sla_policy_id = fields.Many2one(comodel_name="service.sla.policy", string="Service Level", check_company=True)
    priority = fields.Selection(selection=PRIORITIES)
    calendar_id = fields.Many2one(comodel_name="resource.calendar", string="Working Hours", check_company=True)
    regime_id = fields.Many2one(comodel_name="service.regime", string="Performance Regime", check_company=True)
    warranty_consumes = fields.Boolean(string="Warranty Takes Quota")

    # who pays: the template proposes it
    term_labour = fields.Selection(
        selection=TERMS, default=None, compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    term_travel = fields.Selection(
        selection=TERMS, default=None, compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    term_distance = fields.Selection(
        selection=TERMS, default=None, compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    term_expense = fields.Selection(
        selection=TERMS, default=None, compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    term_part = fields.Selection(
        selection=TERMS, default=None, compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    term_callout = fields.Selection(
        selection=TERMS, default=None, compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    discount_labour = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    discount_travel = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    discount_distance = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    discount_expense = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    discount_part = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    discount_callout = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)

    _check_price = models.Constraint("CHECK (COALESCE(price, 0) >= 0)", "The price of a row cannot be negative.")
    _check_interval_count = models.Constraint("CHECK (interval_count > 0)", "The interval of a price is at least one.")

    @api.depends("template_id")
    def _compute_terms(self):
        for line in self:
            terms = line.template_id or self.env["service.contract.template"].new({})
            line.update(terms._prepare_terms_values())

    @api.constrains("calendar_id", "time_frame_calendar_id")
    def _check_calendars(self):
        (self.calendar_id | self.time_frame_calendar_id)._check_service_calendar()

    def _is_for_unit(self, unit):
        """Tell whether the line makes a row for a unit: all its filled scopes match."""
        self.ensure_one()
        categories = {int(key) for key in (unit.product_id.categ_id.parent_path or "").split("/") if key}
        return (
            (not self.product_ids or unit.product_id in self.product_ids)
            and (not self.categ_ids or not categories.isdisjoint(self.categ_ids.ids))
            and (not self.zone_ids or unit.zone_id in self.zone_ids)
        )

    def _prepare_line_values(self):
        """Return what the line's rows have in common."""
        self.ensure_one()
        return {**self._prepare_terms_values(), **self._prepare_copied_values(ROW_FIELDS)}

    def _prepare_scope_values(self):
        """Return what a row without a unit has besides."""
        self.ensure_one()
        return self._prepare_copied_values(SCOPE_FIELDS)

    def _prepare_copied_values(self, names):
        return {name: self._fields[name].convert_to_write(self[name], self) for name in names}
