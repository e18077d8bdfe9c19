# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.indexation import PERCENT_STEP, Rule, factor, increase, new_price
from ..engine.term import ONE_DAY, Span, months_between, next_periods, next_term

PROFILE = settings(derandomize=True, deadline=None, max_examples=200)

days = st.integers(0, 3000).map(lambda number: date(2024, 1, 1) + timedelta(days=number))
values = st.decimals("0.5", 999, places=3)
percents = st.decimals(-100, 100, places=2)


def spans_of(*pairs):
    return [Span(key, date.fromisoformat(start), date.fromisoformat(end)) for key, (start, end) in enumerate(pairs)]


def texts_of(spans):
    return [(span.key, str(span.start), str(span.end)) for span in spans]


@tagged("post_install", "-at_install")
class TestTermEngine(BaseCase):
    def test_ends_of_terms(self):
        """Anchor, first day of the last term, first day after it, months of the rule: first day after the next."""
        for anchor, start, after, months, expected in [
            ("2026-01-01", "2026-01-01", "2027-01-01", None, "2028-01-01"),
            ("2026-03-12", "2026-03-12", "2027-03-12", None, "2028-03-12"),
            ("2026-02-01", "2026-02-01", "2026-03-01", None, "2026-04-01"),
            # 29 February: always from the first day, so that 2028 has its day back
            ("2024-02-29", "2024-02-29", "2025-02-28", None, "2026-02-28"),
            ("2024-02-29", "2027-02-28", "2028-02-29", None, "2029-02-28"),
            # month ends
            ("2027-01-31", "2027-01-31", "2027-02-28", None, "2027-03-31"),
            ("2027-01-31", "2027-02-28", "2027-03-31", None, "2027-04-30"),
            ("2027-01-30", "2027-01-30", "2027-02-28", None, "2027-03-30"),
            # days
            ("2026-01-01", "2026-01-01", "2026-01-31", None, "2026-03-02"),
            ("2026-01-01", "2026-04-01", "2026-05-01", 0, "2026-05-31"),
            # another length than the last
            ("2026-01-01", "2026-01-01", "2029-01-01", 12, "2030-01-01"),
            ("2026-01-31", "2026-01-31", "2026-02-28", 3, "2026-05-31"),
            ("2026-01-01", "2026-01-01", "2026-01-31", 1, "2026-02-28"),
        ]:
            with self.subTest(anchor=anchor, start=start, months=months):
                found = next_term(*map(date.fromisoformat, (anchor, start, after)), months)
                self.assertEqual(str(found.after), expected)

    @PROFILE
    @given(days, st.integers(1, 36), st.integers(1, 12))
    def test_renewing_often_is_one_count_from_the_first_day(self, anchor, months, times):
        start, after = anchor, anchor + relativedelta(months=months)
        for _time in range(times):
            start, after = after, next_term(anchor, start, after).after
        self.assertEqual(after, anchor + relativedelta(months=months * (times + 1)))

    @PROFILE
    @given(days, st.integers(1, 400), st.integers(1, 6))
    def test_terms_in_days_keep_their_length(self, anchor, length, times):
        start, after = anchor, anchor + timedelta(days=length)
        for _time in range(times):
            start, after = after, next_term(anchor, start, after, 0).after
            self.assertEqual((after - start).days, length)

    def test_periods_of_a_term_as_long_as_the_last(self):
        quarters = spans_of(
            ("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30"),
            ("2026-07-01", "2026-09-30"), ("2026-10-01", "2026-12-31"),
        )  # fmt: skip
        year = (date(2026, 1, 1), date(2027, 1, 1)), (date(2027, 1, 1), date(2028, 1, 1))
        self.assertEqual(
            texts_of(next_periods(quarters, *year, date(2026, 1, 1))),
            [
                (0, "2027-01-01", "2027-03-31"),
                (1, "2027-04-01", "2027-06-30"),
                (2, "2027-07-01", "2027-09-30"),
                (3, "2027-10-01", "2027-12-31"),
            ],
        )
        # a gap that the last term had is kept
        with_gap = spans_of(("2026-02-01", "2026-03-31"), ("2026-06-01", "2026-06-30"))
        self.assertEqual(
            texts_of(next_periods(with_gap, *year, date(2026, 1, 1))),
            [(0, "2027-02-01", "2027-03-31"), (1, "2027-06-01", "2027-06-30")],
        )
        self.assertEqual(next_periods([], *year, date(2026, 1, 1)), [])

    def test_periods_of_a_longer_term_repeat_the_last_one(self):
        year = spans_of(("2026-01-01", "2026-12-31"))
        terms = (date(2026, 1, 1), date(2027, 1, 1)), (date(2027, 1, 1), date(2028, 7, 1))
        found = next_periods(year, *terms, date(2026, 1, 1))
        self.assertEqual(texts_of(found), [(0, "2027-01-01", "2027-12-31"), (0, "2028-01-01", "2028-06-30")])
        self.assertEqual([round(span.share, 4) for span in found], [1.0, round(182 / 366, 4)])

    @PROFILE
    @given(days, st.integers(1, 24), st.integers(1, 24), st.integers(1, 4))
    def test_periods_fill_the_term_without_overlap(self, anchor, months, new_months, count):
        after = anchor + relativedelta(months=months * count)
        spans = [
            Span(index, anchor + relativedelta(months=months * index),
                 anchor + relativedelta(months=months * (index + 1)) - ONE_DAY)
            for index in range(count)
        ]  # fmt: skip
        following = next_term(anchor, anchor, after, new_months)
        found = next_periods(spans, (anchor, after), (after, following.after), anchor)
        self.assertEqual(found[0].start, after)
        self.assertEqual(found[-1].end + ONE_DAY, following.after)
        for first, second in zip(found, found[1:], strict=False):
            self.assertEqual(first.end + ONE_DAY, second.start)

    def test_months_between(self):
        self.assertEqual(months_between(date(2026, 1, 15), date(2026, 1, 15)), 0)
        self.assertEqual(months_between(date(2026, 1, 15), date(2025, 1, 15)), 0)


