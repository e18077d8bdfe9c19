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
