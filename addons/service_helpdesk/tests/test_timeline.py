# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import unittest
from datetime import timedelta

from freezegun import freeze_time
from hypothesis import given

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..engine.clock_story import tell
from ..engine.sla_clock import Event, Mark, Target, effective_events, oddities, replay
from .common import HelpdeskCase
from .test_engine_sla_clock import OFFICE, START, STEPS, TARGETS, log, make_log, rome


class TestStory(unittest.TestCase):
    """The story of a clock says what its replay decided."""

    def test_worked_case(self):
        """rules.md 3: paused Fri 16:30 to Mon 10:00 gives 90 minutes, from Mon 16:00 to Tue 09:30."""
        events = log(("raised", rome(13, 16)), ("paused", rome(13, 16, 30)), ("resumed", rome(16, 10)))
        (story,) = tell(events, Target(480), OFFICE, rome(16, 11))
        started, pause = story.steps
        self.assertEqual((started.kind, started.after), ("started", rome(16, 16)))
        self.assertEqual((pause.kind, pause.effect, pause.minutes), ("paused", "moved", 90))
        self.assertEqual((pause.at, pause.end), (rome(13, 16, 30), rome(16, 10)))
        self.assertEqual((pause.before, pause.after), (rome(16, 16), rome(17, 9, 30)))
        self.assertEqual((pause.event.id, pause.end_event.id), (2, 3))
        self.assertEqual((story.used_minutes, story.percent), (90, 18))

    def test_pauses_that_move_nothing(self):
        entries = [("raised", rome(13, 16)), ("paused", rome(13, 16, 30)), ("resumed", rome(16, 10))]
        (story,) = tell(log(*entries), Target(480, runs_in_pause=True), OFFICE, rome(16, 11))
        self.assertEqual(story.steps[1].effect, "runs")
        late = [("raised", rome(13, 16)), ("paused", rome(17, 9)), ("resumed", rome(17, 10))]
        (story,) = tell(log(*late), Target(480), OFFICE, rome(17, 11))
        self.assertEqual([step.kind for step in story.steps], ["started", "missed", "paused"])
        self.assertEqual(story.steps[2].effect, "late")
        (story,) = tell(log(*entries[:2]), Target(480), OFFICE, rome(16, 11))
        self.assertEqual((story.steps[1].effect, story.steps[1].after), ("open", None))

    def test_reopened_and_stopped(self):
        entries = [("raised", rome(16, 9)), ("completed", rome(16, 12)), ("reopened", rome(17, 12))]
        (story,) = tell(log(*entries), Target(480), OFFICE, rome(17, 13))
        self.assertEqual([step.kind for step in story.steps], ["started", "closed"])
        self.assertEqual(story.used_minutes, 240)
        stories = tell(log(*entries), Target(480, reopen="new"), OFFICE, rome(17, 13))
        self.assertEqual([story.steps[-1].kind for story in stories], ["stopped", "started"])

    @given(STEPS, TARGETS)
    def test_the_last_deadline_told_is_the_clock_s(self, steps, target):
        events = make_log(steps)
        now = START + timedelta(days=3)
        for story, clock in zip(
            tell(events, target, OFFICE, now), replay(events, target, OFFICE, now), strict=True
        ):
            self.assertEqual(story.clock, clock)
            told = [step.after for step in story.steps if step.effect in ("", "moved", "open") and step.kind in
                    ("started", "paused", "closed")]
            self.assertEqual(told[-1], clock.deadline)
            given_back = sum(step.minutes for step in story.steps if step.effect == "moved")
            if clock.deadline:
                self.assertAlmostEqual(given_back, clock.paused_minutes, places=6)


