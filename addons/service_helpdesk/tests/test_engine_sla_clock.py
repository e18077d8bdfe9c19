# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import unittest
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from odoo.addons.service_contract.engine.deadline import WorkingTimeTooShort
from odoo.addons.service_contract.engine.working_time import Attendance, WorkingTime, build

from ..engine.sla_clock import Event, Target, effective_events, elapsed_minutes, replay

settings.register_profile("service", derandomize=True, deadline=None, max_examples=200)
settings.load_profile("service")

ROME = ZoneInfo("Europe/Rome")
OFFICE = build(
    [Attendance(weekday, 9, 17) for weekday in range(5)],
    [],
    ROME,
    datetime(2026, 1, 1),
    datetime(2028, 1, 1),
)


def rome(day, hour, minute=0, month=11):
    """An instant of 2026 on the wall in Rome, as naive UTC."""
    local = datetime(2026, month, day, hour, minute, tzinfo=ROME)
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def log(*entries):
    return [Event(index, kind, at) for index, (kind, at) in enumerate(entries, start=1)]


def clock(entries, now=None, working=OFFICE, **target):
    """The only clock of a log for an eight-hour target."""
    target.setdefault("budget_minutes", 8 * 60)
    (answer,) = replay(log(*entries), Target(**target), working, now or rome(30, 12))
    return answer


class TestWorkedCase(unittest.TestCase):
    """The case of rules.md 3: Mon-Fri 09-17 in Rome, 8 h, raised Friday 13 November 2026 at 16:00."""

    def test_no_pause(self):
        answer = clock([("raised", rome(13, 16))], now=rome(13, 16))
        self.assertEqual((answer.state, answer.deadline), ("running", rome(16, 16)))

    def test_pause_over_the_weekend_gives_back_working_time_only(self):
        answer = clock(
            [
                ("raised", rome(13, 16)),
                ("paused", rome(13, 16, 30)),
                ("resumed", rome(16, 10)),
            ],
            now=rome(16, 10),
        )
        self.assertEqual(answer.paused_minutes, 90)
        self.assertEqual(answer.deadline, rome(17, 9, 30))

    def test_pause_over_the_night_gives_nothing(self):
        answer = clock(
            [
                ("raised", rome(13, 16)),
                ("paused", rome(13, 17)),
                ("resumed", rome(16, 9)),
            ],
            now=rome(16, 9),
        )
        self.assertEqual((answer.paused_minutes, answer.deadline), (0, rome(16, 16)))

    def test_closed_from_a_pause_is_resumed_and_closed(self):
        paused = [("raised", rome(13, 16)), ("paused", rome(13, 16, 30))]
        at_once = clock([*paused, ("completed", rome(16, 10))])
        resumed = clock([*paused, ("resumed", rome(16, 10)), ("completed", rome(16, 10))])
        self.assertEqual(at_once, resumed)
        self.assertEqual((at_once.state, at_once.deadline), ("met", rome(17, 9, 30)))


class TestStates(unittest.TestCase):
    def test_paused_has_no_deadline(self):
        answer = clock([("raised", rome(13, 16)), ("paused", rome(13, 16, 30))], warn_percents=(80,))
        self.assertEqual((answer.state, answer.deadline, answer.warnings), ("paused", None, ()))

    def test_stop_at_the_deadline_is_met_a_second_later_missed(self):
        deadline = rome(16, 16)
        raised = ("raised", rome(13, 16))
        self.assertEqual(clock([raised, ("completed", deadline)]).state, "met")
        self.assertEqual(clock([raised, ("completed", deadline + timedelta(seconds=1))]).state, "missed")

    def test_running_at_the_deadline_missed_after_it(self):
        raised = [("raised", rome(13, 16))]
        self.assertEqual(clock(raised, now=rome(16, 16)).state, "running")
        self.assertEqual(clock(raised, now=rome(16, 16, 1)).state, "missed")

    def test_cancelled_in_time_is_void_cancelled_late_is_missed(self):
        raised = ("raised", rome(13, 16))
        self.assertEqual(clock([raised, ("cancelled", rome(16, 10))]).state, "void")
        self.assertEqual(clock([raised, ("cancelled", rome(18, 10))]).state, "missed")

    def test_pause_after_the_deadline_changes_nothing(self):
        answer = clock([("raised", rome(13, 16)), ("paused", rome(16, 16)), ("resumed", rome(18, 16))])
        self.assertEqual((answer.state, answer.deadline, answer.paused_minutes), ("missed", rome(16, 16), 0))

    def test_runs_in_pause(self):
        answer = clock(
            [("raised", rome(13, 16)), ("paused", rome(13, 16, 30)), ("resumed", rome(16, 10))],
            runs_in_pause=True,
            now=rome(16, 10),
        )
        self.assertEqual((answer.state, answer.deadline), ("running", rome(16, 16)))

    def test_response_stops_at_its_first_event_only(self):
        answer = clock(
            [
                ("raised", rome(13, 16)),
                ("allocated", rome(13, 16, 5)),
                ("replied", rome(13, 16, 10)),
                ("replied", rome(18, 16)),
            ],
            stop_kinds=frozenset({"replied"}),
        )
        self.assertEqual((answer.state, answer.stopped_at), ("met", rome(13, 16, 10)))

    def test_a_stop_inside_a_pause_leaves_the_pause_to_the_others(self):
        entries = [("raised", rome(13, 16)), ("paused", rome(13, 16, 30)), ("replied", rome(16, 9, 30))]
        response = clock(entries, stop_kinds=frozenset({"replied"}))
        self.assertEqual((response.state, response.paused_minutes), ("met", 60))
        self.assertEqual(clock(entries).state, "paused")

    def test_warnings_are_planned_like_deadlines(self):
        answer = clock([("raised", rome(13, 16))], now=rome(13, 16), warn_percents=(80, 50))
        self.assertEqual(answer.warnings, ((50, rome(16, 12)), (80, rome(16, 14, 24))))

    def test_nothing_raised_nothing_promised(self):
        self.assertEqual(replay(log(("replied", rome(13, 16))), Target(60), OFFICE, rome(13, 17)), [])

    def test_working_time_that_ends_too_early_is_told(self):
        short = build([Attendance(4, 9, 17)], [], ROME, rome(13, 1), rome(14, 1))
        with self.assertRaises(WorkingTimeTooShort):
            clock([("raised", rome(13, 16))], working=short)

    def test_round_the_clock(self):
        answer = clock([("raised", rome(13, 16))], working=WorkingTime(always=True), now=rome(13, 17))
        self.assertEqual(answer.deadline, rome(14, 0))

    def test_change_of_hour(self):
        # The night of 25 October 2026 has the hour from 02 to 03 twice.
        night = build(
            [Attendance(weekday, 0, 24) for weekday in range(7)],
            [],
            ROME,
            datetime(2026, 10, 20),
            datetime(2026, 11, 1),
        )
        answer = clock(
            [("raised", rome(25, 0, month=10))], working=night, budget_minutes=240, now=rome(25, 0, month=10)
        )
        self.assertEqual(answer.deadline, rome(25, 3, month=10))


