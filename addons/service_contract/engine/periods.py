# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cut a term into periods, and share what the term promises among them; say which days no period has.

Twelve months in four quarters, with ten free calls:

>>> from datetime import date
>>> spans = cut(date(2026, 1, 1), date(2026, 12, 31), 3)
>>> [str(first) for first, _last in spans]
['2026-01-01', '2026-04-01', '2026-07-01', '2026-10-01']
>>> [int(share) for share in shares(Decimal(10), spans, 3)]
[3, 2, 3, 2]
"""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

ONE_DAY = timedelta(days=1)


def cut(start, end, months):
    """Return the first and last days of the periods of a term, always counted from its first day.

    >>> from datetime import date
    >>> [(str(first), str(last)) for first, last in cut(date(2026, 1, 31), date(2026, 4, 15), 1)]
    [('2026-01-31', '2026-02-27'), ('2026-02-28', '2026-03-30'), ('2026-03-31', '2026-04-15')]

    :param int months: length of a period, at least one; the last one may be shorter
    """
    spans, index, first = [], 0, start
    while first <= end:
        index += 1
        after = start + relativedelta(months=months * index)
        spans.append((first, min(after - ONE_DAY, end)))
        first = after
    return spans


def shares(total, spans, months, step=Decimal(1)):
    """Return what each period gets of a total: they sum to it exactly, and a shorter last period gets less.

    >>> from datetime import date
    >>> [str(share) for share in shares(Decimal(100), cut(date(2026, 1, 1), date(2026, 3, 31), 1), 1, Decimal("0.01"))]
    ['33.33', '33.34', '33.33']
    >>> [str(share) for share in shares(Decimal(14), cut(date(2026, 1, 1), date(2026, 3, 16), 2), 2)]
    ['11', '3']

    :param Decimal total: for all the periods
    :param list spans: of :func:`cut`
    :param int months: length of a whole period
    :param Decimal step: the smallest part, such as a call, or a cent
    """
    weights = [_weight(first, last, months) for first, last in spans]
    whole, passed, given, result = sum(weights), Decimal(0), Decimal(0), []
    for weight in weights:
        passed += weight
        upto = (total * passed / whole / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
        result.append(upto - given)
        given = upto
    if result:
        # A total that is no multiple of the step is kept whole.
        result[-1] += total - given
    return result


def gaps(start, end, spans):
    """Return the stretches of a term that no period has, as (first day, last day).

    >>> from datetime import date
    >>> spans = [(date(2026, 7, 1), date(2026, 9, 30)), (date(2026, 1, 1), date(2026, 6, 29))]
    >>> [(str(first), str(last)) for first, last in gaps(date(2026, 1, 1), date(2026, 12, 31), spans)]
    [('2026-06-30', '2026-06-30'), ('2026-10-01', '2026-12-31')]

    :param spans: first and last days of the periods, in any order
    """
    found, day = [], start
    for first, last in sorted(spans):
        if first > day:
            found.append((day, first - ONE_DAY))
        day = max(day, last + ONE_DAY)
    if day <= end:
        found.append((day, end))
    return found


def _weight(first, last, months):
    """Return how much of a whole period a span is."""
    whole = (first + relativedelta(months=months) - first).days
    return min(Decimal((last - first).days + 1) / whole, Decimal(1))
