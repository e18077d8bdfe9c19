# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.working_time import Attendance, WorkingTime, build, subtract, union, wall_to_utc, week_parity

ROME = ZoneInfo("Europe/Rome")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = [Attendance(weekday, 9, 17) for weekday in range(5)]
ORIGIN = datetime(2026, 1, 1)

PROFILE = settings(derandomize=True, deadline=None, max_examples=200)

instants = st.integers(0, 4000).map(lambda minutes: ORIGIN + timedelta(minutes=minutes))
intervals = st.tuples(instants, instants).map(sorted).map(tuple)
working_times = st.lists(intervals, max_size=8).map(WorkingTime)
budgets = st.integers(0, 3000)
ZONES = ["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
zones = st.sampled_from(ZONES).map(ZoneInfo)


@tagged("post_install", "-at_install")
class TestWorkingTime(BaseCase):
    """The worked cases of rules.md 1 and 3, and properties that hold for any hours."""

    def _office(self, leaves=(), attendances=OFFICE, tz=ROME, start=datetime(2026, 1, 1), end=datetime(2027, 2, 1)):
        return build(attendances, leaves, tz, start, end)

    # ------------------------------------------------------------------
    # Tables
    # ------------------------------------------------------------------

    def test_deadlines(self):
        """Raised, budget in minutes, deadline; all UTC, the site is in Rome."""
        hours = self._office()
        for raised, budget, deadline in [
            ("2026-11-13 15:00", 480, "2026-11-16 15:00"),  # Friday 16:00 + 8 h: Monday 16:00
            ("2026-11-13 15:00", 480 + 90, "2026-11-17 08:30"),  # with 90 minutes of pause: Tuesday 09:30
            ("2026-11-13 15:00", 60, "2026-11-13 16:00"),  # used up at closing time, not at the next opening
            ("2026-11-13 15:00", 61, "2026-11-16 08:01"),
            ("2026-11-14 10:00", 240, "2026-11-16 12:00"),  # Saturday: runs from Monday 09:00
            ("2026-11-13 03:00", 0, "2026-11-13 08:00"),  # nothing to wait for but the opening
            ("2026-11-13 09:00", 0, "2026-11-13 09:00"),
            ("2026-12-31 15:00", 120, "2027-01-01 09:00"),  # over the end of the year
        ]:
            with self.subTest(raised=raised, budget=budget):
                found = hours.add_minutes(datetime.fromisoformat(raised), budget)
                self.assertEqual(found, datetime.fromisoformat(deadline))

    def test_pauses_count_working_minutes_only(self):
        hours = self._office()
        for start, end, minutes in [
            ("2026-11-13 15:30", "2026-11-16 09:00", 90),  # Friday 16:30 to Monday 10:00
            ("2026-11-12 16:00", "2026-11-13 08:00", 0),  # 17:00 to 09:00 the next morning
            ("2026-11-14 00:00", "2026-11-15 23:00", 0),  # a weekend
            ("2026-11-13 09:00", "2026-11-13 09:00", 0),
            ("2026-11-13 10:00", "2026-11-13 09:00", 0),  # backwards
        ]:
            with self.subTest(start=start, end=end):
                found = hours.minutes_between(datetime.fromisoformat(start), datetime.fromisoformat(end))
                self.assertEqual(found, minutes)

    def test_lunch_break(self):
        hours = self._office(attendances=[Attendance(day, *part) for day in range(5) for part in ((8, 12), (13, 17))])
        self.assertEqual(hours.add_minutes(datetime(2026, 11, 13, 10, 30), 60), datetime(2026, 11, 13, 12, 30))
        self.assertEqual(hours.minutes_between(datetime(2026, 11, 13, 10), datetime(2026, 11, 13, 13)), 120)

    def test_two_weeks(self):
        """Work on Mondays of every other week only, over a new year with 53 weeks."""
        hours = self._office(attendances=[Attendance(0, 9, 17, week=0)])
        mondays = [start.date() for start, _end in hours.intervals]
        self.assertTrue(all(week_parity(monday) == 0 for monday in mondays))
        gaps = {(second - first).days for first, second in zip(mondays, mondays[1:], strict=False)}
        self.assertEqual(gaps, {14})

    def test_holiday_is_wall_time_at_the_site(self):
        """Christmas of a Rome calendar is Christmas in New York too."""
        christmas = (datetime(2026, 12, 25), datetime(2026, 12, 26))
        for tz in (ROME, NEW_YORK):
            with self.subTest(tz=tz.key):
                hours = self._office(leaves=[christmas], tz=tz)
                noon = datetime(2026, 12, 25, 12, tzinfo=tz).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
                self.assertFalse(hours.contains(noon))
                self.assertTrue(hours.contains(noon - timedelta(days=1)))

    def test_half_holiday_cuts_a_window(self):
        afternoon = (datetime(2026, 12, 24, 13), datetime(2026, 12, 25))
        hours = self._office(leaves=[afternoon])
        self.assertEqual(hours.minutes_between(datetime(2026, 12, 24), datetime(2026, 12, 25)), 240)

    def test_change_of_hour(self):
        """09:00 is 09:00 on the wall; a window that is cut or repeated counts real minutes."""
        hours = self._office(attendances=[Attendance(day, 0, 24) for day in range(7)])
        for day, length in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)]:
            with self.subTest(day):
                start = datetime.fromisoformat(day).replace(tzinfo=ROME).astimezone(ZoneInfo("UTC"))
                start = start.replace(tzinfo=None)
                midnight = hours.add_minutes(start, length * 60)
                wall = midnight.replace(tzinfo=ZoneInfo("UTC")).astimezone(ROME)
                self.assertEqual((wall.hour, wall.minute), (0, 0))
        office = self._office()
        self.assertTrue(office.contains(datetime(2026, 3, 27, 8, 0)))
        self.assertTrue(office.contains(datetime(2026, 3, 30, 7, 0)))
        self.assertFalse(office.contains(datetime(2026, 3, 30, 6, 59)))

    def test_window_inside_the_change(self):
        for start, end, minutes in [
            ("2026-10-25 02:15", "2026-10-25 02:45", 60),  # this half hour comes twice
            ("2026-10-25 01:30", "2026-10-25 02:30", 90),
            ("2026-10-25 02:30", "2026-10-25 03:30", 90),
            ("2026-03-29 01:30", "2026-03-29 02:30", 30),
            ("2026-03-29 02:15", "2026-03-29 02:45", 0),  # it never comes
            ("2026-03-29 02:30", "2026-03-29 03:30", 30),
        ]:
            with self.subTest(start=start):
                found = wall_to_utc(datetime.fromisoformat(start), datetime.fromisoformat(end), ROME)
                total = sum((last - first for first, last in found), timedelta())
                self.assertEqual(total, timedelta(minutes=minutes))

    def test_beyond_the_hours(self):
        self.assertIsNone(WorkingTime().add_minutes(ORIGIN, 1))
        self.assertIsNone(WorkingTime().add_minutes(ORIGIN, 0))
        self.assertEqual(WorkingTime().minutes_between(ORIGIN, ORIGIN + timedelta(days=9)), 0)

    def test_round_the_clock(self):
        always = WorkingTime(always=True)
        self.assertEqual(always.add_minutes(ORIGIN, 90), ORIGIN + timedelta(minutes=90))
        self.assertEqual(always.add_minutes(ORIGIN, 0), ORIGIN)
        self.assertTrue(always.contains(ORIGIN))

    # ------------------------------------------------------------------
    # Properties
    # ------------------------------------------------------------------

    @PROFILE
    @given(working_times, instants, budgets)
    def test_adding_then_measuring_gives_the_budget(self, hours, start, budget):
        end = hours.add_minutes(start, budget)
        if end is not None:
            self.assertEqual(hours.minutes_between(start, end), budget)
            self.assertGreaterEqual(end, start)

    @PROFILE
    @given(working_times, instants, budgets, budgets)
    def test_a_deadline_never_moves_back(self, hours, start, first, second):
        early, late = (hours.add_minutes(start, budget) for budget in sorted((first, second)))
        if late is not None:
            self.assertLessEqual(early, late)

    @PROFILE
    @given(working_times, instants, st.integers(1, 3000), st.integers(1, 3000))
    def test_budgets_add_up(self, hours, start, first, second):
        together = hours.add_minutes(start, first + second)
        if together is not None:
            self.assertEqual(hours.add_minutes(hours.add_minutes(start, first), second), together)

    @PROFILE
    @given(working_times, st.tuples(instants, instants, instants))
    def test_stretches_of_time_add_up(self, hours, points):
        first, middle, last = sorted(points)
        parts = hours.minutes_between(first, middle) + hours.minutes_between(middle, last)
        self.assertEqual(parts, hours.minutes_between(first, last))

    @PROFILE
    @given(st.lists(intervals, max_size=8), st.randoms())
    def test_order_and_overlap_do_not_matter(self, pieces, random):
        shuffled = [*pieces, *pieces[:2]]
        random.shuffle(shuffled)
        self.assertEqual(WorkingTime(shuffled).intervals, WorkingTime(pieces).intervals)

    @PROFILE
    @given(st.lists(intervals, max_size=6), st.lists(intervals, max_size=6), instants)
    def test_subtraction_by_membership(self, pieces, holes, instant):
        left = WorkingTime(subtract(union(pieces), union(holes)))
        expected = WorkingTime(pieces).contains(instant) and not WorkingTime(holes).contains(instant)
        self.assertEqual(left.contains(instant), expected)

    @PROFILE
    @given(zones, st.integers(0, 366 * 96), st.integers(1, 200), st.integers(0, 366 * 96))
    def test_wall_to_utc_by_definition(self, tz, start, length, probe):
        """An instant is inside when its wall time is; probed near the window, in quarters of an hour."""
        wall_start = ORIGIN + timedelta(minutes=15 * start)
        wall_end = wall_start + timedelta(minutes=15 * length)
        found = WorkingTime(wall_to_utc(wall_start, wall_end, tz))
        instant = wall_start - timedelta(hours=20) + timedelta(minutes=15 * (probe % (length + 160)))
        wall = instant.replace(tzinfo=ZoneInfo("UTC")).astimezone(tz).replace(tzinfo=None)
        self.assertEqual(found.contains(instant), wall_start <= wall < wall_end)
