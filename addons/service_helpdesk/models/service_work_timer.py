# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import CALL_READERS, CLOSING_KINDS

TIMER_KINDS = [("labour", "Labour"), ("travel", "Travel")]


class ServiceWorkTimer(models.Model):
    """The stopwatch of a person on a call. It lives until it is stopped and has become a draft work line.

    A person has one running timer at most, which the database guards; others of his may be paused. A timer that
    nobody stops ends with the working day of its person, for review.
    """

    _name = "service.work.timer"
    _description = "Timer"
    _order = "started_at, id"
    _rec_name = "call_id"

    user_id = fields.Many2one(comodel_name="res.users", required=True, index=True, readonly=True, ondelete="cascade")
    resource_id = fields.Many2one(
        comodel_name="resource.resource",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    call_id = fields.Many2one(
        comodel_name="service.call",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True)
    kind = fields.Selection(selection=TIMER_KINDS, required=True, default="labour", readonly=True)
    started_at = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True)
    resumed_at = fields.Datetime(
        string="Running Since",
        default=fields.Datetime.now,
        readonly=True,
        help="Empty while it is paused.",
    )
    seconds = fields.Integer(string="Seconds Before", readonly=True, help="Counted before it was paused last.")
    stops_at = fields.Datetime(
        readonly=True,
        index="btree_not_null",
        help="The end of the working day: a timer that is forgotten stops there.",
    )

    _running_uniq = models.UniqueIndex(
        "(user_id) WHERE resumed_at IS NOT NULL",
        "Your timer runs on another call already: reload the page.",
    )
    _call_uniq = models.UniqueIndex("(call_id, user_id)", "You have a timer on this call already: reload the page.")

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _get_seconds(self, at):
        """Return for how long this timer has run until an instant."""
        self.ensure_one()
        running = (at - self.resumed_at).total_seconds() if self.resumed_at else 0
        return self.seconds + max(int(running), 0)

    def _run(self, at):
        """Let paused timers run, and note when they are stopped at the latest (sudo)."""
        for timer in self:
            timer.write({"resumed_at": at, "stops_at": timer._get_day_end(at)})
            self.env.ref("service_helpdesk.ir_cron_work_timer")._trigger(at=timer.stops_at)

    def _pause(self, at):
        """Stop counting for now (sudo)."""
        for timer in self.filtered("resumed_at"):
            timer.write({"seconds": timer._get_seconds(at), "resumed_at": False, "stops_at": False})

    def _stop(self, at):
        """End timers: each becomes a draft line, rounded as its product says (sudo).

        :param datetime at: until when they ran, naive UTC
        :return: the `service.work` lines
        """
        values = [timer._prepare_work_values(at) for timer in self if timer._get_seconds(at) > 0]
        self.unlink()
        return self.env["service.work"].create(values)

    @api.model
    def _stop_running(self, users, at):
        """Stop the running timers of some users, who begin something else: each becomes a line (sudo).

        :param users: `res.users`
        :param datetime at: until when they ran, naive UTC
        """
        timers = self.search([("user_id", "in", users.ids), ("resumed_at", "!=", False)])
        for timer in timers:
            timer._stop(max(at, timer.resumed_at))

    def _prepare_work_values(self, at):
        """Prepare the line that a timer becomes.

        From and to are kept only when nothing was paused in between.
        """
        self.ensure_one()
        seconds = self._get_seconds(at)
        product = self.env["product.product"]._get_service_product(self.kind, self.company_id)
        zone = pytz.timezone(self.call_id.site_tz or "UTC")
        values = {
            "call_id": self.call_id.id,
            "kind": self.kind,
            "resource_id": self.resource_id.id,
            "date": pytz.utc.localize(self.started_at).astimezone(zone).date(),
            "quantity": product._round_service_time(max(round(seconds / 3600, 2), 0.01)),
        }
        if not self.seconds and self.resumed_at and at > self.started_at:
            values.update(start_at=self.started_at, end_at=at)
        return values

    def _get_day_end(self, at):
        """Return when the working day of the person ends on which a timer runs, naive UTC.

        After the last hour of the working day, or on a free day, it is midnight.
        """
        self.ensure_one()
        calendar = self.resource_id.calendar_id or self.company_id.resource_calendar_id
        zone = pytz.timezone(self.resource_id.tz or calendar.tz or "UTC")
        local = pytz.utc.localize(at).astimezone(zone)
        midnight = zone.localize(datetime.combine(local.date() + timedelta(days=1), time.min))
        end = midnight
        if calendar:
            spans = calendar._work_intervals_batch(local, midnight, resources=self.resource_id)[self.resource_id.id]
            end = max((stop for _start, stop, _attendance in spans), default=midnight)
        return end.astimezone(pytz.utc).replace(tzinfo=None)

    # ------------------------------------------------------------
    # Forgotten timers
    # ------------------------------------------------------------

    @api.model
    def _cron_stop_forgotten(self):
        """Stop timers whose working day is over, and give their persons the task to review what was counted."""
        for timer in self.search([("resumed_at", "!=", False), ("stops_at", "<=", fields.Datetime.now())]):
            try:
                with self.env.cr.savepoint():
                    timer._stop_forgotten()
            except UserError as error:
                # Such as a contract period that was closed meanwhile: the person enters the work by hand.
                timer.call_id._message_log(body=str(error))
                timer.unlink()
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _stop_forgotten(self):
        self.ensure_one()
        call, user = self.call_id, self.user_id
        self._stop(self.stops_at)
        call.with_context(lang=user.lang).activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Your timer was still running when the day ended: check the hours"),
            user_id=user.id,
        )


