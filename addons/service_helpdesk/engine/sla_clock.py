# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The SLA clock: a pure function of a call's event log and of working time.

How to use: give :func:`replay` the events of one call, one target, the working
time in which that target counts and the present instant; it answers one
:class:`Clock` per cycle (a call reopened with a fresh promise starts a new
cycle). Nothing is accumulated, so an answer never drifts: the same log gives
the same clocks, whoever asks and however often (rules.md 3).

Instants are naive UTC datetimes, amounts are working minutes. ``working`` is
anything with ``add_minutes(start, minutes)``, the first instant at which that
many working minutes have passed (None beyond what it knows), and
``minutes_between(start, end)``; the one in use is
``service_contract/engine/working_time.py``.

>>> from datetime import timedelta
>>> class RoundTheClock:
...     def add_minutes(self, start, minutes):
...         return start + timedelta(minutes=minutes)
...     def minutes_between(self, start, end):
...         return (end - start).total_seconds() / 60
>>> def at(hour, minute=0):
...     return datetime(2026, 11, 13, hour, minute)
>>> target = Target(budget_minutes=120)
>>> log = [Event(1, 'raised', at(8)), Event(2, 'paused', at(9)), Event(3, 'resumed', at(9, 30))]
>>> (clock,) = replay(log, target, RoundTheClock(), now=at(10))
>>> clock.state, str(clock.deadline.time()), clock.paused_minutes
('running', '10:30:00', 30.0)
>>> log.append(Event(4, 'completed', at(10, 31)))
>>> (clock,) = replay(log, target, RoundTheClock(), now=at(11))
>>> clock.state, clock.used_minutes
('missed', 121.0)
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from odoo.addons.service_contract.engine.deadline import plan, points

CLOSING_KINDS = frozenset({"completed", "cancelled"})


@dataclass(frozen=True)
class Event:
    """One line of the log. A correction names the event whose instant and kind it replaces."""

    id: int
    kind: str
    at: datetime
    corrects_id: int | None = None


@dataclass(frozen=True)
class Target:
    """What was promised.

    :param budget_minutes: working minutes allowed
    :param stop_kinds: kinds of event that keep the promise; completing the call always does
    :param runs_in_pause: whether pauses give no extra time
    :param warn_percents: points of the budget, in percent, at which a warning is due
    :param reopen: ``continue``, ``new`` or ``within`` (continue within ``reopen_hours``, else new)
    """

    budget_minutes: int
    stop_kinds: frozenset = frozenset()
    runs_in_pause: bool = False
    warn_percents: tuple = ()
    reopen: str = "continue"
    reopen_hours: float = 0.0


@dataclass(frozen=True)
class Clock:
    """One cycle of one target.

    ``deadline`` is None while paused; ``used_minutes``, the working time that it took without the pauses that count,
    is None until it stopped.
    """

    cycle: int
    state: str
    started_at: datetime
    deadline: datetime | None
    stopped_at: datetime | None
    paused_minutes: float
    warnings: tuple = ()
    used_minutes: float | None = None


@dataclass
class _Span:
    """Time that is not counted: a pause, or the time for which the call was closed."""

    begin: datetime
    end: datetime | None = None
    is_pause: bool = True


@dataclass
class _Cycle:
    """The part of the log between one start and the next."""

    started_at: datetime
    spans: list = field(default_factory=list)
    stopped_at: datetime | None = None
    closed_at: datetime | None = None
    closed_kind: str | None = None

    def pause(self, at):
        if not self._open_span():
            self.spans.append(_Span(at))

    def resume(self, at):
        if span := self._open_span():
            span.end = at

    def close(self, at, kind):
        self.resume(at)
        self.closed_at, self.closed_kind = at, kind

    def reopen(self, at):
        self.spans.append(_Span(self.closed_at, at, is_pause=False))
        self.closed_at = self.closed_kind = None

    def _open_span(self):
        return self.spans[-1] if self.spans and self.spans[-1].end is None else None