class TestReopen(unittest.TestCase):
    entries = (
        ("raised", rome(16, 9)),
        ("completed", rome(16, 12)),
        ("reopened", rome(17, 12)),
    )

    def test_continue_does_not_count_the_time_it_was_closed(self):
        answer = clock(self.entries, now=rome(17, 12))
        # Three of eight hours were used; five remain from Tuesday noon.
        self.assertEqual((answer.state, answer.deadline), ("running", rome(17, 17)))

    def test_new_starts_a_second_cycle(self):
        first, second = replay(
            log(*self.entries),
            Target(480, reopen="new"),
            OFFICE,
            now=rome(17, 12),
        )
        self.assertEqual((first.cycle, first.state, first.stopped_at), (0, "met", rome(16, 12)))
        self.assertEqual((second.cycle, second.state, second.deadline), (1, "running", rome(18, 12)))

    def test_within_hours_continues_else_starts_anew(self):
        soon = replay(log(*self.entries), Target(480, reopen="within", reopen_hours=24), OFFICE, rome(17, 12))
        late = replay(log(*self.entries), Target(480, reopen="within", reopen_hours=23), OFFICE, rome(17, 12))
        self.assertEqual((len(soon), len(late)), (1, 2))

    def test_missed_stays_missed(self):
        answer = clock(
            [
                ("raised", rome(16, 9)),
                ("completed", rome(17, 10)),
                ("reopened", rome(18, 9)),
                ("completed", rome(18, 10)),
            ]
        )
        self.assertEqual((answer.state, answer.deadline), ("missed", rome(16, 17)))

    def test_a_given_reply_holds_when_the_clock_goes_on(self):
        answer = clock(
            [
                ("raised", rome(16, 9)),
                ("replied", rome(16, 10)),
                ("completed", rome(16, 12)),
                ("reopened", rome(17, 12)),
            ],
            stop_kinds=frozenset({"replied"}),
        )
        self.assertEqual((answer.state, answer.stopped_at), ("met", rome(16, 10)))


class TestCorrections(unittest.TestCase):
    def test_a_correction_may_un_miss(self):
        events = log(("raised", rome(13, 16)), ("completed", rome(17, 12)))
        self.assertEqual(replay(events, Target(480), OFFICE, rome(18, 9))[0].state, "missed")
        events.append(Event(3, "completed", rome(16, 15), corrects_id=2))
        self.assertEqual(replay(events, Target(480), OFFICE, rome(18, 9))[0].state, "met")

    def test_the_last_correction_of_a_chain_holds(self):
        events = [
            *log(("raised", rome(13, 16)), ("replied", rome(16, 12))),
            Event(3, "replied", rome(16, 11), corrects_id=2),
            Event(4, "replied", rome(16, 10), corrects_id=3),
        ]
        self.assertEqual([event.at for event in effective_events(events)], [rome(13, 16), rome(16, 10)])


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["paused", "resumed", "replied", "arrived", "completed", "cancelled", "reopened"]),
        st.integers(min_value=0, max_value=4 * 24 * 60),
    ),
    max_size=12,
)
START = rome(9, 10)
TARGETS = st.builds(
    Target,
    budget_minutes=st.integers(1, 3000),
    runs_in_pause=st.booleans(),
    stop_kinds=st.sampled_from([frozenset(), frozenset({"replied"}), frozenset({"arrived"})]),
    reopen=st.sampled_from(["continue", "new", "within"]),
    reopen_hours=st.integers(0, 48),
    warn_percents=st.sampled_from([(), (80,), (25, 50, 75)]),
)


