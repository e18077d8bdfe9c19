# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from ..const import DOWNTIME_KINDS

# What is a loss, and therefore a fact of the past.
LOSSES = ("down", "degraded")
# What a statement about a period rests on.
WINDOW_FIELDS = {"equipment_id", "kind", "percent", "started_at", "ended_at", "cause_id"}
# What was approved, as far as the approver could see it.
APPROVED_FIELDS = WINDOW_FIELDS | {"reason", "excuses_id"}
APPROVAL_FIELDS = {"approved_by_id", "approved_at"}


class ServiceDowntime(models.Model):
    """From when to when a unit was down, degraded, in planned maintenance, or excused.

    The register is what performance regimes are measured by (docs/decisions/0007-down-time-in-contracts.md). An excuse
    is an event of its own, which cuts out of the down time what it overlaps once it is approved; so is an alternative
    that was in place. Loan equipment is not entered here: loans are read where a performance is computed.
    """

    _name = "service.downtime"
    _description = "Down Time"
    _inherit = ["mail.thread", "service.limits.mixin"]
    _order = "started_at desc, id desc"
    _check_company_auto = True

    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Unit",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        compute="_compute_place",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Whose the unit was when it went down.",
    )
    site_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_place",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Where the unit stood when it went down.",
    )
    kind = fields.Selection(selection=DOWNTIME_KINDS, required=True, default="down", tracking=True)
    percent = fields.Integer(
        string="Loss (%)",
        default=100,
        required=True,
        tracking=True,
        help="How much of the unit's service is lost while it is degraded.",
    )
    started_at = fields.Datetime(string="From", required=True, default=fields.Datetime.now, index=True, tracking=True)
    ended_at = fields.Datetime(string="To", tracking=True, copy=False, help="Empty while it lasts.")
    is_open = fields.Boolean(compute="_compute_hours", store=True)
    hours = fields.Float(compute="_compute_hours", store=True, help="Counted once the event has ended.")
    shown_until = fields.Datetime(
        string="Until",
        compute="_compute_shown_until",
        inverse="_inverse_shown_until",
        search="_search_shown_until",
        help="The end, or now while it lasts: for calendars.",
    )
    duration_words = fields.Char(string="Duration", compute="_compute_words")
    period_words = fields.Char(string="At the Site", compute="_compute_words")
    cause_id = fields.Many2one(
        comodel_name="service.fault",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('kind', '=', 'cause')]",
    )
    reason = fields.Char(tracking=True, help="What happened, or why the time does not count.")
    excuses_id = fields.Many2one(
        comodel_name="service.downtime",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain="[('equipment_id', '=', equipment_id), ('kind', 'in', ('down', 'degraded'))]",
        help="The event of which this time does not count.",
    )
    excuse_ids = fields.One2many(comodel_name="service.downtime", inverse_name="excuses_id", string="Excused Time")
    approved_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Approved by",
        readonly=True,
        copy=False,
        tracking=True,
    )
    approved_at = fields.Datetime(string="Approved on", readonly=True, copy=False)
    is_to_approve = fields.Boolean(compute="_compute_is_to_approve", search="_search_is_to_approve")

    _check_order = models.Constraint("CHECK (ended_at > started_at)", "Down time ends after it begins.")
    _check_percent = models.Constraint("CHECK (percent BETWEEN 1 AND 100)", "The loss is between 1 and 100 percent.")
    _unit_window_idx = models.Index("(equipment_id, started_at, ended_at)")

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("equipment_id", "started_at")
    def _compute_place(self):
        """Keep where the unit stood on the day: it may have moved since."""
        placements = self.env["service.equipment.placement"].search([("equipment_id", "in", self.equipment_id.ids)])
        placements_by_unit = placements.grouped("equipment_id")
        for event in self:
            unit = event.equipment_id
            place = unit
            if event.started_at:
                day = event._to_site(event.started_at).date()
                place = placements_by_unit.get(unit, placements.browse()).filtered(
                    lambda row, day=day: row.date_start <= day and (not row.date_end or day < row.date_end)
                ) or unit
            event.partner_id = place[:1].partner_id
            event.site_id = place[:1].site_id

    @api.depends("started_at", "ended_at")
    def _compute_hours(self):
        for event in self:
            event.is_open = not event.ended_at
            event.hours = (event.ended_at - event.started_at) / timedelta(hours=1) if event.ended_at else 0.0

    @api.depends("started_at", "ended_at")
    def _compute_shown_until(self):
        now = fields.Datetime.now()
        for event in self:
            event.shown_until = event.ended_at or max(event.started_at or now, now)

    def _inverse_shown_until(self):
        for event in self:
            event.ended_at = event.shown_until

    def _search_shown_until(self, operator, value):
        if operator not in (">", ">="):
            return NotImplemented
        return Domain("ended_at", "=", False) | Domain("ended_at", operator, value)

    @api.depends("started_at", "ended_at", "equipment_id")
    @api.depends_context("lang", "tz", "uid")
    def _compute_words(self):
        now = fields.Datetime.now()
        for event in self:
            event.duration_words = event._get_duration_words(now)
            event.period_words = event._get_period_words()

    @api.depends("equipment_id.display_name", "kind", "started_at", "ended_at")
    @api.depends_context("lang", "tz", "uid")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = self.env._(
                "%(unit)s: %(kind)s, %(period)s",
                unit=event.equipment_id.display_name,
                kind=labels.get(event.kind),
                period=event.period_words,
            )

    @api.depends("kind", "approved_at")
    def _compute_is_to_approve(self):
        for event in self:
            event.is_to_approve = event.kind == "excused" and not event.approved_at

    def _search_is_to_approve(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("kind", "=", "excused"), ("approved_at", "=", False)]

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("kind", "reason")
    def _check_reason(self):
        for event in self:
            if event.kind == "excused" and not (event.reason or "").strip():
                raise ValidationError(self.env._("Say why the time is excused."))

    @api.constrains("kind", "started_at", "ended_at")
    def _check_past(self):
        """A loss is a fact: neither does it begin nor end in the future."""
        now = fields.Datetime.now()
        for event in self:
            if event.kind not in LOSSES:
                continue
            if event.started_at > now or (event.ended_at and event.ended_at > now):
                raise ValidationError(
                    self.env._(
                        "%(event)s lies in the future: enter what has happened, and no end while it lasts.",
                        event=event.display_name,
                    )
                )

    @api.constrains("excuses_id", "equipment_id", "kind", "started_at", "ended_at")
    def _check_excuses(self):
        for excuse in self | self.excuse_ids:
            event = excuse.excuses_id
            if not event:
                continue
            if excuse.kind != "excused" or event.kind not in LOSSES or excuse.equipment_id != event.equipment_id:
                raise ValidationError(
                    self.env._(
                        "Only an excuse of the same unit excuses down time: see %(event)s.",
                        event=event.display_name,
                    )
                )
            if not excuse._overlaps(event):
                raise ValidationError(
                    self.env._("The excuse and what it excuses do not overlap: %(event)s.", event=event.display_name)
                )

    @api.constrains("equipment_id", "kind", "started_at", "ended_at")
    def _check_overlap(self):
        """Refuse two events of one kind on one unit at the same time: which of them is true?"""
        self._lock_units()
        self.flush_model(["equipment_id", "kind", "started_at", "ended_at"])
        self.env.cr.execute(
            SQL(
                """
                SELECT event.id, other.id
                  FROM service_downtime event
                  JOIN service_downtime other
                    ON other.equipment_id = event.equipment_id
                   AND other.kind = event.kind
                   AND other.id != event.id
                   AND other.started_at < COALESCE(event.ended_at, 'infinity')
                   AND event.started_at < COALESCE(other.ended_at, 'infinity')
                 WHERE event.id = ANY(%s)
              ORDER BY event.id, other.id
                 LIMIT 1
                """,
                list(self.ids),
            )
        )
        if row := self.env.cr.fetchone():
            # Events of one unit are of one company: whoever enters one may know of the other.
            other = self.sudo().browse(row[1])
            raise ValidationError(
                self.env._("This overlaps another event: %(other)s. Change one of them.", other=other.display_name)
            )

    def _lock_units(self):
        """Let one transaction at a time enter down time of a unit.

        PostgreSQL runs REPEATABLE READ: a second transaction does not see what the first one enters. Both touch the
        unit's row, so the second one fails, is retried by Odoo and sees the other's event then.
        """
        if self.equipment_id:
            self.env.cr.execute(
                SQL(
                    "UPDATE service_equipment SET write_date = write_date WHERE id IN"
                    " (SELECT id FROM service_equipment WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)",
                    self.equipment_id.ids,
                )
            )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_approval_values(vals)
        events = super().create(vals_list)
        events._check_frozen_downtime()
        return events

    def write(self, vals):
        self._check_approval_values(vals)
        if APPROVED_FIELDS & vals.keys():
            self._check_not_approved()
        is_moved = bool(WINDOW_FIELDS & vals.keys())
        if is_moved:
            self._check_frozen_downtime()
        result = super().write(vals)
        if is_moved:
            self._check_frozen_downtime()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_not_approved()
        self._check_frozen_downtime()

    def _check_approval_values(self, vals):
        if APPROVAL_FIELDS & vals.keys() and not self.env.su:
            raise AccessError(self.env._("An excuse is approved by its button only."))

    def _check_not_approved(self):
        for event in self:
            if event.approved_at:
                raise UserError(
                    self.env._("%(event)s is approved: withdraw the approval first.", event=event.display_name)
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_end(self, at=None):
        """Say that the units work again.

        :param at: instant, naive UTC or ISO text; now when not given
        :raise UserError: when one has ended already
        """
        ended = self.filtered("ended_at")
        if ended:
            raise UserError(self.env._("%(event)s has ended already.", event=ended[0].display_name))
        self.write({"ended_at": fields.Datetime.to_datetime(at) or fields.Datetime.now()})
        return True

    def action_approve(self):
        """Approve excuses: from now on the time does not count.

        :raise AccessError: unless the user manages contracts
        :raise UserError: for an event that is no excuse, or was approved before
        """
        self._check_may_approve()
        for event in self:
            if not event.is_to_approve:
                raise UserError(
                    self.env._("%(event)s is not an excuse that waits for approval.", event=event.display_name)
                )
        self._write_approval(self.env.user, fields.Datetime.now())
        return True

    def action_withdraw(self):
        """Take the approval of excuses back: the time counts again.

        :raise AccessError: unless the user manages contracts
        """
        self._check_may_approve()
        self._write_approval(self.env["res.users"], False)
        return True

    def action_excuse(self):
        """Open a new excuse for this event, with its times."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Excuse"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "current",
            "context": {
                "default_kind": "excused",
                "default_equipment_id": self.equipment_id.id,
                "default_excuses_id": self.id,
                "default_started_at": fields.Datetime.to_string(self.started_at),
                "default_ended_at": self.ended_at and fields.Datetime.to_string(self.ended_at),
            },
        }

    def _check_may_approve(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("service_contract.group_service_contract_user"):
            raise AccessError(self.env._("Only a contract manager approves what does not count."))

    def _write_approval(self, user, instant):
        self._check_frozen_downtime()
        # Approval fields are written here alone; the right to do so was checked.
        self.sudo().write({"approved_by_id": user.id, "approved_at": instant})

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _overlaps(self, other):
        """Say whether this event and another one last at a same instant."""
        self.ensure_one()
        return (not other.ended_at or self.started_at < other.ended_at) and (
            not self.ended_at or other.started_at < self.ended_at
        )

    def _to_site(self, instant):
        """Return an instant as naive wall time where the unit stands."""
        zone = pytz.timezone(self.equipment_id._get_tz() if self.equipment_id else "UTC")
        return instant.replace(tzinfo=pytz.utc).astimezone(zone).replace(tzinfo=None)

    def _get_period_words(self):
        """Say from when to when, as wall time at the site, with the zone when it is not the user's."""
        self.ensure_one()
        if not self.started_at or not self.equipment_id:
            return ""
        tz = self.equipment_id._get_tz()
        start, end = (
            instant and format_datetime(self.env, instant, tz=tz, dt_format="d MMM yyyy HH:mm")
            for instant in (self.started_at, self.ended_at)
        )
        if end:
            words = self.env._("from %(start)s to %(end)s", start=start, end=end)
        else:
            words = self.env._("since %(start)s", start=start)
        return words if tz == (self.env.context.get("tz") or self.env.user.tz) else f"{words} ({tz})"

    def _get_duration_words(self, now):
        """Say how long it took, or how long it takes already."""
        self.ensure_one()
        if not self.started_at:
            return ""
        minutes = int(((self.ended_at or now) - self.started_at).total_seconds() // 60)
        if minutes < 0:
            return self.env._("not yet")
        hours, minutes = divmod(minutes, 60)
        span = self.env._("%(hours)s h %(minutes)02d min", hours=hours, minutes=minutes)
        return span if self.ended_at else self.env._("%(span)s so far", span=span)

    def _get_now_words(self):
        """Say what is the matter with a unit now; empty when nothing is."""
        if not self:
            return False
        self.ensure_one()
        label = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        return self.env._(
            "%(kind)s %(period)s: %(duration)s.",
            kind=label,
            period=self.period_words,
            duration=self.duration_words,
        )

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _check_frozen_downtime(self):
        """Hook: refuse to change events of a period whose statement is frozen.

        Called on the events as they were before a change of their unit, times, kind, loss or cause, and as they are
        after it.
        """
