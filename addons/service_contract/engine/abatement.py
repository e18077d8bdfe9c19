# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a performance is worth: deductions and bonuses by the rules of a regime (rules.md 9).

Plain values in, plain values out; money is Decimal, deductions are negative, bonuses positive. The result is a tree:
rule, then event; every line is exactly the sum of its items, the total exactly the sum of the lines and of what was
given up. Caps cut from the last item back, so that the sums hold.

Availability 97.756 % against 98 %, 2 % of a charge of 10,000 per started half point:

>>> from datetime import datetime
>>> outage = Fact('fault', datetime(2026, 6, 11, 15), size=Decimal(7))
>>> measures = [Measure('availability', Decimal('97.756'), (outage,))]
>>> rule = Rule('A', 'availability', 'step', target=Decimal(98), step=Decimal('0.5'), price=Price(percent=Decimal(2)))
>>> regime = Regime((rule,))
>>> charges = {None: Decimal(10000)}
>>> assess(regime, measures, charges).total
Decimal('-200.00')
>>> assess(regime, [Measure('availability', Decimal('96.726'), (outage,))], charges).total
Decimal('-600.00')
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise
from math import ceil, floor

from .performance import LOWER_IS_BETTER, Fact, Measure

ZERO = Decimal(0)
CENT = Decimal("0.01")
# event: an amount for each event; period: for each started deduction period of an event; step: for each started step
# short of the target (bonus: each full step beyond it); band: by a table; points: for each point above a threshold
KINDS = ("event", "period", "step", "band", "points")
SCOPES = ("all", "unit", "group")


@dataclass(frozen=True)
class Price:
    """An amount of money, a percentage of the period's charge, or both together."""

    amount: Decimal = ZERO
    percent: Decimal = ZERO

    def of(self, charge):
        """Return the amount for a charge, not rounded."""
        return self.amount + self.percent * charge / 100


@dataclass(frozen=True)
class Cap:
    """The most that may be taken or given: an amount, a percentage of the charge, or the lower of the two.

    >>> Cap(amount=Decimal(500), percent=Decimal(4)).limit(Decimal(10000)), Cap().limit(Decimal(10000))
    (Decimal('400'), None)
    """

    amount: Decimal | None = None
    percent: Decimal | None = None

    def limit(self, charge):
        """Return the limit for a charge, or None when there is none."""
        limits = [self.amount] if self.amount is not None else []
        if self.percent is not None:
            limits.append(self.percent * charge / 100)
        return max(min(limits), ZERO) if limits else None


@dataclass(frozen=True)
class Band:
    """A row of a table of bands: worse than the limit (bonus: the limit or better) is worth the price."""

    limit: Decimal
    price: Price


@dataclass(frozen=True)
class Rule:
    """One rule that turns a performance into an amount.

    :ivar key: what the caller knows the rule by
    :ivar metric: which measures it judges
    :ivar kind: one of KINDS
    :ivar target: what is owed, for ``step``; to tell whether it was met for the others
    :ivar step: size of a step in points or failures; of a deduction period in hours (maintenance: days)
    :ivar price: of an event, period, step or point
    :ivar bands: tuple of :class:`Band`, for ``band``
    :ivar threshold: points that cost nothing, for ``points``
    :ivar points: points of one event, for ``points``
    :ivar is_bonus: pays for doing better, for ``step`` and ``band``
    :ivar ratchet_count: the repetition of the same cause from which on ... (0: never)
    :ivar ratchet_factor: ... what the event costs is multiplied by this
    :ivar cap: of this line
    :ivar scope: one of SCOPES: judges everything together, or each unit or group with its own charge
    """

    key: object
    metric: str
    kind: str
    target: Decimal | None = None
    step: Decimal = Decimal(1)
    price: Price = Price()
    bands: tuple = ()
    threshold: Decimal = ZERO
    points: Decimal = Decimal(1)
    is_bonus: bool = False
    ratchet_count: int = 0
    ratchet_factor: Decimal = Decimal(1)
    cap: Cap = Cap()
    scope: str = "all"


