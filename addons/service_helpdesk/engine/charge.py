# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who pays for lines of work, and what they take from quotas (rules.md 2 and 4).

How to use: give :func:`plan` the lines in the order in which they are validated, the quotas as they stand and what the
calls had before; it answers one :class:`Charge` per line. It takes nothing: a preview shows the answer, validation
writes it. Quantities are ``Decimal``, in the unit of the line's quota.

>>> from datetime import date
>>> from odoo.addons.service_contract.engine.entitlement import Bucket
>>> hours = Bucket('hours', date(2026, 1, 1), date(2026, 12, 31), Decimal(4))
>>> lines = [
...     Line('a', 'call', 'labour', 'contract', 'from_buckets', Decimal(3), buckets=('hours',)),
...     Line('b', 'call', 'labour', 'contract', 'from_buckets', Decimal(2), buckets=('hours',)),
... ]
>>> [(str(charge.free), str(charge.chargeable), charge.why) for charge in plan(lines, [hours]).values()]
[('3', '0', 'quota'), ('1', '1', 'quota')]
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from odoo.addons.service_contract.engine.entitlement import split

ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """A piece of work.

    :ivar key: what the caller knows the line by
    :ivar call: what the caller knows its call by
    :ivar kind: of work
    :ivar payer: ``warranty``, ``contract`` or ``customer``, as the resolver said
    :ivar term: ``included``, ``from_buckets`` or ``chargeable``
    :ivar quantity: that counts
    :ivar buckets: keys of the quotas that it may draw on, in order; None when no quota has its unit
    :ivar call_buckets: keys of the quotas of free calls from which its call may take one, in order
    :ivar is_waived: the free call of its call waives it
    :ivar decision: ``free`` or ``chargeable`` when a person has decided who pays
    """

    key: object
    call: object
    kind: str
    payer: str
    term: str
    quantity: Decimal
    buckets: tuple | None = ()
    call_buckets: tuple = ()
    is_waived: bool = False
    decision: str | None = None


@dataclass
class Charge:
    """What becomes of a line.

    :ivar why: ``by_hand``, ``not_covered``, ``chargeable``, ``included``, ``free_call``, ``no_free_call``, ``empty`` or
        ``quota``
    :ivar takes: list of (key of a quota, quantity) for the line
    :ivar call_takes: the same for the free call of its call, on the line that begins it
    :ivar free_call: key of the quota that gave the free call which waives the line
    """

    payer: str
    term: str
    free: Decimal
    chargeable: Decimal
    why: str
    takes: list = field(default_factory=list)
    call_takes: list = field(default_factory=list)
    free_call: object = None


class _Shelf:
    """The quotas as they stand while lines take from them, one after the other."""

    def __init__(self, buckets):
        self._bucket_by_key = {bucket.key: bucket for bucket in buckets}

    def take(self, quantity, keys):
        """Take a quantity from the quotas of these keys: (list of (key, share), rest)."""
        taken, rest = split(quantity, [self._bucket_by_key[key] for key in keys])
        for key, share in taken:
            bucket = self._bucket_by_key[key]
            self._bucket_by_key[key] = replace(bucket, left=bucket.left - share)
        return taken, rest


def plan(lines, buckets, free_calls=None, started=()):
    """Say for each line who pays, and what it takes.

    :param lines: list of :class:`Line`, in the order in which they are validated
    :param buckets: the quotas that they name, as `service_contract.engine.entitlement.Bucket`
    :param free_calls: {key of a call: key of the quota that gave its free call before}
    :param started: keys of the calls of which a line was validated before
    :return: {key of the line: :class:`Charge`}, in the given order
    """
    shelf = _Shelf(buckets)
    free_calls = dict(free_calls or {})
    started = set(started)
    charges = {}
    for line in lines:
        call_takes = []
        if line.decision != "free" and line.call not in started:
            started.add(line.call)
            if line.call_buckets and line.call not in free_calls:
                call_takes, _rest = shelf.take(Decimal(1), line.call_buckets)
                if call_takes:
                    free_calls[line.call] = call_takes[0][0]
        charge = _decide(line, shelf, free_calls.get(line.call))
        charge.call_takes = call_takes
        charges[line.key] = charge
    return charges


def _decide(line, shelf, free_call):
    """Return the charge of one line.

    :param free_call: key of the quota that gave its call's free call, or None
    """
    quantity = line.quantity
    if line.decision == "free":
        return Charge("goodwill", line.term, quantity, ZERO, "by_hand")
    if line.decision == "chargeable":
        return Charge("customer", "chargeable", ZERO, quantity, "by_hand")
    if line.payer == "customer" or line.term == "chargeable":
        why = "not_covered" if line.payer == "customer" else "chargeable"
        payer = "customer" if line.term == "chargeable" else line.payer
        return Charge(payer, line.term, ZERO, quantity, why)
    if line.term == "included":
        return Charge(line.payer, line.term, quantity, ZERO, "included")
    charge = _take(line, shelf, free_call)
    if line.payer == "warranty":
        # The warranty pays what the quota could not give.
        charge.free, charge.chargeable = quantity, ZERO
    return charge


def _take(line, shelf, free_call):
    """Return the charge of a line that draws on quotas."""
    if line.is_waived and free_call is not None:
        return Charge(line.payer, line.term, line.quantity, ZERO, "free_call", free_call=free_call)
    if line.buckets is None:
        return Charge(line.payer, line.term, ZERO, line.quantity, "no_free_call")
    takes, rest = shelf.take(line.quantity, line.buckets)
    return Charge(line.payer, line.term, line.quantity - rest, rest, "quota" if takes else "empty", takes)
