# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How available units were: demand, down time, and which event took how much of it (rules.md 9).

Plain values in, plain values out. Instants are naive UTC. ``A = 1 - sum(w*d) / sum(w*D)`` over units, where ``D`` is
the demand, ``d`` the down time inside it, and ``w`` the weight of the day.

June 2026, Monday to Saturday 08-20, down from Thursday 11th 15:00 to Friday 12th 11:00, of which an hour is excused:

>>> from datetime import timezone
>>> from .working_time import Attendance, build
>>> june = datetime(2026, 6, 1), datetime(2026, 7, 1)
>>> hours = build([Attendance(weekday, 8, 20) for weekday in range(6)], [], timezone.utc, *june)
>>> result = measure(
...     [Span('lift', Demand(hours), *june)],
...     [
...         DownEvent('fault', 'lift', datetime(2026, 6, 11, 15), datetime(2026, 6, 12, 11)),
...         DownEvent('no access', 'lift', datetime(2026, 6, 12, 8), datetime(2026, 6, 12, 9), kind='excused'),
...     ],
... )
>>> result.demand / 3600, result.down / 3600, result.percent(3)
(Decimal('312'), Decimal('7'), Decimal('97.756'))
>>> [(share.event.key, share.gross / 3600, share.down / 3600) for share in result.units[0].shares]
[('fault', Decimal('8'), Decimal('7')), ('no access', Decimal('1'), Decimal('0'))]

With Friday at weight 3, demand and down time of that day count thrice:

>>> friday = (datetime(2026, 6, 12), datetime(2026, 6, 13), Decimal(3))
>>> weighted = Span('lift', Demand(hours, (friday,)), *june)
>>> measure([weighted], [share.event for share in result.units[0].shares]).percent(3)
Decimal('96.726')
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor

from .working_time import WorkingTime

# What is lost while it lasts, and what may stop the loss of others.
DOWN_KINDS = frozenset({"down", "degraded"})
KINDS = ("down", "degraded", "planned", "excused", "alternative")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class DownEvent:
    """Something that happened to a unit's availability.

    :ivar key: what the caller knows the event by
    :ivar unit: the unit, as its :class:`Span` says it
    :ivar start: naive UTC
    :ivar end: naive UTC, None while it lasts
    :ivar kind: one of KINDS; ``alternative`` is a loan unit or another unit in place
    :ivar percent: how much of the unit is lost, for ``degraded``
    :ivar cause: why, to tell repeated causes
    """

    key: object
    unit: object
    start: datetime
    end: datetime | None = None
    kind: str = "down"
    percent: Decimal = HUNDRED
    cause: object = None


@dataclass(frozen=True)
class Demand:
    """When units have to be available, and how much each day counts.

    :ivar hours: :class:`WorkingTime` of the regime's calendar at the site, special days included
    :ivar weights: disjoint (start, end, weight), naive UTC and Decimal > 0; elsewhere the weight is 1
    """

    hours: WorkingTime
    weights: tuple = ()

    def seconds(self, start, end):
        """Return the demand from one instant to another, in weighted seconds, as an exact Decimal."""
        total = _seconds(self.hours.time_between(start, end))
        for first, last, weight in self.weights:
            total += (weight - 1) * _seconds(self.hours.time_between(max(start, first), min(end, last)))
        return total


@dataclass(frozen=True)
class Span:
    """A time in which a unit has to be available; a unit may have several, that don't overlap.

    :ivar unit: any key
    :ivar demand: :class:`Demand`, shared by the units of a site
    :ivar start: naive UTC
    :ivar end: naive UTC
    """

    unit: object
    demand: Demand
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Share:
    """What one event has to do with a unit's down time; in weighted seconds.

    :ivar event: :class:`DownEvent`
    :ivar gross: what lies in the demand, whatever excuses or overlaps it
    :ivar down: what it alone is charged with: the shares of a unit add up to its down time
    """

    event: DownEvent
    gross: Decimal
    down: Decimal


@dataclass(frozen=True)
class UnitAvailability:
    """Demand and down time of one unit in weighted seconds, and its events in the order in which they began."""

    unit: object
    demand: Decimal
    down: Decimal
    shares: tuple = ()

    def percent(self, digits=3):
        """Return the availability in percent, rounded half up, or None without demand."""
        return availability_percent(self.demand, self.down, digits)


