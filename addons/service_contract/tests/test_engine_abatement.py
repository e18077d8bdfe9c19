# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.abatement import Band, Cap, Price, Regime, Relief, Rule, assess, is_met
from ..engine.performance import Fact, Facts, Measure, Outcome, failures, hit_rate, measure_all

PROFILE = settings(derandomize=True, deadline=None, max_examples=100)
START = datetime(2026, 6, 1)
CHARGE = Decimal(10000)
CENT = Decimal("0.01")


def _decimals(low, high, places=2):
    return st.decimals(low, high, places=places)


facts_lists = st.lists(
    st.builds(
        Fact,
        key=st.integers(0, 10**6),
        at=st.integers(0, 700).map(lambda hour: START + timedelta(hours=hour)),
        size=_decimals("0.1", 40),
        share=_decimals("0.1", 40),
        unit=st.sampled_from("ab"),
        cause=st.sampled_from([None, "power", "door"]),
    ),
    max_size=6,
    unique_by=lambda fact: fact.key,
).map(lambda facts: tuple(sorted(facts, key=lambda fact: (fact.at, fact.key))))
caps = st.builds(Cap, amount=st.none() | _decimals(0, 500), percent=st.none() | _decimals(0, 10))
prices = st.builds(Price, amount=_decimals(0, 300), percent=_decimals(0, 5))
rules = st.builds(
    Rule,
    key=st.integers(0, 10**6),
    metric=st.sampled_from(["availability", "response", "failures"]),
    kind=st.sampled_from(["event", "period", "step", "points"]),
    target=_decimals(0, 100),
    step=_decimals("0.5", 10),
    price=prices,
    threshold=_decimals(0, 5),
    points=_decimals("0.5", 3),
    ratchet_count=st.integers(0, 3),
    ratchet_factor=_decimals(1, 3),
    cap=caps,
)
bonuses = st.builds(
    Rule,
    key=st.integers(0, 10**6),
    metric=st.sampled_from(["availability", "failures"]),
    kind=st.just("step"),
    target=_decimals(0, 100),
    step=_decimals("0.5", 10),
    price=prices,
    is_bonus=st.just(True),
    cap=caps,
)
regimes = st.builds(
    Regime,
    rules=st.lists(rules | bonuses, max_size=4, unique_by=lambda rule: rule.key).map(tuple),
    metric_caps=st.lists(st.tuples(st.sampled_from(["availability", "response"]), caps), max_size=2).map(tuple),
    cap=caps,
    bonus_cap=caps,
)

reliefs_lists = st.lists(st.builds(Relief, st.just("x"), _decimals(0, 300), _decimals(0, 100)), max_size=3)


@st.composite
def measures(draw):
    facts = {metric: draw(facts_lists) for metric in ("availability", "response", "failures")}
    return [
        Measure("availability", draw(st.none() | _decimals(0, 100, 3)), facts["availability"]),
        Measure("response", draw(st.none() | _decimals(0, 100, 3)), facts["response"]),
        Measure("failures", Decimal(len(facts["failures"])), facts["failures"]),
    ]


