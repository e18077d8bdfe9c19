# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""By how much prices rise at a renewal, and what they become.

``Decimal`` in, ``Decimal`` out. The index stood at 108.9 and stands at 112.4; three quarters of the price follow it:

>>> increase(Decimal("108.9"), Decimal("112.4"), Rule(share=Decimal(75)))
Decimal('2.4105')
>>> increase(Decimal("108.9"), Decimal("112.4"), Rule(cap=Decimal(3)))
Decimal('3.0000')
>>> new_price(Decimal("100.00"), Decimal("2.4105"), Decimal("0.01"))
Decimal('102.41')
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PERCENT_STEP = Decimal("0.0001")
FACTOR_STEP = Decimal("0.000001")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Rule:
    """How a price follows an index.

    :ivar share: percent of the price that follows it
    :ivar cap: percent that the price rises by at most, or None
    :ivar floor: percent that it rises by at least; 0 never lets it fall
    """

    share: Decimal = HUNDRED
    cap: Decimal | None = None
    floor: Decimal = Decimal(0)


def factor(base, current):
    """Return how much an index has changed: new over old, to six digits.

    >>> factor(Decimal("108.9"), Decimal("112.4"))
    Decimal('1.032140')
    """
    return (current / base).quantize(FACTOR_STEP, ROUND_HALF_UP)


def increase(base, current, rule):
    """Return the percent by which prices rise, to four digits.

    :param base: value of the index at the start or at the last renewal, greater than zero
    :param current: its value for this renewal
    :param rule: :class:`Rule`

    >>> increase(Decimal(110), Decimal(100), Rule()), increase(Decimal(110), Decimal(100), Rule(floor=Decimal(-5)))
    (Decimal('0.0000'), Decimal('-5.0000'))
    """
    percent = (current / base - 1) * rule.share
    if rule.cap is not None:
        percent = min(percent, rule.cap)
    return max(percent, rule.floor).quantize(PERCENT_STEP, ROUND_HALF_UP)


def new_price(price, percent, step):
    """Return a price after an increase, rounded half up to a step.

    >>> new_price(Decimal("99.00"), Decimal("2.4105"), Decimal("0.50"))
    Decimal('101.50')
    """
    return (price * (1 + percent / HUNDRED) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
