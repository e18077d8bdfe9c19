# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import file_path

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestEventCorrect(HelpdeskCase):
    """Corrections of the log: the clocks are judged again by what really happened, and nothing is erased."""

    def _event(self, call, kind):
        return call.event_ids.filtered(lambda event: event.kind == kind and not event.is_superseded)

    def _correct(self, call, **values):
        call.with_user(self.controller).action_correct(values.pop("reason", "Seen in the logbook"), **values)

    def _missed_reply(self):
        call = self._new_call()
        with freeze_time("2026-11-18 15:00:00"):
            call._register_event("replied")
        self.assertEqual(self._clock(call, "response").state, "missed")
        return call

    def test_a_correction_un_misses_and_says_what_moved(self):
        call = self._missed_reply()
        event = self._event(call, "replied")
        with freeze_time("2026-11-18 16:00:00"):
            self._correct(call, event_id=event.id, at="2026-11-18 12:30:00")
        self.assertRecordValues(
            self._clock(call, "response"), [{"state": "met", "stopped_at": self._at("2026-11-18 12:30:00")}]
        )
        self.assertEqual(call.replied_at, self._at("2026-11-18 12:30:00"))
        bodies = self._bodies(call)
        self.assertIn("Seen in the logbook", bodies)
        self.assertIn("Response: missed", bodies)
        self.assertIn("now met", bodies)
        self.assertTrue(event.is_superseded)
        new = self._event(call, "replied")
        self.assertRecordValues(
            new, [{"corrects_id": event.id, "user_id": self.controller.id, "reason": "Seen in the logbook"}]
        )

    def test_an_event_that_did_not_happen_is_struck_out(self):
        call = self._new_call()
        call.action_complete()
        self.assertTrue(call.is_closed)
        event = self._event(call, "completed")
        self._correct(call, event_id=event.id)
        self.assertFalse(call.is_closed)
        self.assertFalse(call.stage_id.is_done)
        self.assertEqual(self._clock(call, "resolution").state, "running")
        self.assertEqual(len(call.event_ids), 3, "both versions stay")

    def test_a_pause_that_was_not_one(self):
        call = self._new_call()
        call.action_pause()
        self.assertFalse(self._clock(call, "resolution").deadline)
        self._correct(call, event_id=self._event(call, "paused").id)
        self.assertFalse(call.is_paused)
        self.assertEqual(self._clock(call, "resolution").deadline, self._at("2026-11-20 09:00:00"))
        self.assertFalse(call.stage_id.is_pause)

    def test_a_missing_arrival(self):
        self.policy.target_ids = [(0, 0, {"metric": "on_site", "budget_minutes": 240})]
        call = self._new_call()
        self.assertEqual(self._clock(call, "on_site").state, "running")
        with freeze_time("2026-11-18 18:00:00"):
            call.action_complete()
            self.assertEqual(self._clock(call, "on_site").state, "missed")
            self._correct(call, kind="arrived", at="2026-11-18 10:30:00", reason="Nobody pressed the button")
        self.assertEqual(self._clock(call, "on_site").state, "met")
        self.assertEqual(call.arrived_at, self._at("2026-11-18 10:30:00"))
        self.assertTrue(call.is_closed, "what came later stands")

    def test_when_it_was_raised(self):
        call = self._new_call()
        self._correct(call, event_id=self._event(call, "raised").id, at="2026-11-18 08:00:00")
        self.assertEqual(call.raised_at, self._at("2026-11-18 08:00:00"))
        self.assertEqual(self._clock(call, "response").deadline, self._at("2026-11-18 12:00:00"))

    def test_a_second_correction_holds_the_first_is_no_longer_offered(self):
        call = self._missed_reply()
        first = self._event(call, "replied")
        with freeze_time("2026-11-18 16:00:00"):
            self._correct(call, event_id=first.id, at="2026-11-18 12:30:00")
            with self.assertRaisesRegex(ValidationError, "latest version"):
                self._correct(call, event_id=first.id, at="2026-11-18 12:40:00")
            self._correct(call, event_id=self._event(call, "replied").id, at="2026-11-18 14:00:00")
        self.assertEqual(call.replied_at, self._at("2026-11-18 14:00:00"))
        self.assertEqual(self._clock(call, "response").state, "missed")

    def test_what_cannot_be_is_refused_and_changes_nothing(self):
        call = self._missed_reply()
        replied = self._event(call, "replied")
        raised = self._event(call, "raised")
        other = self._new_call()
        refused = [
            ({"event_id": replied.id, "at": "2026-11-18 08:00:00"}, "before the call was raised"),
            ({"event_id": replied.id, "at": "2026-11-19 08:00:00"}, "future"),
            ({"event_id": raised.id, "at": "2026-11-18 15:30:00"}, "before the call was raised"),
            ({"event_id": raised.id}, "cancel the call"),
            ({"event_id": other.event_ids[:1].id, "at": "2026-11-18 10:00:00"}, "not in the log"),
            ({"kind": "resumed", "at": "2026-11-18 10:00:00"}, "not on hold"),
            ({"kind": "reopened", "at": "2026-11-18 10:00:00"}, "not closed"),
            ({"kind": "completed", "at": "2026-11-18 10:00:00"}, "while the call was closed"),
            ({"kind": "arrived"}, "what happened and when"),
            ({"kind": "arrived", "at": "2026-11-18 10:00:00", "reason": " "}, "Say why"),
        ]
        rows = len(call.event_ids)
        for values, words in refused:
            with (
                self.subTest(words=words),
                freeze_time("2026-11-18 16:00:00"),
                self.assertRaisesRegex(ValidationError, words),
            ):
                self._correct(call, **values)
        self.assertEqual(len(call.event_ids), rows)

    def test_only_controllers(self):
        call = self._missed_reply()
        for user in (self.taker, self.engineer):
            with self.assertRaises(AccessError):
                call.with_user(user).action_correct("please", event_id=call.event_ids[:1].id)

    def test_the_wizard_shows_what_moves_before_it_writes(self):
        call = self._missed_reply()
        with freeze_time("2026-11-18 16:00:00"):
            corrections = self.env["service.event.correct"].with_user(self.controller)
            wizard = Form(corrections.with_context(default_call_id=call.id))
            wizard.event_id = self._event(call, "replied")
            self.assertEqual(wizard.at, self._at("2026-11-18 15:00:00"))
            wizard.at = self._at("2026-11-18 08:00:00")
            self.assertIn("before the call was raised", wizard.problem)
            wizard.at = self._at("2026-11-18 12:00:00")
            self.assertFalse(wizard.problem)
            self.assertIn("Response: missed", wizard.preview)
            self.assertIn("now met", wizard.preview)
            self.assertEqual(self._clock(call, "response").state, "missed")
            wizard.reason = "Called back at noon"
            wizard.save().action_apply()
        self.assertEqual(self._clock(call, "response").state, "met")

    def test_opened_from_a_line_of_the_log(self):
        call = self._missed_reply()
        context = self._event(call, "replied").with_user(self.controller).action_correct()["context"]
        wizard = self.env["service.event.correct"].with_user(self.controller).with_context(**context).create({})
        self.assertEqual((wizard.call_id, wizard.event_id), (call, self._event(call, "replied")))


