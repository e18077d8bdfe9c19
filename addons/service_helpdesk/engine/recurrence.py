# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dates that come again and again, and the days on which to do what falls on them.

Plain values in, plain values out; all dates are dates at the site. A date follows from the rule and the number of its
period alone, always counted from the anchor (``P(k)``, rules.md 5 and 6): nothing is chained, so nothing drifts and a
date that is moved moves no other.

The 31st of each month, and the last Friday of each quarter:

>>> monthly = Rule(date(2026, 1, 31), unit='month')
>>> [str(day) for day in dates(monthly, date(2026, 1, 1), date(2026, 4, 30))]
['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']
>>> fridays = Rule(date(2026, 1, 1), unit='month', interval=3, weekdays=frozenset({4}), nth=-1)
>>> [str(day) for day in dates(fridays, date(2026, 2, 1), date(2026, 12, 31))]
['2026-04-24', '2026-07-31', '2026-10-30']

Mondays and Thursdays of every second week, three times:

>>> days = Rule(date(2026, 6, 3), unit='week', interval=2, weekdays=frozenset({0, 3}), count=3)
>>> [str(day) for day in dates(days, date(2026, 6, 1), date(2026, 12, 31))]
['2026-06-04', '2026-06-15', '2026-06-18']
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
# A longer row of holidays is a mistake in the calendar: the date stays where it is.
MAX_SHIFT = 31
NO_DAYS = frozenset()


@dataclass(frozen=True)
class Rule:
    """When something comes again.

    :ivar anchor: first day that counts; the periods are counted from it
    :ivar unit: ``day``, ``week`` or ``month``
    :ivar interval: every so many of them
    :ivar weekdays: of a week, or that ``nth`` counts in a month; 0 is Monday; empty: the weekday of the anchor
    :ivar day: of the month, clamped to its length; None: the anchor's
    :ivar nth: which of the weekdays in the month, -1 is the last; None: the rule goes by ``day``
    :ivar months: 1 to 12, empty: every month
    :ivar end: last day, inclusive
    :ivar count: so many times in all
    """

    anchor: date
    unit: str = "month"
    interval: int = 1
    weekdays: frozenset = NO_DAYS
    day: int | None = None
    nth: int | None = None
    months: frozenset = NO_DAYS
    end: date | None = None
    count: int | None = None


def dates(rule, first, last):
    """Return the dates of a rule from ``first`` to ``last``, both inclusive, in order.

    >>> [str(day) for day in dates(Rule(date(2026, 1, 1), 'day', 10), date(2026, 1, 5), date(2026, 1, 25))]
    ['2026-01-11', '2026-01-21']
    >>> spring = Rule(date(2026, 1, 15), months=frozenset({3, 9}))
    >>> [str(day) for day in dates(spring, date(2026, 1, 1), date(2026, 12, 31))]
    ['2026-03-15', '2026-09-15']
    """
    last = min(last, rule.end or last)
    found, done = [], 0
    # Only a number of times has to be counted from the beginning.
    index = 0 if rule.count else max(_get_index(rule, first) - 1, 0)
    while True:
        start, days = _get_period(rule, index)
        if start > last:
            return found
        for day in days:
            if day < rule.anchor or rule.months and day.month not in rule.months:
                continue
            done += 1
            if day > last or rule.count and done > rule.count:
                return found
            if day >= first:
                found.append(day)
        index += 1


def shift(day, mode, is_working):
    """Return the day on which to do what falls on ``day``, or None when it is left out.

    >>> def is_weekday(day):
    ...     return day.weekday() < 5
    >>> saturday = date(2026, 6, 6)
    >>> [str(shift(saturday, mode, is_weekday)) for mode in ('none', 'before', 'after', 'skip')]
    ['2026-06-06', '2026-06-05', '2026-06-08', 'None']

    :param str mode: what to do with a day off: ``none`` keeps it, ``before``, ``after``, ``skip``
    :param is_working: function of a day
    """
    if mode == "none" or is_working(day):
        return day
    if mode == "skip":
        return None
    step = -ONE_DAY if mode == "before" else ONE_DAY
    return next((moved for n in range(1, MAX_SHIFT) if is_working(moved := day + n * step)), day)


def spread(day, window, is_working, load, limit):
    """Return the day with the least to do among ``day`` and the ``window`` days after it; the first of equals.

    Days that have reached ``limit`` are taken only when all have; days off never, unless all are.

    >>> load = {date(2026, 6, 1): 2, date(2026, 6, 2): 1}
    >>> str(spread(date(2026, 6, 1), 1, lambda day: True, load, 0)), str(spread(date(2026, 6, 1), 0, None, load, 0))
    ('2026-06-02', '2026-06-01')

    :param dict load: what there is to do already, by day
    :param int limit: most of a day, 0 for none
    """
    if not window:
        return day
    days = [day + n * ONE_DAY for n in range(window + 1)]
    candidates = [some for some in days if is_working(some)] or days
    free = [some for some in candidates if not limit or load.get(some, 0) < limit]
    return min(free or candidates, key=lambda some: (load.get(some, 0), some))


def _get_index(rule, day):
    """Return the number of the period in which ``day`` lies, counted from the anchor."""
    if rule.unit == "month":
        return ((day.year - rule.anchor.year) * 12 + day.month - rule.anchor.month) // rule.interval
    days = (day - rule.anchor).days
    return days // (rule.interval * (7 if rule.unit == "week" else 1))


def _get_period(rule, index):
    """Return (first day, dates in order) of the period with a number."""
    if rule.unit == "day":
        day = rule.anchor + index * rule.interval * ONE_DAY
        return day, [day]
    if rule.unit == "week":
        monday = rule.anchor - rule.anchor.weekday() * ONE_DAY + 7 * index * rule.interval * ONE_DAY
        return monday, [monday + weekday * ONE_DAY for weekday in sorted(rule.weekdays or {rule.anchor.weekday()})]
    year, month = divmod(rule.anchor.year * 12 + rule.anchor.month - 1 + index * rule.interval, 12)
    first = date(year, month + 1, 1)
    length = monthrange(first.year, first.month)[1]
    if rule.nth is None:
        return first, [first.replace(day=min(rule.day or rule.anchor.day, length))]
    days = []
    for weekday in rule.weekdays or {rule.anchor.weekday()}:
        every = range(1 + (weekday - first.weekday()) % 7, length + 1, 7)
        nth = rule.nth - 1 if rule.nth > 0 else rule.nth
        if nth < len(every):
            days.append(first.replace(day=every[nth]))
    return first, sorted(days)
