# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The billing ledger: what a priced row owes per nominal period, less what was billed (rules.md 5).

Plain values in, plain values out. Dates are days at the site, both ends inclusive; amounts are ``Decimal``; ``step`` is
the smallest amount of the currency (0.01). The models feed rows and write the deltas; nothing here knows a database.

A run is one call of :func:`deltas`:

>>> monthly = Schedule(date(2026, 3, 1), 1, 'month')
>>> unit = Row('unit', date(2026, 3, 12), date(2027, 3, 11), Decimal(100))
>>> for delta in deltas([unit], monthly, until=date(2026, 4, 1)):
...     print(delta.period.start, delta.amount)
2026-03-01 64.52
2026-04-01 100.00

The same call again, told what was billed, finds nothing more to bill:

>>> billed = {(d.key, d.period): d.amount for d in deltas([unit], monthly, until=date(2026, 4, 1))}
>>> deltas([unit], monthly, until=date(2026, 4, 1), billed=billed)
[]
"""

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

ONE_DAY = timedelta(days=1)
MONTHS = {'month': 1, 'quarter': 3, 'year': 12}

FULL, DAYS, DAYS_360 = 'full', 'days', '30_360'
ADVANCE, ARREARS = 'advance', 'arrears'


class Period(NamedTuple):
    """A span of days, both ends included."""

    start: date
    end: date

    def intersect(self, other):
        """Return the common days of two periods, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start <= end else None


@dataclass(frozen=True)
class Schedule:
    """How the rows of one contract with the same interval are billed.

    :ivar anchor: the day that nominal periods are counted from
    :ivar count: how many units an interval has
    :ivar unit: ``week``, ``month``, ``quarter``, ``year`` or ``once``
    :ivar timing: ``advance`` bills what begins, ``arrears`` what has ended
    :ivar mode: ``full``, ``days`` (actual/actual) or ``30_360``
    :ivar step: smallest amount of the currency
    """

    anchor: date
    count: int = 1
    unit: str = 'month'
    timing: str = ADVANCE
    mode: str = DAYS
    step: Decimal = Decimal('0.01')


@dataclass(frozen=True)
class Row:
    """One priced row: ``price`` per interval from ``start`` to ``end``.

    :ivar key: what the caller knows the row by
    :ivar line: rows with the same line are one priced thing over time: a dated change of price ends one row and begins
        the next. Only ``full`` looks at it, since there the first covered day prices the whole period.
    """

    key: object
    start: date
    end: date
    price: Decimal
    line: object = None


class Delta(NamedTuple):
    """What is left to bill (or, when negative, to give back) of one row and nominal period."""

    key: object
    period: Period
    amount: Decimal


