# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo import Command
from odoo.tests import Form, tagged

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
        cls.contract_manager = cls._new_user("hd_contracts", "service_contract.group_service_contract_user")

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

    def test_special_days_of_the_site_count_as_for_the_clock(self):
        """Two extra hours in the evening are working time: nine hours until the reply at 20:00 instead of seven."""
        self.env["service.special.day"].create(
            {"name": "Fair", "date_from": TODAY, "effect": "extra", "hour_from": 17.0, "hour_to": 19.0}
        )
        call = self._log_call()
        self._reply(call, 10)
        self.assertEqual(self._get_outcomes()[f"service.call,{call.id}"].elapsed, Decimal(540))

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

    # ------------------------------------------------------------------
    # Judged
    # ------------------------------------------------------------------

    def _new_regime(self, **rule):
        regime = self.env["service.regime"].create(
            {
                "name": "Respond and Fix",
                "target_ids": [
                    Command.create({"metric": metric, "target": target})
                    for metric, target in (("response", 90.0), ("failures", 1.0))
                ],
                "rule_ids": [Command.create({"metric": "response", "kind": "event", "amount": 50.0, **rule})],
            }
        )
        self.contract.regime_id = regime
        return regime

    def _get_metrics(self, values):
        (regime,) = values["regimes"]
        return {metric["metric"]: metric["value"] for metric in regime["metrics"]}

    def _judge(self, user=None):
        self._get_facts()
        contract = self.contract.with_user(user or self.contract_manager)
        return contract.performance(TODAY, TODAY)

    def test_performance_counts_calls(self):
        self._new_regime()
        met, missed = self._log_call(), self._log_call()
        self._reply(met, 3)
        self._reply(missed, 10)
        values = self._judge()
        self.assertEqual(self._get_metrics(values), {"response": 50.0, "failures": 2.0})
        self.assertEqual(values["total"], -50.0)
        (item,) = values["regimes"][0]["lines"][0]["items"]
        self.assertEqual(values["events"][item["event"]]["res_id"], missed.id)

    def test_whoever_may_not_read_a_call_sees_its_figure_only(self):
        """An engineer reads the contract, but not the calls of other teams."""
        self._new_regime()
        other = self.env["service.team"].create({"name": "Others", "alias_name": "hd-test-others"})
        self._reply(self._log_call(team_id=other.id), 10)
        values = self._judge(self.engineer)
        self.assertEqual(self._get_metrics(values)["response"], 0.0)
        self.assertEqual(values["events"], {})
        self.assertNotIn("total", values)

    def test_what_if_response_in_two_hours(self):
        self._new_regime()
        for hours in (1, 3, 10):
            self._reply(self._log_call(), hours)
        self._get_facts()
        Simulation = self.env["service.regime.simulation"].with_user(self.contract_manager)
        form = Form(
            Simulation.with_context(
                default_contract_ids=self.contract.ids, default_date_from=str(TODAY), default_date_to=str(TODAY)
            )
        )
        self.assertEqual(form.amount_before, -50.0)
        index = [line["metric"] for line in form.line_ids._records].index("response")
        with form.line_ids.edit(index) as line:
            line.budget = 2.0
        self.assertEqual((form.amount_after, form.difference), (-100.0, -50.0))
        self.assertEqual(form.line_ids._records[index]["figures"], "66.667 %, now 33.333 %")

    def test_failures_of_a_product_at_a_site(self):
        regime = self._new_regime(metric="failures", kind="step", scope="group", step=1.0, amount=30.0)
        for _index in range(3):
            self._log_call()
        values = self._judge()
        (line,) = values["regimes"][0]["lines"]
        self.assertEqual((line["quantity"], line["amount"]), (2.0, -60.0))
        names = self.unit.product_id.display_name, self.unit.site_id.display_name
        self.assertEqual(line["subject_label"], ", ".join(names))
        self.assertEqual(values["regimes"][0]["regime_id"], regime.id)

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

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
