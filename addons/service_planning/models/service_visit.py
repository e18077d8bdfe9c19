# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from urllib.parse import quote_plus

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.service_helpdesk.const import STAGE_FLAG_BY_KIND

STATES = [
    ("provisional", "Provisional"),
    ("confirmed", "Confirmed"),
    ("travel", "Travel"),
    ("working", "Working"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
OPEN_STATES = ("provisional", "confirmed", "travel", "working")
# Opens the map application of the phone.
MAP_URL = "https://www.google.com/maps/search/?api=1&query="
# Fields of the plan: a dispatcher's, not the engineer's.
PLAN_FIELDS = {
    "call_ids",
    "partner_id",
    "site_id",
    "lead_id",
    "crew_ids",
    "date_start",
    "date_end",
    "note",
    "company_id",
}
# Fields that tell what happened: only the actions write them.
STEP_FIELDS = {
    "name",
    "state",
    "travel_started_at",
    "work_started_at",
    "completed_at",
    "signed_at",
    "report_attachment_id",
}
# Step of the visit -> where its instant is kept, and the event of the calls that it stands for.
STAMPS = {"travel": "travel_started_at", "working": "work_started_at", "done": "completed_at"}
CALL_EVENTS = {"confirmed": "planned", "travel": "travel", "working": "arrived"}


class ServiceVisit(models.Model):
    """One trip of one or more engineers to a site, for one or several calls of one customer.

    A visit goes from provisional to done through :meth:`_transition` only. Each step tells the calls what happened and
    when, so that their stages and clocks follow. The engineer records work and exchanges on it, the customer signs it,
    and its intervention report is kept as a PDF.
    """

    _name = "service.visit"
    _description = "Service Visit"
    _inherit = ["mail.thread", "mail.activity.mixin", "service.number.mixin", "service.limits.mixin"]
    _order = "date_start desc, id desc"
    _check_company_auto = True

    _transitions = {
        "provisional": ("confirmed", "cancelled"),
        "confirmed": ("travel", "working", "cancelled"),
        "travel": ("working", "cancelled"),
        "working": ("done",),
        "done": (),
        "cancelled": (),
    }

    # Subcontractors, who are portal users, search no internal notes.
    message_ids = fields.One2many(groups="base.group_user")
    website_message_ids = fields.One2many(groups="base.group_user")
    state = fields.Selection(
        selection=STATES, required=True, readonly=True, copy=False, default="provisional", tracking=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    call_ids = fields.Many2many(
        comodel_name="service.call",
        relation="service_visit_call_rel",
        column1="visit_id",
        column2="call_id",
        string="Calls",
        check_company=True,
        domain="[('is_closed', '=', False), ('company_id', '=', company_id)]",
    )
    solved_call_ids = fields.Many2many(
        comodel_name="service.call",
        relation="service_visit_solved_call_rel",
        column1="visit_id",
        column2="call_id",
        string="Solved Calls",
        compute="_compute_solved_call_ids",
        store=True,
        readonly=False,
        copy=False,
        check_company=True,
        help="Calls that are completed with this visit. Untick a call that needs another visit.",
    )
    main_call_id = fields.Many2one(comodel_name="service.call", string="Call", compute="_compute_main_call_id")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Commercial Customer", store=True, index=True
    )
    site_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_site_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    site_address = fields.Char(compute="_compute_site_address")
    site_map_link = fields.Html(string="Address", compute="_compute_site_address", sanitize=False)
    site_tz = fields.Char(string="Site Time Zone", compute="_compute_site_tz")
    contact_name = fields.Char(string="Contact", compute="_compute_contact")
    contact_phone = fields.Char(string="Phone", compute="_compute_contact")
    equipment_ids = fields.Many2many(
        comodel_name="service.equipment", compute="_compute_equipment_ids"
    )
    lead_id = fields.Many2one(
        comodel_name="resource.resource",
        string="Engineer",
        index=True,
        copy=False,
        check_company=True,
        tracking=True,
        domain="[('is_service_engineer', '=', True)]",
        help="The engineer who leads the visit.",
    )
    crew_ids = fields.Many2many(
        comodel_name="resource.resource",
        relation="service_visit_crew_rel",
        column1="visit_id",
        column2="resource_id",
        copy=False,
        check_company=True,
        domain="[('is_service_engineer', '=', True), ('id', '!=', lead_id)]",
        help="The engineers who go along.",
    )
    engineer_ids = fields.Many2many(
        comodel_name="resource.resource",
        relation="service_visit_engineer_rel",
        column1="visit_id",
        column2="resource_id",
        string="Engineers",
        compute="_compute_engineer_ids",
        store=True,
        help="The engineer and the crew: all who see the visit as their own.",
    )
    date_start = fields.Datetime(string="Start", required=True, index=True, tracking=True)
    date_end = fields.Datetime(
        string="End", compute="_compute_date_end", store=True, readonly=False, precompute=True, required=True
    )
    travel_started_at = fields.Datetime(readonly=True, copy=False)
    work_started_at = fields.Datetime(readonly=True, copy=False)
    completed_at = fields.Datetime(readonly=True, copy=False)
    note = fields.Text(string="Instructions", help="What the engineer must know before and on the visit.")
    _check_dates = models.Constraint("CHECK(date_end > date_start)", "A visit must end after it starts.")
    _name_uniq = models.UniqueIndex("(name, company_id)", "The number of a visit must be unique.")
    _open_idx = models.Index(
        "(date_start, date_end) WHERE state IN ('provisional', 'confirmed', 'travel', 'working')"
    )

    # ------------------------------------------------------------------ compute

    @api.depends("call_ids")
    def _compute_solved_call_ids(self):
        for visit in self:
            visit.solved_call_ids = visit.call_ids

    @api.depends("call_ids")
    def _compute_main_call_id(self):
        for visit in self:
            visit.main_call_id = visit.call_ids[:1]

    @api.depends("call_ids")
    def _compute_partner_id(self):
        for visit in self:
            visit.partner_id = visit.call_ids[:1].partner_id or visit.partner_id

    @api.depends("call_ids")
    def _compute_site_id(self):
        for visit in self:
            visit.site_id = visit.call_ids.site_id[:1] or visit.site_id

    @api.depends("site_id", "partner_id")
    def _compute_site_address(self):
        for visit in self:
            place = visit.site_id or visit.partner_id
            lines = place._display_address(without_company=True).splitlines()
            visit.site_address = ", ".join(line.strip() for line in lines if line.strip())
            visit.site_map_link = visit.site_address and Markup(
                '<a href="%s" target="_blank" rel="noopener">%s</a>'
            ) % (
                f"{MAP_URL}{quote_plus(visit.site_address)}",
                visit.site_address,
            )

    @api.depends("site_id", "partner_id", "company_id")
    def _compute_site_tz(self):
        for visit in self:
            place = visit.site_id or visit.partner_id
            visit.site_tz = place._get_service_tz(visit.company_id)

    @api.depends("call_ids", "site_id", "partner_id")
    def _compute_contact(self):
        for visit in self:
            call = visit.call_ids[:1]
            contact = call.contact_id or visit.site_id or visit.partner_id
            visit.contact_name = contact.name
            visit.contact_phone = call.partner_phone or contact.phone or visit.site_id.phone or visit.partner_id.phone

    @api.depends("call_ids.equipment_id")
    def _compute_equipment_ids(self):
        for visit in self:
            visit.equipment_ids = visit.call_ids.equipment_id

    @api.depends("lead_id", "crew_ids")
    def _compute_engineer_ids(self):
        for visit in self:
            visit.engineer_ids = visit.lead_id | visit.crew_ids

    @api.depends("date_start")
    def _compute_date_end(self):
        for visit in self:
            if visit.date_start and (not visit.date_end or visit.date_end <= visit.date_start):
                visit.date_end = visit.date_start + timedelta(hours=1)

    @api.depends("name", "site_id", "partner_id")
    def _compute_display_name(self):
        for visit in self:
            visit.display_name = f"{visit.name} {(visit.site_id or visit.partner_id).display_name or ''}".strip()

    # --------------------------------------------------------------- constrains

    @api.constrains("call_ids", "partner_id")
    def _check_calls(self):
        for visit in self:
            for call in visit.call_ids:
                if call.commercial_partner_id != visit.commercial_partner_id:
                    raise ValidationError(
                        self.env._(
                            "Call %(call)s is not of customer %(customer)s: a visit serves the calls of one customer.",
                            call=call.display_name,
                            customer=visit.commercial_partner_id.display_name,
                        )
                    )
                if call.is_closed and visit.state in OPEN_STATES:
                    raise ValidationError(
                        self.env._(
                            "Call %(call)s is closed: reopen it before planning a visit.", call=call.display_name
                        )
                    )

    @api.constrains("lead_id", "crew_ids", "state")
    def _check_engineers(self):
        for visit in self:
            if not visit.lead_id and visit.state not in ("provisional", "cancelled"):
                raise ValidationError(self.env._("Visit %(visit)s needs an engineer.", visit=visit.name))
            for engineer in visit.engineer_ids:
                if engineer.resource_type != "user":
                    raise ValidationError(
                        self.env._("%(name)s is not a person and can't make a visit.", name=engineer.name)
                    )

    @api.constrains("lead_id", "crew_ids", "date_start", "date_end")
    def _check_overlap(self):
        """Refuse that an engineer has two open visits at the same time."""
        visits = self.filtered(lambda visit: visit.state in OPEN_STATES and visit.engineer_ids)
        if not visits:
            return
        # sudo: an engineer can't be in two places, whoever plans and in whatever company
        neighbours = self.sudo().search(
            [
                ("state", "in", OPEN_STATES),
                ("engineer_ids", "in", visits.engineer_ids.ids),
                ("date_start", "<", max(visits.mapped("date_end"))),
                ("date_end", ">", min(visits.mapped("date_start"))),
            ],
            order="date_start, id",
        )
        last_by_engineer = {}
        for visit in neighbours:
            for engineer in visit.engineer_ids:
                last = last_by_engineer.get(engineer)
                if last and last.date_end > visit.date_start:
                    refused, other = (visit, last) if visit in visits else (last, visit)
                    raise ValidationError(
                        self.env._(
                            "%(engineer)s can't make visit %(visit)s: it overlaps visit %(other)s at %(place)s.",
                            engineer=engineer.name,
                            visit=refused.name,
                            other=other.name,
                            place=other.site_id.display_name or other.partner_id.display_name,
                        )
                    )
                last_by_engineer[engineer] = visit

    # --------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        confirmed = visits.filtered(lambda visit: visit.state == "confirmed")
        if any(visit.state != "provisional" for visit in visits - confirmed):
            raise UserError(self.env._("A new visit is provisional or confirmed."))
        confirmed._register_call_event("confirmed", fields.Datetime.now())
        return visits

    def write(self, vals):
        self._check_may_write(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_planned(self):
        for visit in self:
            if visit.state not in ("provisional", "cancelled"):
                raise UserError(self.env._("Visit %(visit)s can't be deleted: cancel it.", visit=visit.name))

    def _check_may_write(self, vals):
        """Refuse to write what only the actions write, and to a non-dispatcher what belongs to the plan."""
        if self.env.su:
            return
        if STEP_FIELDS & vals.keys():
            raise AccessError(self.env._("The steps of a visit are made by its buttons only."))
        if PLAN_FIELDS & vals.keys() and not self.env.user.has_group("service_planning.group_service_planning_user"):
            raise AccessError(self.env._("Only a dispatcher changes who makes a visit, when and where."))

    def get_formview_id(self, access_uid=None):
        """Engineers who plan nothing get the form made for the phone, wherever a visit opens."""
        user = self.env["res.users"].browse(access_uid) if access_uid else self.env.user
        is_engineer = user.has_group("service_planning.group_service_planning_engineer")
        if is_engineer and not user.has_group("service_planning.group_service_planning_user"):
            return self.env.ref("service_planning.service_visit_view_form_engineer").id
        return super().get_formview_id(access_uid=access_uid)

    # ------------------------------------------------------------------ actions

    def action_confirm(self, at=None):
        """Make provisional visits definite: their calls are planned.

        :param at: instant it happened (UTC), now if not given
        :raise UserError: if a visit is not provisional
        """
        self._transition("confirmed", at)
        return True

    def action_start_travel(self, at=None):
        """The engineer sets out.

        :param at: instant it happened (UTC), now if not given; not before the previous step
        :raise UserError: if a visit is not confirmed
        """
        self._transition("travel", at)
        return True

    def action_start_work(self, at=None):
        """The engineer has arrived and begins to work.

        :param at: instant it happened (UTC), now if not given; not before the previous step
        :raise UserError: if a visit is neither confirmed nor travelled to
        """
        self._transition("working", at)
        return True

    def action_complete(self, at=None):
        """The engineer has finished: work is submitted, solved calls are completed, the report is kept.

        A call is completed only if it is among the solved ones and no other visit of it is open.

        :param at: instant it happened (UTC), now if not given; not before the previous step
        :raise UserError: if work has not begun
        """
        at = self._transition("done", at)
        # sudo: the lead completes for the whole crew and for calls that engineers don't write
        visits = self.sudo()
        visits.work_ids.filtered(lambda work: work.state == "draft").action_submit()
        visits._complete_calls(at)
        visits._keep_report()
        self._after_completed()
        return True

    def action_cancel(self):
        """Call visits off that have not begun on site.

        :raise UserError: if work has begun
        """
        self._transition("cancelled")
        self._give_back_calls()
        return True

    # ----------------------------------------------------------------- business

    def _transition(self, target, at=None):
        """Take visits to their next state: the only way the state changes.

        :param str target: the state to reach
        :param at: instant it happened (UTC), now if not given
        :return: that instant
        :raise UserError: if a visit can't go there from where it is, or the instant can't be true
        """
        self.check_access("write")
        at = fields.Datetime.to_datetime(at) or fields.Datetime.now()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for visit in self:
            if target not in self._transitions[visit.state]:
                raise UserError(
                    self.env._(
                        "Visit %(visit)s is in state %(state)s and can't go to %(target)s.",
                        visit=visit.name,
                        state=labels[visit.state],
                        target=labels[target],
                    )
                )
        values = {"state": target}
        self._check_instant(at)
        if target in STAMPS:
            values[STAMPS[target]] = at
        # sudo: steps are written by this method only, see _check_may_write
        self.sudo().write(values)
        self._register_call_event(target, at)
        return at

    def _check_instant(self, at):
        """Refuse an instant in the future or before the previous step of a visit."""
        if at > fields.Datetime.now():
            raise UserError(self.env._("A step of a visit can't have happened in the future."))
        for visit in self:
            stamps = [visit[name] for name in STAMPS.values() if visit[name]]
            if stamps and at < max(stamps):
                raise UserError(
                    self.env._("This can't have happened before the previous step of visit %s.", visit.name)
                )

    def _register_call_event(self, step, at):
        """Tell the open calls of these visits what happened."""
        # sudo: an engineer moves the calls he visits, but doesn't write them
        calls = self.sudo().call_ids.filtered(lambda call: not call.is_closed)
        if calls and step in CALL_EVENTS:
            calls._register_event(CALL_EVENTS[step], at=at)

    def _complete_calls(self, at):
        """Complete the solved calls of these visits that no other open visit serves."""
        calls = self.solved_call_ids.filtered(
            lambda call: not call.is_closed and not any(visit.state in OPEN_STATES for visit in call.visit_ids)
        )
        if calls:
            calls._register_event("completed", at=at)

    def _give_back_calls(self):
        """Take calls that no visit serves any more back to where they were before it was planned."""
        # sudo: see _register_call_event
        calls = self.sudo().call_ids.filtered(
            lambda call: not (call.is_closed or call.is_paused or call.arrived_at)
            and all(visit.state == "cancelled" for visit in call.visit_ids)
        )
        calls.write({"planned_at": False, "travel_at": False})
        for kind, group in calls.grouped(lambda call: call._get_progress_kind()).items():
            group._advance_stage(STAGE_FLAG_BY_KIND[kind], is_back_allowed=True)

    def _get_work_date(self):
        """Return the date at the site on which this visit's work is done, or planned."""
        self.ensure_one()
        return self._get_site_date(self.work_started_at or self.travel_started_at or self.date_start)

    def _get_site_date(self, instant):
        """Return the date at the site of an instant (UTC)."""
        self.ensure_one()
        return fields.Datetime.context_timestamp(self.with_context(tz=self.site_tz), instant).date()

    # -------------------------------------------------------------------- hooks

    def _after_completed(self):
        """Hook: these visits have just been completed, their calls and reports included."""