@dataclass(frozen=True)
class Availability:
    """The availability of several units; ``demand`` and ``down`` are the sums of theirs."""

    units: tuple = ()

    @property
    def demand(self):
        """The demand of all units, in weighted seconds."""
        return sum((unit.demand for unit in self.units), Decimal(0))

    @property
    def down(self):
        """The down time of all units, in weighted seconds."""
        return sum((unit.down for unit in self.units), Decimal(0))

    def percent(self, digits=3):
        """Return the availability of all in percent, rounded half up, or None without demand."""
        return availability_percent(self.demand, self.down, digits)


def availability_percent(demand, down, digits=3):
    """Return ``100 * (1 - down / demand)``, computed exactly and rounded once, half up; None without demand.

    >>> availability_percent(Decimal(300), Decimal(5)), availability_percent(Decimal(0), Decimal(0))
    (Decimal('98.333'), None)
    """
    if not demand:
        return None
    return rounded(100 - 100 * Fraction(down) / Fraction(demand), digits)


def rounded(value, digits):
    """Return a Fraction or Decimal as a Decimal with so many digits, rounded half up.

    >>> rounded(Fraction(2, 3), 2), rounded(Fraction(-1, 8), 2)
    (Decimal('0.67'), Decimal('-0.13'))
    """
    fraction = Fraction(value)
    whole = floor(abs(fraction) * 10**digits + Fraction(1, 2))
    return Decimal(whole if fraction > 0 else -whole).scaleb(-digits)


def measure(spans, events, planned_counts=False, alternative_stops=True):
    """Return the :class:`Availability` of the units of some spans, in the order in which these name them.

    At each instant of a unit the worst percent counts, once: it is charged to the event that began first among the
    worst. An excused event cuts down time; planned maintenance too, or it is down time itself where it counts; an
    alternative in place where it stops down time. Events of other units, or outside the demand, are left out.

    :param spans: iterable of :class:`Span`
    :param events: iterable of :class:`DownEvent`, in any order
    :param planned_counts: planned maintenance is down time
    :param alternative_stops: no down time while an alternative is in place
    """
    counting = DOWN_KINDS | {"planned"} if planned_counts else DOWN_KINDS
    stopping = {"excused"} | ({"alternative"} if alternative_stops else set()) | ({"planned"} - counting)
    events_by_unit = defaultdict(list)
    for event in events:
        if event.kind in counting or event.kind in stopping:
            events_by_unit[event.unit].append(event)
    spans_by_unit = defaultdict(list)
    for span in spans:
        spans_by_unit[span.unit].append(span)
    return Availability(
        tuple(
            _measure_unit(unit, unit_spans, events_by_unit.get(unit, ()), stopping)
            for unit, unit_spans in spans_by_unit.items()
        )
    )


def _measure_unit(unit, spans, events, stopping):
    events = sorted(events, key=lambda event: (event.start, str(event.key)))
    gross, charged = defaultdict(Decimal), defaultdict(Decimal)
    for span in spans:
        for event in events:
            start, end = _cut(event, span)
            gross[event] += span.demand.seconds(start, end) * _percent(event) / 100
        for start, end, event in _charge(events, span, stopping):
            charged[event] += span.demand.seconds(start, end) * _percent(event) / 100
    shares = tuple(Share(event, gross[event], charged[event]) for event in events if gross[event])
    demand = sum((span.demand.seconds(span.start, span.end) for span in spans), Decimal(0))
    return UnitAvailability(unit, demand, sum(charged.values(), Decimal(0)), shares)


def _charge(events, span, stopping):
    """Yield (start, end, event) for each stretch of a span that an event is charged with; `events` are sorted."""
    cuts = [(event, *_cut(event, span)) for event in events]
    cuts = [(event, start, end) for event, start, end in cuts if start < end]
    marks = sorted({mark for _event, start, end in cuts for mark in (start, end)})
    for start, end in pairwise(marks):
        active = [event for event, first, last in cuts if first <= start and end <= last]
        if active and not any(event.kind in stopping for event in active):
            # max() keeps the first of equals: the one that began first
            yield start, end, max(active, key=_percent)


def _cut(event, span):
    end = span.end if event.end is None else min(event.end, span.end)
    return max(event.start, span.start), end


def _percent(event):
    return Decimal(event.percent) if event.kind == "degraded" else HUNDRED


def _seconds(duration):
    return Decimal(duration.days * 86400 + duration.seconds) + Decimal(duration.microseconds) / 1_000_000
