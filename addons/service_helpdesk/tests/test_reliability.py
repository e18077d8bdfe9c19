# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestReliability(HelpdeskCase):
    """Units and groups that fail too often: flag, priority and review, until they have calmed down."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call_type.is_failure = True
        cls.env["service.reliability.trigger"].search([]).active = False

    def _trigger(self, **vals):
        values = {"name": "Three in a month", "failures": 3, "window_days": 30, "calm_days": 14, **vals}
        return self.env["service.reliability.trigger"].with_user(self.manager).create(values)

    def _failure(self, at, **vals):
        return self._new_call(raised_at=self._at(f"{at} 09:00:00"), team_id=self.team.id, **vals)

    def _flags(self, trigger, state="active"):
        return trigger.sudo().flag_ids.filtered(lambda flag: flag.state == state)

    def _review(self, at):
        with freeze_time(at), self.enter_registry_test_mode():
            self.env.ref("service_helpdesk.ir_cron_reliability").method_direct_trigger()
        self.env.invalidate_all()

    def test_an_archived_trigger_never_trips(self):
        triggers = self.env["service.reliability.trigger"].with_context(active_test=False)
        self.assertTrue(triggers.create({"name": "Old", "active": False}))
        self.assertFalse(triggers._get_trigger_ids())

    def test_the_third_failure_trips_it(self):
        trigger = self._trigger()
        first, second = self._failure("2026-11-02"), self._failure("2026-11-10")
        self.assertFalse(self._flags(trigger))
        third = self._failure("2026-11-18")
        flag = self._flags(trigger)
        self.assertRecordValues(
            flag, [{"equipment_id": self.unit.id, "failure_count": 3, "raised_on": self._at("2026-11-18").date()}]
        )
        self.assertEqual([call.priority for call in (first, second, third)], ["2"] * 3, "open calls follow too")
        self.assertEqual(third.reliability_flag_id, flag)
        self.assertIn("Raised to High", third.cover_reason)
        self.assertIn("3 failures in 30 days", third.cover_reason)
        self.assertIn("Raised to High", self._bodies(first))
        self.assertEqual(flag.activity_ids.user_id, self.manager, "the leader of the team reviews it, once")
        self.assertIn("High - due in", third.queue_words)
        self.assertIn("fails too often", third.queue_words)
        fourth = self._failure("2026-11-18")
        self.assertEqual((fourth.priority, len(flag.activity_ids)), ("2", 1))
        self.assertTrue(self.unit.with_user(self.taker).is_unreliable)
        self.assertFalse(self.unit_bare.with_user(self.taker).is_unreliable)
        units = self.env["service.equipment"].with_user(self.taker)
        both = [("id", "in", (self.unit | self.unit_bare).ids)]
        self.assertEqual(units.search([("is_unreliable", "=", True), *both]), self.unit)
        self.assertEqual(units.search([("is_unreliable", "=", False), *both]), self.unit_bare)

    def test_one_batch_trips_it_and_all_are_raised(self):
        trigger = self._trigger()
        values = {"subject": "Leaks", "equipment_id": self.unit.id, "type_id": self.call_type.id}
        calls = self.env["service.call"].with_user(self.taker).create([values] * 3)
        self.assertEqual(calls.mapped("priority"), ["2"] * 3)
        self.assertEqual(len(self._flags(trigger)), 1)

    def test_never_lowered_and_by_hand_stays(self):
        self._trigger(failures=1, priority="1")
        self.coverage.priority = "3"
        self.assertEqual(self._failure("2026-11-18").priority, "3")
        self._trigger(name="Urgent", failures=1, priority="3", scope="product_site")
        self.assertEqual(self._failure("2026-11-18", priority="0").priority, "0")

    def test_what_does_not_count(self):
        trigger = self._trigger()
        self._failure("2026-10-15")
        self._failure("2026-11-10", type_id=self.preventive_type.id)
        self._failure("2026-11-10", equipment_id=self.unit_bare.id)
        cancelled = self._failure("2026-11-12")
        cancelled.action_cancel()
        self._failure("2026-11-17")
        self._failure("2026-11-18")
        self.assertFalse(self._flags(trigger))
        cancelled.action_reopen()
        self.assertTrue(self._flags(trigger))
        cancelled.action_cancel()
        self.assertTrue(self._flags(trigger, "withdrawn"))

    def test_certain_faults_only(self):
        leak = self.env["service.fault"].create({"name": "Leak", "kind": "symptom"})
        seal = self.env["service.fault"].create({"name": "Seal", "kind": "symptom", "parent_id": leak.id})
        trigger = self._trigger(failures=2, fault_ids=leak.ids)
        self._failure("2026-11-17", symptom_id=seal.id)
        call = self._failure("2026-11-18")
        self.assertFalse(self._flags(trigger))
        call.symptom_id = leak
        self.assertTrue(self._flags(trigger))
        self.assertEqual(call.priority, "2")

    def test_groups(self):
        by_site = self._trigger(failures=2, scope="product_site")
        zone = self.env["service.zone"].create({"name": "Hall"})
        (self.unit | self.unit_bare).zone_id = zone
        by_zone = self._trigger(failures=2, scope="zone", priority="3")
        self._failure("2026-11-17")
        call = self._failure("2026-11-18", equipment_id=self.unit_bare.id)
        self.assertEqual(self._flags(by_site).product_id, self.unit.product_id)
        self.assertEqual(self._flags(by_zone).zone_id, zone)
        self.assertEqual(call.priority, "3", "the higher one")
        self.assertTrue(self.unit.with_user(self.taker).is_unreliable)

    def test_a_corrected_unit_takes_its_failure_along(self):
        trigger = self._trigger(failures=2)
        self._failure("2026-11-17")
        call = self._failure("2026-11-18", equipment_id=self.unit_bare.id)
        call.equipment_id = self.unit
        self.assertEqual(self._flags(trigger).equipment_id, self.unit)
        call.equipment_id = self.unit_bare
        self.assertFalse(self._flags(trigger))

    def test_it_calms_down(self):
        trigger = self._trigger(calm_failures=1)
        calls = [self._failure(at) for at in ("2026-11-02", "2026-11-10", "2026-11-18")]
        # The second last one leaves the window on 10 December; 14 calm days from then on.
        self._review("2026-12-22 12:00:00")
        self.assertTrue(self._flags(trigger))
        self._review("2026-12-23 12:00:00")
        flag = self._flags(trigger, "cleared")
        self.assertEqual(str(flag.ended_on), "2026-12-23")
        self.assertIn("calmed down", " ".join(flag.message_ids.mapped("body")))
        self.assertEqual([call.priority for call in calls], ["1"] * 3, "open calls follow")
        self.assertFalse(calls[0].reliability_flag_id)

    def test_an_archived_trigger_ends_its_flags(self):
        trigger = self._trigger(failures=1)
        call = self._failure("2026-11-18")
        self.assertEqual(call.priority, "2")
        trigger.active = False
        self.assertFalse(self._flags(trigger))
        self.assertEqual(self._failure("2026-11-18").priority, "1")

    def test_days_are_days_at_the_site(self):
        """Raised on the 18th in UTC, which is the 19th in Auckland: with the 17th in a window of two days, or not."""
        trigger = self._trigger(failures=2, window_days=2)
        self.unit.site_id.tz = "Pacific/Auckland"
        with freeze_time("2026-11-18 22:00:00"):
            self._new_call(raised_at=self._at("2026-11-17 10:00:00"))
            self._new_call(raised_at=self._at("2026-11-18 21:00:00"))
        self.assertFalse(self._flags(trigger))

    def test_nothing_is_asked_where_nothing_is_set_up(self):
        calls = self.env["service.call"].with_user(self.taker).browse(self._failure("2026-11-18").id)
        calls._get_reliability_triggers()
        with self.assertQueryCount(0):
            self.assertFalse(calls._find_reliability_flags())
            calls._judge_reliability()

    def test_a_batch_costs_the_same_whatever_its_size(self):
        self._trigger(failures=100)
        values = {"subject": "Leaks", "equipment_id": self.unit.id, "type_id": self.call_type.id}
        counts = []
        for size in (5, 10, 20):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["service.call"].with_user(self.taker).create([values] * size)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2] - counts[1], 5, counts)

    def test_bad_triggers_are_refused(self):
        for values in ({"failures": 0}, {"window_days": 0}, {"failures": 2, "calm_failures": 2}):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._trigger(**values)
