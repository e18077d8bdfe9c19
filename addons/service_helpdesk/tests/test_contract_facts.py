# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo.tests import tagged

from .common import RAISED, HelpdeskCase

TODAY = date(2026, 11, 18)
HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestContractFacts(HelpdeskCase):
    """The calls of a contract as facts of its performance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call_type.is_failure = True

    def _get_facts(self, date_from=TODAY, date_to=TODAY):
        """Read the facts in the evening of the day."""
        self.env.flush_all()
        self.startPatcher(freeze_time(RAISED + 11 * HOUR))
        return self.contract.sudo()._get_performance_facts(date_from, date_to)

    def _get_outcomes(self, metric="response", **dates):
        return {fact.value.key: fact.value for fact in self._get_facts(**dates) if fact.metric == metric}

    def _log_call(self, **vals):
        with freeze_time(max(vals.get("raised_at", RAISED), RAISED + 3 * HOUR)):
            return self._new_call(**vals)

    def _reply(self, call, hours):
        with freeze_time(RAISED + hours * HOUR):
            call._register_event("replied")

    def test_met_missed_open_and_excused(self):
        """Each clock says how long it took and what it was allowed; 4 working hours here."""
        met, missed, excused = (self._log_call() for _index in range(3))
        running = self._log_call(raised_at=RAISED + 4 * HOUR)
        self._reply(met, 3)
        # Two hours after closing time: seven working hours.
        self._reply(missed, 10)
        self._reply(excused, 10)
        self._clock(excused, "response").with_user(self.controller).action_excuse("Strike")
        outcomes = self._get_outcomes()
        rows = [
            (outcome.elapsed, outcome.budget, outcome.is_open, outcome.is_excused, outcome.is_met())
            for call in (met, missed, running, excused)
            for outcome in [outcomes[f"service.call,{call.id}"]]
        ]
        self.assertEqual(
            rows,
            [
                (Decimal(180), Decimal(240), False, False, True),
                (Decimal(420), Decimal(240), False, False, False),
                (Decimal(180), Decimal(240), True, False, None),
                (Decimal(420), Decimal(240), False, True, None),
            ],
        )
        self.assertFalse(outcomes[f"service.call,{met.id}"].is_met(Decimal(120)))
        self.assertTrue(outcomes[f"service.call,{missed.id}"].is_met(Decimal(480)))

    def test_pauses_are_left_out(self):
        call = self._log_call(raised_at=RAISED)
        with freeze_time(RAISED + HOUR):
            call.action_pause()
        with freeze_time(RAISED + 3 * HOUR):
            call.action_resume()
        with freeze_time(RAISED + 5 * HOUR):
            call.action_complete()
        outcome = self._get_outcomes("resolution")[f"service.call,{call.id}"]
        self.assertEqual((outcome.elapsed, outcome.is_met()), (Decimal(180), True))

    def test_a_verdict_is_the_clocks_own(self):
        """Stopped at night after a deadline at closing time: exactly the budget, and yet missed."""
        call = self._log_call(raised_at=RAISED + 3 * HOUR)
        self._reply(call, 10)
        self.assertEqual(self._clock(call, "response").state, "missed")
        outcome = self._get_outcomes()[f"service.call,{call.id}"]
        self.assertFalse(outcome.is_met())
        self.assertTrue(outcome.is_met(Decimal(241)))

    def test_facts_say_where_they_belong(self):
        call = self._log_call()
        facts = [fact for fact in self._get_facts() if fact.value.key == f"service.call,{call.id}"]
        self.assertEqual({fact.metric for fact in facts}, {"response", "resolution", "failures"})
        for fact in facts:
            self.assertEqual(
                (fact.contract, fact.coverage, fact.day, fact.value.unit),
                (self.contract.id, self.coverage.id, TODAY, self.unit.id),
            )

    def test_only_some_types_are_failures(self):
        self._log_call(type_id=self.preventive_type.id)
        self.assertNotIn("failures", {fact.metric for fact in self._get_facts()})

    def test_days_are_those_at_the_site(self):
        """23:30 UTC on Tuesday is Wednesday in Rome."""
        call = self._log_call(raised_at=self._at("2026-11-17 23:30:00"))
        self.assertIn(f"service.call,{call.id}", self._get_outcomes())
        earlier = self._log_call(raised_at=self._at("2026-11-17 22:30:00"))
        self.assertNotIn(f"service.call,{earlier.id}", self._get_outcomes())

    def test_calls_of_others_and_cancelled_ones_say_nothing(self):
        self._log_call(equipment_id=self.unit_bare.id)
        cancelled = self._log_call()
        cancelled._register_event("cancelled")
        self.assertNotIn(f"service.call,{cancelled.id}", self._get_outcomes())
        self.assertEqual(len(self._get_facts()), 1, "the cancelled call's failure")

    def test_queries_do_not_grow_with_the_calls(self):
        def count(calls):
            self.env["service.call"].with_user(self.taker).create(
                [
                    {"subject": str(index), "equipment_id": self.unit.id, "raised_at": RAISED}
                    for index in range(calls)
                ]
            )
            self._get_facts()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get_facts()
            return self.env.cr.sql_log_count - before

        small, large = count(5), count(20)
        self.assertEqual(small, large)
        self.assertLessEqual(large, 20)
