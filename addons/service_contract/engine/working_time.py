# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Working time: the hours in which a clock runs (rules.md 1 and 3).

Plain values in, plain values out. Instants are naive UTC, as Odoo stores them. Hours of attendance are wall time at the
site; :func:`wall_to_utc` turns wall time into instants so that a window which the change of hour cuts or repeats counts
its real minutes. :func:`build` reads a week and its holidays once for a window; the :class:`WorkingTime` that it gives
answers any number of questions by bisection.

Monday to Friday 09-17 in Rome, eight hours from Friday 13 November 2026, 16:00 at the site:

>>> from zoneinfo import ZoneInfo
>>> week = [Attendance(weekday, 9, 17) for weekday in range(5)]
>>> hours = build(week, [], ZoneInfo('Europe/Rome'), datetime(2026, 11, 1), datetime(2026, 12, 1))
>>> hours.add_minutes(datetime(2026, 11, 13, 15, 0), 8 * 60)
datetime.datetime(2026, 11, 16, 15, 0)
>>> hours.minutes_between(datetime(2026, 11, 13, 15, 30), datetime(2026, 11, 16, 9, 0))
90.0
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Attendance:
    """One window of a week, in wall time.

    :ivar weekday: 0 is Monday
    :ivar hour_from: hours since midnight, 9.5 is 09:30
    :ivar hour_to: 24 is the next midnight
    :ivar week: 0 or 1 in a calendar of two weeks (see :func:`week_parity`), None in one of a single week
    """

    weekday: int
    hour_from: float
    hour_to: float
    week: int | None = None


ROUND_THE_CLOCK = tuple(Attendance(weekday, 0, 24) for weekday in range(7))


@dataclass(frozen=True)
class SpecialDay:
    """Days on which a site has other hours than its calendar and holidays say (rules.md 9).

    :ivar start: first day, a date at the site
    :ivar end: last day, inclusive
    :ivar effect: ``replace``: the hours of another week, whatever is a holiday in it; ``closed``: no hours;
        ``extra``: hours besides those of the calendar
    :ivar attendances: tuple of :class:`Attendance`, the other week, or the extra hours
    """

    start: date
    end: date
    effect: str
    attendances: tuple = ()


@dataclass(frozen=True)
class Timetable:
    """A week of attendances, less some leaves, with special days on top (rules.md 1).

    A Friday declared closed, and a Saturday with two hours of work:

    >>> from zoneinfo import ZoneInfo
    >>> week = [Attendance(weekday, 9, 17) for weekday in range(5)]
    >>> friday, saturday = date(2026, 6, 12), date(2026, 6, 13)
    >>> special = [
    ...     SpecialDay(friday, friday, 'closed'),
    ...     SpecialDay(saturday, saturday, 'extra', (Attendance(5, 10, 12),)),
    ... ]
    >>> timetable = Timetable(week, special_days=special)
    >>> hours = timetable.build(ZoneInfo('Europe/Rome'), datetime(2026, 6, 11), datetime(2026, 6, 15))
    >>> [(start.day, end - start) for start, end in hours.intervals]
    [(11, datetime.timedelta(seconds=28800)), (13, datetime.timedelta(seconds=7200))]

    :ivar attendances: iterable of :class:`Attendance`, wall time
    :ivar leaves: iterable of (start, end), naive **wall** time, the same in every zone
    :ivar special_days: iterable of :class:`SpecialDay`, each on top of those before it
    """

    attendances: tuple
    leaves: tuple = ()
    special_days: tuple = ()

    def build(self, tz, start, end):
        """Return the :class:`WorkingTime` at a site for a window.

        :param tz: tzinfo of the site
        :param start: first instant of the window, naive UTC
        :param end: last instant of the window, naive UTC
        """
        first, last = _to_wall(start, tz).date(), _to_wall(end, tz).date()
        walls = subtract(union(_lay_out(self.attendances, first, last)), union(self.leaves))
        for special in self.special_days:
            walls = _overlay(walls, special, first, last)
        intervals = []
        for wall_start, wall_end in walls:
            intervals.extend(wall_to_utc(wall_start, wall_end, tz))
        return WorkingTime((max(opening, start), min(closing, end)) for opening, closing in intervals)