def effective_events(events):
    """Return the events as corrected, in the order in which they happened.

    The last correction of an event (by id) takes the place of that event.

    >>> raised = Event(1, 'raised', datetime(2026, 1, 1, 9))
    >>> late = Event(2, 'replied', datetime(2026, 1, 1, 12))
    >>> fixed = Event(3, 'replied', datetime(2026, 1, 1, 10), corrects_id=2)
    >>> [(event.kind, event.at.hour) for event in effective_events([fixed, late, raised])]
    [('raised', 9), ('replied', 10)]
    """
    by_id = {event.id: event for event in events}
    latest = {}
    for event in sorted(events, key=lambda event: event.id):
        root = event
        while root.corrects_id in by_id:
            root = by_id[root.corrects_id]
        latest[root.id] = event
    return [latest[root_id] for root_id in sorted(latest, key=lambda root_id: (latest[root_id].at, root_id))]


def replay(events, target, working, now):
    """Replay the log for one target.

    :param events: iterable of :class:`Event`, in any order
    :param target: :class:`Target`
    :param working: working time of the call's calendar at its site
    :param now: present instant, naive UTC; decides between running and missed only
    :return: list of :class:`Clock`, one per cycle, oldest first; empty when nothing was raised
    :raise deadline.WorkingTimeTooShort: when ``working`` does not reach as far as a deadline
    """
    cycles = _read_cycles(events, target)
    return [_evaluate(index, cycle, target, working, now) for index, cycle in enumerate(cycles)]


def elapsed_minutes(events, target, working, now):
    """Return how many working minutes each cycle took until its target stopped, or takes until now.

    Pauses are left out, whenever they began, so that the answer can be compared with any budget: a cycle is met within
    ``b`` minutes when it took no more than ``b``.

    :param events: iterable of :class:`Event`, in any order
    :param target: :class:`Target`; its budget plays no part
    :param working: working time of the call's calendar at its site
    :param now: present instant, naive UTC
    :return: list of minutes, one per cycle, oldest first
    """
    minutes = []
    for cycle in _read_cycles(events, target):
        stop = cycle.stopped_at or cycle.closed_at or now
        spans = _counted_spans(cycle.spans, target, stop)
        paused = sum(working.minutes_between(begin, end) for begin, end in spans)
        minutes.append(working.minutes_between(cycle.started_at, stop) - paused)
    return minutes


def _read_cycles(events, target):
    cycles = []
    for event in effective_events(events):
        if not cycles:
            if event.kind == "raised":
                cycles.append(_Cycle(event.at))
            continue
        cycle = cycles[-1]
        if event.kind == "reopened" and cycle.closed_at is not None:
            if _continues(target, cycle.closed_at, event.at):
                cycle.reopen(event.at)
            else:
                cycles.append(_Cycle(event.at))
        elif cycle.closed_at is not None:
            continue
        elif event.kind in CLOSING_KINDS:
            cycle.close(event.at, event.kind)
        elif event.kind == "paused":
            cycle.pause(event.at)
        elif event.kind == "resumed":
            cycle.resume(event.at)
        elif event.kind in target.stop_kinds and cycle.stopped_at is None:
            cycle.stopped_at = event.at
    return cycles


def _continues(target, closed_at, reopened_at):
    if target.reopen == "within":
        return reopened_at <= closed_at + timedelta(hours=target.reopen_hours)
    return target.reopen == "continue"


def _evaluate(index, cycle, target, working, now):
    stop = cycle.stopped_at or cycle.closed_at
    spans = _counted_spans(cycle.spans, target, stop)
    deadline, paused = plan(cycle.started_at, target.budget_minutes, spans, working)
    warnings = points(cycle.started_at, target.budget_minutes, target.warn_percents, spans, working)
    if stop is not None and stop <= deadline:
        state = "void" if cycle.stopped_at is None and cycle.closed_kind == "cancelled" else "met"
    elif stop is not None:
        state = "missed"
    elif deadline is None:
        state = "paused"
    else:
        state = "missed" if now > deadline else "running"
    used = None
    if stop is not None:
        used = working.minutes_between(cycle.started_at, stop)
        used -= sum(working.minutes_between(begin, end) for begin, end in spans)
    return Clock(index, state, cycle.started_at, deadline, stop, paused, tuple(warnings), used)


def _counted_spans(spans, target, stop):
    """Spans that give time back, cut at the stop: stopping from a paused state closes the pause first."""
    counted = []
    for span in spans:
        if span.is_pause and target.runs_in_pause:
            continue
        if stop is not None and span.begin >= stop:
            continue
        end = span.end
        if stop is not None:
            end = stop if end is None else min(end, stop)
        counted.append((span.begin, end))
    return counted