@tagged("post_install", "-at_install")
class TestExcuse(HelpdeskCase):
    """A missed deadline that does not count, with its reason and evidence, and back."""

    def _missed(self):
        call = self._new_call(raised_at=self._at("2026-11-16 09:00:00"))
        clock = self._clock(call, "response").with_user(self.controller)
        self.assertEqual(clock.state, "missed")
        return clock

    def test_the_wizard_excuses_with_evidence(self):
        clock = self._missed()
        evidence = self.env["ir.attachment"].with_user(self.controller).create({"name": "gate.txt", "raw": b"shut"})
        wizard = (
            self.env["service.sla.excuse"]
            .with_user(self.controller)
            .with_context(default_call_id=clock.call_id.id)
            .create({"kind": "access", "reason": "The gate was shut", "attachment_ids": [(6, 0, evidence.ids)]})
        )
        wizard.action_apply()
        self.assertRecordValues(
            clock,
            [{"state": "excused", "excuse_kind": "access", "excuse_user_id": self.controller.id}],
        )
        self.assertEqual(clock.excuse_attachment_ids, evidence)
        self.assertIn("The gate was shut", self._bodies(clock.call_id))
        self.assertFalse(evidence.with_user(self.user_portal).has_access("read"))
        self.assertTrue(evidence.with_user(self.manager).has_access("read"))

    def test_words_on_the_call(self):
        clock = self._missed()
        clock.call_id.action_complete()
        missed = clock.call_id.clock_ids.filtered(lambda clock: clock.state == "missed")
        missed.with_user(self.controller).action_excuse("Gate")
        self.assertEqual((clock.call_id.sla_state, clock.call_id.deadline_words), ("excused", "excused"))

    def test_taken_back_it_counts_again_and_is_not_told_twice(self):
        clock = self._missed()
        with freeze_time("2026-11-18 12:00:00"):
            self.env["service.sla.clock"].sudo().browse(clock.id)._wake(self._at("2026-11-18 12:00:00"))
        self.assertTrue(clock.is_missed_told)
        clock.action_excuse("Gate")
        clock.call_id._replay_clocks()
        self.assertEqual(clock.state, "excused")
        clock.action_withdraw_excuse()
        self.assertRecordValues(
            clock, [{"state": "missed", "is_excused": False, "excuse_reason": False, "next_wakeup_at": False}]
        )
        self.assertIn("counts as missed again", self._bodies(clock.call_id))

    def test_refused(self):
        clock = self._missed()
        with self.assertRaises(UserError):
            clock.action_withdraw_excuse()
        running = self._clock(self._new_call(), "response").with_user(self.controller)
        with self.assertRaisesRegex(UserError, "not missed"):
            running.action_excuse("Why not")
        clock.action_excuse("Gate")
        with self.assertRaises(UserError):
            clock.action_excuse("Gate again")
        with self.assertRaises(AccessError):
            clock.with_user(self.taker).action_withdraw_excuse()
        self.assertEqual(clock.state, "excused")

    def test_calls_excused_before_say_so(self):
        call = self._missed().call_id
        call.action_complete()
        call.clock_ids.with_user(self.controller).action_excuse("Gate")
        self.env.flush_all()
        self.env.cr.execute("UPDATE service_call SET sla_state = 'met' WHERE id = %s", [call.id])
        script = load_script(file_path("service_helpdesk/migrations/19.0.1.1.0/post-clocks.py"), "post_clocks")
        for _twice in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(call.sla_state, "excused")
