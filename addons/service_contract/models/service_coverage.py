# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.service_equipment.const import WORK_KINDS

from ..const import INTERVAL_UNITS, PRIORITIES, TERMS

TERM_FIELDS = [f"term_{kind}" for kind, _label in WORK_KINDS]
DISCOUNT_FIELDS = [f"discount_{kind}" for kind, _label in WORK_KINDS]


class ServiceCoverage(models.Model):
    """One thing covered by a contract: a unit, a scope, or the whole contract when no scope is filled.

    A row is a dated fact. Adding, removing or re-pricing a unit is a row of its own with its own days, so that every
    cent belongs to a unit or to a named scope (rules.md 2 and 5). Both days are inclusive; a row whose last day is the
    day before its first covers nothing and stands for one that was taken back before it began.
    """

    _name = "service.coverage"
    _description = "Service Coverage"
    _inherit = ["service.coverage.terms"]
    _order = "contract_id, sequence, date_start, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", store=True, index=True)
    commercial_partner_id = fields.Many2one(related="contract_id.commercial_partner_id", store=True, index=True)
    contract_state = fields.Selection(related="contract_id.state", string="Contract State", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True, required=True)
    sequence = fields.Integer(default=10, help="Between equally narrow rows the lower one wins.")

    # scope: every filled one has to match
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Unit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    product_ids = fields.Many2many(comodel_name="product.product", string="Products", check_company=True)
    categ_ids = fields.Many2many(comodel_name="product.category", string="Product Categories")
    zone_ids = fields.Many2many(comodel_name="service.zone", string="Zones", check_company=True)
    site_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="service_coverage_site_rel",
        string="Sites",
        check_company=True,
    )
    call_type_ids = fields.Many2many(comodel_name="service.call.type", string="Call Types")
    time_frame_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Time Frame",
        check_company=True,
        help="The row covers only calls raised within these hours, read as wall time at the site.",
    )
    date_start = fields.Date(
        string="First Day",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date_end = fields.Date(
        string="Last Day",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )

    # price
    product_id = fields.Many2one(
        comodel_name="product.product",
        string="Invoiced Service",
        domain="[('type', '=', 'service')]",
        default=lambda self: self.env.ref("service_contract.product_contract_fee", raise_if_not_found=False),
        check_company=True,
        help="What the invoice line carries: it gives the account and the taxes.",
    )
    price = fields.Monetary(groups="service_contract.group_service_contract_price", help="Per interval.")
    interval_count = fields.Integer(
        string="Every",
        compute="_compute_interval",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    interval_unit = fields.Selection(
        selection=INTERVAL_UNITS,
        string="Interval",
        compute="_compute_interval",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        string="Tariff",
        check_company=True,
        groups="service_contract.group_service_contract_price",
        help="Prices chargeable work under this row; empty means the contract's.",
    )
    period_id = fields.Many2one(
        comodel_name="service.contract.period",
        string="Flat Price of Period",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )

    # service level
    sla_policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
        string="Service Level",
        check_company=True,
        help="Empty means the contract's.",
    )
    priority = fields.Selection(selection=PRIORITIES, help="Calls under this row start with this priority.")
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        check_company=True,
        help="Empty means those of the service level.",
    )

    # who pays
    term_labour = fields.Selection(selection=TERMS, compute="_compute_terms", store=True, readonly=False, precompute=True)
    term_travel = fields.Selection(selection=TERMS, compute="_compute_terms", store=True, readonly=False, precompute=True)
    term_distance = fields.Selection(
        selection=TERMS, compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    term_expense = fields.Selection(
        selection=TERMS, compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    term_part = fields.Selection(selection=TERMS, compute="_compute_terms", store=True, readonly=False, precompute=True)
    term_callout = fields.Selection(
        selection=TERMS, compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    discount_labour = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    discount_travel = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    discount_distance = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    discount_expense = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    discount_part = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    discount_callout = fields.Float(compute="_compute_terms", store=True, readonly=False, precompute=True)
    warranty_consumes = fields.Boolean(
        string="Warranty Takes Quota",
        help="Work that the warranty pays still takes from the quotas where the term says so.",
    )

    _check_dates = models.Constraint(
        "CHECK (date_end >= date_start - 1)",
        "A coverage row cannot end before it begins.",
    )
    _check_price = models.Constraint("CHECK (COALESCE(price, 0) >= 0)", "The price of a coverage row cannot be negative.")
    _check_interval_count = models.Constraint("CHECK (interval_count > 0)", "The interval of a price is at least one.")

    @api.depends("equipment_id", "contract_id")
    def _compute_name(self):
        for coverage in self:
            coverage.name = coverage.equipment_id.display_name or coverage.name or self.env._("Whole contract")

    @api.depends("contract_id.date_start", "contract_id.date_end")
    def _compute_dates(self):
        """Follow the contract while it is a draft; later rows are dated facts that move by their own actions."""
        for coverage in self:
            contract = coverage.contract_id
            if contract.state == "draft" or not coverage.date_start:
                coverage.date_start = contract.date_start
            if contract.state == "draft" or not coverage.date_end:
                coverage.date_end = contract.date_end

    @api.depends("contract_id")
    def _compute_interval(self):
        for coverage in self:
            coverage.interval_count = coverage.contract_id.interval_count or 1
            coverage.interval_unit = coverage.contract_id.interval_unit or "month"

    @api.depends("contract_id")
    def _compute_terms(self):
        for coverage in self:
            coverage.update(coverage.contract_id._prepare_terms_values() if coverage.contract_id else {})
