# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import INTERVAL_UNITS

SEPARATORS = re.compile(r"[\n,;\t]+")


class ServiceCoverageAdd(models.TransientModel):
    """Adds all units of a site, a zone, a model or a list to a contract: shown first, then written in one batch.

    Units that a contract covers already on the same days are left out unless the user wants them. On a contract that
    has begun the units come by an amendment.
    """

    _name = "service.coverage.add"
    _description = "Cover Many Units"

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    contract_state = fields.Selection(related="contract_id.state")
    company_id = fields.Many2one(related="contract_id.company_id")
    commercial_partner_id = fields.Many2one(related="contract_id.commercial_partner_id")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    is_any_customer = fields.Boolean(compute="_compute_is_any_customer")

    # which units
    site_ids = fields.Many2many(comodel_name="res.partner", string="Sites")
    zone_ids = fields.Many2many(comodel_name="service.zone", string="Zones")
    product_tmpl_ids = fields.Many2many(comodel_name="product.template", string="Models")
    categ_ids = fields.Many2many(comodel_name="product.category", string="Categories", help="With those below them.")
    tag_ids = fields.Many2many(comodel_name="service.equipment.tag", string="Tags")
    serials = fields.Text(
        string="Serial Numbers",
        help="Typed, pasted or scanned, one per line: serial numbers, numbers or asset codes of units.",
    )
    with_covered = fields.Boolean(string="Add Them Too")
    equipment_ids = fields.Many2many(
        comodel_name="service.equipment",
        relation="service_coverage_add_unit_rel",
        string="Units to Add",
        compute="_compute_equipment_ids",
        store=True,
        readonly=False,
    )
    covered_ids = fields.Many2many(
        comodel_name="service.equipment",
        relation="service_coverage_add_covered_rel",
        string="Covered Already",
        compute="_compute_equipment_ids",
        store=True,
    )
    missing = fields.Char(string="Not Found", compute="_compute_missing")
    unit_count = fields.Integer(string="Units", compute="_compute_unit_count")
    covered_count = fields.Integer(compute="_compute_unit_count")

    # how they are covered
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
    product_id = fields.Many2one(
        comodel_name="product.product",
        string="Invoiced Service",
        domain="[('type', '=', 'service')]",
        default=lambda self: self.env["service.coverage"]._get_fee_product(),
    )
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        string="Prices From",
        domain="[('currency_id', '=', currency_id)]",
        help="The price of the invoiced service for each product's units; empty means the price typed here.",
    )
    price = fields.Monetary(string="Price of a Unit", help="Per interval.")
    price_ids = fields.One2many(
        comodel_name="service.coverage.add.price",
        inverse_name="wizard_id",
        string="Prices by Product",
        compute="_compute_price_ids",
        store=True,
        readonly=False,
    )
    interval_count = fields.Integer(string="Every", compute="_compute_interval", store=True, readonly=False)
    interval_unit = fields.Selection(
        selection=INTERVAL_UNITS, string="Interval", compute="_compute_interval", store=True, readonly=False
    )
    sla_policy_id = fields.Many2one(comodel_name="service.sla.policy", string="Service Level")
    like_coverage_id = fields.Many2one(
        comodel_name="service.coverage",
        string="Who Pays As For",
        domain="[('contract_id', '=', contract_id)]",
        help="The row whose terms per kind of work the new ones get; empty means the contract's.",
    )
    reason = fields.Char()
    amount_total = fields.Monetary(string="Adds to the Value", compute="_compute_amount_total")

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("contract_id.is_frame", "contract_id.kind")
    def _compute_is_any_customer(self):
        for wizard in self:
            wizard.is_any_customer = wizard.contract_id.is_frame or wizard.contract_id.kind == "supplier"

    @api.depends("contract_id")
    def _compute_dates(self):
        for wizard in self:
            contract = wizard.contract_id
            if not contract:
                continue
            wizard.date_end = contract._get_last_day()
            wizard.date_start = contract.date_start
            if contract.state != "draft":
                wizard.date_start = contract._get_first_open_day()

    @api.depends("contract_id")
    def _compute_interval(self):
        for wizard in self:
            wizard.interval_count = wizard.contract_id.interval_count or 1
            wizard.interval_unit = wizard.contract_id.interval_unit or "month"

    @api.depends(
        "contract_id",
        "site_ids",
        "zone_ids",
        "product_tmpl_ids",
        "categ_ids",
        "tag_ids",
        "serials",
        "with_covered",
        "date_start",
        "date_end",
    )
    def _compute_equipment_ids(self):
        for wizard in self:
            units = self.env["service.equipment"].search(wizard._get_unit_domain(), order="site_id, name, id")
            wizard.covered_ids = wizard._get_covered_units(units)
            wizard.equipment_ids = units if wizard.with_covered else units - wizard.covered_ids._origin

    @api.depends("serials")
    def _compute_missing(self):
        for wizard in self:
            found = wizard.equipment_ids | wizard.covered_ids
            known = {key for unit in found for key in (unit.serial_key, unit.name_key, unit.asset_key)}
            missing = [text for text, key in wizard._get_serial_keys().items() if key not in known]
            wizard.missing = ", ".join(missing)

    @api.depends("equipment_ids", "covered_ids")
    def _compute_unit_count(self):
        for wizard in self:
            wizard.unit_count = len(wizard.equipment_ids)
            wizard.covered_count = len(wizard.covered_ids)

    @api.depends("equipment_ids", "price", "pricelist_id", "product_id", "interval_unit")
    def _compute_price_ids(self):
        for wizard in self:
            counts = {
                product: len(units)
                for product, units in wizard.equipment_ids.sorted("product_id").grouped("product_id").items()
            }
            wizard.price_ids = [Command.clear()] + [
                Command.create({"product_id": product.id, "unit_count": count, "price": wizard._get_price(product)})
                for product, count in counts.items()
            ]

    @api.depends("price_ids.price", "price_ids.unit_count", "date_start", "date_end", "interval_count", "interval_unit")
    def _compute_amount_total(self):
        for wizard in self:
            interval = (wizard.interval_count or 1, wizard.interval_unit)
            days = (wizard.date_start, wizard.date_end)
            wizard.amount_total = sum(
                line.unit_count * wizard.contract_id._get_span_value(line.price, days, interval)
                for line in wizard.price_ids
            )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_add(self):
        """Write the rows: all of them, or none.

        :return: an action that says how many, and closes the dialog
        :raise UserError: when there is nothing to add, or the contract refuses a row
        """
        self.ensure_one()
        units = self.equipment_ids
        if not units:
            raise UserError(self.env._("Choose the units that the contract shall cover."))
        price_by_product = {line.product_id: line.price for line in self.price_ids}
        values = self._prepare_row_values()
        rows = [
            {**values, "equipment_id": unit.id, "price": price_by_product.get(unit.product_id, self.price)}
            for unit in units
        ]
        contract = self.contract_id
        if contract.state == "draft":
            terms = {}
            if self.like_coverage_id:
                terms = self.like_coverage_id._prepare_terms_values()
            start = {"contract_id": contract.id, "date_start": self.date_start, **terms}
            self.env["service.coverage"].create([{**row, **start} for row in rows])
        else:
            lines = [{**row, "action": "add", "like_coverage_id": self.like_coverage_id.id} for row in rows]
            contract._amend(self.date_start, lines, self.reason)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s unit(s) came into %(contract)s.", count=len(units), contract=contract.name
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _get_serial_keys(self):
        """Return what was typed, pasted or scanned, as {text: the key by which units are found}."""
        self.ensure_one()
        texts = [text.strip() for text in SEPARATORS.split(self.serials or "")]
        return {text: self.env["service.equipment"]._normalize_serial(text) for text in texts if text}

    def _get_covered_units(self, units):
        """Return those of some units that a contract covers on any of the days chosen."""
        self.ensure_one()
        rows = self.env["service.coverage"].search_fetch(
            [
                ("equipment_id", "in", units.ids),
                ("contract_state", "!=", "cancelled"),
                # What a supplier looks after, a customer's contract may cover all the same.
                ("contract_kind", "=", self.contract_id.kind),
                ("date_start", "<=", self.date_end),
                ("date_end", ">=", self.date_start),
            ],
            ["equipment_id", "date_start", "date_end"],
        )
        # A row that was taken back before it began covers nothing.
        return rows.filtered(lambda row: row.date_start <= row.date_end).equipment_id

    def _get_price(self, product):
        """Return the price of a unit of some product per interval: that of the price list, else the one typed."""
        self.ensure_one()
        if not self.pricelist_id:
            return self.price
        return self.pricelist_id._get_product_price(
            product, 1.0, currency=self.currency_id, date=fields.Datetime.to_datetime(self.date_start)
        )

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _get_unit_domain(self):
        """Hook: return the domain of the units that the wizard offers; none before anything is chosen."""
        self.ensure_one()
        serials = [key for key in self._get_serial_keys().values() if key]
        chosen = Domain.TRUE
        if self.site_ids:
            chosen &= Domain("site_id", "in", self.site_ids.ids)
        if self.zone_ids:
            chosen &= Domain("zone_id", "in", self.zone_ids.ids)
        if self.product_tmpl_ids:
            chosen &= Domain("product_tmpl_id", "in", self.product_tmpl_ids.ids)
        if self.categ_ids:
            chosen &= Domain("product_categ_id", "child_of", self.categ_ids.ids)
        if self.tag_ids:
            chosen &= Domain("tag_ids", "in", self.tag_ids.ids)
        if serials:
            chosen &= Domain.OR([(name, "in", serials)] for name in ("serial_key", "name_key", "asset_key"))
        if chosen.is_true() or not self.contract_id or not self.date_start or not self.date_end:
            return Domain.FALSE
        domain = chosen & Domain("company_id", "=", self.company_id.id) & Domain("state", "!=", "retired")
        if self.is_any_customer:
            return domain
        return domain & Domain("commercial_partner_id", "=", self.commercial_partner_id.id)

    def _prepare_row_values(self):
        """Hook: prepare what all new rows have in common, as values of a coverage row or of an amendment's line."""
        self.ensure_one()
        return {
            "date_end": self.date_end,
            "product_id": self.product_id.id,
            "interval_count": self.interval_count or 1,
            "interval_unit": self.interval_unit,
            "sla_policy_id": self.sla_policy_id.id,
        }
