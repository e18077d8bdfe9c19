# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The story of a clock: why its deadline is where it is, step by step (rules.md 3).

:func:`tell` reads the same log by the same rules as :func:`engine.sla_clock.replay` and answers, for each of its
clocks, a :class:`Story`: what started it, every pause with the deadline before and after it, its warning points, and
what stopped it. Nothing here decides anything; the last deadline of a story is the deadline of its clock.

The case of rules.md 3, round the clock for short:

>>> from datetime import datetime
>>> from odoo.addons.service_contract.engine.working_time import WorkingTime
>>> from .sla_clock import Event, Target
>>> def at(hour, minute=0):
...     return datetime(2026, 11, 13, hour, minute)
>>> log = [Event(1, 'raised', at(8)), Event(2, 'paused', at(9)), Event(3, 'resumed', at(9, 30))]
>>> (story,) = tell(log, Target(120, warn_percents=(50,)), WorkingTime(always=True), now=at(10))
>>> [(step.kind, step.at.hour) for step in story.steps]
[('started', 8), ('paused', 9), ('warned', 9)]
>>> pause = story.steps[1]
>>> pause.effect, pause.minutes, str(pause.before.time()), str(pause.after.time())
('moved', 30.0, '10:00:00', '10:30:00')
>>> story.used_minutes
90.0
"""

from dataclasses import dataclass
from datetime import datetime

from odoo.addons.service_contract.engine.deadline import plan

from .sla_clock import Clock, counted_spans, read_cycles, replay, used_minutes


@dataclass(frozen=True)
class Step:
    """One thing that happened to a clock.

    :ivar kind: ``started``, ``paused``, ``closed`` (until it was reopened), ``warned``, ``missed`` or ``stopped``
    :ivar end: end of a pause, or None while it lasts
    :ivar event: the event of the log that began it, or None
    :ivar end_event: the event that ended a pause, or None
    :ivar effect: of a pause: ``moved`` the deadline, ``runs`` (the clock goes on in pauses), ``late`` (it began after
        the deadline), ``open`` (it lasts: there is no deadline until it ends)
    :ivar minutes: working minutes that a pause gave back; percent of a warning
    :ivar before: the deadline before the pause
    :ivar after: the deadline after it; of ``started``: the first deadline
    """

    kind: str
    at: datetime
    end: datetime | None = None
    event: object = None
    end_event: object = None
    effect: str = ""
    minutes: float = 0.0
    before: datetime | None = None
    after: datetime | None = None


@dataclass(frozen=True)
class Story:
    """What there is to tell about one clock.

    :ivar clock: :class:`engine.sla_clock.Clock`
    :ivar budget_minutes: working minutes allowed
    :ivar used_minutes: working minutes taken until the stop, or until now; pauses left out
    :ivar steps: list of :class:`Step`, in the order of time
    """

    clock: Clock
    budget_minutes: int
    used_minutes: float
    steps: list

    @property
    def percent(self):
        """The part of the budget that is used, rounded down so that 100 is said when it is all gone."""
        return int(self.used_minutes * 100 / self.budget_minutes)


def tell(events, target, working, now):
    """Tell the stories of all clocks of one target.

    :param events: iterable of :class:`engine.sla_clock.Event`, in any order
    :param target: :class:`engine.sla_clock.Target`
    :param working: working time of the call's calendar at its site
    :param now: present instant, naive UTC
    :return: list of :class:`Story`, one per cycle, oldest first
    :raise deadline.WorkingTimeTooShort: when ``working`` does not reach as far as a deadline
    """
    events = list(events)
    return [
        Story(
            clock,
            target.budget_minutes,
            used_minutes(cycle, target, working, now),
            _steps(cycle, clock, target, working, now),
        )
        for cycle, clock in zip(read_cycles(events, target), replay(events, target, working, now), strict=True)
    ]


def _steps(cycle, clock, target, working, now):
    stop = clock.stopped_at
    first, _paused = plan(clock.started_at, target.budget_minutes, [], working)
    steps = [Step("started", clock.started_at, event=cycle.started_by, after=first)]
    steps += _pauses(cycle, target, working, stop, first)
    until = min(stop or now, now)
    steps += [Step("warned", at, minutes=percent) for percent, at in clock.warnings if at <= until]
    if clock.state == "missed":
        steps.append(Step("missed", clock.deadline))
    if cycle.stop:
        steps.append(Step("stopped", stop, event=cycle.stop))
    rank = {"started": 0, "stopped": 2}
    return sorted(steps, key=lambda step: (step.at, rank.get(step.kind, 1)))


def _pauses(cycle, target, working, stop, deadline):
    """Return the steps of a cycle's pauses: the deadline is planned again after each."""
    steps, counted = [], []
    for span in cycle.spans:
        if stop is not None and span.begin >= stop:
            continue
        kind = "paused" if span.is_pause else "closed"
        own = counted_spans([span], target, stop)
        before, minutes = deadline, 0.0
        end = own[0][1] if own else span.end
        if not own:
            effect = "runs"
        elif deadline is not None and span.begin >= deadline:
            effect = "late"
        else:
            counted += own
            deadline, _paused = plan(cycle.started_by.at, target.budget_minutes, counted, working)
            effect = "open" if deadline is None else "moved"
            minutes = working.minutes_between(span.begin, end) if end else 0.0
        # A pause that the stop cut short ended with the stop.
        end_event = span.ended_by if span.end == end else cycle.stop
        steps.append(Step(kind, span.begin, end, span.begun_by, end_event, effect, minutes, before, deadline))
    return steps
