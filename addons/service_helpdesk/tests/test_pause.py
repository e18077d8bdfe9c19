# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import SQL, file_path, mute_logger

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestPause(HelpdeskCase):
    """Calls that wait: why, until when, and what happens by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env["service.pause.reason"].create({"name": "Customer decides", "resumes_on_reply": True})
        cls.call = cls._new_call(team_id=cls.team.id, user_id=cls.controller.id, contact_id=cls.contact.id)
        cls.cron = cls.env.ref("service_helpdesk.ir_cron_pause_wake")

    def _pause(self, **vals):
        self.reason.write(vals)
        self.call.action_pause(reason="Colour of the pump", reason_id=self.reason.id)

    def _wake(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def _tasks(self):
        return self.call.activity_ids.filtered(lambda activity: activity.user_id == self.controller)

    # ------------------------------------------------------------
    # Reasons
    # ------------------------------------------------------------

    def test_a_reason_stops_the_clocks(self):
        self._pause()
        self.assertRecordValues(
            self.call,
            [{"is_paused": True, "pause_reason_id": self.reason.id, "pause_note": "Colour of the pump"}],
        )
        event = self.call.event_ids[-1]
        self.assertEqual((event.kind, event.reason, event.reason_id), ("paused", "Colour of the pump", self.reason))
        self.assertEqual(self._clock(self.call, "resolution").state, "paused")
        self.call.action_resume()
        self.assertRecordValues(self.call, [{"is_paused": False, "pause_reason_id": False, "pause_note": False}])

    def test_a_reason_of_ours_lets_the_clocks_run(self):
        deadline = self._clock(self.call, "resolution").deadline
        stage = self.call.stage_id
        self._pause(stops_clocks=False)
        self.assertRecordValues(
            self.call, [{"is_paused": False, "pause_reason_id": self.reason.id, "stage_id": stage.id}]
        )
        clock = self._clock(self.call, "resolution")
        self.assertEqual((clock.state, clock.deadline), ("running", deadline))
        self.call.action_resume()
        self.assertEqual(self.call.event_ids.mapped("kind")[-2:], ["waiting", "continued"])
        self.assertFalse(self.call.pause_reason_id)
        with self.assertRaisesRegex(UserError, "is not on hold"):
            self.call.action_resume()

    def test_work_that_begins_and_closing_end_the_wait(self):
        self._pause(stops_clocks=False)
        self.call._register_event("travel")
        self.assertFalse(self.call.pause_reason_id)
        self._pause(stops_clocks=True)
        self.call.action_complete()
        self.assertRecordValues(self.call, [{"pause_reason_id": False, "is_paused": False, "pause_alarm_at": False}])

    def test_who_takes_or_plans_a_call_on_hold_does_not_resume_it(self):
        call = self._new_call(team_id=self.team.id)
        call.action_pause("Waits for the part")
        held = call.stage_id
        call.with_user(self.engineer).action_assign_to_me()
        call._register_event("planned")
        self.assertTrue(call.is_paused)
        self.assertTrue(held.is_pause)
        self.assertEqual(call.stage_id, held, "the stage says what the deadlines do")
        call.action_resume()
        self.assertTrue(call.stage_id.is_planned, "and then it is as far as it has come")

    def test_dragging_to_a_stage_on_hold_keeps_its_reason(self):
        stage = self.env["service.call.stage"].search([("is_pause", "=", True)], limit=1)
        stage.pause_reason_id = self.reason
        self.call.stage_id = stage
        self.assertEqual(self.call.pause_reason_id, self.reason)
        self.assertEqual(self.call.event_ids[-1].reason, "Customer decides")

    def test_dragging_takes_the_reason_of_that_stage(self):
        stage = self.env["service.call.stage"].search([("is_pause", "=", True)], limit=1)
        stage.pause_reason_id = self.reason
        other = self.reason.copy({"name": "Crane ordered"})
        crane = stage.copy({"name": "Waits for the crane", "pause_reason_id": other.id, "sequence": 99})
        self.call.stage_id = crane
        self.assertEqual((self.call.stage_id, self.call.pause_reason_id), (crane, other))

    def test_a_stage_without_a_reason_asks_for_it(self):
        stage = self.env["service.call.stage"].search([("is_pause", "=", True)], limit=1)
        before = self.call.stage_id
        self.env.flush_all()
        for reason in (self.reason.browse(), self.reason.copy({"needs_until": True})):
            stage.pause_reason_id = reason
            with self.assertRaisesRegex(RedirectWarning, f"Say why call {self.call.name} waits.") as caught:
                self.call.stage_id = stage
            self.assertEqual((self.call.stage_id, self.call.is_paused), (before, False))
        _message, action_id, _button, context = caught.exception.args
        action = self.env["ir.actions.act_window"].browse(action_id)
        form = Form(self.env[action.res_model].with_user(self.taker).with_context(**context))
        form.reason_id = self.reason
        self.assertEqual(form.save().action_apply()["tag"], "soft_reload")
        self.assertEqual((self.call.stage_id, self.call.pause_reason_id), (stage, self.reason))

    def test_the_reason_of_a_stage_stops_the_clocks(self):
        stage = self.env["service.call.stage"].search([("is_pause", "=", True)], limit=1)
        self.reason.stops_clocks = False
        with self.assertRaisesRegex(ValidationError, "lets the deadlines go on"):
            stage.pause_reason_id = self.reason

    def test_a_pause_that_is_struck_out_leaves_nothing(self):
        self._pause(remind_days=2)
        pause = self.call.event_ids[-1]
        self.call.with_user(self.controller).action_correct("Wrong call", event_id=pause.id)
        self.assertRecordValues(
            self.call,
            [{"is_paused": False, "pause_reason_id": False, "pause_note": False, "paused_at": False}],
        )
        self.assertFalse(self.call.pause_alarm_at)

    def test_a_wait_whose_end_is_struck_out_goes_on(self):
        self._pause(remind_days=2)
        paused_at, alarm_at = self.call.paused_at, self.call.pause_alarm_at
        for stops_clocks in (True, False):
            self.reason.stops_clocks = stops_clocks
            if not stops_clocks:
                self._pause(stops_clocks=False)
            self.call.action_resume()
            self.call.with_user(self.controller).action_correct("Not yet", event_id=self.call.event_ids[-1].id)
            self.assertRecordValues(
                self.call,
                [
                    {
                        "is_paused": stops_clocks,
                        "pause_reason_id": self.reason.id,
                        "pause_note": "Colour of the pump",
                        "paused_at": paused_at,
                        "pause_alarm_at": alarm_at,
                    }
                ],
            )
            self.call._end_hold()

    def test_a_pause_that_began_earlier(self):
        self._pause()
        earlier = self._at("2026-11-18 10:15:00")
        pause = self.call.event_ids[-1]
        self.call.with_user(self.controller).action_correct("Since ten", at=earlier, event_id=pause.id)
        self.assertRecordValues(self.call, [{"paused_at": earlier, "pause_reason_id": self.reason.id}])

    def test_the_wizard_asks_for_the_reason(self):
        action = self.call.action_open_pause()
        wizards = self.env["service.call.pause"].with_user(self.taker).with_context(**action["context"])
        self.reason.resume_days = 2
        form = Form(wizards)
        form.reason_id = self.reason
        # Wednesday 13:00 in Rome, two working days later.
        self.assertEqual(form.until, self._at("2026-11-20 12:00:00"))
        form.note = "Colour"
        form.save().action_apply()
        self.assertRecordValues(
            self.call, [{"pause_reason_id": self.reason.id, "resume_at": self._at("2026-11-20 12:00:00")}]
        )
        other = self.env["service.pause.reason"].create({"name": "Part", "waits_for": "part"})
        form = Form(wizards)
        form.reason_id = other
        form.save().action_apply()
        self.assertEqual(self.call.pause_reason_id, other)
        self.assertEqual(self.call.event_ids.mapped("kind")[-3:], ["paused", "resumed", "paused"])

    def test_bad_input_changes_nothing(self):
        self.reason.needs_until = True
        with self.assertRaisesRegex(UserError, "say until when the call waits"):
            self.call.action_pause(reason_id=self.reason.id)
        with self.assertRaisesRegex(UserError, "an instant that is past"):
            self.call.action_pause(reason_id=self.reason.id, until="2026-11-18 11:00:00")
        self._pause(needs_until=False)
        for reason in (self.reason, self.reason.copy({"stops_clocks": False})):
            with self.assertRaisesRegex(UserError, "already on hold"):
                self.call.action_pause(reason_id=reason.id)
        self.assertEqual(self.call.event_ids.mapped("kind").count("paused"), 1)
        self.call.action_complete()
        with self.assertRaisesRegex(UserError, "is closed: reopen it first"):
            self.call.action_pause(reason_id=self.reason.copy({"stops_clocks": False}).id)
        self.assertFalse(self.call.pause_reason_id)

    @mute_logger("odoo.sql_db")
    def test_days_that_make_no_sense_are_refused(self):
        for vals in ({"remind_days": -1}, {"follow_up_days": 5, "close_days": 5}):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.reason.write(vals)
                self.reason.flush_recordset()

    def test_a_reason_says_what_happens(self):
        self.reason.write({"remind_days": 2, "close_days": 5})
        self.assertEqual(
            self.reason.effect,
            "The deadlines wait; a reply of the customer ends it; the owner is reminded after 2 working days; "
            "closed without an answer after 5 working days.",
        )

    # ------------------------------------------------------------
    # What happens by itself
    # ------------------------------------------------------------

    def test_the_alarm_is_set_for_the_first_step(self):
        self._pause(remind_days=2, close_days=4)
        # Friday 20, 13:00 in Rome; Monday would be the third working day.
        self.assertRecordValues(
            self.call, [{"pause_alarm_at": self._at("2026-11-20 12:00:00"), "pause_step": "remind"}]
        )
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertIn(self._at("2026-11-20 12:00:00"), triggers.mapped("call_at"))

    def test_steps_are_done_once_in_their_order(self):
        self._pause(remind_days=1, follow_up_days=2, close_days=3)
        told = []

        def tell(_calls, event, **_kwargs):
            told.append(event)

        with patch.object(self.env.registry["service.call"], "_notify_event", tell):
            with freeze_time("2026-11-19 12:00:00"):
                self._wake()
                self._wake()
            self.assertEqual(len(self._tasks()), 1)
            self.assertIn("Colour of the pump", self._tasks().summary)
            with freeze_time("2026-11-20 12:00:00"):
                self._wake()
                self._wake()
            self.assertEqual(told.count("follow_up"), 1)
            with freeze_time("2026-11-23 11:59:00"):
                self._wake()
                self.assertFalse(self.call.is_closed)
            with freeze_time("2026-11-23 12:00:00"):
                self._wake()
        self.assertTrue(self.call.is_closed)
        self.assertIn("Nothing came after 3 working days", self._bodies(self.call))

    def test_what_is_late_is_done_all_at_once(self):
        self._pause(remind_days=1, close_days=3)
        with freeze_time("2026-12-01 12:00:00"):
            self._wake()
        self.assertEqual(len(self._tasks()), 1)
        self.assertTrue(self.call.is_closed)

    def test_the_call_goes_on_by_itself(self):
        self.call.action_pause(reason_id=self.reason.id, until="2026-11-19 09:00:00")
        with freeze_time("2026-11-19 09:00:00"):
            self._wake()
        self.assertFalse(self.call.is_paused)
        self.assertEqual(self.call.event_ids[-1].kind, "resumed")
        self.assertEqual(len(self._tasks()), 1)

    def test_one_bad_call_does_not_stop_the_others(self):
        other = self._new_call(user_id=self.controller.id)
        for call in (self.call, other):
            call.action_pause(reason_id=self.reason.id, until="2026-11-19 09:00:00")
        calls = self.env.registry["service.call"]
        original = calls._do_pause_resume

        def fail(call):
            if call == self.call:
                raise ValidationError("Broken")  # pylint: disable=translation-required
            return original(call)

        with (
            patch.object(calls, "_do_pause_resume", fail),
            freeze_time("2026-11-19 09:00:00"),
            mute_logger("odoo.addons.service_contract.models.service_batch_mixin"),
        ):
            self._wake()
        self.assertTrue(self.call.is_paused)
        self.assertIn("Broken", self._bodies(self.call))
        self.assertFalse(other.is_paused)

    # ------------------------------------------------------------
    # The customer's reply
    # ------------------------------------------------------------

    def _reply(self, user):
        self.call.with_user(user).message_post(
            body="Blue", message_type="comment", subtype_xmlid="mail.mt_comment", author_id=user.partner_id.id
        )

    def test_a_reply_of_the_customer_ends_the_wait(self):
        self._pause()
        self._reply(self.controller)
        self.assertTrue(self.call.is_paused)
        self._reply(self.user_portal)
        self.assertFalse(self.call.is_paused)
        self.assertEqual(self.call.event_ids[-1].reason, "The customer wrote.")

    def test_a_reply_does_not_end_what_is_not_the_customers(self):
        self._pause(resumes_on_reply=False)
        self._reply(self.user_portal)
        self.assertTrue(self.call.is_paused)

    def test_older_calls_say_since_when_they_wait(self):
        self.call.action_pause(reason="Before reasons")
        fresh = self._new_call(team_id=self.team.id)
        self.env.flush_all()
        self.env.cr.execute("UPDATE service_call SET paused_at = NULL WHERE id = %s", [self.call.id])
        script = load_script(file_path("service_helpdesk/migrations/19.0.1.1.0/post-flow.py"), "post_flow")
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(self.call.paused_at, self.call.event_ids[-1].at)
        for name in ("unassigned_since", "unassigned_level", "unassigned_alarm_at", "team_match"):
            self.env.cr.execute(SQL("ALTER TABLE service_call DROP COLUMN %s CASCADE", SQL.identifier(name)))
        script = load_script(file_path("service_helpdesk/migrations/19.0.1.1.0/pre-flow.py"), "pre_flow")
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(fresh.unassigned_since, fresh.create_date.replace(microsecond=0))
        self.assertFalse(self.call.unassigned_since)
