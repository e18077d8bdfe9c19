# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime

from odoo.addons.service_contract.engine.deadline import WorkingTimeTooShort

from ..const import SLA_STATES
from ..engine.sla_clock import Target, replay

_logger = logging.getLogger(__name__)

REPLAY_BATCH = 200
# How many days ahead working time is read; a promise that reaches further reads more.
HORIZONS = (60, 730)
STOP_KINDS_BY_METRIC = {
    "response": {"replied"},
    "on_site": {"arrived"},
    "workaround": {"workaround"},
    "resolution": set(),
}


class ServiceCall(models.Model):
    """The deadlines of a call."""

    _inherit = "service.call"

    clock_ids = fields.One2many(
        comodel_name="service.sla.clock",
        inverse_name="call_id",
        readonly=True,
        groups="base.group_user",
    )
    next_deadline = fields.Datetime(compute="_compute_sla", store=True, index="btree_not_null")
    sla_state = fields.Selection(selection=SLA_STATES, string="SLA State", compute="_compute_sla", store=True)
    is_replay_pending = fields.Boolean(copy=False, groups="base.group_user")
    deadline_words = fields.Char(string="Deadline", compute="_compute_deadline_words")

    _replay_idx = models.Index("(id) WHERE is_replay_pending IS TRUE")

    @api.depends("clock_ids.state", "clock_ids.deadline", "clock_ids.stopped_at", "clock_ids.warned_points")
    def _compute_sla(self):
        for call in self:
            clocks = call.clock_ids
            unstopped = clocks.filtered(lambda clock: not clock.stopped_at and clock.state in ("running", "missed"))
            call.next_deadline = min((clock.deadline for clock in unstopped if clock.deadline), default=False)
            states = set(clocks.mapped("state"))
            if "missed" in states:
                call.sla_state = "missed"
            elif "running" in states:
                is_warned = any(clock.warned_points for clock in clocks if clock.state == "running")
                call.sla_state = "warning" if is_warned else "ok"
            elif "paused" in states:
                call.sla_state = "paused"
            elif "excused" in states:
                call.sla_state = "excused"
            elif "met" in states:
                call.sla_state = "met"
            else:
                call.sla_state = "none"

    @api.depends("next_deadline", "sla_state", "is_closed")
    @api.depends_context("lang")
    def _compute_deadline_words(self):
        now = fields.Datetime.now()
        for call in self:
            call.deadline_words = call._get_deadline_words(call.next_deadline, now)

    def _get_deadline_words(self, deadline, now):
        """Say how a deadline stands: "due in 3 h", "missed by 20 min"."""
        if deadline and not self.is_closed:
            amount = self._format_span(abs(deadline - now))
            if deadline < now:
                return self.env._("missed by %(amount)s", amount=amount)
            if self.sla_state == "missed":
                return self.env._("due in %(amount)s, one missed", amount=amount)
            return self.env._("due in %(amount)s", amount=amount)
        return {
            "none": self.env._("no target"),
            "paused": self.env._("on hold"),
            "met": self.env._("met"),
            "missed": self.env._("missed"),
            "excused": self.env._("excused"),
        }.get(self.sla_state, False)

    @api.model
    def _format_span(self, span):
        """Return a time span in the largest unit that says enough, in the user's language."""
        minutes = int(span.total_seconds() // 60)
        if minutes < 60:
            return self.env._("%(count)s min", count=minutes)
        if minutes < 48 * 60:
            hours, rest = divmod(minutes, 60)
            if hours < 6 and rest:
                return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)
            return self.env._("%(count)s h", count=hours)
        return self.env._("%(count)s days", count=minutes // (24 * 60))

    def _format_at_site(self, instant):
        """Return an instant as wall time at the call's site, with the zone when it is not the user's."""
        self.ensure_one()
        if not instant:
            return ""
        text = format_datetime(self.env, instant, tz=self.site_tz, dt_format="d MMM yyyy HH:mm")
        is_local = self.site_tz == (self.env.context.get("tz") or self.env.user.tz)
        return text if is_local else f"{text} ({self.site_tz})"

    # ------------------------------------------------------------
    # Replay
    # ------------------------------------------------------------

    @api.model
    def _clock_fields(self):
        """Names of the fields whose change plans the clocks again."""
        return {"priority", "sla_policy_id", "calendar_id", "site_tz"}

    def _replay_clocks(self, now=None, is_told=False, is_waking=False):
        """Compute the clocks of these calls again from their logs, and store what changed.

        A handful of queries for any number of calls.

        :param datetime now: present instant, naive UTC
        :param is_told: whether to say in the chatter which deadlines moved; a text says why, too
        :param bool is_waking: whether what is due now is being told; only the wake-up job does
        :return: the escalation steps that are due now (sudo), to be carried out; only while waking
        """
        now = now or fields.Datetime.now()
        # Clocks are the machine's own: no user may write them by hand.
        calls = self.sudo()
        due = self.env["service.escalation.step"].sudo()
        if not calls:
            return due
        clocks = {(clock.call_id.id, clock.metric, clock.cycle): clock for clock in calls.clock_ids}
        answers_by_call = calls._drop_done_marks(calls._ask_engine(now), clocks)
        to_create, to_do, moved, seen = [], [], {}, set()
        for call, answers in answers_by_call.items():
            for target, answer in answers:
                key = (call.id, target.metric, answer.cycle)
                seen.add(key)
                clock = clocks.get(key)
                values = self._prepare_clock_values(target, answer, clock, now, is_waking)
                if clock and is_waking:
                    to_do += clock._prepare_step_values(answer.marks, now)
                if not clock:
                    to_create.append({**call._prepare_own_clock_values(), **values})
                elif changed := clock._get_changes(values):
                    if "deadline" in changed:
                        moved.setdefault(call, []).append((clock, clock.deadline, answer.deadline))
                    clock.write(changed)
        dropped = (
            self.env["service.sla.clock"]
            .sudo()
            .union(*(clock for key, clock in clocks.items() if key not in seen and clock.state != "excused"))
        )
        dropped.write({"state": "void", "next_wakeup_at": False})
        created = self.env["service.sla.clock"].sudo().create(to_create)
        touched = created | self.env["service.sla.clock"].sudo().union(*clocks.values())
        if is_told:
            self._tell_moved_deadlines(moved, is_told if isinstance(is_told, str) else "")
        self._set_alarm(touched)
        return due.create(to_do)

    def _get_sla_targets(self):
        """Return the targets that hold for this call: one per metric."""
        self.ensure_one()
        if not self.sla_policy_id:
            return self.env["service.sla.target"]
        return self.env["service.sla.target"].union(*self.sla_policy_id._get_targets(self.priority).values())

    def _get_answers(self, ask):
        """Return the answers of the engine for this call (sudo), each with the target that it is for.

        A deadline that is known to be missed stays missed when the call's priority leaves it more time: it is still
        judged by the target that it missed. A correction of the log, the calendar or the target can un-miss it.

        :param ask: function of a target: the engine's answers, one per cycle
        :return: list of (service.sla.target, answer)
        """
        self.ensure_one()
        targets = self._get_sla_targets()
        answers = {
            (target.metric, cycle): (target, answer)
            for target in targets
            for cycle, answer in enumerate(ask(target))
        }
        budgets = {target.metric: target.budget_minutes for target in targets}
        for clock in self.clock_ids:
            missed = clock.target_id
            if (
                clock.is_missed_told
                and missed not in targets
                and missed.policy_id == self.sla_policy_id
                and missed.budget_minutes < budgets.get(clock.metric, float("inf"))
            ):
                known = ask(missed)
                if clock.cycle < len(known):
                    answers[clock.metric, clock.cycle] = (missed, known[clock.cycle])
        return list(answers.values())

    @api.model
    def _prepare_engine_target(self, target):
        stop_kinds = set(STOP_KINDS_BY_METRIC[target.metric])
        if target.metric == "response":
            stop_kinds |= {"allocated"} if target.stop_on_allocated else set()
            stop_kinds |= {"planned"} if target.stop_on_planned else set()
        return Target(
            budget_minutes=target.budget_minutes,
            stop_kinds=frozenset(stop_kinds),
            runs_in_pause=target.runs_in_pause,
            warn_percents=tuple(target._get_warn_percents()),
            reopen=target.reopen,
            reopen_hours=target.reopen_hours,
        )

    def _get_engine_target(self, target, rules):
        """Return a target of this call as a value of the engine, with the points of escalation rules."""
        return self._mark_target(target, self._prepare_engine_target(target), rules)

    def _prepare_own_clock_values(self):
        """Return what the clocks of this call have in common."""
        self.ensure_one()
        return {
            "call_id": self.id,
            "company_id": self.company_id.id,
            "commercial_partner_id": self.commercial_partner_id.id,
            "contract_id": self.contract_id.id,
        }

    @api.model
    def _prepare_clock_values(self, target, answer, clock, now, is_waking):
        """Return the values of a clock row for the engine's answer."""
        state = "excused" if clock and clock.is_excused and answer.state == "missed" else answer.state
        warned = set(clock.warned_points or ()) if clock else set()
        is_missed_told = bool(clock and clock.is_missed_told and state in ("missed", "excused"))
        if is_waking:
            warned |= {percent for percent, instant in answer.warnings if instant <= now}
            is_missed_told = is_missed_told or state == "missed"
        pending = []
        if state == "running":
            pending = [instant for percent, instant in answer.warnings if percent not in warned]
        if state == "running" or (state == "missed" and not is_missed_told):
            # One second later: at the deadline itself the promise is still kept.
            pending.append(answer.deadline + timedelta(seconds=1))
        pending += [instant for _key, instant in answer.marks if not is_waking or instant > now]
        return {
            "target_id": target.id,
            "metric": target.metric,
            "cycle": answer.cycle,
            "budget_minutes": target.budget_minutes,
            "started_at": answer.started_at,
            "deadline": answer.deadline or False,
            "stopped_at": answer.stopped_at or False,
            "paused_minutes": answer.paused_minutes,
            "used_minutes": answer.used_minutes or 0.0,
            "state": state,
            "next_wakeup_at": min(pending, default=False),
            "warned_points": sorted(warned) or False,
            "is_missed_told": is_missed_told,
        }

    def _read_log(self):
        """Return the events of these calls (sudo) as values of the engine: dict {call: list of Event}."""
        # An event that was just written stands at the end of the field, whenever it was.
        return {call: call.event_ids.sorted(lambda event: (event.at, event.id))._to_engine() for call in self}

    def _ask_engine(self, now, events_by_call=None, ask=replay):
        """Replay the logs of these calls (sudo).

        A call whose working hours cannot drive a clock gets no clocks and a note that says why: a bad
        calendar never stops a call from being taken.

        :param dict events_by_call: logs that were not written (yet), as of :meth:`_read_log`
        :param ask: function of the engine: `replay`, or another of the same arguments
        :return: dict {call: list of (service.sla.target, answer of the engine)}
        """
        if events_by_call is None:
            events_by_call = self._read_log()
        answers_by_call, asked = {}, self.filtered("sla_policy_id")
        rules = asked._get_escalation_rules() if asked else self.env["service.escalation.rule"]
        for days in HORIZONS:
            working_by_call = asked._read_working_times(now, days)
            asked = self.browse()
            for call, working in working_by_call.items():
                events = events_by_call.get(call, [])

                def ask_for(target, call=call, events=events, working=working):
                    return ask(events, call._get_engine_target(target, rules), working, now)

                try:
                    answers_by_call[call] = call._get_answers(ask_for)
                except WorkingTimeTooShort:
                    asked |= call
        for call in asked:
            call._message_log(body=self.env._("A deadline of this call lies more than two years ahead."))
        return {call: answers_by_call.get(call, []) for call in self}

    def _get_working_time_key(self):
        """Return what `resource.calendar._get_working_times` knows the hours of the call by: its special days too."""
        self.ensure_one()
        return self.calendar_id, self.site_tz, self.company_id, self.site_id or self.partner_id

    def _read_working_times(self, now, days):
        """Read the working time of each call's clocks until ``days`` from now, once per calendar and place.

        :return: dict {call: WorkingTime}, without the calls whose working hours cannot drive a clock
        """
        if not self:
            return {}
        start = min(self.mapped("raised_at"))
        end = max(now, *self.mapped("raised_at")) + timedelta(days=days)
        calendars = self.env["resource.calendar"]
        key_by_call = {call: call._get_working_time_key() for call in self}
        try:
            working_by_key = calendars._get_working_times(key_by_call.values(), start, end)
        except UserError:
            working_by_key = {}
            for key in dict.fromkeys(key_by_call.values()):
                try:
                    working_by_key.update(calendars._get_working_times([key], start, end))
                except UserError as error:
                    failed = [call.id for call in self if key_by_call[call] == key]
                    self.browse(failed)._message_log_batch(bodies=dict.fromkeys(failed, str(error)))
        return {call: working_by_key[key] for call, key in key_by_call.items() if key in working_by_key}

    # ------------------------------------------------------------
    # Corrected calendars, holidays and policies
    # ------------------------------------------------------------

    @api.model
    def _request_replay(self, domain):
        """Have the open calls of ``domain`` planned again by a job, after what they rest on was corrected."""
        calls = self.sudo().search([("is_closed", "=", False), ("is_replay_pending", "=", False), *domain])
        if calls:
            calls.is_replay_pending = True
            self.env.ref("service_helpdesk.ir_cron_sla_replay").sudo()._trigger()

    @api.model
    def _cron_replay(self):
        """Plan calls again whose calendar, holidays or policy were corrected; one bad call never stops the rest."""
        cron = self.env["ir.cron"]
        domain = [("is_replay_pending", "=", True)]
        cron._commit_progress(remaining=self.search_count(domain))
        while calls := self.search(domain, order="id", limit=REPLAY_BATCH):
            calls.is_replay_pending = False
            try:
                with self.env.cr.savepoint():
                    calls._replay_clocks(is_told=calls._get_replay_reason())
            except Exception:  # noqa: BLE001 - whatever it is, the other calls must go on
                _logger.warning("Replaying %s calls together failed, going one by one.", len(calls), exc_info=True)
                for call in calls:
                    call._replay_or_tell()
            if not cron._commit_progress(len(calls)):
                break

    def _replay_or_tell(self):
        try:
            with self.env.cr.savepoint():
                self._replay_clocks(is_told=self._get_replay_reason())
        except Exception as error:  # noqa: BLE001 - reported on the call, the others go on
            _logger.exception("Call %s could not be planned again", self.id)
            self._message_log(body=self.env._("The deadlines could not be planned again: %(error)s", error=error))

    @api.model
    def _get_replay_reason(self):
        return self.env._("Working hours, holidays or the service level were corrected.")

    def _tell_moved_deadlines(self, moved, why=""):
        """Say on each call which deadlines moved, from when to when.

        :param dict moved: {call: list of (clock, deadline before, deadline after)}
        :param str why: the sentence before them
        """
        bodies = {}
        for call, changes in moved.items():
            lines = [
                self.env._(
                    "%(metric)s: deadline moved from %(before)s to %(after)s.",
                    metric=clock._get_label("metric"),
                    before=call._format_at_site(before) or self.env._("none"),
                    after=call._format_at_site(after) or self.env._("none"),
                )
                for clock, before, after in changes
            ]
            bodies[call.id] = Markup("<br/>").join([why, *lines] if why else lines)
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)

    @api.model
    def _set_alarm(self, clocks):
        """Ask the wake-up job to run when the first of these clocks has something to do."""
        wakeups = [clock.next_wakeup_at for clock in clocks if clock.next_wakeup_at]
        if wakeups:
            # Whoever logs a call may set the alarm.
            cron = self.env["ir.model.data"]._xmlid_to_res_id("service_helpdesk.ir_cron_sla_wake")
            self.env["ir.cron"].sudo().browse(cron)._trigger(at=min(wakeups))
