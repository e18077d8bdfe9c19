# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestServiceSlaClock(HelpdeskCase):
    """Clocks on calls, and the job that wakes for them."""

    def _wake(self, at):
        cron = self.env.ref("service_helpdesk.ir_cron_sla_wake")
        with freeze_time(at), self.enter_registry_test_mode():
            cron.method_direct_trigger()

    def test_deadlines_at_the_site(self):
        # Raised on Wednesday 10:00 in Rome: 4 h end at 14:00, 16 h on Friday at 10:00.
        call = self._new_call()
        self.assertEqual(self._clock(call, "response").deadline, self._at("2026-11-18 13:00:00"))
        self.assertEqual(self._clock(call, "resolution").deadline, self._at("2026-11-20 09:00:00"))
        self.assertEqual(call.next_deadline, self._at("2026-11-18 13:00:00"))
        self.assertEqual((call.sla_state, call.deadline_words), ("ok", "due in 1 h"))

    def test_worked_case(self):
        self.policy.target_ids.filtered(lambda target: target.metric == "resolution").budget_minutes = 8 * 60
        with freeze_time("2026-11-13 15:00:00"):
            call = self._new_call(raised_at=self._at("2026-11-13 15:00:00"))
        with freeze_time("2026-11-13 15:30:00"):
            call.action_pause()
            clock = self._clock(call, "resolution")
            self.assertRecordValues(clock, [{"state": "paused", "deadline": False, "next_wakeup_at": False}])
        with freeze_time("2026-11-16 09:00:00"):
            call.action_resume()
        self.assertRecordValues(
            clock,
            [
                {
                    "state": "running",
                    "deadline": self._at("2026-11-17 08:30:00"),
                    "paused_minutes": 90,
                }
            ],
        )

    def test_first_public_human_reply_stops_the_response_clock(self):
        call = self._new_call(contact_id=self.contact.id)
        response = self._clock(call, "response")
        call.message_post(body="internal", subtype_xmlid="mail.mt_note")
        call.with_user(self.user_portal).message_post(body="any news?", subtype_xmlid="mail.mt_comment")
        call.message_post(body="automatic", message_type="auto_comment", subtype_xmlid="mail.mt_comment")
        self.assertEqual(response.state, "running")
        call.message_post(body="We are on it.", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertEqual(response.state, "met")
        call.message_post(body="Still on it.", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertEqual(call.event_ids.mapped("kind"), ["raised", "replied"])

    def test_allocation_stops_the_response_only_where_ticked(self):
        call = self._new_call()
        call.action_assign_to_me()
        self.assertEqual(self._clock(call, "response").state, "running")
        self.policy.target_ids.filtered(lambda target: target.metric == "response").stop_on_allocated = True
        call = self._new_call()
        call.action_assign_to_me()
        self.assertEqual(self._clock(call, "response").state, "met")

    def test_on_site_and_workaround(self):
        self.policy.target_ids = [
            Command.create({"metric": "on_site", "budget_minutes": 480}),
            Command.create({"metric": "workaround", "budget_minutes": 480}),
        ]
        call = self._new_call()
        call.action_mark_workaround()
        self.assertEqual(self._clock(call, "workaround").state, "met")
        self.assertEqual(self._clock(call, "on_site").state, "running")
        call._register_event("arrived")
        self.assertEqual(self._clock(call, "on_site").state, "met")

    def test_priority_plans_again_from_the_raised_instant(self):
        self.policy.target_ids = [Command.create({"metric": "resolution", "priority": "3", "budget_minutes": 60})]
        call = self._new_call()
        call.priority = "3"
        self.assertRecordValues(
            self._clock(call, "resolution"),
            [
                {
                    "deadline": self._at("2026-11-18 10:00:00"),
                    "state": "missed",
                }
            ],
        )
        self.assertIn("deadline moved from", self._bodies(call))

    def test_a_missed_deadline_stays_missed_when_the_priority_is_lowered(self):
        urgent = {"metric": "resolution", "priority": "3", "budget_minutes": 60}
        self.policy.target_ids = [
            Command.create(urgent),
            Command.create({"metric": "workaround", "priority": "3", "budget_minutes": 30}),
        ]
        call = self._new_call()
        call.priority = "3"
        call.priority = "1"
        resolution = self._clock(call, "resolution")
        self.assertEqual(resolution.state, "running", "nobody was told yet: the priority was a slip")
        call.priority = "3"
        workaround = self._clock(call, "workaround")
        with self.enter_registry_test_mode():
            self.env.ref("service_helpdesk.ir_cron_sla_wake").method_direct_trigger()
        missed_at = self._at("2026-11-18 10:00:00")
        call.priority = "1"
        for _again in range(2):
            self.assertRecordValues(
                resolution | workaround,
                [
                    {"state": "missed", "deadline": missed_at},
                    {"state": "missed", "deadline": self._at("2026-11-18 09:30:00")},
                ],
            )
            call._replay_clocks()
        self.assertEqual(call.sla_state, "missed")
        raised = call.event_ids[0]
        call.with_user(self.controller).action_correct("He called later", "2026-11-18 11:45:00", event_id=raised.id)
        self.assertEqual(resolution.state, "running", "a correction un-misses it")
        call._replay_clocks()
        self.assertEqual(resolution.target_id.priority, False, "and then it has the time of its priority")

    def test_lost_cover_voids_the_clocks(self):
        call = self._new_call()
        call.equipment_id = self.unit_bare
        self.assertEqual(set(call.clock_ids.mapped("state")), {"void"})
        self.assertEqual(call.sla_state, "none")

    def test_reopen_with_a_new_clock(self):
        self.policy.target_ids.reopen = "new"
        call = self._new_call()
        call.action_complete()
        call.action_reopen()
        self.assertEqual(self._clock(call, "resolution").state, "met")
        self.assertEqual(self._clock(call, "resolution", cycle=1).state, "running")

    def test_warning_then_missed_each_once(self):
        call = self._new_call(team_id=self.team.id)
        response = self._clock(call, "response")
        # Half of four hours was gone at noon, an hour before now.
        self._wake("2026-11-18 12:00:00")
        self.assertEqual((response.warned_points, call.sla_state), ([50], "warning"))
        self._wake("2026-11-18 12:10:00")
        self.assertEqual(self._bodies(call).count("of the time is used"), 1)
        self._wake("2026-11-18 13:00:00")
        self.assertEqual(response.state, "running", "at the deadline itself the promise is still kept")
        self._wake("2026-11-18 13:00:01")
        self._wake("2026-11-18 13:00:01")
        self.assertEqual((response.state, call.sla_state), ("missed", "missed"))
        self.assertEqual(self._bodies(call).count("Response missed"), 1)
        self._tell("2026-11-18 13:00:01")
        self.assertEqual(call.sudo().activity_ids.user_id, self.manager)
        with freeze_time("2026-11-18 13:20:00"):
            call.invalidate_recordset(["deadline_words"])
            self.assertEqual(call.deadline_words, "missed by 20 min")

    def test_a_late_job_still_tells_what_was_missed(self):
        call = self._new_call()
        with freeze_time("2026-11-25 10:00:00"):
            call.action_complete()
            self.assertEqual(set(call.clock_ids.mapped("state")), {"missed"})
        self._wake("2026-11-25 10:01:00")
        self._wake("2026-11-25 10:02:00")
        self.assertEqual(self._bodies(call).count("missed: the deadline was"), 2)

    def test_one_bad_clock_never_stops_the_rest(self):
        bad, good = self._new_call(), self._new_call()
        wake = type(self.env["service.sla.clock"])._wake

        def explode(clocks, now):
            if bad.id in clocks.call_id.ids:
                raise ValueError("broken on purpose")
            return wake(clocks, now)

        with (
            patch.object(type(self.env["service.sla.clock"]), "_wake", explode),
            mute_logger("odoo.addons.service_helpdesk.models.service_sla_clock"),
        ):
            self._wake("2026-11-19 08:00:00")
        self.assertEqual(self._clock(good, "response").state, "missed")
        self.assertIn("broken on purpose", self._bodies(bad))
        self.assertFalse(self._clock(bad, "response").next_wakeup_at)

    def test_the_alarm_is_set_for_the_first_thing_due(self):
        triggers = self.env["ir.cron.trigger"].sudo()
        cron = self.env.ref("service_helpdesk.ir_cron_sla_wake")
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self._new_call(raised_at=self._at("2026-11-18 11:50:00"))
        self.assertEqual(
            triggers.search([("cron_id", "=", cron.id)]).mapped("call_at"),
            [self._at("2026-11-18 13:50:00")],
        )

    def test_excuse_needs_a_controller_and_a_reason(self):
        call = self._new_call(raised_at=self._at("2026-11-16 09:00:00"))
        clock = self._clock(call, "response")
        self.assertEqual(clock.state, "missed")
        with self.assertRaises(AccessError):
            clock.with_user(self.taker).action_excuse("please")
        with self.assertRaises(ValidationError):
            clock.with_user(self.controller).action_excuse(" ")
        clock.with_user(self.controller).action_excuse("Gate was locked")
        call._replay_clocks()
        self.assertEqual((clock.state, clock.excuse_reason), ("excused", "Gate was locked"))

    def test_corrections_of_calendar_holiday_and_policy_move_open_calls(self):
        call, closed = self._new_call(), self._new_call()
        closed.action_complete()
        resolution = self._clock(call, "resolution")
        before, closed_before = resolution.deadline, self._clock(closed, "resolution").deadline
        cron = self.env.ref("service_helpdesk.ir_cron_sla_replay")
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Strike",
                "calendar_id": self.calendar.id,
                "date_from": "2026-11-18 23:00:00",
                "date_to": "2026-11-19 22:59:59",
            }
        )
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(resolution.deadline, self._at("2026-11-23 09:00:00"))
        self.assertIn("deadline moved from", self._bodies(call))
        self.assertIn("holidays or the service level were corrected", self._bodies(call))
        self.policy.target_ids.filtered(lambda target: target.metric == "resolution").budget_minutes = 8 * 60
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(resolution.deadline, self._at("2026-11-20 09:00:00"))
        self.assertEqual(self._clock(closed, "resolution").deadline, closed_before)
        self.assertEqual(before, self._at("2026-11-20 09:00:00"))

    def test_special_days_of_the_site_move_open_calls(self):
        """Entered, changed to a day that only counts more, and taken back; at another site it moves nothing."""
        call = self._new_call()
        resolution = self._clock(call, "resolution")
        ordinary = self._at("2026-11-20 09:00:00")
        self.assertEqual(resolution.deadline, ordinary)
        cron = self.env.ref("service_helpdesk.ir_cron_sla_replay")

        def replay():
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()

        other = self.env["res.partner"].create({"name": "Elsewhere"})
        values = {"name": "Fair", "date_from": "2026-11-19", "effect": "closed"}
        self.env["service.special.day"].create({**values, "site_ids": other.ids})
        self.assertFalse(call.is_replay_pending)
        fair = self.env["service.special.day"].create({**values, "site_ids": call.site_id.ids})
        self.assertTrue(call.is_replay_pending)
        replay()
        self.assertEqual(resolution.deadline, self._at("2026-11-23 09:00:00"))
        self.assertIn("deadline moved from", self._bodies(call))
        fair.write({"effect": "weight", "weight": 3.0})
        replay()
        self.assertEqual(resolution.deadline, ordinary, "a weight concerns no clock")
        fair.write({"effect": "extra", "hour_from": 17.0, "hour_to": 21.0})
        replay()
        self.assertEqual(resolution.deadline, self._at("2026-11-19 17:00:00"))
        fair.unlink()
        replay()
        self.assertEqual(resolution.deadline, ordinary)

    def test_hours_borrowed_from_a_regime_move_open_calls(self):
        call = self._new_call()
        resolution = self._clock(call, "resolution")
        regime = self.env["service.regime"].create({"name": "Round the clock"})
        self.env["service.special.day"].create(
            {"name": "Fair", "date_from": "2026-11-19", "effect": "regime", "regime_id": regime.id}
        )
        cron = self.env.ref("service_helpdesk.ir_cron_sla_replay")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(resolution.deadline, self._at("2026-11-19 08:00:00"))
        regime.calendar_id = self.calendar
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(resolution.deadline, self._at("2026-11-20 09:00:00"))

    def test_a_bad_calendar_does_not_stop_a_call(self):
        self.calendar.flexible_hours = True
        call = self._new_call()
        self.assertFalse(call.clock_ids)
        self.assertIn("flexible", self._bodies(call))

    def test_promises_far_ahead(self):
        self.policy.target_ids.filtered(lambda target: target.metric == "resolution").budget_minutes = 60 * 8 * 100
        call = self._new_call()
        self.assertGreater(
            self._clock(call, "resolution").deadline, self._at("2026-11-18 09:00:00") + timedelta(days=120)
        )
