# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long the next term of a contract is, and where its periods lie.

Plain dates in, plain dates out. A day called ``after`` is the first one that is no longer part of what it ends. Terms
of whole months are counted from the first day of the contract, never chained from the last end (rules.md 5): what began
on 31 January and lasts a month ends on 27 February, 30 March, 29 April.

>>> anchor = date(2027, 1, 31)
>>> first = date(2027, 2, 28)
>>> next_term(anchor, anchor, first)
NextTerm(after=datetime.date(2027, 3, 31), months=1)
>>> next_term(anchor, first, date(2027, 3, 31)).after
datetime.date(2027, 4, 30)
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NextTerm:
    """How a term follows another.

    :ivar after: the first day after it
    :ivar months: its length, 0 when it is counted in days
    """

    after: date
    months: int


@dataclass(frozen=True)
class Span:
    """The days of a period, both inclusive.

    :ivar key: what the caller knows the period by
    :ivar share: the part of the full period that these days are, below 1 where the term cuts it short
    """

    key: object
    start: date
    end: date
    share: float = 1.0


def months_between(start, after):
    """Return how many whole months lie between two days, 0 when it is not a whole number.

    >>> months_between(date(2027, 1, 31), date(2027, 2, 28))
    1
    >>> months_between(date(2028, 2, 29), date(2029, 2, 28))
    12
    >>> months_between(date(2027, 1, 1), date(2027, 1, 31))
    0
    """
    months = (after.year - start.year) * 12 + after.month - start.month
    return months if months > 0 and start + relativedelta(months=months) == after else 0


def next_term(anchor, start, after, months=None):
    """Return the term that follows another one.

    :param anchor: first day of the contract
    :param start: first day of the last term
    :param after: first day of the next term
    :param months: length of the next term; 0 for as many days as the last, None to find out what the last one was
    """
    if months is None:
        months = _months_on_grid(anchor, start, after)
    if not months:
        return NextTerm(after + (after - start), 0)
    done = months_between(anchor, after)
    if done:
        return NextTerm(anchor + relativedelta(months=done + months), months)
    return NextTerm(after + relativedelta(months=months), months)


def next_periods(spans, last, following, anchor):
    """Return the periods of a term, after those of the last one.

    A term as long as the last has the same periods, moved. In a longer or shorter one the last period is repeated, cut
    where the term ends.

    :param spans: :class:`Span` of the last term, in order
    :param last: (first day, first day after) of the last term
    :param following: (first day, first day after) of the next term
    :param anchor: first day of the contract
    :return: list of :class:`Span`
    """
    if not spans:
        return []
    length, new_length = _months_on_grid(anchor, *last), _months_on_grid(anchor, *following)
    is_same = length == new_length if length and new_length else last[1] - last[0] == following[1] - following[0]
    if not is_same:
        return _repeat(spans[-1], following, anchor)
    moved = []
    for span in spans:
        start, after = (_move(day, length, following[0] - last[0], anchor) for day in (span.start, span.end + ONE_DAY))
        moved.append(Span(span.key, start, min(after, following[1]) - ONE_DAY))
    return moved


def _months_on_grid(anchor, start, after):
    """Return the months between two days, both counted from the contract's first day where they can be."""
    begun, done = months_between(anchor, start), months_between(anchor, after)
    if done and (begun or start == anchor):
        return done - begun
    return months_between(start, after)


def _move(day, months, days, anchor):
    if not months:
        return day + days
    begun = months_between(anchor, day)
    if begun or day == anchor:
        return anchor + relativedelta(months=begun + months)
    return day + relativedelta(months=months)


def _repeat(span, following, anchor):
    spans = []
    months = _months_on_grid(anchor, span.start, span.end + ONE_DAY)
    length = span.end + ONE_DAY - span.start
    start, after = following
    while start < after:
        full = _move(start, months, length, anchor)
        end = min(full, after)
        spans.append(Span(span.key, start, end - ONE_DAY, (end - start) / (full - start)))
        start = full
    return spans
