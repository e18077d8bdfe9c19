# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestWorkTimer(HelpdeskCase):
    """The stopwatch: one runs per person, and each becomes a draft line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.resource.calendar_id = cls.calendar
        cls.resource.tz = "Europe/Rome"
        cls.call = cls._new_call(team_id=cls.team.id).with_user(cls.engineer)
        cls.other = cls._new_call(team_id=cls.team.id).with_user(cls.engineer)

    def _timers(self):
        return self.env["service.work.timer"].search([("user_id", "=", self.engineer.id)])

    def _lines(self, call):
        return call.sudo().work_ids

    def test_start_and_stop_make_a_draft_line(self):
        with freeze_time("2026-11-18 12:00:00"):
            self.call.action_start_timer()
            self.assertEqual(self.call.my_timer_state, "running")
        with freeze_time("2026-11-18 13:30:00"):
            self.call.invalidate_recordset()
            self.assertEqual(self.call.my_timer["seconds"], 5400)
            notice = self.call.action_stop_timer()
        self.assertRecordValues(
            self._lines(self.call),
            [
                {
                    "kind": "labour",
                    "quantity": 1.5,
                    "state": "draft",
                    "resource_id": self.resource.id,
                    "date": date(2026, 11, 18),
                    "start_at": datetime(2026, 11, 18, 12),
                    "end_at": datetime(2026, 11, 18, 13, 30),
                }
            ],
        )
        self.assertIn("1.5 h", notice["params"]["message"])
        self.assertFalse(self._timers())

    def test_pauses_do_not_count_and_the_product_rounds(self):
        self.env.ref("service_helpdesk.product_labour").service_time_step = 15
        with freeze_time("2026-11-18 12:00:00"):
            self.call.action_start_timer()
        with freeze_time("2026-11-18 12:20:00"):
            self.call.action_pause_timer()
        with freeze_time("2026-11-18 13:00:00"):
            self.assertEqual(self.call.my_timer_state, "paused")
            self.call.action_start_timer()
        with freeze_time("2026-11-18 13:12:00"):
            self.call.action_stop_timer()
        self.assertRecordValues(self._lines(self.call), [{"quantity": 0.75, "start_at": False}])

    def test_starting_elsewhere_switches(self):
        with freeze_time("2026-11-18 12:00:00"):
            self.call.action_start_timer("travel")
        with freeze_time("2026-11-18 12:30:00"):
            self.other.action_start_timer()
        self.assertRecordValues(self._lines(self.call), [{"kind": "travel", "quantity": 0.5}])
        self.assertEqual(self._timers().call_id, self.other.sudo())
        with freeze_time("2026-11-18 12:40:00"):
            self.other.action_start_travel_timer()
        self.assertRecordValues(self._lines(self.other), [{"kind": "labour", "quantity": 0.17}])
        self.assertEqual(self._timers().kind, "travel")

    def test_two_tabs(self):
        self.call.action_start_timer()
        with self.assertRaisesRegex(UserError, "already"):
            self.call.action_start_timer()
        with freeze_time("2026-11-18 13:00:00"):
            self.call.action_stop_timer()
            with self.assertRaisesRegex(UserError, "reload the page"):
                self.call.action_stop_timer()
        with self.assertRaisesRegex(UserError, "reload the page"):
            self.call.action_pause_timer()

    def test_the_database_lets_one_run_per_person(self):
        self.call.action_start_timer()
        values = {"user_id": self.engineer.id, "resource_id": self.resource.id, "call_id": self.other.id}
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["service.work.timer"].create(values).flush_recordset()

    def test_closing_the_call_stops_it(self):
        with freeze_time("2026-11-18 12:00:00"):
            self.call.action_start_timer()
        with freeze_time("2026-11-18 12:30:00"):
            self.call.with_user(self.taker).action_complete()
        self.assertRecordValues(self._lines(self.call), [{"quantity": 0.5, "user_id": self.engineer.id}])
        self.assertFalse(self._timers())
        with self.assertRaisesRegex(UserError, "is closed"):
            self.call.action_start_timer()

    def test_a_forgotten_timer_stops_at_the_end_of_the_day(self):
        with freeze_time("2026-11-18 14:00:00"):
            self.call.action_start_timer()
            self.assertEqual(self._timers().stops_at, datetime(2026, 11, 18, 16), "17:00 in Rome")
        cron = self.env.ref("service_helpdesk.ir_cron_work_timer")
        with freeze_time("2026-11-18 15:59:00"), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertTrue(self._timers())
        with freeze_time("2026-11-19 07:00:00"), self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.assertRecordValues(self._lines(self.call), [{"quantity": 2, "date": date(2026, 11, 18)}])
        activity = self.call.sudo().activity_ids
        self.assertEqual((activity.user_id, len(activity)), (self.engineer, 1))
        self.assertFalse(self._timers())

    def test_after_hours_it_runs_until_midnight(self):
        with freeze_time("2026-11-18 18:00:00"):
            self.call.action_start_timer()
        self.assertEqual(self._timers().stops_at, datetime(2026, 11, 18, 23), "midnight in Rome")

    def test_others_see_who_works(self):
        self.call.action_start_timer()
        self.assertEqual(self.call.with_user(self.taker).my_timer["others"], [self.engineer.name])
        self.assertEqual(self.call.with_user(self.taker).my_timer_state, "none")

    def test_rights(self):
        strange = self._new_call(team_id=self.env["service.team"].create({"name": "Elsewhere"}).id)
        with self.assertRaises(AccessError):
            strange.with_user(self.engineer).action_start_timer()
        with self.assertRaises(AccessError):
            self.call.with_user(self.user_portal).action_start_timer()
        nobody = self._new_user("hd_nobody", "service_helpdesk.group_service_helpdesk_manager")
        with self.assertRaisesRegex(UserError, "is no resource"):
            self.call.with_user(nobody).action_start_timer()

    def test_one_query_for_a_page_of_calls(self):
        calls = self.call | self.other | self._new_call(team_id=self.team.id).with_user(self.engineer)
        self.call.action_start_timer()
        calls.mapped("name")
        self.env.flush_all()
        self.env.invalidate_all()
        calls.mapped("name")
        before = self.env.cr.sql_log_count
        calls.mapped("my_timer")
        self.assertLessEqual(self.env.cr.sql_log_count - before, 3)
