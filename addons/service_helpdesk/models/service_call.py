# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.mail import email_normalize

from odoo.addons.service_contract.const import PRIORITIES

from ..const import CHANNELS


class ServiceCall(models.Model):
    """A request of a customer: what was asked, what we promised for it, and how the promise is doing.

    The class is kept in one file per subject: this one has the fields and the life of the
    record, ``service_call_flow`` its events and transitions, ``service_call_cover`` the
    resolver's answers, ``service_call_clock`` the deadlines, ``service_call_queue`` the
    order of the queue, ``service_call_intake`` what is checked while it is taken, ``service_call_mail`` the
    messages, ``service_call_portal`` what a customer may do.
    """

    _name = "service.call"
    _description = "Service Call"
    _inherit = [
        "portal.mixin",
        "mail.activity.mixin",
        "rating.mixin",
        "service.words.mixin",
        "service.number.mixin",
        "service.limits.mixin",
    ]
    _order = "queue_rank, id"
    _check_company_auto = True
    _primary_email = "partner_email"
    _mail_post_access = "read"

    # What was asked
    name = fields.Char(index="trigram")
    subject = fields.Char(required=True, tracking=True, index="trigram")
    description = fields.Html()
    type_id = fields.Many2one(
        comodel_name="service.call.type",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        default=lambda self: self._default_type_id(),
    )
    channel = fields.Selection(selection=CHANNELS, required=True, default="phone")
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    # Who asked, where and about what
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index=True,
        tracking=True,
        check_company=True,
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner",
        related="partner_id.commercial_partner_id",
        store=True,
        index=True,
        precompute=True,
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        index="btree_not_null",
        check_company=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)] if commercial_partner_id else []",
    )
    contact_name = fields.Char(compute="_compute_contact_name")
    partner_email = fields.Char(
        string="Email",
        index="btree_not_null",
        compute="_compute_partner_contact",
        store=True,
        readonly=False,
        precompute=True,
    )
    partner_phone = fields.Char(
        string="Phone",
        compute="_compute_partner_contact",
        store=True,
        readonly=False,
        precompute=True,
    )
    site_id = fields.Many2one(
        comodel_name="res.partner",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain="[('is_service_site', '=', True), ('commercial_partner_id', '=', commercial_partner_id)]"
        " if commercial_partner_id else [('is_service_site', '=', True)]",
        compute="_compute_from_equipment",
        store=True,
        readonly=False,
        precompute=True,
    )
    site_tz = fields.Char(string="Site Time Zone", compute="_compute_site_tz", store=True, precompute=True)
    area_id = fields.Many2one(
        comodel_name="service.area", related="site_id.area_id", store=True, index="btree_not_null"
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)] if commercial_partner_id else []",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        compute="_compute_from_equipment",
        store=True,
        readonly=False,
        precompute=True,
    )
    symptom_id = fields.Many2one(
        comodel_name="service.fault",
        index="btree_not_null",
        domain="[('kind', '=', 'symptom')]",
    )
    cause_id = fields.Many2one(
        comodel_name="service.fault",
        index="btree_not_null",
        domain="[('kind', '=', 'cause')]",
    )
    remedy_id = fields.Many2one(
        comodel_name="service.fault",
        index="btree_not_null",
        domain="[('kind', '=', 'remedy')]",
    )
    needs_triage = fields.Boolean(
        tracking=True,
        groups="base.group_user",
        help="The sender or the unit could not be recognised: somebody must look.",
    )
    is_automatic = fields.Boolean(
        string="Sent by a Machine",
        groups="base.group_user",
        copy=False,
        help="Raised by an automatic mail. Nothing is ever answered automatically to it.",
    )
    # Who handles it
    team_id = fields.Many2one(comodel_name="service.team", index=True, tracking=True, check_company=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        index=True,
        tracking=True,
        check_company=True,
        domain="[('share', '=', False)]",
        copy=False,
    )
    assigned_user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="service_call_assigned_user_rel",
        string="Working on It",
        domain="[('share', '=', False)]",
        copy=False,
        groups="base.group_user",
    )
    stage_id = fields.Many2one(
        comodel_name="service.call.stage",
        index=True,
        tracking=True,
        ondelete="restrict",
        copy=False,
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="['|', ('type_ids', '=', False), ('type_ids', 'in', type_id)]",
        group_expand="_read_group_stage_ids",
    )
    is_closed = fields.Boolean(compute="_compute_is_closed", store=True, precompute=True)
    is_paused = fields.Boolean(readonly=True, copy=False)
    priority = fields.Selection(selection=PRIORITIES, default="1", required=True, tracking=True, index=True)
    priority_is_manual = fields.Boolean(
        string="Priority Set by Hand",
        copy=False,
        groups="base.group_user",
        help="The contract no longer changes the priority of this call.",
    )
    # When
    raised_at = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        index=True,
        copy=False,
        tracking=True,
        help="When the customer told us; the clocks start here.",
    )
    allocated_at = fields.Datetime(readonly=True, copy=False)
    planned_at = fields.Datetime(readonly=True, copy=False)
    travel_at = fields.Datetime(readonly=True, copy=False)
    arrived_at = fields.Datetime(readonly=True, copy=False)
    replied_at = fields.Datetime(string="First Reply At", readonly=True, copy=False)
    closed_at = fields.Datetime(readonly=True, copy=False, index="btree_not_null")
    event_ids = fields.One2many(
        comodel_name="service.call.event",
        inverse_name="call_id",
        readonly=True,
        groups="base.group_user",
    )
    # What hangs on it
    original_id = fields.Many2one(
        comodel_name="service.call",
        string="Original Call",
        index="btree_not_null",
        check_company=True,
        domain="[('id', '!=', id)]",
        help="The call from which this one follows.",
    )
    linked_ids = fields.One2many(
        comodel_name="service.call",
        inverse_name="original_id",
        string="Linked Calls",
        groups="base.group_user",
    )
    linked_count = fields.Integer(compute="_compute_counts")
    work_ids = fields.One2many(
        comodel_name="service.work",
        inverse_name="call_id",
        groups="base.group_user",
    )
    exchange_ids = fields.One2many(
        comodel_name="service.exchange",
        inverse_name="call_id",
        string="Exchanges",
        groups="base.group_user",
    )
    equipment_call_count = fields.Integer(string="Calls of the Unit", compute="_compute_counts")

    _name_uniq = models.UniqueIndex("(name, company_id)", "Each call has its own number.")
    # ------------------------------------------------------------
    # Defaults and computes
    # ------------------------------------------------------------

    def _default_type_id(self, company_id=None):
        types = self.env["service.call.type"]
        return types.browse(types._get_default_id(company_id or self.env.company.id))

    @api.depends("equipment_id", "contact_id")
    def _compute_partner_id(self):
        for call in self:
            if call.equipment_id:
                call.partner_id = call.equipment_id.partner_id
            elif not call.partner_id:
                call.partner_id = call.contact_id.commercial_partner_id

    @api.depends("partner_id.name", "contact_id.name")
    def _compute_contact_name(self):
        for call in self:
            call.contact_name = call.contact_id.name or call.partner_id.name

    @api.depends("partner_id", "contact_id")
    def _compute_partner_contact(self):
        foreign = self._find_foreign_reach()
        for call in self:
            source, others = call.contact_id or call.partner_id, foreign.get(call, ())
            kept_email = call.partner_email not in others and call.partner_email
            kept_phone = call.partner_phone not in others and call.partner_phone
            call.partner_email = email_normalize(source.email) or kept_email
            call.partner_phone = source.phone or kept_phone

    def _find_foreign_reach(self):
        """Find the addresses and telephone numbers on calls that belong to somebody else than their customer.

        What a caller left is kept where his contact has none of his own. What the customer before had is not: he would
        get the mails of a call that is another's by now. One query, and none where the contacts have both.

        :return: dict {call: set of texts}
        """
        asked = self.filtered(
            lambda call: (source := call.contact_id or call.partner_id)
            and ((call.partner_email and not source.email) or (call.partner_phone and not source.phone))
        )
        if not asked:
            return {}
        # Whose an address is decides, not whether the user may read him.
        partners = self.env["res.partner"].sudo()
        keys = [partners._get_service_phone_key(phone) for phone in asked.mapped("partner_phone")]
        found = partners.search(
            Domain("email_normalized", "in", list(filter(None, asked.mapped("partner_email"))))
            | Domain("service_phone_key", "in", list(filter(None, keys)))
        )
        foreign = {}
        for call in asked:
            customer = (call.contact_id or call.partner_id).commercial_partner_id.sudo()._origin
            own = found.filtered(lambda partner, customer=customer: partner.commercial_partner_id == customer)
            reach = [{*some.mapped("email_normalized"), *some.mapped("phone")} for some in (found - own, own)]
            foreign[call] = reach[0] - reach[1]
        return foreign

    @api.depends("equipment_id", "contact_id")
    def _compute_from_equipment(self):
        for call in self:
            if call.equipment_id:
                call.site_id = call.equipment_id.site_id
                call.product_id = call.equipment_id.product_id
            else:
                call.site_id = call.site_id or (call.contact_id if call.contact_id.is_service_site else False)
                call.product_id = call.product_id

    @api.depends("site_id", "partner_id", "company_id")
    def _compute_site_tz(self):
        for call in self:
            call.site_tz = (call.site_id or call.partner_id)._get_service_tz(call.company_id)

    @api.depends("type_id")
    def _compute_stage_id(self):
        stage_by_type = self._find_stages("is_initial")
        for call in self:
            if not call.stage_id or not call.stage_id._serves(call.type_id):
                call.stage_id = stage_by_type[call.type_id]

    @api.depends("closed_at")
    def _compute_is_closed(self):
        for call in self:
            call.is_closed = bool(call.closed_at)

    def _compute_counts(self):
        linked = dict(self._read_group([("original_id", "in", self.ids)], ["original_id"], ["__count"]))
        siblings = dict(
            self._read_group(
                [("equipment_id", "in", self.equipment_id.ids)],
                ["equipment_id"],
                ["__count"],
            )
        )
        for call in self:
            call.linked_count = linked.get(call._origin, 0)
            call.equipment_call_count = siblings.get(call.equipment_id, 0)

    def _compute_access_url(self):
        super()._compute_access_url()
        for call in self:
            call.access_url = f"/my/calls/{call.id}"

    @api.depends("name", "subject")
    def _compute_display_name(self):
        for call in self:
            call.display_name = f"{call.name} {call.subject}" if call.subject else call.name

    @api.model
    def _search_display_name(self, operator, value):
        if operator in ("in", "not in"):
            return [("name", operator, value)]
        # A whole number is found by its index, however many calls there are.
        number = isinstance(value, str) and operator in ("like", "ilike") and value.strip().upper()
        if number and self.search_count([("name", "=", number)], limit=1):
            return [("name", "=", number)]
        return ["|", ("name", operator, value), ("subject", operator, value)]

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        return stages.search([])  # pylint: disable=no-search-all

    # ------------------------------------------------------------
    # Constraints and onchange
    # ------------------------------------------------------------

    @api.constrains("original_id")
    def _check_original_id(self):
        if self._has_cycle("original_id"):
            raise ValidationError(self.env._("A call cannot follow from itself."))

    @api.constrains("cover_is_manual", "cover_manual_reason")
    def _check_cover_manual_reason(self):
        for call in self:
            if call.cover_is_manual and not (call.cover_manual_reason or "").strip():
                raise ValidationError(self.env._("Say why the cover of %(call)s is chosen by hand.", call=call.name))

    @api.constrains("cover_is_manual", "coverage_id")
    def _check_cover_of_customer(self):
        for call in self.filtered("cover_is_manual"):
            # Whoever chooses a row by hand may read it; later the call is written by others too.
            if call.coverage_id.sudo().contract_kind == "supplier":
                raise ValidationError(
                    self.env._(
                        "%(row)s is what a supplier promises us: choose a row of a contract with the customer.",
                        row=call.coverage_id.sudo().display_name,
                    )
                )

    @api.onchange("priority")
    def _onchange_priority(self):
        if self.priority != self._get_resolved_priority():
            self.priority_is_manual = True

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [
            self._prepare_call_values(vals, self._default_type_id(vals.get("company_id"))) for vals in vals_list
        ]
        # One note per call is logged below, in one batch; nobody but the contact follows a call by itself.
        thread = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        calls = super(ServiceCall, thread).create(vals_list).with_env(self.env)
        calls._assign_new()
        calls._resolve_cover(is_new=True)
        calls._log_raised()
        calls._replay_clocks()
        if not self.env.context.get("mail_create_nolog"):
            calls._message_log_batch(bodies={call.id: call._creation_message() for call in calls})
        calls._subscribe_contacts()
        return calls

    def write(self, vals):
        vals = dict(vals)
        stage_id = vals.pop("stage_id", None)
        if "priority" in vals:
            vals.setdefault("priority_is_manual", True)
        unowned = self.filtered(lambda call: not call.user_id) if vals.get("user_id") else self.browse()
        result = super().write(vals) if vals else True
        if "raised_at" in vals:
            self._correct_raised()
        if self._cover_fields() & vals.keys():
            self.filtered(lambda call: not call.is_closed)._resolve_cover()
        elif self._clock_fields() & vals.keys():
            self._replay_clocks(is_told=True)
        if unowned:
            unowned.filtered(lambda call: not call.is_closed and not call.allocated_at)._register_event("allocated")
        if stage_id:
            self._change_stage(self.env["service.call.stage"].browse(stage_id))
        return result

    def _store(self, vals):
        """Write what the machine itself found out: nothing follows from it, unlike from a person's :meth:`write`."""
        return super().write(vals)  # pylint: disable=super-method-mismatch

    def _check_company(self, fnames=None):
        """Check calls of one company that name the same record once: a batch is most often of few units and teams."""
        if fnames is None or "company_id" in fnames:
            fnames = self._fields
        company_ids = [call.company_id.id for call in self]
        for name in fnames:
            field = self._fields[name]
            if field.relational and field.check_company:
                linked = [call[name]._ids for call in self.sudo()]
                calls = dict(zip(zip(company_ids, linked, strict=True), self._ids, strict=True))
                super(ServiceCall, self.browse(calls.values()))._check_company([name])

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            dict(vals, subject=self.env._("%(subject)s (copy)", subject=call.subject))
            for call, vals in zip(self, vals_list, strict=True)
        ]

    @api.model
    def _prepare_call_values(self, vals, default_type):
        """Return the values with which a call is created (pure: a copy).

        :param default_type: ``service.call.type`` for calls without one
        """
        values = dict(vals)
        if not values.get("type_id"):
            values["type_id"] = default_type.id
        # Nobody has rated what is not there yet: Odoo would ask the database.
        values.setdefault("rating_last_value", 0.0)
        if "priority" in values:
            values.setdefault("priority_is_manual", True)
        if values.get("partner_email"):
            values["partner_email"] = email_normalize(values["partner_email"]) or values["partner_email"]
        return values

    # ------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------

    def _after_event(self, kind, at):
        """Hook: called after an event was written and the clocks were replayed."""
