# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import random
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged

from ..const import CLOSING_KINDS
from ..engine.sla_clock import effective_events, oddities
from .common import RAISED, HelpdeskCase

WALKS, STEPS = 25, 14
# Whether a deadline that has just passed is known to be missed depends on the job.
CLOCK_COLUMNS = ("metric", "cycle", "deadline", "stopped_at", "paused_minutes", "used_minutes")


@tagged("post_install", "-at_install")
class TestCallLife(HelpdeskCase):
    """Whatever happens to a call, in whatever order: its columns, stage and clocks are those of its log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engineer.group_ids |= cls.env.ref("service_helpdesk.group_service_helpdesk_user")
        cls.second = cls.env["service.team"].create({"name": "Second Line", "member_ids": cls.controller.ids})
        cls.reasons = cls.env["service.pause.reason"].create(
            [
                {"name": "Waits for him", "resumes_on_reply": True, "follow_up_days": 1},
                {"name": "We look it up", "stops_clocks": False, "resume_days": 1},
                {"name": "Closes", "close_days": 1},
            ]
        )
        cls.policy.target_ids.filtered(lambda target: target.metric == "response").runs_in_pause = True
        cls.jobs = cls.env.ref("service_helpdesk.ir_cron_sla_wake") | cls.env.ref(
            "service_helpdesk.ir_cron_pause_wake"
        )

    # ------------------------------------------------------------
    # What may happen
    # ------------------------------------------------------------

    def _do_pause(self, call, dice):
        call.action_pause("Somebody", reason_id=dice.choice([False, *self.reasons.ids]) or None)

    def _do_resume(self, call, dice):
        call.action_resume()

    def _do_complete(self, call, dice):
        call.action_complete()

    def _do_cancel(self, call, dice):
        call.action_cancel()

    def _do_reopen(self, call, dice):
        call.action_reopen("Again")

    def _do_take(self, call, dice):
        call.with_user(self.engineer).action_assign_to_me()

    def _do_leave(self, call, dice):
        call.user_id = False

    def _do_drag(self, call, dice):
        call.stage_id = dice.choice(self.env["service.call.stage"].search([]))

    def _do_event(self, call, dice):
        call._register_event(dice.choice(["planned", "travel", "arrived", "workaround"]))

    def _do_reply(self, call, dice):
        call.message_post(body="We look at it", message_type="comment", subtype_xmlid="mail.mt_comment")

    def _do_hear(self, call, dice):
        call.with_user(self.user_portal).message_post(body="Well?", message_type="comment")

    def _do_priority(self, call, dice):
        call.priority = dice.choice("0123")

    def _do_unit(self, call, dice):
        call.equipment_id = dice.choice([self.unit, self.unit_bare])

    def _do_escalate(self, call, dice):
        call.action_escalate(dice.choice([self.team, self.second]).id, "Help")

    def _do_answer(self, call, dice):
        escalation = call.sudo().pending_escalation_id.with_user(self.manager).sudo(False)
        if escalation and dice.random() < 0.5:
            escalation.action_accept()
        elif escalation:
            escalation.action_decline("No")

    def _do_correct(self, call, dice):
        event = dice.choice(call.sudo().event_ids)
        at = event.at + timedelta(minutes=dice.randint(-90, 90))
        call.with_user(self.controller).action_correct("Really", at=at, event_id=event.id)

    def _do_strike(self, call, dice):
        event = dice.choice(call.sudo().event_ids)
        call.with_user(self.controller).action_correct("Not so", event_id=event.id)

    def _do_enter(self, call, dice):
        now = fields.Datetime.now()
        at = call.raised_at + dice.random() * (now - call.raised_at)
        kind = dice.choice(["arrived", "paused", "resumed", "replied", "completed", "planned"])
        call.with_user(self.controller).action_correct("Forgotten", at=at.replace(microsecond=0), kind=kind)

    def _do_wake(self, call, dice):
        for job in self.jobs:
            with self.enter_registry_test_mode():
                job.method_direct_trigger()

    # ------------------------------------------------------------
    # What holds all the time
    # ------------------------------------------------------------

    def _check(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        call = call.sudo()
        log = call.event_ids._to_engine()
        self.assertFalse({code for _event, code in oddities(log)} - {"closed"}, "the log tells what can have happened")
        # That an owner gave a call up is no event: the log goes on to say that it was allocated once.
        facts = {name: value for name, value in call._fold_log().items() if name != "allocated_at"}
        self.assertEqual({name: call[name] for name in facts}, facts, "the columns follow the log")
        self.assertEqual(call.is_closed, bool(call.closed_at))
        self.assertEqual(call.raised_at, next(row.at for row in effective_events(log)))
        self._check_stage(call, log)
        self._check_wait(call)
        before = call.clock_ids.sorted("id").read(CLOCK_COLUMNS)
        call._replay_clocks()
        self.assertEqual(call.clock_ids.sorted("id").read(CLOCK_COLUMNS), before, "replayed again they are the same")

    def _check_stage(self, call, log):
        stage = call.stage_id
        self.assertEqual(stage.is_done or stage.is_cancelled, call.is_closed)
        if call.is_closed:
            last = [row.kind for row in effective_events(log) if row.kind in CLOSING_KINDS][-1]
            self.assertEqual(last, "cancelled" if stage.is_cancelled else "completed")
        elif call.is_paused:
            self.assertTrue(stage.is_pause)
        else:
            self.assertFalse(stage.is_pause)

    def _check_wait(self, call):
        """What a call waits for, it waits for while it is open, and the clocks as the reason says."""
        if call.is_closed:
            self.assertFalse(call.pause_reason_id or call.paused_at or call.pause_alarm_at)
            self.assertFalse(call.pending_escalation_id)
        if call.pause_reason_id:
            self.assertTrue(call.paused_at)
            self.assertEqual(call.is_paused, call.pause_reason_id.stops_clocks)
        elif not call.is_paused:
            self.assertFalse(call.paused_at or call.pause_alarm_at)

    def _walk(self, seed):
        dice = random.Random(seed)
        actions = [name for name in dir(self) if name.startswith("_do_")]
        now, done = RAISED, []
        with freeze_time(RAISED) as clock:
            call = self._new_call(user=self.controller, team_id=self.team.id, contact_id=self.contact.id)
            for _step in range(STEPS):
                now += timedelta(minutes=dice.choice([1, 7, 45, 200, 1500]))
                clock.move_to(now)
                name = dice.choice(actions)
                try:
                    with self.env.cr.savepoint():
                        getattr(self, name)(call, dice)
                        self.env.flush_all()
                    done.append(name)
                except (UserError, RedirectWarning):
                    self.env.invalidate_all()
                    done.append(f"({name})")
                with self.subTest(seed=seed, done=" ".join(done)):
                    self._check(call)

    def test_random_walks(self):
        for seed in range(WALKS):
            self._walk(seed)