def round_to(amount, step):
    """Round half up (away from zero) to a multiple of ``step``.

    >>> round_to(Decimal('2.125'), Decimal('0.01')), round_to(Decimal('-1.03'), Decimal('0.05'))
    (Decimal('2.13'), Decimal('-1.05'))
    """
    return (amount / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step


def nominal_start(schedule, k):
    """Return the first day of nominal period ``k``: anchor + k * interval, clamped to the month's length.

    Always counted from the anchor, never from the period before, so 31 January stays the end of each month.

    >>> end_of_month = Schedule(date(2026, 1, 31))
    >>> [nominal_start(end_of_month, k).isoformat() for k in range(4)]
    ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']
    """
    anchor = schedule.anchor
    if schedule.unit == 'week':
        return anchor + timedelta(weeks=k * schedule.count)
    years, month = divmod(anchor.month - 1 + k * schedule.count * MONTHS[schedule.unit], 12)
    year, month = anchor.year + years, month + 1
    return date(year, month, min(anchor.day, monthrange(year, month)[1]))


def nominal_periods(schedule, first_day, last_day):
    """Yield the nominal periods that touch ``first_day`` .. ``last_day``, in order."""
    anchor = schedule.anchor
    if schedule.unit == 'week':
        k = (first_day - anchor).days // (7 * schedule.count)
    else:
        months = (first_day.year - anchor.year) * 12 + first_day.month - anchor.month
        k = months // (schedule.count * MONTHS[schedule.unit])
        if nominal_start(schedule, k) > first_day:
            k -= 1
    start = nominal_start(schedule, k)
    while start <= last_day:
        k += 1
        following = nominal_start(schedule, k)
        yield Period(start, following - ONE_DAY)
        start = following


def days_360(start, end):
    """Return the days from ``start`` to ``end`` in 30E/360, the end of February counting as the 30th.

    >>> days_360(date(2026, 2, 1), date(2026, 3, 1)), days_360(date(2026, 1, 31), date(2026, 2, 28))
    (30, 30)
    """
    def day(value):
        is_end_of_february = value.month == 2 and value.day == monthrange(value.year, 2)[1]
        return 30 if is_end_of_february else min(value.day, 30)
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + day(end) - day(start)


def slice_amount(price, period, days, schedule):
    """Return the amount of the slice ``days`` of a nominal ``period`` at one price.

    The amount up to a day is rounded, and a slice is the difference of two such amounts: however a period is cut, its
    slices add up to the price to the cent.

    >>> july = Period(date(2026, 7, 1), date(2026, 7, 31))
    >>> cuts = [(1, 10), (11, 20), (21, 31)]
    >>> [str(slice_amount(Decimal(100), july, Period(date(2026, 7, a), date(2026, 7, b)), Schedule(july.start)))
    ...  for a, b in cuts]
    ['32.26', '32.26', '35.48']
    """
    def length(day):
        if schedule.mode == DAYS_360:
            return days_360(period.start, day)
        return (day - period.start).days

    def upto(day):
        return round_to(price * length(day) / total, schedule.step)

    total = length(period.end + ONE_DAY)
    return upto(days.end + ONE_DAY) - upto(days.start)


def covered_days(row, suspensions):
    """Return the periods in which a row is in force: its own days less the suspended ones.

    :param suspensions: Periods of any order; they may overlap each other
    """
    left = [Period(row.start, row.end)] if row.start <= row.end else []
    for suspension in suspensions:
        cut = []
        for span in left:
            if not span.intersect(suspension):
                cut.append(span)
                continue
            if span.start < suspension.start:
                cut.append(Period(span.start, suspension.start - ONE_DAY))
            if suspension.end < span.end:
                cut.append(Period(suspension.end + ONE_DAY, span.end))
        left = cut
    return left


def _is_due(period, schedule, until):
    return (period.start if schedule.timing == ADVANCE else period.end) <= until


def _periods(row, schedule, until):
    """Return the nominal periods of ``row`` that a run at ``until`` has to bill."""
    if schedule.unit == 'once':
        periods = [Period(row.start, row.end)] if row.start <= row.end else []
    else:
        periods = nominal_periods(schedule, row.start, min(row.end, until))
    return [period for period in periods if _is_due(period, schedule, until)]


def _on_grid(row, schedule, starts):
    """Return the nominal periods of today that begin on one of ``starts``.

    A start off the grid (the anchor was moved since) has no period, hence owes nothing.
    """
    if not starts:
        return []
    if schedule.unit == 'once':
        periods = [Period(row.start, row.end)]
    else:
        periods = nominal_periods(schedule, min(starts), max(starts))
    return [period for period in periods if period.start in starts]


def targets(rows, schedule, until, suspensions=(), billed=()):
    """Return what each row owes in full per nominal period: ``{(key, start of period): (period, amount)}``.

    A one-off row owes its price once, whatever the mode, for its own days as one period.

    :param rows: :class:`Row`
    :param until: date of the run; the periods due by then are counted
    :param suspensions: Periods in which nothing is owed
    :param billed: ``(key, start of period)`` that were billed before and are counted whether due or not
    """
    starts = defaultdict(set)
    for key, start in billed:
        starts[key].add(start)
    owed = {}
    priced = set()
    for row in sorted(rows, key=lambda row: row.start):
        spans = covered_days(row, suspensions)
        periods = {*_periods(row, schedule, until), *_on_grid(row, schedule, starts[row.key])}
        for period in sorted(periods):
            slices = [days for days in (span.intersect(period) for span in spans) if days]
            if not slices:
                continue
            if schedule.unit == 'once':
                amount = round_to(row.price, schedule.step)
            elif schedule.mode == FULL:
                line = (row.key if row.line is None else row.line, period)
                if line in priced:
                    continue
                priced.add(line)
                amount = round_to(row.price, schedule.step)
            else:
                amount = sum((slice_amount(row.price, period, days, schedule) for days in slices), Decimal(0))
            owed[row.key, period.start] = (period, amount)
    return owed


def deltas(rows, schedule, until, suspensions=(), billed=None):
    """Return target minus billed of each row and nominal period, nothing where they agree.

    :param billed: ``{(key, period): amount}`` of all that stands in the ledger for these rows, whatever its date
    :return: list of :class:`Delta`, by period, then in the order of ``rows``
    """
    amounts = defaultdict(Decimal)
    periods = {}
    for (key, period), amount in (billed or {}).items():
        amounts[key, period.start] += amount
        periods[key, period.start] = period
    owed = targets(rows, schedule, until, suspensions, amounts)
    for key_and_start, (period, amount) in owed.items():
        amounts[key_and_start] = amount - amounts[key_and_start]
        periods[key_and_start] = period
    order = {row.key: position for position, row in enumerate(rows)}
    found = [
        Delta(key, periods[key, start], amount if (key, start) in owed else -amount)
        for (key, start), amount in amounts.items()
    ]
    return sorted(
        (delta for delta in found if delta.amount),
        key=lambda delta: (delta.period, order.get(delta.key, len(order))))
