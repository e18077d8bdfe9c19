# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestEscalationRule(HelpdeskCase):
    """Rules act at their point of a clock, once, and only while the promise is open.

    Raised on Wednesday 18 November at 10:00 in Rome: the response is due at 14:00, half of it is used at noon.
    """

    def _rule(self, **vals):
        values = {"name": "Half time", "metric": "response", "percent": 50, "policy_id": self.policy.id, **vals}
        return self.env["service.escalation.rule"].with_user(self.manager).create(values)

    def _wake(self, at):
        with freeze_time(at), self.enter_registry_test_mode():
            self.env.ref("service_helpdesk.ir_cron_sla_wake").method_direct_trigger()
        self.env.invalidate_all()

    def _steps(self, call):
        return call.sudo().escalation_step_ids

    def _call(self, **vals):
        with freeze_time("2026-11-18 09:00:00"):
            return self._new_call(team_id=self.team.id, user_id=self.taker.id, **vals)

    def test_at_half_time_the_owner_is_told_once(self):
        rule = self._rule(percent=25)
        call = self._call()
        clock = self._clock(call, "response")
        self.assertEqual(clock.next_wakeup_at, self._at("2026-11-18 10:00:00"), "the job wakes for the rule")
        self._wake("2026-11-18 09:59:00")
        self.assertFalse(self._steps(call))
        self._wake("2026-11-18 10:00:00")
        self._wake("2026-11-18 10:01:00")
        self.assertRecordValues(
            self._steps(call),
            [{"rule_id": rule.id, "number": 0, "told_user_ids": self.taker.ids}],
        )
        self.assertEqual(call.sudo().activity_ids.user_id, self.taker)
        self.assertEqual(self._bodies(call).count("Escalation: Response"), 1)

    def test_before_and_after_with_repeats(self):
        before = self._rule(basis="before", minutes=60, tells_owner=False, tells_leader=True)
        after = self._rule(basis="after", minutes=30, repeat_count=2, repeat_minutes=60, tells_controllers=True)
        call = self._call()
        self._wake("2026-11-18 12:00:00")
        self.assertEqual(self._steps(call).rule_id, before)
        self.assertEqual(self._steps(call).told_user_ids, self.manager)
        # Missed at 14:00; 14:30, 15:30 and 16:30 in Rome follow.
        for at, count in (("13:29", 0), ("13:30", 1), ("14:29", 1), ("14:30", 2), ("15:30", 3), ("15:55", 3)):
            self._wake(f"2026-11-18 {at}:00")
            self.assertEqual(len(self._steps(call).filtered(lambda step: step.rule_id == after)), count, at)
        self.assertFalse(self._clock(call, "response").next_wakeup_at)

    def test_a_late_job_does_each_point_but_tells_of_repeats_once(self):
        rule = self._rule(basis="after", minutes=0, repeat_count=3, repeat_minutes=60)
        call = self._call()
        self._wake("2026-11-20 08:00:00")
        self.assertEqual(sorted(self._steps(call).mapped("number")), [0, 1, 2, 3])
        self.assertEqual(self._bodies(call).count("Escalation: Response"), 1)
        self.assertEqual(len(self._steps(call).filtered("told_user_ids")), 1)
        self.assertEqual(self._steps(call).rule_id, rule)

    def test_pauses_move_the_points(self):
        self._rule(metric="resolution", percent=25)
        call = self._call()
        clock = self._clock(call, "resolution")
        with freeze_time("2026-11-18 10:00:00"):
            call.action_pause()
        self._wake("2026-11-18 13:30:00")
        self.assertFalse(self._steps(call), "while on hold the points wait")
        with freeze_time("2026-11-18 13:30:00"):
            call.action_resume()
        # A quarter of 16 h, less the hour that was used, from 14:30 in Rome: Thursday 09:30.
        self.assertEqual(clock.next_wakeup_at, self._at("2026-11-19 08:30:00"))
        self._wake("2026-11-19 08:30:00")
        self.assertEqual(len(self._steps(call)), 1)

    def test_a_kept_promise_escalates_nothing(self):
        self._rule(basis="after", minutes=30)
        call = self._call()
        with freeze_time("2026-11-18 13:10:00"):
            call._register_event("replied")
        self._wake("2026-11-18 15:00:00")
        self.assertFalse(self._steps(call))
        self.assertIn("Response missed", self._bodies(call))

    def test_an_excused_one_neither(self):
        self._rule(basis="after", minutes=30)
        call = self._call()
        self._wake("2026-11-18 13:10:00")
        with freeze_time("2026-11-18 13:15:00"):
            self._clock(call, "response").with_user(self.controller).action_excuse("Gate")
        self._wake("2026-11-18 15:00:00")
        self.assertFalse(self._steps(call))

    def test_what_changes(self):
        other = self.env["service.team"].create({"name": "Second line", "user_id": self.controller.id})
        self._rule(
            percent=50, priority_to="3", team_to_id=other.id, owner_to="nobody", tells_owner=True, tells_leader=True
        )
        call = self._call()
        self._wake("2026-11-18 11:00:00")
        self.assertRecordValues(call, [{"priority": "3", "team_id": other.id, "user_id": False}])
        self.assertEqual(self._steps(call).told_user_ids, self.taker | self.controller, "old owner and new leader")
        self._wake("2026-11-18 11:05:00")
        self.assertEqual(len(self._steps(call)), 1)
        self.assertIn("raise the priority to Urgent", self._steps(call).changes)

    def test_the_priority_is_never_lowered(self):
        self._rule(priority_to="1", priority="2")
        call = self._call(priority="2")
        low = self._call()
        self._wake("2026-11-18 11:00:00")
        self.assertEqual((call.priority, len(self._steps(call))), ("2", 1))
        self.assertFalse(self._steps(low), "the rule is for high priorities")

    def _second_line(self):
        return self.env["service.team"].create(
            {"name": "Second Line", "user_id": self.manager.id, "member_ids": [Command.set(self.engineer.ids)]}
        )

    def test_another_team_is_asked_and_has_the_call_once_it_accepts(self):
        second = self._second_line()
        rule = self._rule(team_to_id=second.id, is_team_asked=True, owner_to="person", user_to_id=self.engineer.id)
        self.assertEqual(
            rule.summary,
            f"Response, at 50 % of the time: tell Owner; ask Second Line, for {self.engineer.name}, to take over.",
        )
        call = self._call()
        self._wake("2026-11-18 11:00:00")
        asked = call.sudo().pending_escalation_id
        self.assertRecordValues(
            asked,
            [
                {
                    "team_id": second.id,
                    "from_team_id": self.team.id,
                    "from_user_id": self.taker.id,
                    "user_id": self.engineer.id,
                    "reason": "Half time: Response, at 50 % of the time",
                }
            ],
        )
        self.assertRecordValues(call, [{"team_id": self.team.id, "user_id": self.taker.id}])
        self.assertIn("ask Second Line", self._steps(call).changes)
        with freeze_time("2026-11-18 11:30:00"):
            asked.with_user(self.engineer).action_accept()
        self.assertRecordValues(call, [{"team_id": second.id, "user_id": self.engineer.id}])

    def test_a_team_is_not_asked_twice_nor_for_its_own_calls(self):
        second = self._second_line()
        self._rule(percent=25, team_to_id=second.id, is_team_asked=True)
        self._rule(percent=50, team_to_id=second.id, is_team_asked=True)
        self._rule(percent=75, team_to_id=self.team.id, is_team_asked=True)
        call = self._call()
        self._wake("2026-11-18 12:30:00")
        self.assertEqual(self._steps(call).sorted("due_at").mapped("changes"), ["ask Second Line to take over", "", ""])
        self.assertEqual(len(call.sudo().escalation_ids), 1)
        self.assertFalse(any(self._steps(call).mapped("error")))

    def test_tags_are_added_and_none_is_taken_away(self):
        late, press = self.env["service.call.tag"].create([{"name": "Late"}, {"name": "Press"}])
        rule = self._rule(tells_owner=False, tag_ids=[Command.set(late.ids)])
        self.assertEqual(rule.summary, "Response, at 50 % of the time: add the tag Late.")
        call = self._call(tag_ids=[Command.set(press.ids)])
        tagged = self._call(tag_ids=[Command.set(late.ids)])
        self._wake("2026-11-18 11:00:00")
        self.assertEqual(call.tag_ids, late | press)
        self.assertEqual(self._steps(call).changes, "add the tag Late")
        self.assertFalse(self._steps(tagged).changes)

    def test_rules_of_other_teams_and_service_levels_do_not_concern_the_call(self):
        other = self.env["service.team"].create({"name": "Second line"})
        self._rule(team_id=other.id)
        self._rule(policy_id=self.policy.copy().id)
        call = self._call()
        self._wake("2026-11-18 11:30:00")
        self.assertFalse(self._steps(call))
        with freeze_time("2026-11-18 11:31:00"):
            call.team_id = other
        self._wake("2026-11-18 11:32:00")
        self.assertEqual(len(self._steps(call)), 1, "now it does, late")

    def test_a_rule_that_is_set_up_later_holds_for_open_calls(self):
        call = self._call()
        self._rule(percent=75)
        self.assertTrue(call.is_replay_pending)
        with freeze_time("2026-11-18 09:30:00"), self.enter_registry_test_mode():
            self.env.ref("service_helpdesk.ir_cron_sla_replay").method_direct_trigger()
        self._wake("2026-11-18 12:00:00")
        self.assertEqual(len(self._steps(call)), 1)

    def test_a_step_that_fails_stops_nothing(self):
        self._rule(priority_to="3")
        bad, good = self._call(), self._call()
        do = type(self.env["service.escalation.step"])._do

        def explode(step):
            if step.call_id == bad:
                raise ValueError("broken on purpose")
            return do(step)

        with (
            patch.object(type(self.env["service.escalation.step"]), "_do", explode),
            mute_logger("odoo.addons.service_helpdesk.models.service_escalation_step"),
        ):
            self._wake("2026-11-18 11:00:00")
        self.assertEqual(good.priority, "3")
        self.assertEqual(self._steps(bad).error, "broken on purpose")
        self.assertIn("broken on purpose", self._bodies(bad))
        self.assertTrue(self._clock(bad, "response").next_wakeup_at, "its deadline is still watched")

    def test_the_database_knows_each_point_once(self):
        rule = self._rule()
        clock = self._clock(self._call(), "response")
        values = {"clock_id": clock.id, "rule_id": rule.id}
        self.env["service.escalation.step"].create(values)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["service.escalation.step"].create(values)

    def test_bad_rules_are_refused(self):
        for values in (
            {"tells_owner": False},
            {"owner_to": "person"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self._rule(**values)
        for values in ({"percent": 0}, {"percent": 101}, {"basis": "after", "minutes": 5, "repeat_count": 2}):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._rule(**values)

    def test_a_rule_that_acted_is_archived_not_deleted(self):
        rule = self._rule()
        call = self._call()
        self._wake("2026-11-18 11:00:00")
        self.assertTrue(self._steps(call))
        with self.assertRaisesRegex(UserError, "archive it instead"):
            rule.unlink()
        self._rule().unlink()

    def test_in_words(self):
        self.env["service.escalation.rule"].search([]).active = False
        rule = self._rule(basis="after", minutes=60, repeat_count=3, repeat_minutes=30, tells_leader=True)
        self.assertEqual(
            rule.summary,
            "Response, 1 h after it, then 3 times every 30 min: tell Owner, Team Leader.",
        )
        self._rule(percent=25)
        text = " ".join(html2plaintext(self.policy.escalation_html).split())
        self.assertIn("After *1 h* (at 25 % of the time): tell Owner", text)
        self.assertIn("After *5 h* (1 h after it, then 3 times every 30 min)", text)
        self.assertNotIn("resolve within", text)