@dataclass(frozen=True)
class Regime:
    """The rules of a contract's performance, and how it is measured.

    :ivar rules: tuple of :class:`Rule`, in the order in which their lines stand
    :ivar metric_caps: tuple of (metric, :class:`Cap`) of the deductions of one metric
    :ivar cap: :class:`Cap` of all deductions
    :ivar bonus_cap: :class:`Cap` of all bonuses
    :ivar step: the smallest amount of the currency
    :ivar digits: decimals to which a percentage is rounded, half up, before it is judged
    :ivar planned_counts: planned maintenance is down time
    :ivar alternative_stops: no down time while an alternative is in place
    :ivar budgets: dict {metric: minutes, days for maintenance} that replace those promised by the service level
    :ivar targets: dict {metric: target}, also of metrics that no rule judges
    """

    rules: tuple
    metric_caps: tuple = ()
    cap: Cap = Cap()
    bonus_cap: Cap = Cap()
    step: Decimal = CENT
    digits: int = 3
    planned_counts: bool = False
    alternative_stops: bool = True
    budgets: dict = field(default_factory=dict)
    targets: dict = field(default_factory=dict)

    @property
    def metrics(self):
        """The metrics that are measured: those with a target, and those of the rules."""
        return tuple(dict.fromkeys([*self.targets, *(rule.metric for rule in self.rules)]))


@dataclass(frozen=True)
class Relief:
    """Deductions given up, with the reason.

    :ivar reason: text
    :ivar amount: at most this much
    :ivar percent: and this share of the deductions
    :ivar rule: key of the rule that it is limited to, None for all
    """

    reason: str
    amount: Decimal = ZERO
    percent: Decimal = ZERO
    rule: object = None


@dataclass(frozen=True)
class Item:
    """The part of a line that one event brings about.

    :ivar fact: the :class:`Fact`, None for a bonus
    :ivar quantity: events, started periods, points, or the event's share of the steps
    :ivar factor: of the ratchet
    :ivar raw: rounded amount before caps
    :ivar amount: after caps
    """

    fact: Fact | None
    quantity: Decimal
    factor: Decimal
    raw: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Line:
    """What one rule makes of one measure.

    :ivar quantity: events, started periods, steps, bands (0 or 1), or points above the threshold
    :ivar is_met: whether the target was reached; None without a target or without a result
    :ivar items: tuple of :class:`Item`
    """

    rule: Rule
    measure: Measure
    quantity: Decimal
    is_met: bool | None
    items: tuple = ()

    @property
    def raw(self):
        """The amount before caps."""
        return sum((item.raw for item in self.items), ZERO)

    @property
    def amount(self):
        """The amount after caps."""
        return sum((item.amount for item in self.items), ZERO)


@dataclass(frozen=True)
class Cut:
    """What a cap took off: ``scope`` is ``line``, ``metric``, ``deductions`` or ``bonuses``; ``key`` says which."""

    scope: str
    key: object
    limit: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Assessment:
    """The amounts of a period.

    :ivar lines: tuple of :class:`Line`, in the order of the rules
    :ivar reliefs: tuple of (:class:`Relief`, amount given back)
    :ivar cuts: tuple of :class:`Cut`
    :ivar charge: the charge of the period
    """

    lines: tuple
    reliefs: tuple = ()
    cuts: tuple = ()
    charge: Decimal = ZERO

    @property
    def total(self):
        """What is added to the period's charge: negative to the customer's favour."""
        return sum((line.amount for line in self.lines), ZERO) + sum((amount for _relief, amount in self.reliefs), ZERO)

    def to_json(self):
        """Return everything as plain values, to show, keep or freeze: numbers as float, instants as ISO text."""
        return {
            "charge": float(self.charge),
            "total": float(self.total),
            "lines": [_line_to_json(line) for line in self.lines],
            "reliefs": [{"reason": relief.reason, "amount": float(amount)} for relief, amount in self.reliefs],
            "cuts": [
                {"scope": cut.scope, "key": cut.key, "limit": float(cut.limit), "amount": float(cut.amount)}
                for cut in self.cuts
            ],
        }


