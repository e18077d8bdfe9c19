# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import unittest
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ..engine.queue import queue_key

settings.register_profile("service", derandomize=True, deadline=None, max_examples=200)
settings.load_profile("service")

NOON = datetime(2026, 4, 7, 12)
INSTANTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1)).map(
    lambda instant: instant.replace(microsecond=0),
)
CALLS = st.tuples(
    st.sampled_from("0123"),
    st.none() | INSTANTS,
    st.integers(0, 9999),
    INSTANTS,
    st.booleans(),
)


def rank(call):
    """The rule of rules.md 8, said once more with tuples."""
    priority, deadline, weight, raised_at, is_closed = call
    return is_closed, -int(priority), deadline or datetime.max, -weight, raised_at


class TestQueue(unittest.TestCase):
    def test_each_criterion_decides_when_those_before_are_equal(self):
        later = NOON + timedelta(hours=1)
        ordered = [
            queue_key("3", later, 0, later),
            queue_key("1", NOON, 0, later),
            queue_key("1", later, 5, later),
            queue_key("1", later, 1, NOON),
            queue_key("1", later, 1, later),
            queue_key("1", None, 9, NOON),
            queue_key("0", NOON, 9, NOON),
            queue_key("3", NOON, 9, NOON, is_closed=True),
        ]
        self.assertEqual(ordered, sorted(ordered))
        self.assertEqual(len(set(ordered)), len(ordered))

    def test_odd_weights_do_not_break_the_order(self):
        self.assertLess(queue_key("1", NOON, 1e9, NOON), queue_key("1", NOON, 1, NOON))
        self.assertEqual(queue_key("1", NOON, -5, NOON), queue_key("1", NOON, None, NOON))
        self.assertTrue(queue_key("1", False, False, False))

    @given(st.lists(CALLS, max_size=20))
    def test_the_text_sorts_as_the_rule_says(self, calls):
        by_text = sorted(calls, key=lambda call: queue_key(*call))
        self.assertEqual([rank(call) for call in by_text], sorted(rank(call) for call in calls))
