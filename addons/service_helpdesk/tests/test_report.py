# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from .common import RAISED, HelpdeskCase


@tagged("post_install", "-at_install")
class TestReport(HelpdeskCase):
    """What is counted over calls, promises, work and steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls._new_user("hd_reader", "service_helpdesk.group_service_helpdesk_reader")
        cls.leak, cls.noise = cls.env["service.fault"].create(
            [{"name": "Leaks", "kind": "symptom"}, {"name": "Noise", "kind": "symptom"}]
        )
        cls.leak_seal = cls.env["service.fault"].create(
            {"name": "At the seal", "kind": "symptom", "parent_id": cls.leak.id}
        )

    def _report(self, call, user=None):
        return self.env["service.call.report"].with_user(user or self.reader).browse(call.id)

    def _close(self, call, at):
        with freeze_time(at):
            call.with_user(self.taker).action_complete()

    # ------------------------------------------------------------
    # Calls
    # ------------------------------------------------------------

    def test_hours_on_the_wall_and_in_working_time(self):
        call = self._new_call()
        self._close(call, RAISED + timedelta(days=1))
        report = self._report(call)
        # From 10:00 to 10:00 the next day; the office works from 9 to 17.
        self.assertAlmostEqual(report.resolution_hours, 24)
        self.assertAlmostEqual(report.resolution_working_hours, 8)
        self.assertEqual(report.hour_of_day, "10")
        self.assertEqual(report.weekday, "3")
        self.assertFalse(report.age_days)

    def test_the_age_of_an_open_call(self):
        call = self._new_call()
        with freeze_time(RAISED + timedelta(days=3)):
            self.assertAlmostEqual(self._report(call).age_days, 3)

    def test_fixed_first_time(self):
        call = self._new_call()
        self.assertFalse(self._average("first_time_fix", call), "an open call is neither")
        self._close(call, RAISED + timedelta(hours=5))
        self.assertEqual(self._average("first_time_fix", call), 100)

    def test_a_reopened_call_was_not_fixed_first_time(self):
        call = self._new_call()
        self._close(call, RAISED + timedelta(hours=5))
        call.action_reopen()
        self._close(call, RAISED + timedelta(hours=9))
        self.assertRecordValues(self._report(call), [{"first_time_fix": 0, "reopen_count": 1}])

    def test_a_second_visit_was_not_fixed_first_time(self):
        call = self._new_call()
        for hours in (1, 2):
            call._register_event("arrived", RAISED + timedelta(hours=hours))
        self._close(call, RAISED + timedelta(hours=5))
        self.assertRecordValues(self._report(call), [{"first_time_fix": 0, "visit_count": 2}])

    def test_a_follow_up_for_the_unit_was_not_fixed_first_time(self):
        raised = RAISED - timedelta(days=30)
        call = self._new_call(raised_at=raised)
        self._close(call, raised + timedelta(hours=5))
        self.env.company.service_repeat_days = 10
        later = self._new_call(original_id=call.id, raised_at=raised + timedelta(days=20))
        self.assertEqual(self._report(call).first_time_fix, 100)
        later.raised_at = raised + timedelta(days=9)
        self.env.invalidate_all()
        self.assertEqual(self._report(call).first_time_fix, 0)

    def test_a_cancelled_call_is_neither(self):
        call = self._new_call()
        call.action_cancel()
        self.assertFalse(self._average("first_time_fix", call))

    def test_repeats(self):
        raised = RAISED - timedelta(days=40)
        first = self._new_call(symptom_id=self.leak.id, raised_at=raised)
        again = self._new_call(symptom_id=self.leak_seal.id, raised_at=raised + timedelta(days=1))
        other = self._new_call(symptom_id=self.noise.id, raised_at=raised + timedelta(days=1))
        late = self._new_call(symptom_id=self.leak.id, raised_at=RAISED)
        self.assertEqual([self._report(call).repeat_count for call in (first, again, other, late)], [0, 1, 0, 0])

    def test_who_worked_longest_was_the_engineer(self):
        call = self._new_call(user_id=self.controller.id)
        self.assertEqual(self._report(call).engineer_id, self.controller)
        call.team_id = self.team
        self._new_work(call, "labour", 3)
        self._new_work(call, "travel", 1)
        self.env.invalidate_all()
        self.assertEqual(self._report(call).engineer_id, self.engineer)
        self.assertEqual(self._report(call).hours_worked, 4)

    def test_grouping_sums_and_averages(self):
        for hours in (2, 4):
            self._close(self._new_call(symptom_id=self.noise.id), RAISED + timedelta(hours=hours))
        ((symptom, count, hours),) = (
            self.env["service.call.report"]
            .with_user(self.reader)
            ._read_group(
                [("symptom_group_id", "=", self.noise.id)],
                ["symptom_group_id"],
                ["__count", "resolution_hours:avg"],
            )
        )
        self.assertEqual((symptom, count), (self.noise, 2))
        self.assertAlmostEqual(hours, 3)

    def test_by_tag(self):
        """A call with two tags counts with each of them."""
        tags = self.env["service.call.tag"].create([{"name": "Warranty dispute"}, {"name": "Press"}])
        calls = self._new_call(tag_ids=tags.ids) | self._new_call(tag_ids=tags[0].ids) | self._new_call()
        groups = (
            self.env["service.call.report"]
            .with_user(self.reader)
            ._read_group([("call_id", "in", calls.ids)], ["tag_ids"], ["__count"])
        )
        self.assertEqual(
            {tag.name: count for tag, count in groups}, {"Warranty dispute": 2, "Press": 1, False: 1}
        )

    def test_every_column_can_be_grouped_or_measured(self):
        self._close(self._new_call(), RAISED + timedelta(hours=2))
        for name in ("service.call.report", "service.sla.report", "service.work.report", "service.call.step.report"):
            model = self.env[name].with_user(self.manager)
            for field in model._fields.values():
                if not field.store or field.name == "id":
                    continue
                with self.subTest(model=name, field=field.name):
                    if field.type in ("float", "integer", "monetary"):
                        model._read_group([], [], [f"{field.name}:{field.aggregator or 'sum'}"])
                    elif field.type in ("date", "datetime"):
                        model._read_group([], [f"{field.name}:month"], ["__count"])
                    else:
                        model._read_group([], [field.name], ["__count"])

    def test_a_row_opens_its_call(self):
        call = self._new_call()
        action = self._report(call).action_open_call()
        self.assertEqual((action["res_model"], action["res_id"]), ("service.call", call.id))

    # ------------------------------------------------------------
    # Promises
    # ------------------------------------------------------------

    def _sla(self, call, metric):
        clock = self._clock(call.sudo(), metric)
        return self.env["service.sla.report"].with_user(self.reader).browse(clock.id)

    def _average(self, name, call):
        reports = self.env["service.call.report"].with_user(self.reader)
        (result,) = reports._read_group([("id", "=", call.id)], [], [f"{name}:avg"])
        return result[0]

    def test_a_kept_promise(self):
        call = self._new_call()
        self._close(call, RAISED + timedelta(hours=4))
        self.assertRecordValues(
            self._sla(call, "resolution"),
            [{"met_percent": 100, "met_count": 1, "missed_count": 0, "used_hours": 4, "used_percent": 25}],
        )

    def test_a_missed_and_an_excused_promise(self):
        call = self._new_call()
        self._close(call, RAISED + timedelta(days=7))
        self.assertRecordValues(self._sla(call, "resolution"), [{"met_count": 0, "missed_count": 1}])
        self._clock(call.sudo(), "resolution").with_user(self.controller).action_excuse("Storm")
        self.env.invalidate_all()
        self.assertRecordValues(self._sla(call, "resolution"), [{"missed_count": 0, "excused_count": 1}])
        # Excused counts for neither side.
        (share,) = self.env["service.sla.report"]._read_group(
            [("call_id", "=", call.id), ("metric", "=", "resolution")], [], ["met_percent:avg"]
        )[0]
        self.assertFalse(share)

    def test_how_soon_a_promise_is_due(self):
        call = self._new_call()
        deadline = self._clock(call.sudo(), "response").deadline
        for now, bucket in (
            (deadline + timedelta(minutes=1), "0"),
            (deadline - timedelta(minutes=59), "1"),
            (deadline - timedelta(hours=3), "2"),
            (deadline - timedelta(hours=5), "3"),
        ):
            with self.subTest(now=now), freeze_time(now):
                self.env.invalidate_all()
                self.assertEqual(self._sla(call, "response").due_in, bucket)
        call.action_pause("Part")
        self.env.invalidate_all()
        self.assertEqual(self._sla(call, "resolution").due_in, "5")
        self._close(call, RAISED + timedelta(hours=6))
        self.env.invalidate_all()
        self.assertFalse(self._sla(call, "resolution").due_in)

    # ------------------------------------------------------------
    # Work and steps
    # ------------------------------------------------------------

    def test_time_by_kind(self):
        call = self._new_call(team_id=self.team.id)
        self._new_work(call, "labour", 2)
        self._new_work(call, "travel", 1)
        self._new_work(call, "distance", 30)
        ((hours, travel, distance),) = (
            self.env["service.work.report"]
            .with_user(self.engineer)
            ._read_group([("call_id", "=", call.id)], [], ["labour_hours:sum", "travel_hours:sum", "distance:sum"])
        )
        self.assertEqual((hours, travel), (2, 1))
        self.assertAlmostEqual(distance, 30)

    def test_costs_are_for_those_who_may_see_them(self):
        with self.assertRaises(AccessError):
            self.env["service.work.report"].with_user(self.reader)._read_group([], [], ["cost:sum"])
        self.env["service.work.report"].with_user(self.manager)._read_group([], [], ["cost:sum"])

    def _steps(self, call):
        rows = self.env["service.call.step.report"].with_user(self.reader).search([("call_id", "=", call.id)])
        return [(row.step, row.hours) for row in rows.sorted(lambda row: (row.started_at, row.id))]

    def test_how_long_a_call_was_in_each_step(self):
        call = self._new_call()
        call._register_event("allocated", RAISED + timedelta(hours=1))
        call._register_event("paused", RAISED + timedelta(hours=3), reason="Waits for a part")
        call._register_event("replied", RAISED + timedelta(hours=4))
        call._register_event("resumed", RAISED + timedelta(hours=7))
        call._register_event("completed", RAISED + timedelta(hours=9))
        self.assertEqual(self._steps(call), [("raised", 1), ("allocated", 2), ("paused", 4), ("allocated", 2)])
        paused = self.env["service.call.step.report"].search([("call_id", "=", call.id), ("step", "=", "paused")])
        self.assertEqual(paused.reason, "Waits for a part")

    def test_a_corrected_event_counts_as_corrected(self):
        call = self._new_call()
        event = call._register_event("allocated", RAISED + timedelta(hours=1))
        call._register_event("completed", RAISED + timedelta(hours=9))
        call._log_event("allocated", RAISED + timedelta(hours=3), corrects_id=event.id)
        self.assertEqual(self._steps(call), [("raised", 3), ("allocated", 6)])

    # ------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------

    def test_an_engineer_sees_the_figures_of_his_calls(self):
        own = self._new_call(team_id=self.team.id)
        strange = self._new_call(team_id=self.env["service.team"].create({"name": "Elsewhere"}).id)
        for name in ("service.call.report", "service.sla.report", "service.call.step.report"):
            rows = self.env[name].with_user(self.engineer).search([("call_id", "in", (own + strange).ids)])
            self.assertEqual(rows.call_id, own, name)

    def test_another_company_is_closed(self):
        call = self._new_call(partner_id=self.customer.id, equipment_id=False)
        company = self.env["res.company"].create({"name": "Another"})
        self.env["service.call"].search([("id", "=", call.id)]).sudo().company_id = company
        self.assertFalse(self.env["service.call.report"].with_user(self.reader).search([("call_id", "=", call.id)]))

    def test_the_days_of_a_repeat_are_not_negative(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.company.service_repeat_days = -1
            self.env.flush_all()

    def test_raised_is_the_instant_told(self):
        call = self._new_call()
        self.assertEqual(self._report(call).raised_at, datetime(2026, 11, 18, 9, 0))

    def test_an_older_database_gets_the_time_that_promises_took(self):
        call = self._new_call()
        call._register_event("paused", RAISED + timedelta(hours=1))
        call._register_event("resumed", RAISED + timedelta(hours=2))
        self._close(call, RAISED + timedelta(hours=3))
        clocks = call.sudo().clock_ids
        expected = {clock: clock.used_minutes for clock in clocks}
        self.assertEqual(expected[self._clock(call.sudo(), "resolution")], 120)
        clocks.used_minutes = 0
        self.env.flush_all()
        script = load_script(file_path("service_helpdesk/migrations/19.0.1.1.0/post-used.py"), "post_used")
        for _turn in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
            self.assertEqual({clock: clock.used_minutes for clock in clocks}, expected)

    def test_a_whole_number_finds_its_call_alone(self):
        call = self._new_call()
        self._new_call(subject=f"As in {call.name}")
        calls = self.env["service.call"].with_user(self.taker)
        self.assertEqual(calls.search([("display_name", "ilike", call.name.lower())]), call)
        self.assertIn(call, calls.search([("display_name", "ilike", call.name[:-1])]))