class WorkingTime:
    """The instants at which work is done, as sorted disjoint half-open intervals ``[start, end)``.

    :param intervals: iterable of (start, end), naive UTC, in any order, overlapping or not
    :param always: round the clock; the intervals are then ignored
    """

    def __init__(self, intervals=(), always=False):
        self.always = always
        self.intervals = [] if always else union(intervals)
        self._starts = [start for start, _end in self.intervals]
        self._sums = [timedelta()]
        for start, end in self.intervals:
            self._sums.append(self._sums[-1] + (end - start))

    def minutes_between(self, start, end):
        """Return the working minutes from one instant to another, 0.0 when the second is not the later one.

        >>> WorkingTime(always=True).minutes_between(datetime(2026, 1, 1), datetime(2026, 1, 2))
        1440.0
        """
        return self.time_between(start, end) / MINUTE

    def time_between(self, start, end):
        """Return the working time from one instant to another as an exact `timedelta`, zero when reversed."""
        if end <= start:
            return timedelta()
        return end - start if self.always else self._worked_until(end) - self._worked_until(start)

    def add_minutes(self, start, minutes):
        """Return the instant at which so many working minutes have passed since ``start``.

        It is the earliest such instant: a budget that is used up at closing time ends there, not at the next opening.
        Zero minutes end at ``start`` itself, or at the next opening when it lies outside the hours.

        :return: naive UTC, or None when the intervals do not reach that far
        """
        budget = timedelta(minutes=minutes)
        if self.always:
            return start + budget
        if not budget:
            return self.next_opening(start)
        target = self._worked_until(start) + budget
        index = bisect_left(self._sums, target)
        if index == len(self._sums):
            return None
        return self.intervals[index - 1][1] - (self._sums[index] - target)

    def next_opening(self, instant):
        """Return the instant itself when it lies inside the hours, else the next opening, or None."""
        if self.contains(instant):
            return instant
        index = bisect_right(self._starts, instant)
        return self._starts[index] if index < len(self._starts) else None

    def contains(self, instant):
        """Tell whether an instant lies inside the hours; the closing instant doesn't.

        >>> nine_to_five = WorkingTime([(datetime(2026, 1, 1, 9), datetime(2026, 1, 1, 17))])
        >>> nine_to_five.contains(datetime(2026, 1, 1, 9)), nine_to_five.contains(datetime(2026, 1, 1, 17))
        (True, False)
        """
        if self.always:
            return True
        index = bisect_right(self._starts, instant) - 1
        return index >= 0 and instant < self.intervals[index][1]

    def within(self, start, end):
        """Return the intervals of work between two instants, none when the second is not the later one.

        >>> nine_to_five = WorkingTime([(datetime(2026, 1, 1, 9), datetime(2026, 1, 1, 17))])
        >>> nine_to_five.within(datetime(2026, 1, 1, 12), datetime(2026, 1, 2))
        [(datetime.datetime(2026, 1, 1, 12, 0), datetime.datetime(2026, 1, 1, 17, 0))]
        """
        if end <= start:
            return []
        if self.always:
            return [(start, end)]
        first = max(bisect_right(self._starts, start) - 1, 0)
        clipped = (
            (max(start, opening), min(end, closing))
            for opening, closing in self.intervals[first : bisect_left(self._starts, end)]
        )
        return [(opening, closing) for opening, closing in clipped if opening < closing]

    def _worked_until(self, instant):
        index = bisect_right(self._starts, instant) - 1
        if index < 0:
            return timedelta()
        start, end = self.intervals[index]
        return self._sums[index] + min(instant, end) - start


def build(attendances, leaves, tz, start, end):
    """Return the :class:`WorkingTime` of a week of attendances less some leaves, for a window.

    :param attendances: iterable of :class:`Attendance`, wall time
    :param leaves: iterable of (start, end), naive **wall** time, the same in every zone
    :param tz: tzinfo of the site
    :param start: first instant of the window, naive UTC
    :param end: last instant of the window, naive UTC
    """
    return Timetable(attendances, leaves).build(tz, start, end)


def days_to_utc(first, last, tz):
    """Return the intervals of instants of whole days at the site, both days inclusive.

    >>> from zoneinfo import ZoneInfo
    >>> days_to_utc(date(2026, 3, 29), date(2026, 3, 29), ZoneInfo('Europe/Rome'))
    [(datetime.datetime(2026, 3, 28, 23, 0), datetime.datetime(2026, 3, 29, 22, 0))]
    """
    return wall_to_utc(datetime.combine(first, time.min), datetime.combine(last + ONE_DAY, time.min), tz)