class TestVoidAndMarks(unittest.TestCase):
    @given(STEPS, TARGETS)
    def test_an_event_struck_out_was_never_there(self, steps, target):
        events = make_log(steps)
        now = START + timedelta(days=30)
        for event in events[1:]:
            void = Event(99, "void", event.at, corrects_id=event.id)
            without = [other for other in events if other != event]
            self.assertEqual(replay([*events, void], target, OFFICE, now), replay(without, target, OFFICE, now))

    @given(STEPS)
    def test_a_correction_that_changes_nothing_brings_nothing_odd(self, steps):
        events = make_log(steps)
        for event in events:
            same = Event(99, event.kind, event.at, corrects_id=event.id)
            self.assertEqual(oddities([*events, same]), oddities(events))
            self.assertEqual(len(effective_events([*events, same])), len(events))

    @given(STEPS, TARGETS)
    def test_marks_lie_where_warnings_and_deadlines_lie(self, steps, target):
        marks = (Mark("half", "percent", 50), Mark("end", "before", 0), Mark("hour", "after", 60))
        for clock in replay(make_log(steps), Target(**{**target.__dict__, "marks": marks}), OFFICE, START):
            placed = dict(clock.marks)
            if clock.stopped_at:
                self.assertFalse(placed)
            elif clock.deadline:
                self.assertEqual(placed["end"], clock.deadline)
                self.assertLessEqual(placed["half"], placed["end"])
                self.assertAlmostEqual(OFFICE.minutes_between(clock.deadline, placed["hour"]), 60, places=6)


@tagged("post_install", "-at_install")
class TestTimeline(HelpdeskCase):
    """The time line of a call: server-side, at the site, in the reader's language."""

    def _text(self, call):
        call.invalidate_recordset(["timeline_html"])
        return " ".join(html2plaintext(call.with_context(tz="Europe/Rome").timeline_html).split())

    def test_a_pause_is_explained(self):
        self.policy.target_ids.filtered(lambda target: target.metric == "resolution").budget_minutes = 8 * 60
        with freeze_time("2026-11-13 15:00:00"):
            call = self._new_call(raised_at=self._at("2026-11-13 15:00:00"))
        with freeze_time("2026-11-13 15:30:00"):
            call.with_user(self.taker).action_pause(reason="waiting for part")
        with freeze_time("2026-11-16 08:00:00"):
            self.assertIn("There is no deadline until the call is taken up again", self._text(call))
        with freeze_time("2026-11-16 09:00:00"):
            call.action_resume()
            text = self._text(call)
        self.assertIn("Paused Fri 13 Nov 16:30 to Mon 16 Nov 10:00", text)
        self.assertIn(f"waiting for part ({self.taker.name})", text)
        self.assertIn(
            "1 h 30 min of working time, deadline moved from Mon 16 Nov 16:00 to Tue 17 Nov 09:30", text
        )
        self.assertIn("Not counted: Sat 14 Nov, Sun 15 Nov", text)
        self.assertIn("30 min of 8 h used, 6 %", text)
        self.assertIn("This clock runs on while the call is on hold", text, "the response does")

    def test_holidays_have_names(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "City feast",
                "calendar_id": self.calendar.id,
                "date_from": "2026-11-18 23:00:00",
                "date_to": "2026-11-19 22:59:59",
            }
        )
        self.assertIn("Thu 19 Nov (City feast)", self._text(self._new_call()))

    def test_stopped_missed_and_corrected(self):
        call = self._new_call()
        with freeze_time("2026-11-18 15:00:00"):
            call._register_event("replied")
        text = self._text(call)
        self.assertIn("Missed: the deadline passed Wed 18 Nov 14:00", text)
        self.assertIn("Replied after 6 h of 4 h", text)

    def test_nothing_to_tell(self):
        self.assertFalse(self._new_call(equipment_id=self.unit_bare.id, partner_id=self.customer.id).timeline_html)
        self.assertFalse(self.env["service.call"].new({"subject": "New"}).timeline_html)

    def test_whoever_sees_the_call_sees_its_time_line(self):
        call = self._new_call(team_id=self.team.id)
        for user in (self.engineer, self.taker, self.controller, self.user_auditor):
            self.env.invalidate_all()
            self.assertIn("Response", call.with_user(user).timeline_html)
