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
VOID = "void"


@dataclass(frozen=True)
class Event:
    """One line of the log. A correction names the event whose instant and kind it replaces; ``void`` strikes it out."""

    id: int
    kind: str
    at: datetime
    corrects_id: int | None = None


@dataclass(frozen=True)
class Mark:
    """A point of a clock at which something else is due.

    :param key: whatever the caller knows it by
    :param basis: ``percent`` of the budget, ``before`` or ``after`` the deadline
    :param value: percent, or working minutes
    """

    key: tuple
    basis: str
    value: int


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
    marks: tuple = ()


@dataclass(frozen=True)
class Clock:
    """One cycle of one target.

    :ivar deadline: None while paused
    :ivar warnings: tuple of (percent, instant)
    :ivar used_minutes: the working time that it took without the pauses that count, None until it stopped
    :ivar marks: tuple of (key, instant) of the target's marks, none once it stopped; some wait for a pause's end
    """

    cycle: int
    state: str
    started_at: datetime
    deadline: datetime | None
    stopped_at: datetime | None
    paused_minutes: float
    warnings: tuple = ()
    used_minutes: float | None = None
    marks: tuple = ()


@dataclass
class Span:
    """Time that is not counted: a pause, or the time for which the call was closed.

    :ivar begun_by: the :class:`Event` with which it began
    :ivar ended_by: the one with which it ended, if it did
    """

    begun_by: Event
    ended_by: Event | None = None
    is_pause: bool = True

    @property
    def begin(self):
        return self.begun_by.at

    @property
    def end(self):
        return self.ended_by.at if self.ended_by else None


@dataclass
class Cycle:
    """The part of the log between one start and the next, by the events that matter to a target."""

    started_by: Event
    spans: list = field(default_factory=list)
    stopped_by: Event | None = None
    closed_by: Event | None = None

    @property
    def stop(self):
        """The event with which the clock stopped, or None."""
        return self.stopped_by or self.closed_by

    def pause(self, event):
        if not self._open_span():
            self.spans.append(Span(event))

    def resume(self, event):
        if span := self._open_span():
            span.ended_by = event

    def close(self, event):
        self.resume(event)
        self.closed_by = event

    def reopen(self, event):
        self.spans.append(Span(self.closed_by, event, is_pause=False))
        self.closed_by = None

    def _open_span(self):
        return self.spans[-1] if self.spans and self.spans[-1].end is None else None


def effective_events(events):
    """Return the events as corrected, in the order in which they happened.

    The last correction of an event (by id) takes the place of that event; an event that was struck out is gone.

    >>> raised = Event(1, 'raised', datetime(2026, 1, 1, 9))
    >>> late = Event(2, 'replied', datetime(2026, 1, 1, 12))
    >>> fixed = Event(3, 'replied', datetime(2026, 1, 1, 10), corrects_id=2)
    >>> [(event.kind, event.at.hour) for event in effective_events([fixed, late, raised])]
    [('raised', 9), ('replied', 10)]
    >>> struck_out = Event(4, 'void', datetime(2026, 1, 1, 10), corrects_id=3)
    >>> [event.kind for event in effective_events([raised, late, fixed, struck_out])]
    ['raised']
    """
    by_id = {event.id: event for event in events}
    latest = {}
    for event in sorted(events, key=lambda event: event.id):
        root = event
        while root.corrects_id in by_id:
            root = by_id[root.corrects_id]
        latest[root.id] = event
    order = sorted(latest, key=lambda root_id: (latest[root_id].at, root_id))
    return [latest[root_id] for root_id in order if latest[root_id].kind != VOID]


def replay(events, target, working, now):
    """Replay the log for one target.

    :param events: iterable of :class:`Event`, in any order
    :param target: :class:`Target`
    :param working: working time of the call's calendar at its site
    :param now: present instant, naive UTC; decides between running and missed only
    :return: list of :class:`Clock`, one per cycle, oldest first; empty when nothing was raised
    :raise deadline.WorkingTimeTooShort: when ``working`` does not reach as far as a deadline
    """
    cycles = read_cycles(events, target)
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
    for cycle in read_cycles(events, target):
        minutes.append(used_minutes(cycle, target, working, now))
    return minutes


def used_minutes(cycle, target, working, now):
    """Return how many working minutes a cycle took until its target stopped, or takes until now."""
    start, stop = cycle.started_by.at, cycle.stop.at if cycle.stop else now
    paused = sum(working.minutes_between(begin, end) for begin, end in counted_spans(cycle.spans, target, stop))
    return working.minutes_between(start, stop) - paused


