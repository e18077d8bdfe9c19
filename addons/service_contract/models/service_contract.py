# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ServiceContract(models.Model):
    """A promise to a customer: what is covered, how fast, how much of it is free, and what it costs.

    Life: draft -> active <-> suspended -> expired, or cancelled; every change goes through `_transition`.
    """

    _name = "service.contract"
    _description = "Service Contract"
    _inherit = [
        "service.coverage.terms",
        "service.billing.terms",
        "portal.mixin",
        "service.letter.mixin",
        "mail.activity.mixin",
        "service.number.mixin",
        "service.transition.mixin",
        "service.history.mixin",
        "service.limits.mixin",
    ]
    _order = "date_start desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Commercial Entity",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    site_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="service_contract_site_rel",
        string="Sites",
        check_company=True,
        help="Rows without a unit cover these sites only. Empty means every site of the customer.",
    )
    type_id = fields.Many2one(comodel_name="service.contract.type", string="Contract Type", check_company=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    note = fields.Html(string="Internal Notes", groups="base.group_user")

    # term and renewal
    date_start = fields.Date(string="First Day", required=True, default=fields.Date.context_today, tracking=True)
    date_end = fields.Date(
        string="Last Day",
        compute="_compute_date_end",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    date_anchor = fields.Date(
        string="Billing Anchor",
        compute="_compute_date_anchor",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Billing periods are counted from this day: the first of a month aligns them with the calendar.",
    )
    date_cancelled = fields.Date(string="Cancelled With Last Day", readonly=True, copy=False, tracking=True)
    renewal_mode = fields.Selection(
        selection=[("manual", "By Hand"), ("automatic", "Automatic"), ("none", "None: It Ends")],
        string="Renewal",
        required=True,
        default="manual",
    )
    notice_days = fields.Integer(
        default=30,
        help="Days before the last day on which the contract renews by itself, or on which the responsible is told.",
    )
    renewal_increase = fields.Float(
        string="Increase (%)",
        digits="Discount",
        groups="service_contract.group_service_contract_price",
    )
    date_notice = fields.Date(string="Renewal Notice", compute="_compute_date_notice", store=True)
    date_notified = fields.Date(
        readonly=True,
        copy=False,
        help="The last day of the term for which the responsible was told about the renewal.",
    )

    # money
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_currency_id",
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
        help="Prices the chargeable work of the contract; empty means the customer's own price list.",
    )
    analytic_account_id = fields.Many2one(
        comodel_name="account.analytic.account",
        copy=False,
        check_company=True,
        help="Made at activation; costs and revenue of the contract are booked on it.",
    )
    amount_total = fields.Monetary(
        string="Value",
        compute="_compute_amount_total",
        store=True,
        groups="service_contract.group_service_contract_price",
        help="The sum of the coverage rows over the term.",
    )
    is_payment_blocked = fields.Boolean(
        string="Blocked for Payment",
        tracking=True,
        help="While blocked the contract covers nothing: work is chargeable and the reason stands on the call.",
    )

    # what is promised
    sla_policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
        string="Service Level",
        check_company=True,
        tracking=True,
    )
    coverage_ids = fields.One2many(comodel_name="service.coverage", inverse_name="contract_id")
    period_ids = fields.One2many(comodel_name="service.contract.period", inverse_name="contract_id", copy=True)
    entitlement_ids = fields.One2many(comodel_name="service.entitlement", inverse_name="contract_id")
    suspension_ids = fields.One2many(
        comodel_name="service.contract.suspension",
        inverse_name="contract_id",
        groups="base.group_user",
    )
    equipment_ids = fields.Many2many(
        comodel_name="service.equipment",
        string="Covered Units",
        compute="_compute_equipment_ids",
    )
    equipment_count = fields.Integer(compute="_compute_equipment_count")

    _check_dates = models.Constraint("CHECK (date_end >= date_start)", "A contract cannot end before it begins.")
    _check_notice_days = models.Constraint("CHECK (notice_days >= 0)", "The notice is not a negative number of days.")

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("date_start")
    def _compute_date_end(self):
        """Propose a term of one year."""
        for contract in self:
            if contract.date_start and (not contract.date_end or contract.date_end < contract.date_start):
                contract.date_end = contract._get_default_date_end()

    @api.depends("date_start")
    def _compute_date_anchor(self):
        for contract in self:
            if contract.state == "draft" or not contract.date_anchor:
                contract.date_anchor = contract.date_start

    @api.depends("date_end", "notice_days")
    def _compute_date_notice(self):
        for contract in self:
            contract.date_notice = contract.date_end and contract.date_end - timedelta(days=contract.notice_days)

    @api.depends("company_id", "pricelist_id")
    def _compute_currency_id(self):
        """Follow the tariff, as long as no price has been promised in another currency."""
        for contract in self:
            if contract.state != "draft" and contract.currency_id:
                contract.currency_id = contract.currency_id
                continue
            contract.currency_id = contract.pricelist_id.currency_id or contract.company_id.currency_id

    @api.depends("coverage_ids.amount_total", "currency_id")
    def _compute_amount_total(self):
        for contract in self:
            contract.amount_total = sum(contract.coverage_ids.mapped("amount_total"))

    @api.depends("coverage_ids.equipment_id")
    def _compute_equipment_ids(self):
        for contract in self:
            contract.equipment_ids = contract.coverage_ids.equipment_id

    @api.depends("coverage_ids.equipment_id")
    def _compute_equipment_count(self):
        counts = dict(
            self.env["service.coverage"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["equipment_id:count_distinct"]
            )
        )
        for contract in self:
            contract.equipment_count = counts.get(contract._origin, 0)

    def _compute_access_url(self):
        super()._compute_access_url()
        for contract in self:
            contract.access_url = f"/my/contracts/{contract.id}"

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    def _get_default_date_end(self):
        self.ensure_one()
        return self.date_start + relativedelta(years=1, days=-1)

    @api.constrains("date_start", "date_end")
    def _check_inside_term(self):
        self.coverage_ids._check_inside_contract()
        self.period_ids._check_inside_contract()

    @api.constrains("currency_id", "pricelist_id")
    def _check_pricelist_currency(self):
        for contract in self:
            if contract.pricelist_id and contract.pricelist_id.currency_id != contract.currency_id:
                raise ValidationError(
                    self.env._(
                        "The tariff %(tariff)s is in %(tariff_currency)s, contract %(contract)s is in %(currency)s.",
                        tariff=contract.pricelist_id.name,
                        tariff_currency=contract.pricelist_id.currency_id.name,
                        contract=contract.name,
                        currency=contract.currency_id.name,
                    )
                )

    @api.onchange("date_start")
    def _onchange_date_start(self):
        """Propose a year from the day typed, whatever stood there before."""
        if self.date_start and self.state == "draft":
            self.date_end = self._get_default_date_end()

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        self.filtered(lambda contract: contract.state != "draft")._check_stands(vals)
        return super().write(vals)

    def _check_stands(self, vals):
        """Refuse changes of what contracts that have begun were promised, billed and valued by.

        :raise UserError: for the first contract that does not allow them
        """
        for contract in self:
            values = {"contract": contract.name, "currency": contract.currency_id.name}
            if vals.get("currency_id", contract.currency_id.id) != contract.currency_id.id:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s has begun in %(currency)s: its prices stay in that currency.", **values
                    )
                )
            changed = {
                name
                for name in ("date_start", "date_anchor", "date_end")
                if name in vals and (self._to_day(vals[name], name) or False) != contract[name]
            }
            if changed - {"date_end"}:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s has begun: its first day and its billing anchor stay as they are.",
                        **values,
                    )
                )
            if changed and not self.env.su:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s has begun: its last day changes when it is renewed or ended.", **values
                    )
                )
            if not vals.get("active", True) and contract.state in ("active", "suspended"):
                raise UserError(
                    self.env._("Contract %(contract)s is under way: end it before you archive it.", **values)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for contract in self:
            if contract.analytic_account_id or contract.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "Contract %(contract)s was active once: cancel it instead of deleting it.",
                        contract=contract.name,
                    )
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_equipment(self):
        """Open the units that the contract covers."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Covered Units"),
            "res_model": "service.equipment",
            "view_mode": "list,form",
            "domain": [("coverage_ids.contract_id", "=", self.id)],
        }
