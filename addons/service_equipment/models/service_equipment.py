# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import OrderedSet

# Who looks after the units; customers read them too.
INTERNAL = "service_equipment.group_service_equipment_reader,service_equipment.group_service_auditor"


class ServiceEquipment(models.Model):
    """One unit that we look after: what it is, whose it is, where it stands and what is in it.

    Validated deliveries register units and returns retire them (`stock.picking`); units may
    also be entered by hand. Where a unit is stands in `site_id`, not in the stock: a serial
    number's stock location says nothing once it is at a customer.
    """

    _name = "service.equipment"
    _description = "Service Equipment"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "portal.mixin",
        "image.mixin",
        "service.import.mixin",
        "service.number.mixin",
        "service.transition.mixin",
        "service.history.mixin",
        "service.limits.mixin",
    ]
    _order = "name desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "serial_number", "asset_code"]

    _transitions = {
        "draft": ("in_service", "retired"),
        "in_service": ("in_repair", "retired"),
        "in_repair": ("in_service", "retired"),
        "retired": ("draft", "in_service"),
    }

    # Numbers of before are imported and typed.
    name = fields.Char(readonly=False)
    asset_code = fields.Char(
        copy=False,
        index="trigram",
        tracking=True,
        help="The customer's or our own inventory label.",
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=[
            ("draft", "Not Installed"),
            ("in_service", "In Service"),
            ("in_repair", "In Repair"),
            ("retired", "Retired"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    criticality = fields.Selection(
        selection=[("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Critical")],
        default="1",
        required=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    product_tmpl_id = fields.Many2one(
        related="product_id.product_tmpl_id",
        string="Model",
        store=True,
        precompute=True,
        index=True,
    )
    product_categ_id = fields.Many2one(related="product_id.categ_id", store=True, precompute=True, index=True)
    lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="Serial Number",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
        tracking=True,
    )
    serial_number = fields.Char(
        string="Serial",
        compute="_compute_serial_number",
        inverse="_inverse_serial_number",
        store=True,
        readonly=False,
        index="trigram",
        copy=False,
    )
    serial_key = fields.Char(compute="_compute_serial_key", store=True)
    version = fields.Char(tracking=True)
    picture_128 = fields.Image(string="Picture", compute="_compute_picture_128", compute_sudo=True)
    tag_ids = fields.Many2many(comodel_name="service.equipment.tag", string="Tags", groups=INTERNAL)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        index="btree_not_null",
        check_company=True,
        domain=[("share", "=", False)],
        tracking=True,
        groups=INTERNAL,
    )
    equipment_properties = fields.Properties(
        definition="product_categ_id.service_equipment_properties_definition",
        copy=True,
    )

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index=True,
        check_company=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Commercial Entity",
        store=True,
        index=True,
    )
    site_id = fields.Many2one(
        comodel_name="res.partner",
        index="btree_not_null",
        check_company=True,
        domain="['|', ('id', 'child_of', commercial_partner_id), ('is_service_site', '=', True)]",
        tracking=True,
    )
    area_id = fields.Many2one(related="site_id.area_id", store=True, index="btree_not_null")
    zone_id = fields.Many2one(
        comodel_name="service.zone",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    parent_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Part of",
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    child_ids = fields.One2many(comodel_name="service.equipment", inverse_name="parent_id", string="Sub-Units")

    delivery_picking_id = fields.Many2one(
        comodel_name="stock.picking",
        string="Delivery",
        copy=False,
        readonly=True,
        index="btree_not_null",
        check_company=True,
    )
    delivery_ref = fields.Char(string="Delivery Note", copy=False, index="trigram")
    order_ref = fields.Char(string="Order", copy=False, index="trigram")
    invoice_ref = fields.Char(string="Invoice", copy=False, index="trigram")
    date_delivered = fields.Date(string="Delivered on", copy=False, tracking=True)
    date_installed = fields.Date(string="Installed on", copy=False, tracking=True)
    date_retired = fields.Date(string="Retired on", copy=False, readonly=True)

    component_ids = fields.One2many(
        comodel_name="service.component",
        inverse_name="equipment_id",
        string="All Components",
        groups=INTERNAL,
    )
    open_component_ids = fields.One2many(
        comodel_name="service.component",
        inverse_name="equipment_id",
        string="Components",
        domain=[("date_removed", "=", False)],
        groups=INTERNAL,
    )
    exchange_ids = fields.One2many(
        comodel_name="service.exchange",
        inverse_name="equipment_id",
        string="Exchanges",
        groups=INTERNAL,
    )
    exchange_count = fields.Integer(compute="_compute_exchange_count", compute_sudo=False)

    _asset_code_uniq = models.UniqueIndex(
        "(asset_code, company_id) WHERE asset_code IS NOT NULL",
        "Another unit of this company has the same asset code.",
    )
    _lot_uniq = models.UniqueIndex(
        "(lot_id, company_id) WHERE lot_id IS NOT NULL",
        "A unit with this serial number is already registered.",
    )
    _name_company_idx = models.Index("(name DESC, id DESC) WHERE active IS TRUE")

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("name", "serial_number", "product_id.name")
    def _compute_display_name(self):
        for equipment in self:
            # Whoever sees the unit sees what it is: customers have no rights on products.
            parts = (equipment.name, equipment.sudo().product_id.name, equipment.serial_number)
            equipment.display_name = " - ".join(filter(None, parts))

    @api.depends("serial_number")
    def _compute_serial_key(self):
        for equipment in self:
            equipment.serial_key = self._normalize_serial(equipment.serial_number)

    # The product's picture is no secret of whoever may see the unit.
    @api.depends("image_128", "product_id.image_128")
    def _compute_picture_128(self):
        for equipment in self:
            equipment.picture_128 = equipment.image_128 or equipment.product_id.image_128

    def _compute_access_url(self):
        super()._compute_access_url()
        for equipment in self:
            equipment.access_url = f"/my/equipment/{equipment.id}"

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_exchange_count(self):
        Exchange = self.env["service.exchange"]
        domain = [("equipment_id", "in", self.ids), ("state", "=", "done")]
        counts = {}
        if Exchange.has_access("read"):
            counts = dict(Exchange._read_group(domain, ["equipment_id"], ["__count"]))
        for equipment in self:
            equipment.exchange_count = counts.get(equipment, 0)

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("product_id", "lot_id")
    def _check_lot_product(self):
        for equipment in self.sudo():
            if equipment.lot_id and equipment.lot_id.product_id != equipment.product_id:
                raise ValidationError(
                    self.env._(
                        "Serial number %(serial)s is of %(other)s, not of %(product)s.",
                        serial=equipment.lot_id.name,
                        other=equipment.lot_id.product_id.display_name,
                        product=equipment.product_id.display_name,
                    )
                )

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A unit cannot be part of itself."))

    @api.constrains("date_delivered", "date_installed")
    def _check_dates(self):
        for equipment in self:
            delivered, installed = equipment.date_delivered, equipment.date_installed
            if delivered and installed and installed < delivered:
                raise ValidationError(
                    self.env._("%(unit)s cannot be installed before it is delivered.", unit=equipment.display_name)
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        units = super().create(vals_list)
        units._flag_sites()
        return units

    def write(self, vals):
        res = super().write(vals)
        if vals.get("site_id"):
            self._flag_sites()
        return res

    def _creation_message(self):
        self.ensure_one()
        if self.delivery_picking_id:
            return self.env._("Registered with delivery %(delivery)s.", delivery=self.delivery_ref)
        return super()._creation_message()

    def _flag_sites(self):
        """Mark the addresses of these units as service sites."""
        # Whoever registers a unit need not have the right to edit contacts.
        sites = self.sudo().site_id.filtered(lambda site: not site.is_service_site)
        sites.is_service_site = True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for equipment in self:
            if equipment.state != "draft":
                raise UserError(
                    self.env._("%(unit)s has been in service: retire or archive it.", unit=equipment.display_name)
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_install(self):
        """Put the units into service, installed today at their site unless a date was entered."""
        for equipment in self:
            equipment.date_installed = equipment.date_installed or equipment._get_today()
        self._transition("in_service")

    def action_repair(self):
        """Take the units out of service for repair."""
        self._transition("in_repair")

    def action_return_to_service(self):
        """Put repaired or wrongly retired units back into service.

        :raise UserError: when a retired unit lies in our stock: its next delivery re-opens it
        """
        self.filtered(lambda equipment: equipment.state == "retired")._check_return_to_service()
        self._transition("in_service")

    def action_retire(self):
        """Retire the units as of today at their site."""
        for equipment in self:
            equipment.date_retired = equipment._get_today()
        self._transition("retired")

    def action_view_exchanges(self):
        """Open the component exchanges of these units.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_exchange_action")
        action["domain"] = [("equipment_id", "in", self.ids)]
        action["context"] = {"default_equipment_id": self.id} if len(self) == 1 else {}
        return action

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _prepare_transition_values(self, target):
        vals = super()._prepare_transition_values(target)
        return vals if target == "retired" else {**vals, "date_retired": False}

    def _check_return_to_service(self):
        """Hook: refuse to bring back retired units; here those whose serial number lies in a location of ours.

        :raise UserError: names what stands in the way
        """
        # Whoever keeps the register need not have the right to see the stock.
        quant = (
            self.env["stock.quant"]
            .sudo()
            .search(
                [
                    ("lot_id", "in", self.lot_id.ids),
                    ("location_id.usage", "in", ("internal", "transit")),
                    ("company_id", "in", self.company_id.ids),
                    ("quantity", ">", 0),
                ],
                limit=1,
            )
        )
        if quant:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s is in %(location)s: deliver it, and its unit returns to service.",
                    serial=quant.lot_id.name,
                    location=quant.location_id.display_name,
                )
            )

    @api.model
    def _match_serials(self, tokens, partner=None):
        """Find the units whose serial number is one of some words.

        :param tokens: iterable of str, as read in a subject or a text
        :param partner: only units of this partner's commercial entity
        :return: `service.equipment` records that are not retired
        """
        keys = [key for key in OrderedSet(map(self._normalize_serial, tokens)) if key]
        domain = [("serial_key", "in", keys), ("state", "!=", "retired")]
        if partner:
            domain.append(("commercial_partner_id", "=", partner.commercial_partner_id.id))
        return self.search(domain) if keys else self.browse()

    @api.model
    def _normalize_serial(self, serial):
        """Return the form in which serial numbers are compared: no blanks, upper case; or False."""
        return "".join((serial or "").split()).upper() or False

    def _get_tz(self):
        """Return the name of the time zone in which the unit stands."""
        self.ensure_one()
        return (self.site_id or self.partner_id)._get_service_tz(self.company_id)

    def _get_today(self):
        """Return today's date where the unit stands."""
        self.ensure_one()
        return fields.Date.context_today(self.with_context(tz=self._get_tz()))

    @api.model
    def _get_count_by(self, field_name, records):
        """Count units that the user may see, for smart buttons.

        :param str field_name: a many2one of this model
        :param records: records of its comodel
        :return: dict of record id to count; empty for users who may not read the register
        """
        if not self.has_access("read"):
            return {}
        groups = self._read_group([(field_name, "in", records.ids)], [field_name], ["__count"])
        return {record.id: count for record, count in groups}

    @api.model
    def _get_action(self, domain):
        """Return the action that shows the units of a domain, or the form of the only one."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_equipment_action")
        units = self.search(domain, limit=2)
        if len(units) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=units.id)
        return {**action, "domain": domain, "context": {}}