@tagged("post_install", "-at_install")
class TestIndexationEngine(BaseCase):
    def test_worked_figures(self):
        """108.9 became 112.4: 3.2140 %."""
        for share, cap, floor, percent, price in [
            (100, None, 0, "3.2140", "103.21"),
            (75, None, 0, "2.4105", "102.41"),
            (75, 3, 0, "2.4105", "102.41"),
            (100, 3, 0, "3.0000", "103.00"),
            (75, 2, 0, "2.0000", "102.00"),
            (50, None, 2, "2.0000", "102.00"),
            (0, None, 0, "0.0000", "100.00"),
        ]:
            with self.subTest(share=share, cap=cap, floor=floor):
                rule = Rule(Decimal(share), None if cap is None else Decimal(cap), Decimal(floor))
                found = increase(Decimal("108.9"), Decimal("112.4"), rule)
                self.assertEqual(str(found), percent)
                self.assertEqual(str(new_price(Decimal(100), found, Decimal("0.01"))), price)
        self.assertEqual(str(factor(Decimal("108.9"), Decimal("112.4"))), "1.032140")

    def test_prices_fall_only_as_far_as_the_floor(self):
        base, current = Decimal(110), Decimal(100)
        for floor, percent in [(0, "0.0000"), (-5, "-5.0000"), (-100, "-9.0909")]:
            with self.subTest(floor=floor):
                self.assertEqual(str(increase(base, current, Rule(floor=Decimal(floor)))), percent)

    @PROFILE
    @given(values, values, percents.filter(lambda share: share >= 0), percents, percents)
    def test_limits_hold(self, base, current, share, one, other):
        floor, cap = sorted((one, other))
        percent = increase(base, current, Rule(share, cap, floor))
        self.assertTrue(floor - PERCENT_STEP <= percent <= cap + PERCENT_STEP)

    @PROFILE
    @given(values, st.decimals(0, 9999, places=2), percents, st.sampled_from(["0.01", "0.05", "0.50", "1", "10"]))
    def test_new_prices_are_steps(self, _base, price, percent, step):
        step = Decimal(step)
        found = new_price(price, percent, step)
        self.assertEqual(found % step, 0)
        self.assertLessEqual(abs(found - price * (1 + percent / 100)), step / 2)