def assess(regime, measures, charges, reliefs=()):
    """Judge measures by the rules of a regime.

    :param regime: :class:`Regime`
    :param measures: iterable of :class:`Measure`; a rule judges those of its metric and scope
    :param charges: dict {None: the period's charge, unit or group: its own}, Decimal
    :param reliefs: iterable of :class:`Relief`, each from what the ones before left over
    :return: :class:`Assessment`
    """
    measures = list(measures)
    lines, cuts = [], []
    for rule in regime.rules:
        for measure in measures:
            if (measure.metric, measure.scope) == (rule.metric, rule.scope):
                charge = charges.get(measure.subject, ZERO)
                line = _judge(rule, measure, charge, regime.step)
                limit = _get_limit(rule.cap, charge, regime)
                lines.extend(_cap([line], lambda _line: True, limit, (cuts, "line", rule.key)))
    charge = charges.get(None, ZERO)
    for metric, cap in regime.metric_caps:
        lines = _cap(lines, _is_deduction_of(metric), _get_limit(cap, charge, regime), (cuts, "metric", metric))
    limit = _get_limit(regime.cap, charge, regime)
    lines = _cap(lines, lambda line: not line.rule.is_bonus, limit, (cuts, "deductions", None))
    limit = _get_limit(regime.bonus_cap, charge, regime)
    lines = _cap(lines, lambda line: line.rule.is_bonus, limit, (cuts, "bonuses", None))
    return Assessment(tuple(lines), _relieve(lines, reliefs, regime.step), tuple(cuts), charge)


def is_met(metric, value, target):
    """Tell whether a figure reaches a target; None without one of the two.

    >>> is_met('availability', Decimal(98), Decimal(98)), is_met('failures', Decimal(3), Decimal(2))
    (True, False)
    """
    return None if value is None or target is None else _shortfall(metric, value, target) <= 0


def _shortfall(metric, value, target):
    """Return by how much a figure falls short of a target; negative when it is better."""
    return value - target if metric in LOWER_IS_BETTER else target - value


def _judge(rule, measure, charge, step):
    """Return the line of one rule for one measure."""
    met = is_met(rule.metric, measure.value, rule.target)
    if measure.value is None:
        return Line(rule, measure, ZERO, met)
    price = rule.price.of(charge)
    if rule.kind in ("step", "band"):
        quantity, total = _judge_value(rule, measure.value, price, charge)
        items = _spread(rule, measure, quantity, total, step)
    else:
        items = _judge_facts(rule, measure, price, step)
        quantity = sum((item.quantity for item in items), ZERO)
    return Line(rule, measure, quantity, met, tuple(items))


def _judge_value(rule, value, price, charge):
    """Return (quantity, amount without sign) of a rule that judges the figure itself."""
    if rule.kind == "step":
        shortfall = _shortfall(rule.metric, value, rule.target)
        count = floor(-shortfall / rule.step) if rule.is_bonus else ceil(shortfall / rule.step)
        quantity = Decimal(max(count, 0))
        return quantity, quantity * price
    # The band whose limit is nearest to the figure: the lowest one passed, or for a bonus the highest one reached.
    nearest = None
    for band in rule.bands:
        shortfall = _shortfall(rule.metric, value, band.limit)
        is_reached = shortfall <= 0 if rule.is_bonus else shortfall > 0
        if is_reached and (nearest is None or abs(shortfall) < nearest[0]):
            nearest = abs(shortfall), band
    return (Decimal(1), nearest[1].price.of(charge)) if nearest else (ZERO, ZERO)


def _spread(rule, measure, quantity, total, step):
    """Return the items of an amount that the figure brings about: by event, in proportion to its size."""
    bad = [fact for fact in measure.facts if fact.is_bad]
    if rule.is_bonus or not bad:
        amount = _round(total, step) * _sign(rule)
        return [Item(None, quantity, Decimal(1), amount, amount)] if amount else []
    whole = sum((fact.share for fact in bad), ZERO)
    factors = _get_factors(rule, bad)
    exact = [total * fact.share / whole * factor for fact, factor in zip(bad, factors, strict=True)]
    return [
        Item(fact, quantity * fact.share / whole, factor, amount, amount)
        for fact, factor, amount in zip(bad, factors, _round_running(rule, exact, step), strict=True)
    ]


