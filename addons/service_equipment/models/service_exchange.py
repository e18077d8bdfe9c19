# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceExchange(models.Model):
    """One component exchange at a unit (rules.md 7): the old part out, the new part in.

    `action_done` closes the old component row, opens the new one and makes the stock moves,
    all or nothing; `action_reverse` restores both. The user needs no stock rights: what he may
    do is checked here, then the moves are made with the stock's own rights.
    """

    _name = "service.exchange"
    _description = "Component Exchange"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    _transitions = {"draft": ("done",), "done": ("reversed",), "reversed": ()}

    name = fields.Char(string="Number", required=True, readonly=True, copy=False, default="/", index=True)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("done", "Done"), ("reversed", "Reversed")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
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
    reason = fields.Char()
    fault_id = fields.Many2one(comodel_name="service.fault", index="btree_not_null")

    component_id = fields.Many2one(
        comodel_name="service.component",
        string="Component",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
        domain="[('equipment_id', '=', equipment_id), ('date_removed', '=', False)]",
        help="The row of the as-maintained list that is exchanged; empty for a part that was not listed.",
    )
    position = fields.Char(compute="_compute_old_part", store=True, readonly=False)
    old_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Old Part",
        compute="_compute_old_part",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
    )
    old_lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="Old Serial Number",
        compute="_compute_old_part",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="[('product_id', '=', old_product_id)]",
    )
    old_serial_found = fields.Char(
        string="Old Serial Found",
        copy=False,
        help="The serial number read on the old part, where the register did not know it.",
    )
    new_product_id = fields.Many2one(
        comodel_name="product.product",
        string="New Part",
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
        domain="[('product_id', '=', new_product_id)]",
    )
    new_component_id = fields.Many2one(
        comodel_name="service.component",
        string="New Component",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)

    location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Taken from",
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
    currency_id = fields.Many2one(related="company_id.currency_id")
    value_out = fields.Monetary(
        readonly=True,
        copy=False,
        groups="service_equipment.group_service_equipment_manager,service_equipment.group_service_auditor",
    )
    value_recovered = fields.Monetary(
        readonly=True,
        copy=False,
        groups="service_equipment.group_service_equipment_manager,service_equipment.group_service_auditor",
    )
    value_net = fields.Monetary(
        compute="_compute_value_net",
        store=True,
        groups="service_equipment.group_service_equipment_manager,service_equipment.group_service_auditor",
    )
    move_ids = fields.One2many(
        comodel_name="stock.move",
        inverse_name="service_exchange_id",
        string="Stock Moves",
        readonly=True,
        copy=False,
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
    def _compute_old_part(self):
        for exchange in self:
            component = exchange.component_id
            if component:
                exchange.position = component.position
                exchange.old_product_id = component.product_id
                exchange.old_lot_id = component.lot_id

    @api.depends("disposition", "location_id", "company_id", "equipment_id", "old_product_id")
    def _compute_dest_location_id(self):
        for exchange in self:
            exchange.dest_location_id = exchange._get_dest_location()

    @api.depends("value_out", "value_recovered")
    def _compute_value_net(self):
        for exchange in self:
            exchange.value_net = exchange.value_out - exchange.value_recovered

    def _get_dest_location(self):
        return self.env["stock.location"]
