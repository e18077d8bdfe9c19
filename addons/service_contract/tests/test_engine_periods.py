# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.periods import cut, gaps, shares

PROFILE = settings(derandomize=True, deadline=None, max_examples=200)
ONE_DAY = timedelta(days=1)

days = st.integers(0, 1500).map(lambda number: date(2024, 1, 1) + timedelta(days=number))
terms = st.tuples(days, st.integers(0, 900)).map(lambda term: (term[0], term[0] + timedelta(days=term[1])))


@tagged("post_install", "-at_install")
class TestPeriodsEngine(BaseCase):
    @PROFILE
    @given(term=terms, months=st.integers(1, 24))
    def test_periods_follow_each_other_without_gap(self, term, months):
        spans = cut(*term, months)
        self.assertEqual((spans[0][0], spans[-1][1]), term)
        for (_first, last), (first, _last) in zip(spans, spans[1:], strict=False):
            self.assertEqual(first, last + ONE_DAY)
        self.assertFalse(gaps(*term, spans))

    @PROFILE
    @given(term=terms, months=st.integers(1, 24), total=st.decimals(0, 99999, places=2))
    def test_shares_sum_to_the_total(self, term, months, total):
        spans = cut(*term, months)
        parts = shares(total, spans, months, Decimal("0.01"))
        self.assertEqual(sum(parts), total)
        self.assertEqual(len(parts), len(spans))
        self.assertGreaterEqual(min(parts), 0)

    @PROFILE
    @given(term=terms, spans=st.lists(terms, max_size=5))
    def test_a_day_is_in_a_gap_or_in_a_period(self, term, spans):
        spans = [span for span in spans if term[0] <= span[0] and span[1] <= term[1]]
        found = gaps(*term, spans)
        for offset in range((term[1] - term[0]).days + 1):
            day = term[0] + timedelta(days=offset)
            is_in_period = any(first <= day <= last for first, last in spans)
            is_in_gap = any(first <= day <= last for first, last in found)
            self.assertNotEqual(is_in_period, is_in_gap, day)
