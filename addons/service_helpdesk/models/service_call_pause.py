# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Domain

from odoo.addons.service_contract.engine.working_time import WorkingTime, days_to_utc

from ..engine.sla_clock import effective_events, root_of

# What happens by itself while a call waits, in the order in which it happens at one instant.
PAUSE_STEPS = [
    ("remind", "Remind the owner"),
    ("follow_up", "Ask the customer again"),
    ("resume", "Go on"),
    ("close", "Close"),
]
STEP_ORDER = [step for step, _label in PAUSE_STEPS]
ENDING_KINDS = ("resumed", "travel", "arrived", "completed", "cancelled")
WAITING_KINDS = ("paused", "waiting")
# How many days ahead working days are counted; more than that are plain days.
HORIZON = timedelta(days=400)


class ServiceCall(models.Model):
    """Calls that wait: why, until when, and what happens by itself meanwhile.

    A reason that stops the clocks puts the call on hold, by the event ``paused``. Any other leaves the clocks alone,
    by the event ``waiting``, of which they know nothing.
    """

    _name = "service.call"
    _inherit = ["service.call", "service.batch.mixin"]

    pause_reason_id = fields.Many2one(
        comodel_name="service.pause.reason",
        string="Waits For",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    pause_note = fields.Char(readonly=True, copy=False, groups="base.group_user")
    paused_at = fields.Datetime(string="Waits Since", readonly=True, copy=False, groups="base.group_user")
    resume_at = fields.Datetime(string="Waits Until", readonly=True, copy=False, groups="base.group_user")
    pause_step = fields.Selection(selection=PAUSE_STEPS, readonly=True, copy=False, groups="base.group_user")
    pause_alarm_at = fields.Datetime(readonly=True, copy=False, groups="base.group_user")

    _pause_alarm_idx = models.Index("(pause_alarm_at) WHERE pause_alarm_at IS NOT NULL")

    # ------------------------------------------------------------
    # Public actions
    # ------------------------------------------------------------

    def action_open_pause(self):
        """Ask why the calls wait, and until when.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_pause_action")
        return {**action, "context": {"default_call_ids": self.ids}}

    def action_pause(self, reason=None, reason_id=None, until=None):
        """Put the calls on hold: deadlines wait, except those that run in pauses.

        :param str reason: what exactly is waited for, shown in the log
        :param int reason_id: ``service.pause.reason``; one that does not stop the clocks only marks the calls
        :param datetime until: when the calls go on by themselves, naive UTC; None: as the reason says
        """
        pause_reason = self.env["service.pause.reason"].browse(reason_id or [])
        self._as_handler()._hold(pause_reason, reason, fields.Datetime.to_datetime(until))
        return True

    def action_resume(self):
        """Take the calls up again; deadlines move by the working time of the pause."""
        self._as_handler()._end_hold()
        return True

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _hold(self, reason, note=None, until=None):
        """Let the calls wait for ``reason``; one that waits already does so for another reason from now on.

        :raise AccessError: unless the user may write the calls
        :raise UserError: for a closed call, one that is already on hold, or a date that is missing or past
        """
        self.check_access("write")
        now = fields.Datetime.now()
        if until and until <= now:
            raise UserError(self.env._("A call cannot wait until an instant that is past."))
        if reason.needs_until and not until:
            raise UserError(self.env._("%(reason)s: say until when the call waits.", reason=reason.name))
        if not reason or reason.stops_clocks:
            self._register_event("paused", now, reason=note or reason.name, reason_id=reason.id, until=until)
            return
        for call in self:
            call._check_event("paused", now)
        self._start_waiting(reason, note, until, now)
        self._log_event("waiting", now, reason=note or reason.name, reason_id=reason.id)
        self._after_event("waiting", now)

    def _end_hold(self, reason=None):
        """End what the calls wait for.

        :param str reason: why, for the log
        :raise AccessError: unless the user may write the calls
        :raise UserError: for a call that does not wait
        """
        self.check_access("write")
        now = fields.Datetime.now()
        waiting = self.filtered(lambda call: call.sudo().pause_reason_id and not call.is_paused and not call.is_closed)
        if paused := self - waiting:
            paused._register_event("resumed", now, reason=reason)
        if waiting:
            waiting._log_event("continued", now, reason=reason)
            waiting._stop_waiting()
            waiting._after_event("continued", now)

    def _register_event(self, kind, at=None, **vals):
        at, until = at or fields.Datetime.now(), vals.pop("until", None)
        if kind == "paused":
            reason = self.env["service.pause.reason"].browse(vals.get("reason_id") or [])
            if not reason:
                reason = self._get_default_pause_reason()
                vals.update(reason_id=reason.id, reason=vals.get("reason") or reason.name)
            # First what is waited for, so that whoever is told of the event can say it; a refusal takes it all back.
            self._start_waiting(reason, vals["reason"], until, at)
        events = super()._register_event(kind, at, **vals)
        if kind in ENDING_KINDS:
            self.filtered(lambda call: call.sudo().paused_at)._stop_waiting()
        return events

    def _get_default_pause_reason(self):
        """Return the reason for calls that are put on hold without one; may be empty."""
        stages = self.env["service.call.stage"].search([("is_pause", "=", True)])
        return stages.pause_reason_id[:1]

    def _prepare_stage_event(self, stage):
        values = super()._prepare_stage_event(stage)
        reason = stage.pause_reason_id
        if not stage.is_pause or not self:
            return values
        if not reason or (reason.needs_until and not reason.resume_days):
            raise RedirectWarning(
                self.env._("Say why call %(calls)s waits.", calls=", ".join(self.mapped("name"))),
                self.env.ref("service_helpdesk.service_call_pause_action").id,
                self.env._("Put on Hold"),
                {"default_call_ids": self.ids, "is_view_reloaded": True},
            )
        return {**values, "reason_id": reason.id, "reason": reason.name}

    def _start_waiting(self, reason, note, until, at):
        """Let the calls wait from now on, and tell the customers where the reason says so."""
        self._note_waiting(reason, note, until, at)
        if reason.is_customer_told:
            body = self.env._("We wait: %(reason)s", reason=note or reason.name)
            self._notify_event("paused", bodies=dict.fromkeys(self.ids, Markup("%s") % body))

    def _note_waiting(self, reason, note, until, at):
        """Note on the calls what they wait for, and set the alarm for what happens by itself."""
        for call in self.sudo():
            call._store(
                {
                    "pause_reason_id": reason.id,
                    "pause_note": note if note != reason.name else False,
                    "paused_at": at,
                    "resume_at": until or (reason.resume_days and call._add_working_days(at, reason.resume_days)),
                }
            )
            call._set_pause_alarm()

    def _follow_log(self, kinds):
        """What a call waits for follows a corrected log as well (sudo)."""
        super()._follow_log(kinds)
        if not kinds & {*WAITING_KINDS, *ENDING_KINDS, "continued", "reopened"}:
            return
        rows = self.event_ids._to_engine()
        steps = {*WAITING_KINDS, *ENDING_KINDS, "continued"}
        last = next((row for row in reversed(effective_events(rows)) if row.kind in steps), None)
        if not last or last.kind not in WAITING_KINDS or self.is_closed:
            self._stop_waiting()
        elif not self.paused_at:
            # Somebody struck out what had ended the wait: it goes on, for the reason that it had.
            first = self.event_ids.browse(root_of(last, rows))
            self._note_waiting(first.reason_id, first.reason, False, last.at)
        else:
            self._store({"paused_at": last.at})

    def _stop_waiting(self):
        self.sudo()._store(
            dict.fromkeys(
                ("pause_reason_id", "pause_note", "paused_at", "resume_at", "pause_step", "pause_alarm_at"), False
            )
        )

    def _add_working_days(self, start, days):
        """Return the same time of day so many working days later at the site, naive UTC.

        Working days are those of the call's hours, else of its team's; hours that cannot drive a clock have them all.
        """
        self.ensure_one()
        zone = pytz.timezone(self.site_tz or "UTC")
        calendar = self.calendar_id or self.team_id.calendar_id or self.company_id.resource_calendar_id
        try:
            working = calendar._get_working_time(zone.zone, start, start + HORIZON, self.company_id)
        except UserError:
            working = WorkingTime(always=True)
        wall = start.replace(tzinfo=pytz.utc).astimezone(zone).replace(tzinfo=None)
        limit = wall + HORIZON
        while days > 0:
            wall += timedelta(days=1)
            if wall >= limit or any(
                working.minutes_between(first, last) for first, last in days_to_utc(wall.date(), wall.date(), zone)
            ):
                days -= 1
        return zone.localize(wall).astimezone(pytz.utc).replace(tzinfo=None)

    # ------------------------------------------------------------
    # What happens by itself
    # ------------------------------------------------------------

    def _get_pause_steps(self):
        """Return what happens by itself while the call waits: list of (naive UTC instant, step), in order."""
        self.ensure_one()
        reason = self.pause_reason_id
        days_by_step = {"remind": reason.remind_days, "follow_up": reason.follow_up_days, "close": reason.close_days}
        steps = [(self._add_working_days(self.paused_at, days), step) for step, days in days_by_step.items() if days]
        if self.resume_at:
            steps.append((self.resume_at, "resume"))
        return sorted(steps, key=lambda entry: (entry[0], STEP_ORDER.index(entry[1])))

    def _set_pause_alarm(self):
        """Set the alarm for the step after the one that was done last, or for the first one."""
        self.ensure_one()
        steps = self._get_pause_steps()
        names = [step for _at, step in steps]
        following = steps[names.index(self.pause_step) + 1 :] if self.pause_step in names else steps
        at, step = following[0] if following else (False, False)
        self._store({"pause_alarm_at": at, "pause_step": step})
        if at:
            # Whoever lets a call wait may set the alarm.
            self.env.ref("service_helpdesk.ir_cron_pause_wake").sudo()._trigger(at=at)

    @api.model
    def _cron_wake_pauses(self):
        """Do what is due for calls that wait, each step once, then sleep until the next one."""
        now = fields.Datetime.now()
        self._do_in_batches([(Domain("pause_alarm_at", "<=", now), lambda calls: calls._wake_pauses(now))])
        following = self.search([("pause_alarm_at", ">", now)], order="pause_alarm_at", limit=1)
        if following:
            self.env.ref("service_helpdesk.ir_cron_pause_wake")._trigger(at=following.pause_alarm_at)

    def _wake_pauses(self, now):
        """Do what is due for these calls; what was done late is done once."""
        for call in self:
            while call.pause_alarm_at and call.pause_alarm_at <= now:
                step = call.pause_step
                getattr(call, f"_do_pause_{step}")()
                if call.pause_step == step:
                    call._set_pause_alarm()

    def _do_pause_remind(self):
        """Give the owner a task: to look at what is waited for."""
        self._schedule_pause_task(
            self.env._(
                "Waits since %(day)s for %(reason)s: ask, or go on.",
                day=self._format_at_site(self.paused_at),
                reason=self.pause_note or self.pause_reason_id.name,
            )
        )

    def _do_pause_follow_up(self):
        reason = self.pause_note or self.pause_reason_id.name
        body = self.env._("The customer was asked again: %(reason)s", reason=reason)
        self._message_log(body=body)
        self._notify_event("follow_up", bodies={self.id: Markup("%s") % body})

    def _do_pause_resume(self):
        reason = self.pause_note or self.pause_reason_id.name
        self._end_hold(reason=self.env._("The time is over: %(reason)s", reason=reason))
        self._schedule_pause_task(self.env._("The call goes on: %(reason)s", reason=reason))

    def _do_pause_close(self):
        reason = self.env._(
            "Nothing came after %(days)s working days: %(reason)s",
            days=self.pause_reason_id.close_days,
            reason=self.pause_note or self.pause_reason_id.name,
        )
        self._message_log(body=reason)
        self._register_event("completed", reason=reason)

    def _schedule_pause_task(self, summary):
        if user := self.user_id or self.team_id.user_id:
            self.activity_schedule("mail.mail_activity_data_todo", summary=summary, user_id=user.id)

    # ------------------------------------------------------------
    # The customer's reply
    # ------------------------------------------------------------

    def _message_post_after_hook(self, message, msg_values):
        """What the customer writes ends the wait for the customer."""
        result = super()._message_post_after_hook(message, msg_values)
        # The customer has no right to write calls; the reason says that a reply ends the wait.
        call = self.sudo()
        if not call.is_closed and call.pause_reason_id.resumes_on_reply and call._is_customer_message(message):
            call._end_hold(reason=self.env._("The customer wrote."))
        return result

    def _is_customer_message(self, message):
        """Tell whether ``message`` is public and not of one of us."""
        return (
            message.message_type in ("comment", "email")
            and message.subtype_id == self.env.ref("mail.mt_comment")
            and all(user.share for user in message.sudo().author_id.user_ids)
        )
