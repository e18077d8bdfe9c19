# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a priced row is worth over its days (rules.md 5): the value of a contract is the sum of its rows.

A foresight for the contract's header, price by price and period by period; what is invoiced is the ledger's affair.

A unit at 100.00 a month from 12 March 2026 to 11 March 2027, counted from 1 March:

>>> monthly = Rhythm(anchor=date(2026, 3, 1))
>>> term_value(Decimal(100), date(2026, 3, 12), date(2027, 3, 11), monthly)
Decimal('1200.00')
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from dateutil.relativedelta import relativedelta

ONE_DAY = timedelta(days=1)
STEPS = {"week": {"weeks": 1}, "month": {"months": 1}, "quarter": {"months": 3}, "year": {"years": 1}}


@dataclass(frozen=True)
class Rhythm:
    """How a price recurs.

    :ivar anchor: the day from which nominal periods are counted
    :ivar count: how many units an interval has
    :ivar unit: ``week``, ``month``, ``quarter``, ``year`` or ``once``
    :ivar mode: ``full`` bills every period touched, ``days`` actual/actual, ``30_360`` 30E/360
    :ivar step: the smallest amount of the currency
    """

    anchor: date
    count: int = 1
    unit: str = "month"
    mode: str = "days"
    step: Decimal = Decimal("0.01")

    def nominal_start(self, index):
        """Return the first day of a nominal period: always from the anchor, clamped to the month's length.

        >>> [str(Rhythm(date(2027, 1, 31)).nominal_start(index)) for index in (1, 2, 3, -1)]
        ['2027-02-28', '2027-03-31', '2027-04-30', '2026-12-31']
        """
        size = self.count * index
        return self.anchor + relativedelta(**{step: steps * size for step, steps in STEPS[self.unit].items()})

    def index_of(self, day):
        """Return the index of the nominal period in which a day lies."""
        longest = {"week": 7, "month": 31, "quarter": 92, "year": 366}[self.unit] * self.count
        index = (day - self.anchor).days // longest
        while self.nominal_start(index) > day:
            index -= 1
        while self.nominal_start(index + 1) <= day:
            index += 1
        return index


# Thousands of rows of a contract have the same price and days.
@lru_cache(maxsize=4096)
def term_value(price, start, end, rhythm):
    """Return what a row costs from its first to its last day, both inclusive.

    :param price: Decimal, per interval
    :param rhythm: :class:`Rhythm`
    """
    if end < start:
        return Decimal(0)
    if rhythm.unit == "once":
        return _round(price, rhythm.step)
    after = end + ONE_DAY
    total = Decimal(0)
    for index in range(rhythm.index_of(start), rhythm.index_of(end) + 1):
        period = rhythm.nominal_start(index), rhythm.nominal_start(index + 1)
        covered = max(start, period[0]), min(after, period[1])
        total += _slice_value(price, covered, period, rhythm)
    return total


def spared_value(price, row, gap, rhythm):
    """Return what is not owed of a row for a gap in it; whole periods and one-off prices are, while a day is left.

    :param price: Decimal, per interval
    :param row: first and last day of the row
    :param gap: first and last day of the gap

    >>> year = date(2026, 1, 1), date(2026, 12, 31)
    >>> gap = date(2026, 4, 16), date(2026, 6, 15)
    >>> spared_value(Decimal(100), year, gap, Rhythm(anchor=date(2026, 1, 1)))
    Decimal('200.00')
    >>> spared_value(Decimal(100), year, gap, Rhythm(anchor=date(2026, 1, 1), mode="full"))
    Decimal('100.00')
    """
    first, last = max(row[0], gap[0]), min(row[1], gap[1])
    if last < first:
        return Decimal(0)
    if rhythm.unit == "once":
        return _round(price, rhythm.step) if (first, last) == row else Decimal(0)
    if rhythm.mode != "full":
        return term_value(price, first, last, rhythm)
    periods = [
        (rhythm.nominal_start(index), rhythm.nominal_start(index + 1) - ONE_DAY)
        for index in range(rhythm.index_of(first), rhythm.index_of(last) + 1)
    ]
    spared = sum(first <= max(row[0], start) and min(row[1], end) <= last for start, end in periods)
    return spared * _round(price, rhythm.step)


def _slice_value(price, covered, period, rhythm):
    """Return the value of some days of a nominal period as the difference of two roundings (rules.md 5)."""
    if rhythm.mode == "full":
        return _round(price, rhythm.step)
    first, after = period
    length = _days(first, after, rhythm.mode)
    upto_start, upto_end = (_round(price * _days(first, day, rhythm.mode) / length, rhythm.step) for day in covered)
    return upto_end - upto_start


def _days(first, after, mode):
    if mode == "30_360":
        return (after.year - first.year) * 360 + (after.month - first.month) * 30 + _day_30(after) - _day_30(first)
    return (after - first).days


def _day_30(day):
    """Return the day of the month for 30E/360; the last day of February counts as the 30th."""
    return 30 if (day + ONE_DAY).month != day.month else day.day


def _round(amount, step):
    return (amount / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
