# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import INTERVAL_UNITS, PRIORITIES, TERMS
from ..engine import value

# What a begun contract changes by dated rows only: amendments, see action_end and action_reprice.
DATED_FIELDS = {"contract_id", "equipment_id", "price", "interval_count", "interval_unit", "date_start", "date_end"}


class ServiceCoverage(models.Model):
    """One thing covered by a contract: a unit, a scope, or the whole contract when no scope is filled.

    A row is a dated fact. Adding, removing or re-pricing a unit is a row of its own with its own days, so that every
    cent belongs to a unit or to a named scope (rules.md 2 and 5). Both days are inclusive; a row whose last day is the
    day before its first covers nothing and stands for one that was taken back before it began.
    """

    _name = "service.coverage"
    _description = "Service Coverage"
    _inherit = ["service.coverage.terms", "service.coverage.scope", "service.limits.mixin"]
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
    coverage_properties = fields.Properties(
        string="Own Fields",
        definition="contract_id.coverage_properties_definition",
        copy=True,
        groups="base.group_user",
    )
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
    product_ids = fields.Many2many(
        comodel_name="product.product",
        string="Products",
        check_company=True,
        groups="base.group_user",
    )
    categ_ids = fields.Many2many(
        comodel_name="product.category",
        string="Product Categories",
        groups="base.group_user",
    )
    zone_ids = fields.Many2many(
        comodel_name="service.zone",
        string="Zones",
        check_company=True,
        groups="base.group_user",
    )
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
    date_end_agreed = fields.Date(
        readonly=True,
        groups="base.group_user",
        help="The last day before the contract's planned end cut it; it stands again if the end is withdrawn.",
    )

    # price
    product_id = fields.Many2one(
        comodel_name="product.product",
        string="Invoiced Service",
        domain="[('type', '=', 'service')]",
        default=lambda self: self._get_fee_product(),
        check_company=True,
        help="What the invoice line carries: it gives the account and the taxes.",
    )
    price = fields.Monetary(groups="service_contract.group_service_contract_price", help="Per interval.")
    amount_total = fields.Monetary(
        string="Value",
        compute="_compute_amount_total",
        store=True,
        groups="service_contract.group_service_contract_price",
        help="The price over the days of the row.",
    )
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

    is_from_template = fields.Boolean(readonly=True, copy=False, groups="base.group_user")
    origin_id = fields.Many2one(
        comodel_name="service.coverage",
        string="Re-prices",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="The first of the rows that are one priced thing over time.",
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
    term_labour = fields.Selection(
        selection=TERMS,
        default=None,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
    )
    term_travel = fields.Selection(
        selection=TERMS,
        default=None,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
    )
    term_distance = fields.Selection(
        selection=TERMS,
        default=None,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
    )
    term_expense = fields.Selection(
        selection=TERMS,
        default=None,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
    )
    term_part = fields.Selection(
        selection=TERMS,
        default=None,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
    )
    term_callout = fields.Selection(
        selection=TERMS,
        default=None,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
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
    _check_price = models.Constraint(
        "CHECK (COALESCE(price, 0) >= 0)",
        "The price of a coverage row cannot be negative.",
    )
    _check_interval_count = models.Constraint("CHECK (interval_count > 0)", "The interval of a price is at least one.")

    @api.depends("equipment_id", "contract_id")
    def _compute_name(self):
        for coverage in self:
            # Without a unit the name follows from the scope when the row is created.
            coverage.name = coverage.equipment_id.display_name or coverage.name

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
            terms = coverage.contract_id or self.env["service.contract"].new({})
            coverage.update(terms._prepare_terms_values())

    @api.depends(
        "price",
        "date_start",
        "date_end",
        "interval_count",
        "interval_unit",
        "contract_id.date_anchor",
        "contract_id.proration",
        "contract_id.currency_id",
    )
    def _compute_amount_total(self):
        # Hundreds of units at one price over the same days are worth the same.
        values = {}
        for coverage in self:
            days = (coverage.date_start, coverage.date_end)
            interval = (coverage.interval_count, coverage.interval_unit)
            key = (coverage.contract_id, coverage.price, days, interval)
            if key not in values:
                values[key] = coverage.contract_id._get_span_value(coverage.price, days, interval)
            coverage.amount_total = values[key]

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("date_start", "date_end", "contract_id")
    def _check_inside_contract(self):
        for coverage in self:
            contract = coverage.contract_id
            if coverage.date_start < contract.date_start or coverage.date_end > contract.date_end:
                raise ValidationError(
                    self.env._(
                        "%(row)s (%(start)s - %(end)s) is outside the term of contract %(contract)s.",
                        row=coverage.name,
                        start=coverage.date_start,
                        end=coverage.date_end,
                        contract=contract.name,
                    )
                )

    @api.constrains("calendar_id", "time_frame_calendar_id")
    def _check_calendars(self):
        (self.calendar_id | self.time_frame_calendar_id)._check_service_calendar()

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        self._check_dated(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for coverage in self:
            if coverage.contract_id.state != "draft":
                raise UserError(
                    self.env._(
                        "%(row)s is part of a contract that has begun: end it with a last day instead.",
                        row=coverage.name,
                    )
                )

    def _check_dated(self, vals):
        """Refuse changes in place of what a begun contract changes by dated rows."""
        if self.env.su or not DATED_FIELDS & vals.keys():
            return
        for coverage in self:
            if coverage.contract_id.state != "draft":
                raise UserError(
                    self.env._(
                        "Contract %(contract)s has begun: give %(row)s a last day, or a new price from a day on.",
                        contract=coverage.contract_id.name,
                        row=coverage.name,
                    )
                )

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    @api.model
    def _get_fee_product(self):
        """Return the service that new rows are invoiced as; looked up without a query, thousands of times."""
        data = self.env["ir.model.data"]
        product_id = data._xmlid_to_res_id("service_contract.product_contract_fee", raise_if_not_found=False)
        return self.env["product.product"].browse(product_id or ())

    def _get_spared_value(self, date_start, date_end):
        """Return what these rows do not cost for some days without cover, both inclusive, in their currency."""
        return sum(
            float(
                value.spared_value(
                    Decimal(repr(row.price)),
                    (row.date_start, row.date_end),
                    (date_start, date_end),
                    row._get_rhythm(),
                )
            )
            for row in self
            if row.price and row.date_end >= row.date_start
        )

    def _get_rhythm(self):
        """Return how the row's price recurs, for the engine of values."""
        self.ensure_one()
        return self.contract_id._get_rhythm(self.interval_count, self.interval_unit)

    def _is_copied_with_contract(self):
        """Return whether a copy of the contract gets this row too."""
        self.ensure_one()
        return not self.period_id and self.date_end >= self.date_start