def make_log(steps):
    at, events = START, [Event(1, "raised", START)]
    for index, (kind, minutes) in enumerate(steps, start=2):
        at += timedelta(minutes=minutes)
        events.append(Event(index, kind, at))
    return events


class TestProperties(unittest.TestCase):
    @given(STEPS, TARGETS, st.randoms(use_true_random=False))
    def test_the_order_of_entry_does_not_matter(self, steps, target, random):
        events = make_log(steps)
        shuffled = list(events)
        random.shuffle(shuffled)
        now = START + timedelta(days=30)
        self.assertEqual(replay(events, target, OFFICE, now), replay(shuffled, target, OFFICE, now))

    @given(STEPS, TARGETS)
    def test_deadline_holds_budget_and_pauses_exactly(self, steps, target):
        for answer in replay(make_log(steps), target, OFFICE, START):
            if answer.deadline:
                worked = OFFICE.minutes_between(answer.started_at, answer.deadline)
                self.assertAlmostEqual(worked, target.budget_minutes + answer.paused_minutes, places=6)

    @given(STEPS, TARGETS, st.integers(1, 500))
    def test_more_budget_is_never_an_earlier_deadline(self, steps, target, more):
        events = make_log(steps)
        wider = Target(**{**target.__dict__, "budget_minutes": target.budget_minutes + more})
        for narrow, wide in zip(
            replay(events, target, OFFICE, START),
            replay(events, wider, OFFICE, START),
            strict=True,
        ):
            if narrow.deadline and wide.deadline:
                self.assertLess(narrow.deadline, wide.deadline)

    @given(STEPS, TARGETS, st.integers(0, 60), st.integers(0, 60))
    def test_missed_stays_missed_while_time_passes(self, steps, target, days, more_days):
        events = make_log(steps)
        earlier = replay(events, target, OFFICE, START + timedelta(days=days))
        later = replay(events, target, OFFICE, START + timedelta(days=days + more_days))
        for before, after in zip(earlier, later, strict=True):
            if before.state == "missed":
                self.assertEqual(after, before)

    @given(STEPS, TARGETS, st.sampled_from(["paused", "resumed", "replied", "completed", "cancelled"]))
    def test_what_happens_after_a_missed_deadline_moves_nothing(self, steps, target, kind):
        events = make_log(steps)
        now = events[-1].at + timedelta(days=60)
        *_rest, answer = replay(events, target, OFFICE, now)
        assume(answer.state == "missed" and answer.stopped_at is None)
        # pylint takes `assume` for a function that never returns.
        # pylint: disable-next=unreachable
        events.append(Event(99, kind, now))
        *_rest, after = replay(events, target, OFFICE, now)
        self.assertEqual((after.state, after.deadline), ("missed", answer.deadline))

    @given(st.integers(0, 5000), st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 3000))
    def test_a_pause_cut_in_two_is_the_same_pause(self, wait, first, second, budget):
        begin = START + timedelta(minutes=wait)
        middle, end = begin + timedelta(minutes=first), begin + timedelta(minutes=first + second)
        whole = [("raised", START), ("paused", begin), ("resumed", end)]
        cut = [("raised", START), ("paused", begin), ("resumed", middle), ("paused", middle), ("resumed", end)]
        whole_clock, cut_clock = (clock(entries, budget_minutes=budget, now=START) for entries in (whole, cut))
        self.assertEqual(whole_clock.deadline, cut_clock.deadline)

    @given(STEPS, TARGETS, st.integers(1, 3000))
    def test_minutes_taken_judge_any_budget_as_its_clock_does(self, steps, target, budget):
        """The minutes don't know the budget, and yet tell for each one whether it is kept."""
        events = make_log(steps)
        now = events[-1].at + timedelta(days=1)
        minutes = elapsed_minutes(events, target, OFFICE, now)
        other = Target(**{**target.__dict__, "budget_minutes": budget})
        for answer, taken in zip(replay(events, other, OFFICE, now), minutes, strict=True):
            if answer.state in ("met", "void"):
                self.assertLessEqual(taken, budget + 1e-6)
            elif answer.state == "missed":
                self.assertGreaterEqual(taken, budget - 1e-6)

    @given(STEPS, TARGETS)
    def test_warnings_come_in_order_and_not_after_the_deadline(self, steps, target):
        for answer in replay(make_log(steps), target, OFFICE, START):
            instants = [instant for _percent, instant in answer.warnings]
            self.assertEqual(instants, sorted(instants))
            if answer.deadline and instants:
                self.assertLessEqual(instants[-1], answer.deadline)
