# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which bucket work draws on, and how it is split over several (rules.md 4).

Plain values in, plain values out; quantities are ``Decimal``, dates are dates at the site.

>>> from datetime import date
>>> spring = Bucket('spring', date(2026, 1, 1), date(2026, 6, 30), Decimal(3))
>>> year = Bucket('year', date(2026, 1, 1), date(2026, 12, 31), Decimal(10))
>>> split(Decimal(5), order([year, spring]))
([('spring', Decimal('3')), ('year', Decimal('2'))], Decimal('0'))
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# The alert level of a quota of which more was wanted than it holds.
EXCEEDED = 101


@dataclass(frozen=True)
class Bucket:
    """A quota as it stands.

    :ivar key: what the caller knows the bucket by
    :ivar start: first day
    :ivar end: last day, inclusive
    :ivar left: what may still be taken
    :ivar overdraft: may give more than is left
    :ivar sequence: between buckets of the same days the lower one comes first
    """

    key: object
    start: date
    end: date
    left: Decimal
    overdraft: bool = False
    sequence: int = 0


def order(buckets, preferred=None):
    """Return the buckets in the order in which work draws on them.

    The one named by hand, then earliest expiry, then oldest, then lower sequence, then as given.

    :param preferred: key of the bucket named by hand
    """
    return sorted(
        buckets,
        key=lambda bucket: (bucket.key != preferred, bucket.end, bucket.start, bucket.sequence),
    )


def split(quantity, buckets):
    """Take a quantity from buckets in the given order.

    Each gives what it has left. What outruns them all goes to the first one that allows overdraft, else it remains.

    >>> lenient = Bucket('lenient', date(2026, 1, 1), date(2026, 12, 31), Decimal(1), overdraft=True)
    >>> split(Decimal('2.5'), [lenient])
    ([('lenient', Decimal('2.5'))], Decimal('0.0'))

    :return: (list of (key, quantity > 0), remainder)
    """
    taken = {}
    rest = quantity
    for bucket in buckets:
        share = min(rest, max(bucket.left, Decimal(0)))
        if share > 0:
            taken[bucket.key] = share
            rest -= share
    if rest > 0:
        lenient = next((bucket for bucket in buckets if bucket.overdraft), None)
        if lenient:
            taken[lenient.key] = taken.get(lenient.key, Decimal(0)) + rest
            rest -= rest
    return list(taken.items()), rest


def parse_percents(text):
    """Read a list of percentages as a person types them.

    >>> parse_percents('100, 80')
    (80, 100)
    >>> parse_percents('')
    ()

    :raise ValueError: for anything that is not a list of whole numbers from 1 to 1000
    """
    percents = {int(part) for part in (text or '').replace(';', ',').split(',') if part.strip()}
    if not all(1 <= percent <= 1000 for percent in percents):
        raise ValueError(text)
    return tuple(sorted(percents))


def alert_level(used, quantity, percents, is_exceeded=False):
    """Return the highest percentage that the use of a quota has reached, 0 for none.

    More than all is a level of its own, :data:`EXCEEDED`, whatever the percentages.

    >>> [alert_level(Decimal(used), Decimal(10), (80, 100)) for used in (7, 8, 9, 10, 11)]
    [0, 80, 80, 100, 101]
    >>> alert_level(Decimal(10), Decimal(10), (80, 100), is_exceeded=True)
    101
    >>> alert_level(Decimal(0), Decimal(0), (80, 100))
    0

    :param percents: whole numbers; those above 100 are for quotas that may be overdrawn
    :param is_exceeded: more was wanted than the quota could give
    """
    reached = [percent for percent in percents if used > 0 and used * 100 >= percent * quantity]
    if is_exceeded or used > quantity:
        reached.append(EXCEEDED)
    return max(reached, default=0)
