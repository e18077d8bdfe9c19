# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import unittest
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ..engine.reliability import Rule, clear_day, count, is_tripped, standing, trip_day

settings.register_profile("service", derandomize=True, deadline=None, max_examples=200)
settings.load_profile("service")

FIRST = date(2026, 1, 1)
DAYS = st.lists(st.integers(0, 90).map(lambda offset: FIRST + timedelta(days=offset)), max_size=15)
TODAYS = st.integers(0, 150).map(lambda offset: FIRST + timedelta(days=offset))


@st.composite
def rules(draw):
    failures = draw(st.integers(1, 5))
    return Rule(failures, draw(st.integers(1, 40)), draw(st.integers(0, failures - 1)), draw(st.integers(1, 20)))


def walk(days, rule, today):
    """The rule said once more, day by day: the flag's first day, or None."""
    raised_on, calm, day = None, 0, FIRST
    while day <= today:
        known = [failure for failure in days if failure <= day]
        counted = sum(day - timedelta(days=rule.window_days) < failure for failure in known)
        if raised_on:
            calm = calm + 1 if counted <= rule.calm_failures else 0
            if calm == rule.calm_days:
                raised_on = None
        if not raised_on and day in known and counted >= rule.failures:
            raised_on, calm = day, 0
        day += timedelta(days=1)
    return raised_on


class TestReliabilityEngine(unittest.TestCase):
    def test_the_window_holds_its_last_day_and_not_the_one_before_its_first(self):
        days = [date(2026, 3, 1), date(2026, 3, 10)]
        self.assertEqual(count(days, Rule(2, 10), date(2026, 3, 10)), 2)
        self.assertEqual(count(days, Rule(2, 9), date(2026, 3, 10)), 1)

    def test_several_failures_on_one_day(self):
        self.assertTrue(is_tripped([FIRST, FIRST, FIRST], Rule(3, 1), FIRST))

    def test_hysteresis(self):
        rule = Rule(failures=3, window_days=30, calm_failures=1, calm_days=14)
        days = [date(2026, 3, 2), date(2026, 3, 20), date(2026, 3, 25)]
        self.assertEqual(trip_day(days, rule), date(2026, 3, 25))
        self.assertEqual(standing(days, rule, date(2026, 5, 1)), date(2026, 3, 25))
        self.assertIsNone(standing(days, rule, date(2026, 5, 2)))
        # One more failure on the eve of the calm begins the wait anew.
        more = [*days, date(2026, 4, 18)]
        self.assertEqual(clear_day(more, rule, date(2026, 3, 25)), date(2026, 5, 7))
        self.assertEqual(standing(more, rule, date(2026, 5, 6)), date(2026, 3, 25))

    @given(DAYS, rules(), TODAYS)
    def test_the_same_as_walking_from_day_to_day(self, days, rule, today):
        self.assertEqual(standing(days, rule, today), walk(days, rule, today))

    @given(DAYS, rules(), TODAYS, st.randoms(use_true_random=False))
    def test_the_order_does_not_matter(self, days, rule, today, random):
        shuffled = list(days)
        random.shuffle(shuffled)
        self.assertEqual(standing(days, rule, today), standing(shuffled, rule, today))

    @given(DAYS, rules(), TODAYS, st.integers(0, 90))
    def test_one_more_failure_never_takes_a_flag_down(self, days, rule, today, offset):
        if standing(days, rule, today):
            more = [*days, FIRST + timedelta(days=offset)]
            self.assertTrue(standing(more, rule, today))

    @given(DAYS, rules(), TODAYS)
    def test_what_is_to_come_plays_no_part(self, days, rule, today):
        known = [day for day in days if day <= today]
        self.assertEqual(standing(days, rule, today), standing(known, rule, today))
