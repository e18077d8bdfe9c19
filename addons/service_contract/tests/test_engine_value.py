# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.value import Rhythm, term_value

PROFILE = settings(derandomize=True, deadline=None, max_examples=200)
MARCH = Rhythm(anchor=date(2026, 3, 1))

prices = st.decimals(0, 9999, places=2)
days = st.integers(0, 1200).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
rhythms = st.builds(
    Rhythm,
    anchor=days,
    count=st.integers(1, 4),
    unit=st.sampled_from(["week", "month", "quarter", "year"]),
    mode=st.sampled_from(["days", "30_360"]),
)


@tagged("post_install", "-at_install")
class TestValueEngine(BaseCase):
    def test_worked_cases(self):
        for price, start, end, rhythm, value in [
            (100, "2026-03-12", "2026-03-31", MARCH, "64.52"),
            (100, "2026-06-11", "2026-06-30", MARCH, "66.67"),
            (100, "2026-07-01", "2026-07-15", MARCH, "48.39"),
            (130, "2026-07-16", "2026-07-31", MARCH, "67.10"),
            (100, "2026-03-12", "2027-03-11", MARCH, "1200.00"),
            (100, "2026-03-12", "2026-03-12", Rhythm(date(2026, 3, 1), mode="full"), "100.00"),
            (100, "2026-02-16", "2026-02-28", Rhythm(date(2026, 2, 1), mode="30_360"), "50.00"),
            (90, "2026-01-01", "2026-12-31", Rhythm(date(2026, 1, 1), count=3), "360.00"),
            (7, "2026-01-01", "2026-01-14", Rhythm(date(2026, 1, 1), unit="week"), "14.00"),
            (100, "2026-05-01", "2026-05-02", Rhythm(date(2026, 1, 1), unit="once"), "100.00"),
            (100, "2026-05-01", "2026-04-30", MARCH, "0"),
            (100, "2027-01-31", "2027-02-27", Rhythm(date(2027, 1, 31)), "100.00"),
        ]:
            with self.subTest(start=start, end=end, rhythm=rhythm):
                found = term_value(Decimal(price), date.fromisoformat(start), date.fromisoformat(end), rhythm)
                self.assertEqual(found, Decimal(value))

    @PROFILE
    @given(prices, rhythms, st.tuples(days, days, days))
    def test_any_way_of_cutting_sums_to_the_cent(self, price, rhythm, points):
        start, middle, end = sorted(points)
        if middle == end:
            return
        parts = term_value(price, start, middle, rhythm) + term_value(price, middle + timedelta(days=1), end, rhythm)
        self.assertEqual(parts, term_value(price, start, end, rhythm))

    @PROFILE
    @given(prices, rhythms, st.integers(-20, 20))
    def test_a_whole_period_costs_its_price(self, price, rhythm, index):
        start = rhythm.nominal_start(index)
        end = rhythm.nominal_start(index + 1) - timedelta(days=1)
        self.assertEqual(term_value(price, start, end, rhythm), price)
        self.assertEqual(rhythm.index_of(start), index)
        self.assertEqual(rhythm.index_of(end), index)