@tagged("post_install", "-at_install")
class TestAbatementEngine(BaseCase):
    """Amounts by rule and event, and that caps, sums and signs hold whatever the rules."""

    def _fact(self, day, **values):
        return Fact(**{"key": f"F{day}", "at": START + timedelta(days=day), **values})

    def _availability(self, value, *facts):
        return Measure("availability", None if value is None else Decimal(value), facts)

    def _rule(self, kind="step", **values):
        values = {"key": kind, "metric": "availability", "kind": kind, "target": Decimal(98), **values}
        return Rule(**values)

    def _assess(self, rule, measure, reliefs=(), **regime):
        rules = rule if isinstance(rule, tuple) else (rule,)
        measures = measure if isinstance(measure, list) else [measure]
        return assess(Regime(rules, **regime), measures, {None: CHARGE, "a": Decimal(400)}, reliefs)

    def _amounts(self, result):
        return [item.amount for line in result.lines for item in line.items]

    def test_worked_case(self):
        rule = self._rule(step=Decimal("0.5"), price=Price(percent=Decimal(2)))
        for value, steps, total in [("97.756", 1, -200), ("98.333", 0, 0), ("96.726", 3, -600)]:
            result = self._assess(rule, self._availability(value, self._fact(10, size=Decimal(7))))
            with self.subTest(value):
                self.assertEqual((result.lines[0].quantity, result.total), (steps, total))

    def test_on_the_step(self):
        rule = self._rule(step=Decimal("0.5"), price=Price(amount=Decimal(10)))
        for value, steps in [("98", 0), ("97.999", 1), ("97.5", 1), ("97.499", 2)]:
            self.assertEqual(self._assess(rule, self._availability(value)).lines[0].quantity, steps, value)

    def test_steps_are_spread_over_events_by_what_they_took(self):
        rule = self._rule(step=Decimal(1), price=Price(amount=Decimal(100)))
        facts = [self._fact(day, share=Decimal(share)) for day, share in ((1, 1), (2, 1), (3, 1))]
        result = self._assess(rule, self._availability("97.5", *facts))
        self.assertEqual(self._amounts(result), [Decimal("-33.33"), Decimal("-33.34"), Decimal("-33.33")])
        self.assertEqual(result.total, -100)

    def test_events_and_periods(self):
        facts = [self._fact(1, size=Decimal("0.5")), self._fact(2, size=Decimal("2.25"))]
        good = self._fact(3, size=Decimal(0), is_bad=False)
        for kind, amounts in [("event", [-50, -50]), ("period", [-50, -150])]:
            with self.subTest(kind):
                rule = self._rule(kind, step=Decimal(1), price=Price(amount=Decimal(50)))
                result = self._assess(rule, self._availability("99", *facts, good))
                self.assertEqual(self._amounts(result), amounts)

    def test_bands(self):
        table = ((98, 2), (95, 10), (97, 5))
        bands = tuple(Band(Decimal(limit), Price(percent=Decimal(percent))) for limit, percent in table)
        for value, total in [("98", 0), ("97.9", -200), ("96.9", -500), ("97", -200), ("90", -1000)]:
            with self.subTest(value):
                self.assertEqual(self._assess(self._rule("band", bands=bands), self._availability(value)).total, total)

    def test_bonus(self):
        bonus = self._rule("step", is_bonus=True, step=Decimal("0.5"), price=Price(amount=Decimal(100)))
        bands = tuple(Band(Decimal(limit), Price(amount=Decimal(amount))) for limit, amount in ((99, 50), (100, 80)))
        band = self._rule("band", is_bonus=True, bands=bands)
        for value, by_step, by_band in [("98.4", 0, 0), ("98.5", 100, 0), ("99", 200, 50), ("100", 400, 80)]:
            with self.subTest(value):
                self.assertEqual(self._assess(bonus, self._availability(value)).total, by_step)
                self.assertEqual(self._assess(band, self._availability(value)).total, by_band)

    def test_failures_are_better_when_fewer(self):
        rule = self._rule(metric="failures", target=Decimal(2), price=Price(amount=Decimal(30)))
        for count, total in [(0, 0), (2, 0), (3, -30), (5, -90)]:
            measure = failures([self._fact(day) for day in range(count)])[0]
            self.assertEqual(self._assess(rule, measure).total, total)

    def test_points_above_a_threshold(self):
        rule = self._rule(
            "points", points=Decimal(2), threshold=Decimal(3), price=Price(amount=Decimal(10))
        )
        result = self._assess(rule, self._availability("99", *(self._fact(day) for day in range(3))))
        self.assertEqual(self._amounts(result), [0, -10, -20])

    def test_ratchet(self):
        """The second and later outages by the same cause cost double; those without a cause never do."""
        causes = ["door", None, "power", "door", None, "door"]
        facts = [self._fact(day, cause=cause) for day, cause in enumerate(causes)]
        rule = self._rule("event", price=Price(amount=Decimal(10)), ratchet_count=2, ratchet_factor=Decimal(2))
        result = self._assess(rule, self._availability("99", *facts))
        self.assertEqual(self._amounts(result), [-10, -10, -10, -20, -10, -20])

    def test_caps(self):
        facts = [self._fact(day) for day in range(4)]
        rule = self._rule("event", price=Price(amount=Decimal(100)))
        other = replace(rule, key="other")
        measure = self._availability("99", *facts)
        for name, rules_, regime, amounts, cuts in [
            ("line", (replace(rule, cap=Cap(amount=Decimal(250))),), {}, [-100, -100, -50, 0], ["line"]),
            ("lower counts", (replace(rule, cap=Cap(Decimal(250), Decimal(1))),), {}, [-100, 0, 0, 0], ["line"]),
            ("metric", (rule, other), {"metric_caps": (("availability", Cap(percent=Decimal(5))),)},
             [-100, -100, -100, -100, -100, 0, 0, 0], ["metric"]),
            ("contract", (rule, other), {"cap": Cap(amount=Decimal("450.005"))},
             [-100, -100, -100, -100, Decimal("-50.01"), 0, 0, 0], ["deductions"]),
            ("nothing", (rule,), {"cap": Cap(amount=Decimal(0))}, [0, 0, 0, 0], ["deductions"]),
        ]:  # fmt: skip
            with self.subTest(name):
                result = self._assess(rules_, measure, **regime)
                self.assertEqual(self._amounts(result), amounts)
                self.assertEqual([cut.scope for cut in result.cuts], cuts)
                kept = [item.fact.key for line in result.lines for item in line.items]
                self.assertEqual(kept, [fact.key for fact in facts] * len(rules_), "in order of time")

    def test_bonus_is_not_eaten_by_the_cap_of_deductions(self):
        bonus = self._rule("step", key="bonus", target=Decimal(90), is_bonus=True, price=Price(amount=Decimal(10)))
        rule = self._rule("event", price=Price(amount=Decimal(100)))
        result = self._assess(
            (bonus, rule), self._availability("97", self._fact(1)), cap=Cap(amount=Decimal(30)),
            bonus_cap=Cap(amount=Decimal(50)),
        )
        self.assertEqual([line.amount for line in result.lines], [50, -30])
        self.assertEqual(result.total, 20)

    def test_relief(self):
        rule = self._rule("event", price=Price(amount=Decimal(100)))
        reliefs = [Relief("strike", percent=Decimal(50)), Relief("goodwill", amount=Decimal(80)), Relief("more", CENT)]
        result = self._assess(rule, self._availability("99", self._fact(1)), reliefs)
        self.assertEqual([amount for _relief, amount in result.reliefs], [50, 50, 0])
        self.assertEqual(result.total, 0)
        limited = self._assess(
            (rule, replace(rule, key="other")),
            self._availability("99", self._fact(1)),
            [Relief("only one", amount=Decimal(500), rule="other")],
        )
        self.assertEqual(limited.total, -100)

    def test_no_result_no_amount(self):
        rule = self._rule(price=Price(amount=Decimal(10)))
        result = self._assess(rule, self._availability(None))
        self.assertEqual((result.total, result.lines[0].is_met), (0, None))

    def test_units_by_themselves(self):
        rule = self._rule(scope="unit", price=Price(percent=Decimal(10)))
        units = [replace(self._availability("90"), scope="unit", subject=unit) for unit in ("a", "b")]
        result = self._assess(rule, [self._availability("90"), *units])
        self.assertEqual([line.amount for line in result.lines], [-320, 0], "8 steps of 10 % of the unit's charge")

    def test_hit_rate_against_other_budgets(self):
        outcomes = [
            Outcome("late", "a", START, elapsed=300, budget=240),
            Outcome("met", "a", START, elapsed=240, budget=240),
            Outcome("open", "a", START, elapsed=100, budget=240, is_open=True),
            Outcome("excused", "a", START, elapsed=900, budget=240, is_excused=True),
        ]
        for budget, value, bad in [(None, 50, ["late"]), (120, 0, ["late", "met"]), (90, 0, ["late", "met", "open"]),
                                   (600, 100, [])]:
            with self.subTest(budget=budget):
                measure = hit_rate("response", outcomes, None if budget is None else Decimal(budget))
                self.assertEqual(measure.value, value)
                self.assertEqual(sorted(fact.key for fact in measure.facts if fact.is_bad), bad)
        rule = self._rule("period", metric="response", price=Price(amount=Decimal(5)))
        self.assertEqual(self._assess(rule, hit_rate("response", outcomes, Decimal(60))).total, -5 * (4 + 3 + 1))
        self.assertIsNone(hit_rate("response", outcomes[3:]).value)

    def test_every_metric_of_the_regime_is_measured(self):
        targets = {"availability": Decimal(98), "response": Decimal(90)}
        regime = Regime((self._rule(metric="failures"),), targets=targets)
        found = measure_all(regime, [], Facts())
        self.assertEqual(
            [(measure.metric, measure.value) for measure in found],
            [("availability", None), ("response", None), ("failures", 0)],
        )

    def test_is_met(self):
        self.assertIsNone(is_met("availability", None, Decimal(98)))
        self.assertIs(is_met("failures", Decimal(1), Decimal(2)), True)

    # ------------------------------------------------------------------
    # Properties
    # ------------------------------------------------------------------

    @PROFILE
    @given(regimes, measures())
    def test_caps_and_sums_hold(self, regime, found):
        result = assess(regime, found, {None: CHARGE})
        self.assertEqual(result.total, sum(self._amounts(result)))
        for line in result.lines:
            sign = 1 if line.rule.is_bonus else -1
            for item in line.items:
                self.assertGreaterEqual(item.amount * sign, 0)
                self.assertLessEqual(item.amount * sign, item.raw * sign)
                self.assertEqual(item.amount % CENT, 0)
            self._check_cap(line.rule.cap, [line])
        deductions = [line for line in result.lines if not line.rule.is_bonus]
        for metric, cap in regime.metric_caps:
            self._check_cap(cap, [line for line in deductions if line.rule.metric == metric])
        self._check_cap(regime.cap, deductions)
        self._check_cap(regime.bonus_cap, [line for line in result.lines if line.rule.is_bonus])
        raw = sum(abs(line.raw) for line in result.lines)
        cut = sum(cut.amount for cut in result.cuts)
        self.assertEqual(raw - cut, sum(abs(line.amount) for line in result.lines))
        self.assertEqual(json.loads(json.dumps(result.to_json()))["total"], float(result.total))

    def _check_cap(self, cap, lines):
        limit = cap.limit(CHARGE)
        if limit is not None:
            # A limit of half a cent is a cent.
            self.assertLessEqual(abs(sum(line.amount for line in lines)), limit + CENT / 2)

    @PROFILE
    @given(regimes, measures(), _decimals(0, 20, 3))
    def test_worse_never_costs_less(self, regime, found, points):
        worse = [
            replace(measure, value=max(measure.value - points, Decimal(0)))
            if measure.value is not None and measure.metric != "failures" else measure
            for measure in found
        ]
        before, after = (assess(regime, measures_, {None: CHARGE}).total for measures_ in (found, worse))
        self.assertLessEqual(after, before)

    @PROFILE
    @given(rules.filter(lambda rule: rule.kind != "step"), facts_lists, _decimals("0.1", 30))
    def test_a_longer_outage_never_costs_less(self, rule, facts, hours):
        rule = replace(rule, metric="availability")
        if facts:
            longer = (replace(facts[0], size=facts[0].size + hours), *facts[1:])
            before = self._assess(rule, self._availability("95", *facts)).total
            self.assertLessEqual(self._assess(rule, self._availability("95", *longer)).total, before)

    @PROFILE
    @given(regimes, measures(), reliefs_lists)
    def test_relief_never_turns_into_a_bonus(self, regime, found, reliefs):
        result = assess(regime, found, {None: CHARGE}, reliefs)
        deductions = sum(line.amount for line in result.lines if not line.rule.is_bonus)
        given_up = sum(amount for _relief, amount in result.reliefs)
        self.assertTrue(0 <= given_up <= -deductions)
