# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reliability triggers: how many failures in how many days are too many, and when it has calmed down (rules.md 8).

Plain values in, plain values out: days are dates at the site, one per failure, in any order. What is answered depends
on the days alone, so that the same failures give the same answer whoever asks and however often.

Three failures in 30 days raise a flag; it is taken down once, for 14 days on end, no more than one failure lay in the
window:

>>> from datetime import date
>>> rule = Rule(failures=3, window_days=30, calm_failures=1, calm_days=14)
>>> days = [date(2026, 3, 2), date(2026, 3, 20), date(2026, 3, 25)]
>>> trip_day(days, rule)
datetime.date(2026, 3, 25)
>>> clear_day(days, rule, date(2026, 3, 25))
datetime.date(2026, 5, 2)
>>> is_tripped(days, rule, date(2026, 4, 1))
False
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """A trigger.

    :param failures: so many failures trip it
    :param window_days: in so many days, the day of the last failure included
    :param calm_failures: with so many or fewer in the window it is calm
    :param calm_days: so many days of calm on end take the flag down
    """

    failures: int
    window_days: int
    calm_failures: int = 0
    calm_days: int = 1


def count(days, rule, today):
    """Return how many failures lie in the window that ends today.

    >>> count([date(2026, 3, 1), date(2026, 3, 30)], Rule(2, 30), date(2026, 3, 30))
    2
    >>> count([date(2026, 3, 1), date(2026, 3, 30)], Rule(2, 29), date(2026, 3, 30))
    1
    """
    ordered = sorted(days)
    first = today - timedelta(days=rule.window_days - 1)
    return bisect_right(ordered, today) - bisect_left(ordered, first)


def is_tripped(days, rule, today):
    """Tell whether the window that ends today holds too many failures."""
    return count(days, rule, today) >= rule.failures


def trip_day(days, rule, since=date.min):
    """Return the first day of failure, not before ``since``, whose window holds too many failures, or None.

    :param since: a date
    """
    return next((day for day in sorted(days) if day >= since and is_tripped(days, rule, day)), None)


def clear_day(days, rule, raised_on):
    """Return the first day on which a flag that was raised on a day may be taken down, if nothing fails any more.

    Whoever asks compares it with the present day: a later failure only moves it away.

    :param raised_on: day on which the flag was raised, a date
    """
    calm_since = raised_on
    while (moved := _next_calm(days, rule, calm_since)) != calm_since:
        calm_since = moved
    return calm_since + timedelta(days=rule.calm_days - 1)


def _next_calm(days, rule, day):
    """Return the first day from ``day`` on with which calm may begin: the day after the last unrest."""
    for offset in range(rule.calm_days - 1, -1, -1):
        checked = day + timedelta(days=offset)
        if count(days, rule, checked) > rule.calm_failures:
            return checked + ONE_DAY
    return day


def standing(days, rule, today):
    """Return the day on which the flag that stands today was raised, or None when none stands.

    Flags are raised and taken down in turn through all of the days. One more failure never takes a flag down.

    >>> rule = Rule(failures=2, window_days=10, calm_failures=0, calm_days=1)
    >>> days = [date(2026, 3, 2), date(2026, 3, 5), date(2026, 4, 1), date(2026, 4, 2)]
    >>> standing(days, rule, date(2026, 3, 14)), standing(days, rule, date(2026, 3, 15))
    (datetime.date(2026, 3, 5), None)
    >>> standing(days, rule, date(2026, 4, 3))
    datetime.date(2026, 4, 2)
    """
    known = [day for day in days if day <= today]
    raised_on = trip_day(known, rule)
    while raised_on:
        cleared_on = clear_day(known, rule, raised_on)
        if cleared_on > today:
            return raised_on
        raised_on = trip_day(known, rule, since=cleared_on)
    return None