def _lay_out(attendances, first, last):
    """Return the windows of a week, in wall time, on every day from the first to the last."""
    by_weekday = {}
    for attendance in attendances:
        by_weekday.setdefault(attendance.weekday, []).append(attendance)
    walls = []
    day = first
    while day <= last:
        midnight = datetime.combine(day, time.min)
        walls.extend(
            (midnight + timedelta(hours=attendance.hour_from), midnight + timedelta(hours=attendance.hour_to))
            for attendance in by_weekday.get(day.weekday(), ())
            if attendance.week in (None, week_parity(day))
        )
        day += ONE_DAY
    return walls


def _overlay(walls, special, first, last):
    """Return hours in wall time with a special day on top of them."""
    first, last = max(first, special.start), min(last, special.end)
    if first > last:
        return walls
    if special.effect != "extra":
        whole = datetime.combine(first, time.min), datetime.combine(last + ONE_DAY, time.min)
        walls = subtract(walls, [whole])
    return union([*walls, *_lay_out(special.attendances, first, last)])


def week_parity(day):
    """Return 0 or 1 for the week of a day, in turn without end (Odoo's rule for calendars of two weeks).

    >>> from datetime import date
    >>> [week_parity(date(2026, 12, 28)), week_parity(date(2027, 1, 4)), week_parity(date(2027, 1, 11))]
    [1, 0, 1]
    """
    return (day.toordinal() - 1) // 7 % 2


def wall_to_utc(start, end, tz):
    """Return the intervals of instants whose wall time lies in ``[start, end)``: none, one or two of them.

    The night of 25 October 2026 in Rome has the hour from 02:00 to 03:00 twice, that of 29 March has none:

    >>> from zoneinfo import ZoneInfo
    >>> rome = ZoneInfo('Europe/Rome')
    >>> wall_to_utc(datetime(2026, 10, 25, 2), datetime(2026, 10, 25, 3), rome)
    [(datetime.datetime(2026, 10, 25, 0, 0), datetime.datetime(2026, 10, 25, 2, 0))]
    >>> wall_to_utc(datetime(2026, 3, 29, 2), datetime(2026, 3, 29, 3), rome)
    []

    :param start: naive wall time
    :param end: naive wall time
    :param tz: tzinfo
    """
    # No zone is further than a day from UTC: only a change of hour between these two instants matters.
    first, last = start - ONE_DAY, end + ONE_DAY
    offset, last_offset = _utc_offset(first, tz), _utc_offset(last, tz)
    if offset == last_offset:
        return [(start - offset, end - offset)] if start < end else []
    intervals = []
    while first < last:
        change = _next_change(first, last, offset, tz)
        piece = max(start - offset, first), min(end - offset, change)
        if piece[0] < piece[1]:
            intervals.append(piece)
        first, offset = change, _utc_offset(change, tz)
    return union(intervals)


def union(intervals):
    """Return intervals sorted, without empty ones, with those that touch or overlap joined.

    >>> union([(5, 6), (1, 3), (3, 4), (2, 3), (7, 7)])
    [(1, 4), (5, 6)]
    """
    joined = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def subtract(intervals, holes):
    """Return what is left of sorted disjoint intervals without the sorted disjoint holes.

    >>> subtract([(1, 5), (6, 9)], [(0, 2), (3, 4), (8, 12)])
    [(2, 3), (4, 5), (6, 8)]
    """
    left = []
    index = 0
    for interval in intervals:
        start, end = interval
        while index < len(holes) and holes[index][1] <= start:
            index += 1
        position = index
        while position < len(holes) and holes[position][0] < end:
            if start < holes[position][0]:
                left.append((start, holes[position][0]))
            start = max(start, holes[position][1])
            position += 1
        if start < end:
            left.append((start, end))
    return left


def _to_wall(instant, tz):
    return instant.replace(tzinfo=timezone.utc).astimezone(tz).replace(tzinfo=None)


def _utc_offset(instant, tz):
    """Return how far the wall clock of a zone is ahead of UTC at an instant."""
    return _to_wall(instant, tz) - instant


def _next_change(first, last, offset, tz):
    """Return the second at which the offset stops being ``offset`` between two instants, or ``last``."""
    if _utc_offset(last, tz) == offset:
        return last

    def has_changed(second):
        return _utc_offset(first + timedelta(seconds=second), tz) != offset

    seconds = range(int((last - first).total_seconds()))
    return first + timedelta(seconds=bisect_left(seconds, True, key=has_changed))