def _judge_facts(rule, measure, price, step):
    """Return the items of a rule that judges each event."""
    bad = [fact for fact in measure.facts if fact.is_bad]
    factors = _get_factors(rule, bad)
    if rule.kind == "points":
        reached = [
            max(points - rule.threshold, ZERO)
            for points in accumulate((rule.points * factor for factor in factors), initial=ZERO)
        ]
        quantities = [after - before for before, after in pairwise(reached)]
        exact = [quantity * price for quantity in quantities]
        amounts = _round_running(rule, exact, step)
    else:
        quantities = [Decimal(ceil(fact.size / rule.step)) if rule.kind == "period" else Decimal(1) for fact in bad]
        amounts = [
            _round(quantity * price * factor, step) * _sign(rule)
            for quantity, factor in zip(quantities, factors, strict=True)
        ]
    return [
        Item(fact, quantity, factor, amount, amount)
        for fact, quantity, factor, amount in zip(bad, quantities, factors, amounts, strict=True)
    ]


def _get_factors(rule, facts):
    """Return the ratchet's factor of each of some facts, that come in order of time."""
    seen = Counter()
    factors = []
    for fact in facts:
        seen[fact.cause] += 1
        repeated = rule.ratchet_count and fact.cause is not None and seen[fact.cause] >= rule.ratchet_count
        factors.append(rule.ratchet_factor if repeated else Decimal(1))
    return factors


def _cap(lines, is_capped, limit, log):
    """Return lines of which some are cut down to a limit, from the last item back.

    :param is_capped: function that tells which lines
    :param limit: Decimal, None for no limit
    :param log: (list to which a :class:`Cut` is appended, its scope, its key)
    """
    if limit is None:
        return lines
    excess = abs(sum((line.amount for line in lines if is_capped(line)), ZERO)) - limit
    if excess <= 0:
        return lines
    cuts, scope, key = log
    cuts.append(Cut(scope, key, limit, excess))
    kept = []
    for line in reversed(lines):
        items = []
        for item in reversed(line.items):
            cut = min(excess, abs(item.amount)) if is_capped(line) else ZERO
            excess -= cut
            items.append(replace(item, amount=item.amount - cut * _sign(line.rule)) if cut else item)
        kept.append(replace(line, items=tuple(reversed(items))))
    return kept[::-1]


def _relieve(lines, reliefs, step):
    """Return (relief, amount given back) for each relief."""
    left = Counter()
    for line in lines:
        if not line.rule.is_bonus:
            left[line.rule.key] -= line.amount
    given = []
    for relief in reliefs:
        keys = list(left) if relief.rule is None else [relief.rule]
        due = sum((left[key] for key in keys), ZERO)
        amount = min(_round(relief.amount + relief.percent * due / 100, step), due)
        given.append((relief, amount))
        for key in keys:
            taken = min(amount, left[key])
            left[key] -= taken
            amount -= taken
    return tuple(given)


def _is_deduction_of(metric):
    return lambda line: line.rule.metric == metric and not line.rule.is_bonus


def _round_running(rule, exact, step):
    """Return amounts rounded so that their sum is the rounded sum, with the rule's sign."""
    running = [_round(total, step) for total in accumulate(exact, initial=ZERO)]
    return [(after - before) * _sign(rule) for before, after in pairwise(running)]


def _get_limit(cap, charge, regime):
    limit = cap.limit(charge)
    return None if limit is None else _round(limit, regime.step)


def _round(amount, step):
    return (amount / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step


def _sign(rule):
    return 1 if rule.is_bonus else -1


def _line_to_json(line):
    rule, measure = line.rule, line.measure
    return {
        "rule": rule.key,
        "metric": rule.metric,
        "scope": measure.scope,
        "subject": measure.subject,
        "value": None if measure.value is None else float(measure.value),
        "target": None if rule.target is None else float(rule.target),
        "figures": {name: float(figure) for name, figure in measure.figures.items()},
        "is_met": line.is_met,
        "quantity": float(line.quantity),
        "raw": float(line.raw),
        "amount": float(line.amount),
        "items": [
            {
                "event": item.fact.key if item.fact else None,
                "unit": item.fact.unit if item.fact else None,
                "cause": item.fact.cause if item.fact else None,
                "at": item.fact.at.isoformat() if item.fact else None,
                "size": float(item.fact.size) if item.fact else 0.0,
                "quantity": float(item.quantity),
                "factor": float(item.factor),
                "raw": float(item.raw),
                "amount": float(item.amount),
            }
            for item in line.items
        ],
    }
