# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.availability import KINDS, Demand, DownEvent, Span, measure, rounded
from ..engine.working_time import Attendance, SpecialDay, Timetable, WorkingTime, days_to_utc

PROFILE = settings(derandomize=True, deadline=None, max_examples=100)
ROME = ZoneInfo("Europe/Rome")
WEEK = tuple(Attendance(weekday, 8, 20) for weekday in range(6))
JUNE = datetime(2026, 5, 31, 22), datetime(2026, 6, 30, 22)  # in Rome
FRIDAY = date(2026, 6, 12)
HOUR = 3600

# Property tests: a fortnight of 24 hours a day, events on whole hours.
START = datetime(2026, 6, 1)
END = START + timedelta(days=14)
hours = st.integers(-20, 14 * 24 + 20)


@st.composite
def down_events(draw, kinds=KINDS, max_size=6):
    spans = draw(
        st.lists(
            st.tuples(hours, st.integers(1, 60), st.sampled_from(kinds), st.integers(1, 100), st.sampled_from("ab")),
            max_size=max_size,
        )
    )
    return [
        DownEvent(key, unit, START + timedelta(hours=start), START + timedelta(hours=start + length), kind, percent)
        for key, (start, length, kind, percent, unit) in enumerate(spans)
    ]


@st.composite
def spans(draw):
    """Two units of one site, in a random week, with a weight on some days."""
    weekdays = draw(st.sets(st.integers(0, 6), min_size=1))
    opening = draw(st.integers(0, 20))
    week = tuple(Attendance(weekday, opening, draw(st.integers(opening + 1, 24))) for weekday in weekdays)
    working = Timetable(week).build(ROME, START, END)
    weighed = draw(st.dictionaries(st.integers(0, 13), st.sampled_from([Decimal("0.5"), Decimal(3)])))
    weights = tuple(
        (*interval, weight)
        for index, weight in sorted(weighed.items())
        for interval in days_to_utc(START.date() + timedelta(days=index), START.date() + timedelta(days=index), ROME)
    )
    demand = Demand(working, weights)
    return [Span("a", demand, START, END), Span("b", demand, START, END)]


