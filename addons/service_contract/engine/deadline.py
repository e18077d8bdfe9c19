# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deadlines: a budget of working minutes from an instant, and what pauses give back (rules.md 3).

The one formula, for clocks that run and for promises that are only looked at. Plain values in, plain values out;
instants are naive UTC. ``working`` is a :class:`engine.working_time.WorkingTime`.

Eight hours from Friday 13 November 2026, 16:00 in Rome, Monday to Friday 09-17: with a pause from Friday 16:30 to
Monday 10:00, in which 90 minutes are worked, Tuesday 09:30 at the site.

>>> from zoneinfo import ZoneInfo
>>> from .working_time import Attendance, build
>>> rome = ZoneInfo('Europe/Rome')
>>> week = [Attendance(weekday, 9, 17) for weekday in range(5)]
>>> hours = build(week, [], rome, datetime(2026, 11, 1), datetime(2026, 12, 1))
>>> raised = datetime(2026, 11, 13, 15)
>>> pause = datetime(2026, 11, 13, 15, 30), datetime(2026, 11, 16, 9)
>>> plan(raised, 480, [pause], hours)
(datetime.datetime(2026, 11, 17, 8, 30), 90.0)
>>> points(raised, 480, [50, 80], [], hours)
[(50, datetime.datetime(2026, 11, 16, 11, 0)), (80, datetime.datetime(2026, 11, 16, 13, 24))]
>>> [(str(day.date), day.minutes) for day in days(raised, datetime(2026, 11, 17, 8, 30), hours, rome)]
[('2026-11-13', 60.0), ('2026-11-14', 0.0), ('2026-11-15', 0.0), ('2026-11-16', 480.0), ('2026-11-17', 30.0)]
"""

from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

from . import working_time

ONE_DAY = timedelta(days=1)


class WorkingTimeTooShort(Exception):
    """The working time that was given ends before the deadline: ask again with a longer one."""


class Day(NamedTuple):
    """The part of a promise that counts on one day at the site.

    :ivar minutes: working minutes that count
    :ivar windows: list of (from, to) in wall time at the site; the end of a day is its last midnight
    """

    date: date
    minutes: float
    windows: list


def plan(start, minutes, spans, working):
    """Plan ``minutes`` from ``start``, plus the working time of each span that began before the deadline.

    :param spans: list of (begin, end or None while it is open) of pauses, in order
    :return: (deadline or None while a span is open, working minutes given back)
    :raise WorkingTimeTooShort: when ``working`` does not reach as far
    """
    paused = 0
    deadline = _add(working, start, minutes)
    for begin, end in spans:
        if begin >= deadline:
            break
        if end is None:
            return None, paused
        paused += working.minutes_between(begin, end)
        deadline = _add(working, start, minutes + paused)
    return deadline, paused


def points(start, minutes, percents, spans, working):
    """Return (percent, instant) of the warning points of a budget, without those that wait for the end of a pause.

    :raise WorkingTimeTooShort: when ``working`` does not reach as far
    """
    found = []
    for percent in sorted(percents):
        instant, _paused = plan(start, minutes * percent / 100, spans, working)
        if instant is not None:
            found.append((percent, instant))
    return found


def days(start, end, working, tz):
    """Return how a stretch of time counts, day by day at the site: every :class:`Day` from the first to the last.

    :param start: naive UTC
    :param end: naive UTC
    :param working: :class:`engine.working_time.WorkingTime`
    :param tz: tzinfo of the site
    """
    found = []
    day, last_day = (instant.replace(tzinfo=timezone.utc).astimezone(tz).date() for instant in (start, end))
    while day <= last_day:
        midnight = datetime.combine(day, time.min)
        minutes, windows = 0.0, []
        for first, last in working_time.wall_to_utc(midnight, midnight + ONE_DAY, tz):
            for window in working.within(max(first, start), min(last, end)):
                minutes += (window[1] - window[0]).total_seconds() / 60
                windows.append(tuple(instant.replace(tzinfo=timezone.utc).astimezone(tz) for instant in window))
        found.append(Day(day, minutes, [tuple(wall.replace(tzinfo=None) for wall in window) for window in windows]))
        day += ONE_DAY
    return found


def _add(working, start, minutes):
    instant = working.add_minutes(start, minutes)
    if instant is None:
        raise WorkingTimeTooShort
    return instant
