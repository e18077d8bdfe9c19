# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was achieved in a period, metric by metric: the figures that the rules of a regime judge (rules.md 9).

Plain values in, plain values out. A :class:`Measure` is one figure of one metric, for everything together or for one
subject (a unit, a group of units), and the :class:`Fact` s behind it: outages, clocks, maintenance dues, failures.

Three calls were to be answered within 4 hours; one was late, one is still inside its budget and judges nothing:

>>> raised = datetime(2026, 6, 11, 15)
>>> outcomes = [
...     Outcome('C-1', 'lift', raised, elapsed=90, budget=240),
...     Outcome('C-2', 'lift', raised, elapsed=300, budget=240),
...     Outcome('C-3', 'lift', raised, elapsed=10, budget=240, is_open=True),
... ]
>>> result = hit_rate('response', outcomes)
>>> result.value, [fact.key for fact in result.facts if fact.is_bad]
(Decimal('50.000'), ['C-2'])
>>> hit_rate('response', outcomes, budget=Decimal(60)).value
Decimal('0.000')
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from .availability import measure, rounded

# For these the lower figure is the better one; the others are percentages, the higher the better.
LOWER_IS_BETTER = frozenset({"failures"})


@dataclass(frozen=True)
class Fact:
    """One thing that counted in a metric.

    :ivar key: what the caller knows it by: an outage, a clock, a due, a call
    :ivar at: when it began, naive UTC: facts count in this order
    :ivar is_bad: False for a clock that was met; an excused one is no fact at all
    :ivar size: hours down, hours late (maintenance: days late), 1 for a failure
    :ivar share: what it weighs among the facts behind one figure: hours down, 1 for everything else
    :ivar unit: the unit it happened to
    :ivar cause: why, to tell repeated causes
    :ivar group: what units are grouped by, such as a product or a site
    """

    key: object
    at: datetime
    is_bad: bool = True
    size: Decimal = Decimal(1)
    share: Decimal = Decimal(1)
    unit: object = None
    cause: object = None
    group: object = None


