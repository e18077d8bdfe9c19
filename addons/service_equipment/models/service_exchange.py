# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceExchange(models.Model):
    """One component exchange at a unit (rules.md 7): the old part out, the new part in.

    `action_done` closes the old component row, opens the new one and makes the stock moves,
    all or nothing; `action_reverse` restores both. The user needs no stock rights: what he may
    do is checked here, then the moves are made with the stock's own rights.
    """

    _name = "service.exchange"
    _description = "Component Exchange"
    _inherit = ["mail.thread", "service.number.mixin", "service.transition.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    _transitions = {"draft": ("done",), "done": ("reversed",), "reversed": ()}
    # What a done exchange has moved does not change any more; it can be reversed.
    _frozen_fields = (
        "equipment_id",
        "component_id",
        "position",
        "old_product_id",
        "old_lot_id",
        "old_serial_found",
        "new_product_id",
        "new_lot_id",
        "quantity",
        "location_id",
        "disposition",
        "dest_location_id",
        "vendor_id",
        "recovery_percent",
        "date",
    )

    state = fields.Selection(
        selection=[("draft", "Draft"), ("done", "Done"), ("reversed", "Reversed")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True)
    date = fields.Datetime(required=True, copy=False, default=fields.Datetime.now)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Done by",
        default=lambda self: self.env.user,
        required=True,
        index=True,
    )
    reason_id = fields.Many2one(comodel_name="service.exchange.reason", index="btree_not_null")
    reason = fields.Char(string="Note")
    fault_id = fields.Many2one(comodel_name="service.fault", index="btree_not_null")

    component_id = fields.Many2one(
        comodel_name="service.component",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
        domain="[('equipment_id', '=', equipment_id), ('date_removed', '=', False)]",
        help="The row of the as-maintained list that is exchanged; empty for a part that was not listed.",
    )
    position = fields.Char(compute="_compute_position", store=True, readonly=False)
    old_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Old Part",
        compute="_compute_old_product_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
    )
    old_lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="Old Serial Number",
        compute="_compute_old_lot_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="[('product_id', '=', old_product_id)]",
    )
    old_serial_found = fields.Char(
        copy=False,
        help="The serial number read on the old part, where the register did not know it.",
    )
    new_product_id = fields.Many2one(
        comodel_name="product.product",
        string="New Part",
        compute="_compute_new_product_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
        check_company=True,
    )
    new_lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="New Serial Number",
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="[('id', 'in', available_lot_ids)]",
    )
    available_lot_ids = fields.Many2many(comodel_name="stock.lot", compute="_compute_available_lot_ids")
    new_tracking = fields.Selection(related="new_product_id.tracking", string="New Part Tracking")
    old_tracking = fields.Selection(related="old_product_id.tracking", string="Old Part Tracking")
    new_component_id = fields.Many2one(
        comodel_name="service.component",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)

    location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Taken from",
        compute="_compute_location_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
        check_company=True,
        domain="[('usage', '=', 'internal')]",
        help="The van or the warehouse that the new part comes from.",
    )
    disposition = fields.Selection(
        selection=[
            ("stock", "Back to Stock"),
            ("quarantine", "Quarantine"),
            ("vendor", "Return to Vendor"),
            ("scrap", "Scrap"),
            ("left", "Left with Customer"),
        ],
        string="Old Part Goes to",
        required=True,
        default="quarantine",
    )
    dest_location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Destination",
        compute="_compute_dest_location_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
    )
    recovery_percent = fields.Float(
        string="Recovered (%)",
        help="Percent of its cost at which the old part comes back.",
    )
    move_ids = fields.One2many(
        comodel_name="stock.move",
        inverse_name="service_exchange_id",
        string="Stock Moves",
        readonly=True,
        copy=False,
        groups="stock.group_stock_user",
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)",
        "The quantity of an exchange must be greater than zero.",
    )
    _recovery_percent_range = models.Constraint(
        "CHECK(recovery_percent >= 0 AND recovery_percent <= 100)",
        "A part is recovered at 0 to 100 percent of its cost.",
    )

    @api.depends("component_id")
    def _compute_position(self):
        for exchange in self.filtered("component_id"):
            exchange.position = exchange.component_id.position

    @api.depends("component_id")
    def _compute_old_product_id(self):
        for exchange in self.filtered("component_id"):
            exchange.old_product_id = exchange.component_id.product_id

    @api.depends("component_id")
    def _compute_old_lot_id(self):
        for exchange in self.filtered("component_id"):
            exchange.old_lot_id = exchange.component_id.lot_id

    @api.depends("component_id")
    def _compute_new_product_id(self):
        for exchange in self:
            exchange.new_product_id = exchange.new_product_id or exchange.component_id.product_id

    @api.depends("equipment_id")
    def _compute_location_id(self):
        for exchange in self:
            company = exchange.equipment_id.company_id or self.env.company
            if not exchange.location_id or exchange.location_id.company_id != company:
                exchange.location_id = exchange._get_source_location(company)

    @api.depends("new_product_id", "location_id")
    def _compute_available_lot_ids(self):
        for exchange in self:
            quants = self.env["stock.quant"].search(
                [
                    ("product_id", "=", exchange.new_product_id.id),
                    ("location_id", "child_of", exchange.location_id.id),
                    ("lot_id", "!=", False),
                    ("quantity", ">", 0),
                ]
            )
            exchange.available_lot_ids = quants.lot_id

    @api.depends("disposition", "location_id", "equipment_id", "old_product_id")
    def _compute_dest_location_id(self):
        for exchange in self:
            has_destination = exchange.old_product_id and exchange.disposition != "left"
            exchange.dest_location_id = exchange._get_dest_location() if has_destination else False

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def _get_frozen_text(self):
        return self.env._("Exchange %(name)s is done: reverse it and make a new one.", name=self.name)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        for exchange in self:
            if exchange.state != "draft":
                raise UserError(
                    self.env._("Exchange %(name)s is done: reverse it instead of deleting it.", name=exchange.name)
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_done(self):
        """Exchange the parts: close the old component row, open the new one, move both parts.

        Several exchanges are done together, all or nothing, with the result of doing them one
        after the other.

        :raise UserError: when a part is not what or where the exchange says, naming it
        """
        self._check_transition("done")
        self._do_rounds()
        self._after_done()

    def action_reverse(self):
        """Restore what the exchanges found: both component rows and the stock, the last one first.

        :raise UserError: when a part has been used or exchanged again since, naming it
        """
        self._check_transition("reversed")
        self._reverse_rounds()
        self._message_log_batch(bodies=dict.fromkeys(self.ids, self.env._("Reversed")))
        self._after_reversed()

    def action_view_moves(self):
        """Open the stock moves of these exchanges.

        :raise UserError: when the user may not read stock moves
        :return: an `ir.actions.act_window` dict
        """
        if not self.env["stock.move"].has_access("read"):
            raise UserError(self.env._("Stock moves are shown to those who look after the stock or the costs."))
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_exchange_action_moves")
        return {**action, "domain": [("service_exchange_id", "in", self.ids)]}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _get_site_date(self):
        """Return the day of the exchange where the unit stands."""
        self.ensure_one()
        tz = self.equipment_id._get_tz()
        return fields.Datetime.context_timestamp(self.with_context(tz=tz), self.date).date()

    def _get_summary(self):
        """Return what was exchanged for what, in words."""
        self.ensure_one()
        # Whoever sees the exchange sees its serial numbers, stock rights or not.
        parts = self.sudo()
        old_serial = parts.old_lot_id.name or parts.old_serial_found
        old = " ".join(filter(None, (parts.old_product_id.display_name, old_serial)))
        new = " ".join(filter(None, (parts.new_product_id.display_name, parts.new_lot_id.name)))
        summary = f"{old} -> {new}" if old else new
        if self.state == "reversed":
            return self.env._("%(summary)s (reversed)", summary=summary)
        return summary

    def _get_source_location(self, company):
        """Return where new parts are taken from unless the user says otherwise.

        :param company: `res.company` of the exchange
        :return: `stock.location`, the stock of the company's first warehouse here
        """
        return self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).lot_stock_id

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _after_done(self):
        """Hook: these exchanges were done."""

    def _after_reversed(self):
        """Hook: these exchanges were reversed."""