def read_cycles(events, target):
    """Read the log for one target: a list of :class:`Cycle`, oldest first; empty when nothing was raised."""
    cycles = []
    for event in effective_events(events):
        if not cycles:
            if event.kind == "raised":
                cycles.append(Cycle(event))
            continue
        cycle = cycles[-1]
        if event.kind == "reopened" and cycle.closed_by:
            if _continues(target, cycle.closed_by.at, event.at):
                cycle.reopen(event)
            else:
                cycles.append(Cycle(event))
        elif cycle.closed_by:
            continue
        elif event.kind in CLOSING_KINDS:
            cycle.close(event)
        elif event.kind == "paused":
            cycle.pause(event)
        elif event.kind == "resumed":
            cycle.resume(event)
        elif event.kind in target.stop_kinds and not cycle.stopped_by:
            cycle.stopped_by = event
    return cycles


def counted_spans(spans, target, stop):
    """Return (begin, end) of the spans that give time back, cut at the stop: stopping from a paused state closes the
    pause first.

    :param spans: list of :class:`Span`
    :param stop: instant at which the clock stopped, or None
    """
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


def oddities(events):
    """Return what cannot have happened as the log says, as a set of (id of the first row of the event, code).

    Codes: ``early`` (before it was raised), ``closed`` (while closed), ``open`` (reopened while open), ``paused``
    (paused while paused), ``running`` (resumed while not paused). A correction may not bring a new one.

    >>> raised, resumed = Event(1, 'raised', datetime(2026, 1, 1, 9)), Event(2, 'resumed', datetime(2026, 1, 1, 10))
    >>> oddities([raised, resumed])
    {(2, 'running')}
    """
    found, is_raised, is_paused, is_closed = set(), False, False, False
    for event in effective_events(events):
        kind, code = event.kind, None
        if not is_raised:
            is_raised = kind == "raised"
            code = None if is_raised else "early"
        elif kind == "reopened":
            code = None if is_closed else "open"
            is_closed = False
        elif is_closed:
            code = "closed"
        elif kind in CLOSING_KINDS:
            is_closed, is_paused = True, False
        elif kind == "paused":
            code = "paused" if is_paused else None
            is_paused = True
        elif kind == "resumed":
            code = None if is_paused else "running"
            is_paused = False
        if code:
            found.add((root_of(event, events), code))
    return found


def root_of(event, events):
    """Return the id of the row with which an event was first entered."""
    by_id = {row.id: row for row in events}
    while event.corrects_id in by_id:
        event = by_id[event.corrects_id]
    return event.id


def _continues(target, closed_at, reopened_at):
    if target.reopen == "within":
        return reopened_at <= closed_at + timedelta(hours=target.reopen_hours)
    return target.reopen == "continue"


def _evaluate(index, cycle, target, working, now):
    start = cycle.started_by.at
    stop = cycle.stop.at if cycle.stop else None
    spans = counted_spans(cycle.spans, target, stop)
    deadline, paused = plan(start, target.budget_minutes, spans, working)
    warnings = points(start, target.budget_minutes, target.warn_percents, spans, working)
    if stop is not None and stop <= deadline:
        is_void = not cycle.stopped_by and cycle.closed_by.kind == "cancelled"
        state = "void" if is_void else "met"
    elif stop is not None:
        state = "missed"
    elif deadline is None:
        state = "paused"
    else:
        state = "missed" if now > deadline else "running"
    marks = _place_marks(start, target, spans, deadline, working) if stop is None else ()
    used = used_minutes(cycle, target, working, now) if stop is not None else None
    return Clock(index, state, start, deadline, stop, paused, tuple(warnings), used, marks)


def _place_marks(start, target, spans, deadline, working):
    """Return (key, instant) of each mark; those before the deadline are planned like it, pauses after it move none."""
    placed = []
    for mark in target.marks:
        if mark.basis == "after":
            instant = working.add_minutes(deadline, mark.value) if deadline else None
        else:
            is_percent = mark.basis == "percent"
            minutes = target.budget_minutes * mark.value / 100 if is_percent else target.budget_minutes - mark.value
            instant, _paused = plan(start, max(minutes, 0), spans, working)
        if instant is not None:
            placed.append((mark.key, instant))
    return tuple(placed)