class ServiceCall(models.Model):
    """Timers on a call: who works now, and the buttons of the current user's own."""

    _inherit = "service.call"

    timer_ids = fields.One2many(
        comodel_name="service.work.timer",
        inverse_name="call_id",
        string="Timers",
        groups=CALL_READERS,
    )
    my_timer_state = fields.Selection(
        selection=[("none", "None"), ("running", "Running"), ("paused", "Paused")],
        compute="_compute_my_timer",
        groups="base.group_user",
    )
    my_timer = fields.Json(
        string="Timer",
        compute="_compute_my_timer",
        groups="base.group_user",
        help="For the stopwatch on the screen: seconds counted, whether it runs, and who else works on the call.",
    )

    @api.depends("timer_ids.resumed_at", "timer_ids.seconds")
    @api.depends_context("uid")
    def _compute_my_timer(self):
        now = fields.Datetime.now()
        # Who works on a call is known to whoever reads the call.
        timers = self.env["service.work.timer"].sudo().search_fetch([("call_id", "in", self._origin.ids)])
        timers_by_call = timers.grouped("call_id")
        for call in self:
            on_call = timers_by_call.get(call._origin.sudo(), timers.browse())
            own = on_call.filtered(lambda timer: timer.user_id == self.env.user)
            others = (on_call - own).filtered("resumed_at")
            call.my_timer_state = ("running" if own.resumed_at else "paused") if own else "none"
            call.my_timer = {
                "seconds": own._get_seconds(now) if own else 0,
                "running": bool(own.resumed_at),
                "kind": own.kind or False,
                "others": others.mapped("user_id.name"),
            }

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_start_timer(self, kind="labour"):
        """Let the current user's timer run on this call; one that runs elsewhere is stopped and becomes a line.

        :param str kind: ``labour`` or ``travel``
        :raise UserError: when the call is closed, the timer runs already, or the user is nobody who works
        """
        self.ensure_one()
        self._check_timer_rights()
        if self.is_closed:
            raise UserError(self.env._("Call %(call)s is closed: reopen it first.", call=self.name))
        self._check_timer_start()
        now = fields.Datetime.now()
        own = self._get_own_timers()
        on_call = own.filtered(lambda timer: timer.call_id == self.sudo())
        if on_call.resumed_at and on_call.kind == kind:
            raise UserError(self.env._("Your timer runs on call %(call)s already.", call=self.name))
        stopped = own.filtered("resumed_at")
        if on_call.kind != kind:
            # Travel has ended where labour begins.
            stopped |= on_call
            on_call = on_call.browse()
        lines = stopped._stop(now)
        timer = on_call or on_call.create(self._prepare_timer_values(kind, now))
        timer._run(now)
        self.invalidate_recordset(["my_timer", "my_timer_state"])
        return self._prepare_timer_notice(lines)

    def action_start_travel_timer(self):
        """Let the current user's timer count travel on this call."""
        return self.action_start_timer("travel")

    def action_pause_timer(self):
        """Stop counting for now.

        :raise UserError: when the user's timer does not run here
        """
        self._get_own_timer("running")._pause(fields.Datetime.now())
        return True

    def action_stop_timer(self):
        """End the current user's timer on this call: it becomes a draft line.

        :raise UserError: when the user has no timer here
        """
        lines = self._get_own_timer()._stop(fields.Datetime.now())
        return self._prepare_timer_notice(lines)

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _check_timer_start(self):
        """Hook: raise UserError when the time of the current user on this call is counted elsewhere."""

    def _check_timer_rights(self):
        """Whoever may enter work on a call that he reads may time it."""
        self.check_access("read")
        self.env["service.work"].check_access("create")

    def _get_own_timers(self):
        # A person's timers are changed by these actions only, after the check of his rights.
        return self.env["service.work.timer"].sudo().search([("user_id", "=", self.env.uid)])

    def _get_own_timer(self, state=None):
        """Return the timer of the current user on this call.

        :param state: ``running`` when it has to run
        :raise UserError: when there is none
        """
        self.ensure_one()
        self._check_timer_rights()
        timer = self._get_own_timers().filtered(lambda timer: timer.call_id == self.sudo())
        if not timer or (state == "running" and not timer.resumed_at):
            raise UserError(self.env._("Your timer does not run on call %(call)s: reload the page.", call=self.name))
        return timer

    def _prepare_timer_values(self, kind, at):
        """Prepare the timer of the current user on this call.

        :raise UserError: when the user is no resource, so that nobody would have done the work
        """
        resource = self.env["resource.resource"].sudo().search(
            [("user_id", "=", self.env.uid), ("company_id", "in", (self.company_id.id, False))], limit=1
        )
        if not resource:
            raise UserError(
                self.env._("%(user)s is no resource of this company: ask for one.", user=self.env.user.name)
            )
        return {
            "user_id": self.env.uid,
            "resource_id": resource.id,
            "call_id": self.id,
            "kind": kind,
            "started_at": at,
            "resumed_at": False,
        }

    def _prepare_timer_notice(self, lines):
        """Return what is shown after timers were stopped: which lines they became."""
        reload = {"type": "ir.actions.client", "tag": "soft_reload"}
        if not lines:
            return reload
        message = ", ".join(
            self.env._("%(hours)s h on call %(call)s", hours=line._format_number(line.quantity), call=line.call_id.name)
            for line in lines
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Entered as draft: %(lines)s", lines=message),
                "next": reload,
            },
        }

    def _after_event(self, kind, at):
        super()._after_event(kind, at)
        if kind in CLOSING_KINDS:
            # Whoever closes a call stops all who are timed on it.
            timers = self.env["service.work.timer"].sudo().search([("call_id", "in", self.ids)])
            timers._stop(max(at, *timers.mapped("started_at"))) if timers else None
