# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from odoo.addons.service_contract.const import METRICS

from ..const import CLOCK_STATES, EXCUSE_KINDS

_logger = logging.getLogger(__name__)

WAKE_BATCH = 100
MAX_CONFLICTS = 20


class ServiceSlaClock(models.Model):
    """One target on one call: what was promised, until when, and how it went.

    Everything here is the answer of ``engine/sla_clock.py``; only an excuse is given by a person.
    """

    _name = "service.sla.clock"
    _inherit = ["service.words.mixin"]
    _description = "SLA Clock"
    _order = "deadline, id"
    _check_company_auto = True
    _rec_name = "metric"

    call_id = fields.Many2one(
        comodel_name="service.call",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(comodel_name="res.company", required=True, index=True)
    # Computed and not related: whoever makes many clocks gives them, and nothing is computed for each.
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        compute="_compute_from_call",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
    )
    contract_id = fields.Many2one(
        comodel_name="service.contract",
        compute="_compute_from_call",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    target_id = fields.Many2one(
        comodel_name="service.sla.target",
        index="btree_not_null",
        ondelete="set null",
    )
    metric = fields.Selection(selection=METRICS, required=True)
    cycle = fields.Integer(readonly=True, help="A call reopened with a fresh promise starts a new cycle.")
    budget_minutes = fields.Integer(string="Budget (minutes)", readonly=True)
    started_at = fields.Datetime(required=True)
    deadline = fields.Datetime(help="Open while paused.")
    stopped_at = fields.Datetime()
    paused_minutes = fields.Float(help="Working time of the pauses that moved the deadline.")
    used_minutes = fields.Float(
        string="Used (minutes)",
        readonly=True,
        help="Working time from the start to the stop, without the pauses that count.",
    )
    state = fields.Selection(selection=CLOCK_STATES, required=True, default="running", index=True)
    is_excused = fields.Boolean(readonly=True)
    excuse_kind = fields.Selection(selection=EXCUSE_KINDS, readonly=True)
    excuse_reason = fields.Char(readonly=True)
    excuse_user_id = fields.Many2one(
        comodel_name="res.users", string="Excused By", readonly=True, index="btree_not_null", copy=False
    )
    excuse_attachment_ids = fields.Many2many(comodel_name="ir.attachment", string="Evidence", readonly=True, copy=False)
    next_wakeup_at = fields.Datetime(readonly=True)
    warned_points = fields.Json(readonly=True, help="Percentages of the budget that were already warned of.")
    is_missed_told = fields.Boolean(readonly=True, help="That the deadline was missed has been told.")

    _call_metric_cycle_uniq = models.UniqueIndex(
        "(call_id, metric, cycle)",
        "A call has one clock per metric and cycle.",
    )
    _wakeup_idx = models.Index("(next_wakeup_at) WHERE next_wakeup_at IS NOT NULL")

    @api.depends("call_id.commercial_partner_id", "call_id.contract_id")
    def _compute_from_call(self):
        for clock in self:
            clock.commercial_partner_id = clock.call_id.commercial_partner_id
            clock.contract_id = clock.call_id.contract_id

    @api.depends("metric", "call_id")
    def _compute_display_name(self):
        for clock in self:
            clock.display_name = f"{clock.call_id.name} {clock._get_label('metric')}"

    def _get_changes(self, values):
        """Return those of ``values`` that differ from what is stored."""
        self.ensure_one()
        stored = {**{name: self[name] for name in values}, "target_id": self.target_id.id}
        return {name: value for name, value in values.items() if stored[name] != value}

    def action_open_excuse(self):
        """Ask why the deadline does not count."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_sla_excuse_action")
        return {**action, "context": {"default_call_id": self.call_id.id, "default_clock_id": self.id}}

    def action_excuse(self, reason, kind="other", attachment_ids=None):
        """Excuse missed clocks: they no longer count as missed.

        :param str reason: why, for the customer's report
        :param str kind: one of ``const.EXCUSE_KINDS``
        :param list attachment_ids: ids of the attachments that prove it; only our own people see them
        :raise AccessError: unless the user is a controller
        :raise ValidationError: without a reason
        :raise UserError: when a deadline was not missed
        """
        self._check_may_excuse()
        if not (reason or "").strip():
            raise ValidationError(self.env._("Say why the deadline is excused."))
        for clock in self:
            if clock.state != "missed":
                raise UserError(
                    self.env._("%(clock)s was not missed: there is nothing to excuse.", clock=clock.display_name)
                )
        attachments = self.env["ir.attachment"].browse(attachment_ids or [])
        attachments.check_access("read")
        # Clocks are written by the machine alone; the controller's right was checked above.
        self.sudo().write(
            {
                "is_excused": True,
                "excuse_kind": kind or "other",
                "excuse_reason": reason.strip(),
                "excuse_user_id": self.env.uid,
                "excuse_attachment_ids": [Command.set(attachments.ids)],
                "state": "excused",
                "next_wakeup_at": False,
            }
        )
        # Kept beside the clock, which no customer may read.
        attachments.sudo().write({"res_model": self._name, "res_id": self[:1].id})
        self._tell_excuse(self.env._("excused: %(reason)s", reason=reason))
        return True

    def action_withdraw_excuse(self):
        """Let excused deadlines count as missed again.

        :raise AccessError: unless the user is a controller
        :raise UserError: when a deadline is not excused
        """
        self._check_may_excuse()
        for clock in self:
            if not clock.is_excused:
                raise UserError(self.env._("%(clock)s is not excused.", clock=clock.display_name))
        # As above; who excused it and why stands in the chatter.
        self.sudo().write({"is_excused": False, "excuse_kind": False, "excuse_reason": False, "excuse_user_id": False})
        self.call_id._replay_clocks()
        self._tell_excuse(self.env._("counts as missed again: the excuse was taken back."))
        return True

    def _check_may_excuse(self):
        if not self.env.user.has_group("service_helpdesk.group_service_helpdesk_controller"):
            raise AccessError(self.env._("Only a controller may excuse a missed deadline."))

    def _tell_excuse(self, text):
        for call, clocks in self.grouped("call_id").items():
            metrics = ", ".join(clock._get_label("metric") for clock in clocks)
            call._message_log(body=self.env._("%(metrics)s %(text)s", metrics=metrics, text=text))

    # ------------------------------------------------------------
    # Wake-up job
    # ------------------------------------------------------------

    @api.model
    def _get_wake_domain(self, now):
        """Return the domain of the clocks for which something is due at ``now``."""
        return [("next_wakeup_at", "<=", now)]

    @api.model
    def _cron_wake(self):
        """Warn and miss what is due, then sleep until the next warning or deadline.

        Each due thing is done once, even late, repeated or after a crash: what was done is
        stored in the same transaction as its message. One bad record never stops the others.
        """
        now = fields.Datetime.now()
        cron = self.env["ir.cron"]
        domain = self._get_wake_domain(now)
        cron._commit_progress(remaining=self.search_count(domain))
        conflicts = 0
        while due := self._take_due(domain):
            try:
                due._wake_together(now)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody worked on one of the calls meanwhile: look again, with what he did.
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                conflicts += 1
                if conflicts > MAX_CONFLICTS:
                    break
                continue
            if not cron._commit_progress(len(due)):
                break
        self._trigger_wake()

    def _take_due(self, domain):
        """Return the next clocks with something to do, locked; those on which another worker works are left to it."""
        due = self.search(domain, order="next_wakeup_at, id", limit=WAKE_BATCH)
        return due.try_lock_for_update(allow_referencing=True)

    def _wake_together(self, now):
        try:
            with self.env.cr.savepoint():
                self._wake(now)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, the other clocks must go on
            _logger.warning("Waking %s clocks together failed, going one by one.", len(self), exc_info=True)
            self._wake_one_by_one(now)

    def _wake_one_by_one(self, now):
        for clock in self:
            try:
                with self.env.cr.savepoint():
                    clock._wake(now)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception as error:  # noqa: BLE001 - reported on the record, the others go on
                _logger.exception("Clock %s could not be woken", clock.id)
                clock.next_wakeup_at = False
                clock.call_id._message_log(
                    body=self.env._(
                        "The deadline of this call could not be watched: %(error)s",
                        error=error,
                    )
                )

    def _wake(self, now):
        """Do what is due for these clocks: bring them up to date, then tell what changed."""
        # All clocks of the calls: another one of theirs may be due too, and is brought up to date with these.
        clocks = self.call_id.clock_ids
        told = clocks.filtered("is_missed_told")
        warned = {clock: set(clock.warned_points or ()) for clock in clocks}
        steps = self.call_id._replay_clocks(now=now, is_waking=True)
        missed = clocks.filtered("is_missed_told") - told
        missed._after_missed()
        for clock in clocks - missed:
            if clock.state == "running" and (new_points := set(clock.warned_points or ()) - warned[clock]):
                clock._after_warned(max(new_points))
        steps._carry_out()

    def _prepare_step_values(self, marks, now):
        """Return the values of the escalation steps that are due: a row for each point of a rule that has come.

        :param marks: tuple of ((rule id, number), instant)
        """
        self.ensure_one()
        return [
            {"clock_id": self.id, "rule_id": rule_id, "number": number, "due_at": instant, "done_at": now}
            for (rule_id, number), instant in marks
            if instant <= now
        ]

    @api.model
    def _trigger_wake(self):
        """Ask the scheduler to run the wake-up job at the next warning or deadline."""
        clock = self.search([("next_wakeup_at", "!=", False)], order="next_wakeup_at", limit=1)
        if clock:
            # Waking is the machine's: whoever logs a call may set the alarm.
            self.env.ref("service_helpdesk.ir_cron_sla_wake").sudo()._trigger(at=clock.next_wakeup_at)

    # ------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------

    def _after_warned(self, percent):
        """Hook: a warning point was reached. Notes it on the call and tells whom the rules name.

        :param int percent: percentage of the budget that is used up
        """
        for clock in self:
            body = self.env._(
                "%(metric)s: %(percent)s %% of the time is used, deadline %(deadline)s.",
                metric=clock._get_label("metric"),
                percent=percent,
                deadline=clock.call_id._format_at_site(clock.deadline),
            )
            clock.call_id._message_log(body=body)
            clock.call_id._notify_event("warned", bodies={clock.call_id.id: body}, key=f"{clock.id} {percent}")

    def _after_missed(self):
        """Hook: a deadline passed. Notes it on the call and tells whom the rules name."""
        for clock in self:
            call = clock.call_id
            body = self.env._(
                "%(metric)s missed: the deadline was %(deadline)s.",
                metric=clock._get_label("metric"),
                deadline=call._format_at_site(clock.deadline),
            )
            call._message_log(body=body)
            call._notify_event("missed", bodies={call.id: body}, key=f"{clock.id}")