@dataclass(frozen=True)
class Measure:
    """One figure of one metric.

    :ivar metric: ``availability``, ``maintenance``, ``failures``, or a metric of the service levels
    :ivar value: percent, or the number of failures; None: nothing to judge (no demand, no calls)
    :ivar facts: tuple of :class:`Fact`, by ``at``
    :ivar scope: ``all``, ``unit`` or ``group``
    :ivar subject: the unit or group it is about, None for everything together
    :ivar figures: dict of the numbers behind the value, such as demand and down time in hours
    """

    metric: str
    value: Decimal | None
    facts: tuple = ()
    scope: str = "all"
    subject: object = None
    figures: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How one clock, or one maintenance due, came out: enough to judge it against another budget.

    :ivar key: what the caller knows it by
    :ivar unit: the unit, or None
    :ivar at: when it was raised or due, naive UTC
    :ivar elapsed: working minutes (maintenance: days late) until it was done, or until now while it is open
    :ivar budget: as many were allowed
    :ivar is_open: not done yet: judged only once it is late
    :ivar is_excused: doesn't count
    :ivar cause: why, to tell repeated causes
    :ivar group: what units are grouped by
    """

    key: object
    unit: object
    at: datetime
    elapsed: Decimal
    budget: Decimal
    is_open: bool = False
    is_excused: bool = False
    cause: object = None
    group: object = None

    def is_met(self, budget=None):
        """Return True or False, or None when it doesn't count: excused, or open and still in time.

        :param budget: judge against this one instead of its own
        """
        in_time = not self.get_delay(budget)
        if self.is_excused or (self.is_open and in_time):
            return None
        return in_time

    def get_delay(self, budget=None):
        """Return by how much the budget was overrun, zero when it was not."""
        return max(Decimal(self.elapsed) - Decimal(self.budget if budget is None else budget), Decimal(0))


@dataclass(frozen=True)
class Facts:
    """What happened in a period, before anybody judges it.

    :ivar events: iterable of `engine.availability.DownEvent`
    :ivar outcomes: dict {metric: iterable of :class:`Outcome`}
    :ivar failures: iterable of :class:`Fact`
    :ivar groups: keys of the groups that had or could have had failures
    """

    events: tuple = ()
    outcomes: dict = field(default_factory=dict)
    failures: tuple = ()
    groups: tuple = ()


def measure_all(regime, spans, facts):
    """Return the measures of every metric of a regime.

    :param regime: `engine.abatement.Regime`: its metrics, budgets, and how down time counts
    :param spans: iterable of `engine.availability.Span`: the units and when they had to be available
    :param facts: :class:`Facts`
    :return: list of :class:`Measure`
    """
    spans = list(spans)
    measures = []
    for metric in regime.metrics:
        if metric == "availability":
            result = measure(spans, facts.events, regime.planned_counts, regime.alternative_stops)
            measures.extend(availability(result, regime.digits))
        elif metric == "failures":
            units = list(dict.fromkeys(span.unit for span in spans))
            measures.extend(failures(facts.failures, units, facts.groups))
        else:
            outcomes = facts.outcomes.get(metric, ())
            measures.append(hit_rate(metric, outcomes, regime.budgets.get(metric), regime.digits))
    return measures


def availability(result, digits=3):
    """Return the measures of an availability: of all units, then of each.

    :param result: `engine.availability.Availability`
    :param digits: decimals to which it is rounded, half up, before a rule judges it
    :return: list of :class:`Measure`: that of scope ``all`` first, then those of scope ``unit``
    """
    facts_by_unit = {
        unit.unit: tuple(
            Fact(
                key=share.event.key,
                at=share.event.start,
                is_bad=bool(share.down),
                size=share.down / 3600,
                share=share.down,
                unit=unit.unit,
                cause=share.event.cause,
            )
            for share in unit.shares
        )
        for unit in result.units
    }
    everything = [fact for facts in facts_by_unit.values() for fact in facts]
    measures = [_availability(result, everything, digits)]
    measures.extend(
        replace(_availability(unit, facts_by_unit[unit.unit], digits), scope="unit", subject=unit.unit)
        for unit in result.units
    )
    return measures


def hit_rate(metric, outcomes, budget=None, digits=3):
    """Return the share of outcomes that were in time, in percent.

    :param outcomes: iterable of :class:`Outcome`
    :param budget: judge all of them against this budget; None: each against its own
    :param digits: decimals to which it is rounded, half up
    """
    facts = [
        Fact(
            key=outcome.key,
            at=outcome.at,
            is_bad=not outcome.is_met(budget),
            size=outcome.get_delay(budget) / (1 if metric == "maintenance" else 60),
            unit=outcome.unit,
            cause=outcome.cause,
            group=outcome.group,
        )
        for outcome in outcomes
        if outcome.is_met(budget) is not None
    ]
    met = sum(not fact.is_bad for fact in facts)
    value = rounded(Fraction(100 * met, len(facts)), digits) if facts else None
    return Measure(metric, value, _sorted(facts), figures={"counted": len(facts), "met": met})


def failures(facts, units=(), groups=()):
    """Return the number of failures: in all, then of each unit and of each group that had or could have had some.

    >>> facts = [Fact(key, datetime(2026, 6, day), unit='lift') for key, day in (('F-1', 3), ('F-2', 9))]
    >>> [(measure.subject, measure.value) for measure in failures(facts, ['lift', 'gate'])]
    [(None, Decimal('2')), ('lift', Decimal('2')), ('gate', Decimal('0'))]

    :param facts: iterable of :class:`Fact`
    :param units: keys of units
    :param groups: keys of groups
    :return: list of :class:`Measure`
    """
    facts = _sorted(facts)
    by_unit, by_group = defaultdict(list), defaultdict(list)
    for fact in facts:
        by_unit[fact.unit].append(fact)
        by_group[fact.group].append(fact)
    measures = [Measure("failures", Decimal(len(facts)), facts, figures={"counted": len(facts)})]
    for scope, subjects, facts_by_subject in (("unit", units, by_unit), ("group", groups, by_group)):
        for subject in subjects:
            own = tuple(facts_by_subject[subject])
            measures.append(Measure("failures", Decimal(len(own)), own, scope, subject, {"counted": len(own)}))
    return measures


def _availability(result, facts, digits):
    figures = {"demand_hours": result.demand / 3600, "down_hours": result.down / 3600}
    return Measure("availability", result.percent(digits), _sorted(facts), figures=figures)


def _sorted(facts):
    return tuple(sorted(facts, key=lambda fact: (fact.at, str(fact.key))))