@tagged("post_install", "-at_install")
class TestAvailabilityEngine(BaseCase):
    """The worked case of rules.md 9, and what has to hold for any events."""

    def _measure(self, events, special_days=(), weights=(), **options):
        working = Timetable(WEEK, (), special_days).build(ROME, *JUNE)
        return measure([Span("lift", Demand(working, weights), *JUNE)], events, **options)

    def _event(self, day, hour, end_day, end_hour, **values):
        """Make an event of June in Rome's summer time."""
        start, end = (datetime(2026, 6, *at) - timedelta(hours=2) for at in ((day, hour), (end_day, end_hour)))
        return DownEvent(**{"key": "E", "unit": "lift", "start": start, "end": end, **values})

    def _story(self):
        return [self._event(11, 15, 12, 11), self._event(12, 8, 12, 9, key="X", kind="excused")]

    def test_worked_case(self):
        friday = days_to_utc(FRIDAY, FRIDAY, ROME)[0]
        for name, options, demand, down, percent in [
            ("as it was", {}, 312, 7, "97.756"),
            ("not affecting", {"special_days": (SpecialDay(FRIDAY, FRIDAY, "closed"),)}, 300, 5, "98.333"),
            ("weight 3", {"weights": ((*friday, Decimal(3)),)}, 336, 11, "96.726"),
        ]:
            with self.subTest(name):
                result = self._measure(self._story(), **options)
                self.assertEqual((result.demand / HOUR, result.down / HOUR), (demand, down))
                self.assertEqual(result.percent(), Decimal(percent))

    def test_kinds(self):
        outage = self._event(10, 10, 10, 14)
        inside = self._event(10, 11, 10, 12, key="I")
        for name, events, options, down in [
            ("half of it", [replace(outage, kind="degraded", percent=50)], {}, 2),
            ("planned", [replace(outage, kind="planned")], {}, 0),
            ("planned counts", [replace(outage, kind="planned")], {"planned_counts": True}, 4),
            ("planned cuts", [outage, replace(inside, kind="planned")], {}, 3),
            ("planned inside", [outage, replace(inside, kind="planned")], {"planned_counts": True}, 4),
            ("excused cuts", [outage, replace(inside, kind="excused")], {"planned_counts": True}, 3),
            ("alternative", [outage, replace(inside, kind="alternative")], {}, 3),
            ("no help", [outage, replace(inside, kind="alternative")], {"alternative_stops": False}, 4),
            ("worst counts once", [replace(outage, kind="degraded", percent=25), inside], {}, Decimal("1.75")),
            ("an excuse alone", [replace(outage, kind="excused")], {}, 0),
            ("of another unit", [replace(outage, unit="gate")], {}, 0),
        ]:
            with self.subTest(name):
                self.assertEqual(self._measure(events, **options).down / HOUR, down)

    def test_open_event_lasts_to_the_end_of_the_window(self):
        still_down = self._event(30, 10, 30, 11, key="O")
        result = self._measure([replace(still_down, end=None)])
        self.assertEqual(result.down / HOUR, 10)

    def test_charged_to_the_worst_then_to_the_first(self):
        degraded = self._event(10, 10, 10, 16, key="D", kind="degraded", percent=50)
        first = self._event(10, 11, 10, 13, key="F")
        second = self._event(10, 12, 10, 14, key="S")
        unit = self._measure([second, first, degraded]).units[0]
        found = {share.event.key: (share.gross / HOUR, share.down / HOUR) for share in unit.shares}
        self.assertEqual(found, {"D": (3, Decimal("1.5")), "F": (2, 2), "S": (2, 1)})
        self.assertEqual([share.event.key for share in unit.shares], ["D", "F", "S"])
        same = replace(first, key="G")
        for events in ([first, same], [same, first]):
            self.assertEqual([share.down / HOUR for share in self._measure(events).units[0].shares], [2, 0])

    def test_no_demand_is_no_result(self):
        closed = SpecialDay(date(2026, 6, 1), date(2026, 6, 30), "closed")
        result = self._measure(self._story(), special_days=(closed,))
        self.assertEqual((result.demand, result.down, result.percent()), (0, 0, None))
        self.assertEqual(measure([], self._story()).percent(), None)

    def test_change_of_hour(self):
        """The night of 29 March in Rome has 23 hours, that of 25 October 25."""
        for day, length in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
            start, end = days_to_utc(day, day, ROME)[0]
            demand = Demand(WorkingTime(always=True), ((start, end, Decimal(2)),))
            self.assertEqual(demand.seconds(start - timedelta(days=1), end) / HOUR, 24 + 2 * length)

    def test_special_hours(self):
        """Each special day lies on top of those before it, and of holidays."""
        sunday = date(2026, 6, 14)
        leaves = ((datetime(2026, 6, 12), datetime(2026, 6, 13)),)
        other = tuple(Attendance(weekday, 6, 9) for weekday in range(7))
        extra = SpecialDay(FRIDAY, sunday, "extra", tuple(Attendance(weekday, 8, 10) for weekday in range(7)))
        closed, replaced = SpecialDay(FRIDAY, FRIDAY, "closed"), SpecialDay(FRIDAY, FRIDAY, "replace", other)
        for name, special_days, worked in [
            ("holiday", (), 0),
            ("extra hours on a holiday and a Sunday", (extra,), 2),
            ("hours of another week", (replaced,), 3),
            ("extra on top of another week", (replaced, extra), 4),
            ("closed on top of all", (extra, replaced, closed), 0),
            ("extra on top of closed", (closed, extra), 2),
        ]:
            with self.subTest(name):
                working = Timetable(WEEK, leaves, special_days).build(ROME, *JUNE)
                start, end = days_to_utc(FRIDAY, FRIDAY, ROME)[0]
                self.assertEqual(working.minutes_between(start, end) / 60, worked)
                before = working.minutes_between(JUNE[0], start)
                self.assertEqual(before, 10 * 12 * 60, "the days before are as they were")
        working = Timetable(WEEK, (), (replaced,)).build(ROME, *JUNE)
        self.assertEqual(working.minutes_between(start, end) / 60, 3, "in place of the 12 hours of the day")

    def test_rounded_half_up(self):
        for value, digits, expected in [("0.0005", 3, "0.001"), ("-0.0005", 3, "-0.001"), ("97.7564", 3, "97.756")]:
            self.assertEqual(rounded(Decimal(value), digits), Decimal(expected))

    # ------------------------------------------------------------------
    # Properties
    # ------------------------------------------------------------------

    @PROFILE
    @given(spans(), down_events(), st.booleans(), st.booleans())
    def test_sums(self, units, events, planned_counts, alternative_stops):
        result = measure(units, events, planned_counts, alternative_stops)
        for unit in result.units:
            self.assertEqual(sum(share.down for share in unit.shares), unit.down)
            self.assertLessEqual(unit.down, unit.demand)
            for share in unit.shares:
                self.assertLessEqual(share.down, share.gross)
        if result.demand:
            self.assertTrue(0 <= result.percent() <= 100)
            self.assertEqual(result.down == 0, result.percent(30) == 100)

    @PROFILE
    @given(spans(), down_events(), st.randoms(use_true_random=False))
    def test_order_does_not_matter(self, units, events, random):
        shuffled = list(events)
        random.shuffle(shuffled)
        self.assertEqual(measure(units, shuffled), measure(units, events))

    @PROFILE
    @given(spans(), down_events(max_size=4), down_events(kinds=("down", "degraded"), max_size=3))
    def test_more_down_time_is_never_better(self, units, events, more):
        more = [replace(event, key=f"more {event.key}") for event in more]
        self.assertGreaterEqual(measure(units, events + more).down, measure(units, events).down)

    @PROFILE
    @given(spans(), down_events(), st.integers(1, 59))
    def test_splitting_an_event_changes_nothing(self, units, events, minutes):
        halves = []
        for event in events:
            cut = event.start + timedelta(minutes=minutes)
            halves += [replace(event, end=cut), replace(event, key=f"rest of {event.key}", start=cut)]
        whole, split = measure(units, events), measure(units, halves)
        self.assertEqual([unit.down for unit in split.units], [unit.down for unit in whole.units])
        self.assertEqual(split.percent(), whole.percent())

    @PROFILE
    @given(spans(), hours, st.integers(1, 30), st.integers(0, 13))
    def test_moving_inside_the_same_demand_changes_nothing(self, units, start, length, days):
        """Wherever an event lies: as long as it takes the same demand, the figure is the same."""
        event = DownEvent("E", "a", START + timedelta(hours=start), START + timedelta(hours=start + length))
        moved = replace(event, start=event.start + timedelta(days=days), end=event.end + timedelta(days=days))
        demand = units[0].demand

        def taken(event):
            return demand.seconds(max(event.start, START), min(event.end, END))

        if taken(event) == taken(moved):
            self.assertEqual(measure(units, [event]).percent(9), measure(units, [moved]).percent(9))

    @PROFILE
    @given(spans(), down_events(max_size=4), st.integers(1, 13))
    def test_a_span_may_be_cut(self, units, events, days):
        """A unit whose cover is renewed in the middle of the window is still one unit."""
        cut = START + timedelta(days=days)
        pieces = [piece for unit in units for piece in (replace(unit, end=cut), replace(unit, start=cut))]
        whole, cut_up = measure(units, events), measure(pieces, events)
        self.assertEqual((cut_up.demand, cut_up.down), (whole.demand, whole.down))
