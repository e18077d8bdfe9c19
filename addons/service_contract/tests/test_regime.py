# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import date, datetime
from decimal import Decimal

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..engine.availability import DownEvent
from ..engine.performance import Facts, Outcome
from ..models.service_regime_performance import Window
from .common import ContractCase

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)
FRIDAY = date(2026, 6, 12)
JUNE = Window(FIRST, LAST)


class RegimeCase(ContractCase):
    """The regime of rules.md 9: 98 % available Monday to Saturday 08-20, 2 % of the charge per started half point."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shift = cls._new_calendar(hours=((8, 20),), weekdays=range(6), name="Mon-Sat 08-20")
        cls.regime = cls._new_regime()

    @classmethod
    def _new_regime(cls, **vals):
        return (
            cls.env["service.regime"]
            .with_user(cls.user_manager)
            .create(
                {
                    "name": "Lifts",
                    "calendar_id": cls.shift.id,
                    "target_ids": [Command.create({"metric": "availability", "target": 98.0})],
                    "rule_ids": [Command.create({"kind": "step", "step": 0.5, "percent": 2.0})],
                    **vals,
                }
            )
        )

    @classmethod
    def _new_special_day(cls, effect="closed", **vals):
        return (
            cls.env["service.special.day"]
            .with_user(cls.user_contract)
            .create({"name": "Fair", "date_from": FRIDAY, "effect": effect, **vals})
        )

    @classmethod
    def _new_regime_contract(cls, rows=None, **vals):
        rows = rows or [{"equipment_id": cls.unit_1.id, "price": 10000.0}]
        return cls._new_contract(rows=rows, regime_id=cls.regime.id, **vals)

    def _story(self, unit=None):
        """Down from Thursday 11 June 15:00 to Friday 11:00 in Rome, of which 08-09 on Friday is excused."""
        unit = (unit or self.unit_1).id
        return Facts(
            events=(
                DownEvent(1, unit, datetime(2026, 6, 11, 13), datetime(2026, 6, 12, 9), cause="door"),
                DownEvent(2, unit, datetime(2026, 6, 12, 6), datetime(2026, 6, 12, 7), kind="excused"),
            )
        )

    def _compute(self, contract, facts=None, window=JUNE, **kwargs):
        """Judge as the lowest role that may read a contract."""
        regime = self.regime.with_user(self.user_reader)
        rows = contract.with_user(self.user_reader).coverage_ids
        return regime._compute_performance(rows, window, facts or self._story(), **kwargs)


@tagged("post_install", "-at_install")
class TestRegime(RegimeCase):
    def test_worked_case(self):
        contract = self._new_regime_contract()
        result = self._compute(contract)
        figures = result.to_json()["metrics"]
        self.assertEqual(
            figures,
            [
                {
                    "metric": "availability",
                    "value": 97.756,
                    "target": 98.0,
                    "is_met": False,
                    "figures": {"demand_hours": 312.0, "down_hours": 7.0},
                }
            ],
        )
        self.assertEqual(result.assessment.charge, 10000)
        self.assertEqual(result.assessment.total, -200)
        items = result.to_json()["lines"][0]["items"]
        self.assertEqual(
            [(item["event"], item["unit"], item["cause"], item["size"], item["amount"]) for item in items],
            [(1, self.unit_1.id, "door", 7.0, -200.0)],
        )
        json.dumps(result.to_json())

    def test_worked_case_with_special_days(self):
        contract = self._new_regime_contract()
        for vals, percent, total in [
            ({"effect": "closed"}, "98.333", 0),
            ({"effect": "weight", "weight": 3.0}, "96.726", -600),
            ({"effect": "closed", "site_ids": self.site.ids}, "98.333", 0),
            ({"effect": "closed", "partner_id": self.customer.id}, "98.333", 0),
            ({"effect": "closed", "partner_id": self.other_customer.id}, "97.756", -200),
            ({"effect": "closed", "site_ids": self.other_customer.ids}, "97.756", -200),
        ]:
            with self.subTest(vals):
                special_day = self._new_special_day(**vals)
                result = self._compute(contract)
                self.assertEqual(result.measures[0].value, Decimal(percent))
                self.assertEqual(result.assessment.total, total)
                ordinary = self._compute(contract, window=Window(FIRST, LAST, with_special_days=False))
                self.assertEqual(ordinary.assessment.total, -200)
                special_day.unlink()

    def test_narrower_special_days_lie_on_top(self):
        contract = self._new_regime_contract()
        self._new_special_day("weight", weight=3.0, site_ids=self.site.ids)
        self._new_special_day("weight", weight=10.0)
        self.assertEqual(self._compute(contract).measures[0].value, Decimal("96.726"))

    def test_holidays(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Feast",
                "calendar_id": self.shift.id,
                "date_from": datetime(2026, 6, 11, 22),
                "date_to": datetime(2026, 6, 12, 21, 59, 59),
            }
        )
        contract = self._new_regime_contract()
        self.assertEqual(self._compute(contract).measures[0].value, Decimal("98.333"))
        self.regime.is_holiday_demand = True
        self.assertEqual(self._compute(contract).measures[0].value, Decimal("97.756"))

    def test_round_the_clock(self):
        self.regime.calendar_id = False
        contract = self._new_regime_contract()
        self.assertEqual(self._compute(contract).measures[0].figures["demand_hours"], 720)
        self._new_special_day("closed")
        self.assertEqual(self._compute(contract).measures[0].figures["demand_hours"], 696)

    def test_another_calendar_to_see_what_it_would_be(self):
        contract = self._new_regime_contract()
        always = self.env["resource.calendar"]
        for calendar, demand in [(None, 312), (always, 720), (self.calendar, 22 * 8)]:
            result = self._compute(contract, window=Window(FIRST, LAST, calendar=calendar))
            self.assertEqual(result.measures[0].figures["demand_hours"], demand)

    def test_period_that_still_runs(self):
        contract = self._new_regime_contract()
        result = self._compute(contract, window=Window(FIRST, LAST, until=datetime(2026, 6, 12, 7)))
        self.assertEqual(result.measures[0].figures["demand_hours"], 10 * 12 + 1)
        self.assertEqual(result.measures[0].figures["down_hours"], 5)

    def test_days_in_force(self):
        """Neither a suspension nor the days outside a row are demand, or charged."""
        contract = self._new_regime_contract(
            rows=[{"equipment_id": self.unit_1.id, "price": 3000.0, "date_end": date(2026, 6, 20)}]
        )
        self.env["service.contract.suspension"].create(
            {"contract_id": contract.id, "date_start": date(2026, 6, 8), "date_end": date(2026, 6, 10)}
        )
        result = self._compute(contract)
        self.assertEqual(result.measures[0].figures["demand_hours"], (18 - 3) * 12)
        self.assertEqual(result.assessment.charge, 1700, "17 of 30 days")

    def test_charge(self):
        rows = [
            {"equipment_id": self.unit_1.id, "price": 1200.0, "interval_unit": "year"},
            {"equipment_id": self.unit_2.id, "price": 50.0, "regime_id": self._new_regime(name="Other").id},
        ]
        contract = self._new_regime_contract(rows=rows)
        row = contract.coverage_ids.filtered(lambda row: row.equipment_id == self.unit_1)
        for basis, amount, charge in [
            ("rows", 0.0, Decimal("98.63")),
            ("contract", 0.0, Decimal("148.63")),
            ("fixed", 500.0, 500),
        ]:
            with self.subTest(basis):
                self.regime.write({"charge_basis": basis, "charge_amount": amount})
                regime = self.regime.with_user(self.user_reader)
                result = regime._compute_performance(row.with_user(self.user_reader), JUNE, self._story())
                self.assertEqual(result.assessment.charge, charge)

    def test_regime_of_a_row(self):
        other = self._new_regime(name="Other")
        contract = self._new_regime_contract(
            rows=[{"equipment_id": self.unit_1.id}, {"equipment_id": self.unit_2.id, "regime_id": other.id}]
        )
        self.assertEqual([row._get_regime() for row in contract.coverage_ids], [self.regime, other])

    def test_units_of_a_scope(self):
        """A row for a scope stands for the units in it that have no row of their own."""
        abroad = self.env["res.partner"].create({"name": "Plant 2", "parent_id": self.customer.id})
        self.unit_3.site_id = abroad
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id}, {"product_ids": self.product.ids}, {
            "site_ids": abroad.ids}], activate=False)  # fmt: skip
        units = contract.coverage_ids._get_performance_units(FIRST, LAST)
        found = [units[row] for row in contract.coverage_ids]
        self.assertEqual(found, [self.unit_1, self.unit_2 | self.unit_3, self.unit_3])
        self.regime.calendar_id = False
        self.assertEqual(self._compute(contract, Facts()).measures[0].figures["demand_hours"], 3 * 720)

    def test_a_unit_that_moved(self):
        """Each day has the demand of the place where the unit stood: its special days, and its zone."""
        abroad = self.env["res.partner"].create(
            {"name": "Plant 2", "parent_id": self.customer.id, "tz": "America/New_York"}
        )
        contract = self._new_regime_contract()
        with freeze_time("2026-06-15 09:00:00"):
            self.unit_1.site_id = abroad
        self._new_special_day(site_ids=abroad.ids)
        self._new_special_day(site_ids=abroad.ids, date_from=date(2026, 6, 16))
        spans = self.regime._get_spans(contract.coverage_ids, JUNE)
        self.assertEqual({span.unit for span in spans}, {self.unit_1.id})
        self.assertEqual(
            [(span.start, span.end) for span in spans],
            [
                (datetime(2026, 5, 31, 22), datetime(2026, 6, 14, 22)),
                (datetime(2026, 6, 15, 4), datetime(2026, 7, 1, 4)),
            ],
        )
        result = self._compute(contract, Facts())
        self.assertEqual(result.measures[0].figures["demand_hours"], (26 - 1) * 12, "the day after it came, not Friday")

    def test_units_by_themselves_with_their_own_charge(self):
        self.regime.rule_ids.scope = "unit"
        contract = self._new_regime_contract(
            rows=[{"equipment_id": unit.id, "price": 100.0} for unit in (self.unit_1, self.unit_2)]
        )
        result = self._compute(contract)
        amounts = {line.measure.subject: line.amount for line in result.assessment.lines}
        self.assertEqual(amounts, {self.unit_1.id: -2, self.unit_2.id: 0})

    def test_budgets_of_the_regime(self):
        self.regime.target_ids = [Command.create({"metric": "response", "target": 90.0, "budget": 2.0})]
        outcome = Outcome(7, self.unit_1.id, datetime(2026, 6, 11), elapsed=180, budget=240)
        contract = self._new_regime_contract()
        result = self._compute(contract, Facts(outcomes={"response": [outcome]}))
        response = result.measures[-1]
        self.assertEqual((response.metric, response.value), ("response", 0), "180 minutes are more than 2 hours")

    def test_amounts_in_the_currency_of_the_contract(self):
        currency = self.env["res.currency"].create(
            {"name": "TST", "symbol": "T", "rounding": 0.05, "rate_ids": [Command.create({"rate": 2.0})]}
        )
        self.env["res.currency.rate"].search([("currency_id", "=", currency.id)]).name = date(2026, 1, 1)
        self.regime.rule_ids.write({"percent": 0.0, "amount": 30.0, "kind": "event"})
        engine = self.regime._to_engine(currency, LAST)
        self.assertEqual(engine.rules[0].price.amount, 60)
        self.assertEqual(engine.step, Decimal("0.05"))

    def test_rules_in_words(self):
        self.regime.target_ids = [
            Command.create({"metric": "response", "target": 95.0}),
            Command.create({"metric": "failures", "target": 2.0}),
        ]
        step = self.regime.rule_ids
        for vals, words in [
            ({}, "Availability: 2 % of the charge for each started 0.5 short of 98 %."),
            ({"kind": "step", "is_bonus": True, "target": 99.5, "amount": 5.0},
             "Availability: 2 % of the charge + $ 5.00 for each full 0.5 beyond 99.5 %."),
            ({"kind": "event", "metric": "response", "percent": 0.0, "amount": 50.0, "cap_percent": 5.0},
             "Response: $ 50.00 for each event. At most 5 % of the charge."),
            ({"kind": "period", "step": 4.0, "scope": "unit"},
             "Availability: 2 % of the charge for each started 4 hours down. Each unit by itself."),
            ({"kind": "points", "metric": "failures", "threshold": 3.0, "ratchet_count": 3, "ratchet_factor": 1.5},
             "Failures: each event counts 1; 2 % of the charge for each point above 3. "
             "Times 1.5 from event 3 of the same cause."),
            ({"kind": "band", "step_ids": [Command.create({"bound": 95.0, "percent": 5.0}),
                                           Command.create({"bound": 98.0, "percent": 2.0})]},
             "Availability: 2 % of the charge if worse than 98 %; 5 % of the charge if worse than 95 %."),
        ]:  # fmt: skip
            with self.subTest(words):
                rule = step.copy(vals)
                sentence = rule.with_user(self.user_contract).with_context(lang="en_US").sentence
                self.assertEqual(sentence.replace("\N{NO-BREAK SPACE}", " ").replace("€", "$"), words)

    def test_try_it(self):
        """Typed on the form, seen at once, and not kept."""
        with Form(self.regime.with_user(self.user_manager)) as form:
            form.try_charge = 10000.0
            with form.target_ids.edit(0) as target:
                target.try_value = 96.726
            self.assertEqual(form.try_total, -600.0)
            with form.rule_ids.edit(0) as rule:
                rule.percent = 1.0
            self.assertEqual(form.try_total, -300.0)
            form.cap_percent = 1.0
            self.assertEqual(form.try_total, -100.0)

    def test_refused(self):
        rule = {"metric": "availability", "kind": "event"}
        for vals, message in [
            ({"metric": "resolution", "kind": "step"}, "Resolution: give the regime a target first"),
            ({"kind": "band"}, "Availability: add at least one band"),
            ({"is_bonus": True}, "a bonus goes by steps or by bands"),
            ({"metric": "response", "scope": "unit"}, "Response cannot be judged one by one"),
            ({"metric": "failures", "kind": "period"}, "Failures take no time"),
            ({"target": 101.0}, "between 0 and 100 percent"),
            ({"ratchet_count": 1}, "from its 2nd event"),
            ({"kind": "band", "step_ids": [Command.create({"bound": 98.0, "percent": 5.0}),
                                           Command.create({"bound": 95.0, "percent": 2.0})]}, "worth no less"),
        ]:  # fmt: skip
            with self.subTest(message), self.assertRaisesRegex(ValidationError, message):
                self.regime.rule_ids = [Command.create({**rule, **vals})]
        flexible = self._new_calendar(schedule_type="flexible", name="Flexible")
        with self.assertRaisesRegex(UserError, "Flexible are flexible"):
            self.regime.calendar_id = flexible
        with self.assertRaisesRegex(ValidationError, "Say of which amount"):
            self.regime.charge_basis = "fixed"

    def test_removing_the_target_of_a_step_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "give the regime a target first"):
            self.regime.target_ids = [Command.clear()]

    def test_one_read_for_many_units(self):
        """The queries do not grow with the units."""
        contract = self._new_regime_contract(
            rows=[{"equipment_id": self._new_unit(f"Q-{index}").id, "price": 10.0} for index in range(12)]
        )
        self._new_special_day("weight", weight=2.0)
        rows = contract.coverage_ids
        counts = []
        for part in (rows[:3], rows[3:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.regime._compute_performance(part, JUNE, Facts())
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0], counts)
