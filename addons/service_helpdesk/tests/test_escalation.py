# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestEscalation(HelpdeskCase):
    """Another team is asked to take a call over, and accepts or not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expert = cls._new_user("hd_expert", "service_helpdesk.group_service_helpdesk_engineer")
        cls.expert_controller = cls._new_user("hd_expert_c", "service_helpdesk.group_service_helpdesk_controller")
        cls.unit.product_id.categ_id = cls.env["product.category"].create({"name": "Pumps"})
        cls.experts = cls.env["service.team"].create(
            {
                "name": "Pump Experts",
                "level": "2",
                "user_id": cls.manager.id,
                "calendar_id": cls.calendar.id,
                "member_ids": [Command.set(cls.expert.ids)],
                "controller_ids": [Command.set(cls.expert_controller.ids)],
                "competence_category_ids": [Command.set(cls.unit.product_id.categ_id.ids)],
                "is_routed": False,
                "accept_minutes": 120,
            }
        )
        cls.call = cls._new_call(team_id=cls.team.id, user_id=cls.engineer.id)

    def _escalate(self, user=None, **vals):
        call = self.call.with_user(user or self.engineer)
        return call.action_escalate(self.experts.id, "Needs a balancing machine", **vals)

    def _tasks(self, user):
        self.call.invalidate_recordset(["activity_ids"])
        return self.call.sudo().activity_ids.filtered(lambda activity: activity.user_id == user)

    def test_an_engineer_asks_and_the_call_stays(self):
        escalation = self._escalate(tried="Aligned twice")
        self.assertRegex(escalation.name, r"^ESC/\d{5}$")
        self.assertRecordValues(
            escalation,
            [
                {
                    "state": "requested",
                    "from_team_id": self.team.id,
                    "from_user_id": self.engineer.id,
                    "team_id": self.experts.id,
                    "requested_by_id": self.engineer.id,
                    "level": "2",
                    "tried": "Aligned twice",
                    # Two working hours from 13:00 in Rome.
                    "due_at": self._at("2026-11-18 14:00:00"),
                }
            ],
        )
        self.assertRecordValues(
            self.call,
            [{"team_id": self.team.id, "user_id": self.engineer.id, "pending_escalation_id": escalation.id}],
        )
        self.assertEqual(len(self._tasks(self.expert_controller)), 1)
        self.assertIn("asks Pump Experts to take over", self._bodies(self.call))

    def test_the_wizard_ranks_teams_by_competence(self):
        self.env["service.team"].create({"name": "Aaa", "competence_type_ids": self.preventive_type.ids})
        action = self.call.with_user(self.engineer).action_open_escalate()
        form = Form(self.env["service.call.escalate"].with_user(self.engineer).with_context(**action["context"]))
        self.assertEqual(form.team_id, self.experts)
        self.assertIn("for this product category", form.ranking_html)
        self.assertIn("not for this call type", form.ranking_html)
        form.reason = "Needs a balancing machine"
        form.save().action_apply()
        self.assertEqual(self.call.pending_escalation_id.reason, "Needs a balancing machine")

    def test_a_program_need_not_name_team_and_urgency(self):
        self.env["service.call.escalate"].with_user(self.engineer).create(
            {"call_id": self.call.id, "reason": "Needs a balancing machine"}
        ).action_apply()
        self.assertRecordValues(
            self.call.pending_escalation_id, [{"team_id": self.experts.id, "priority": self.call.priority}]
        )

    def test_accepting_moves_team_and_owner_and_the_first_one_follows(self):
        escalation = self._escalate()
        call = self.call.with_user(self.expert)
        self.assertTrue(call.can_answer_escalation)
        self.assertFalse(self.call.with_user(self.engineer).can_answer_escalation, "who asks does not answer")
        with freeze_time("2026-11-18 13:00:00"):
            call.action_accept_escalation()
        self.assertRecordValues(
            escalation.sudo(),
            [{"state": "accepted", "answered_by_id": self.expert.id, "minutes_to_answer": 60.0, "is_late": False}],
        )
        self.assertRecordValues(
            self.call,
            [{"team_id": self.experts.id, "user_id": self.expert.id, "pending_escalation_id": False}],
        )
        self.assertIn(self.engineer.partner_id, self.call.message_partner_ids)
        self.assertTrue(self.call.with_user(self.engineer).has_access("read"))
        self.assertFalse(self._tasks(self.expert_controller))
        self.assertEqual(self.call.escalation_count, 1)

    def test_the_person_meant_becomes_the_owner(self):
        self._escalate(user_id=self.expert.id)
        self.assertEqual(len(self._tasks(self.expert)), 1)
        self.call.with_user(self.expert_controller).action_accept_escalation()
        self.assertEqual(self.call.user_id, self.expert)

    def test_declining_needs_a_reason_and_leaves_the_call(self):
        escalation = self._escalate()
        with self.assertRaisesRegex(UserError, "Say why the call is declined"):
            escalation.with_user(self.expert).action_decline(" ")
        action = self.call.with_user(self.expert).action_decline_escalation()
        wizard = Form(
            self.env["service.call.escalation.decline"].with_user(self.expert).with_context(**action["context"])
        )
        wizard.note = "No machine here"
        wizard.save().action_apply()
        self.assertRecordValues(escalation.sudo(), [{"state": "declined", "answer_note": "No machine here"}])
        self.assertRecordValues(self.call, [{"team_id": self.team.id, "user_id": self.engineer.id}])
        self.assertIn("No machine here", self._bodies(self.call))
        self.assertEqual(len(self._tasks(self.engineer)), 1)
        self.assertFalse(self.call.with_user(self.expert).has_access("read"))

    def test_only_the_team_that_was_asked_answers(self):
        escalation = self._escalate()
        for user in (self.engineer, self.taker):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                escalation.with_user(user).action_accept()
        with self.assertRaises(AccessError):
            escalation.with_user(self.expert).action_withdraw()
        self.assertEqual(escalation.sudo().state, "requested")

    def test_it_is_answered_once(self):
        escalation = self._escalate()
        escalation.with_user(self.expert).action_accept()
        with self.assertRaisesRegex(UserError, "is Accepted and cannot become Declined"):
            escalation.with_user(self.expert_controller).action_decline("Too late")
        self.assertEqual(self.call.user_id, self.expert)

    def test_withdrawing_and_closing_end_it(self):
        first = self._escalate()
        first.with_user(self.engineer).action_withdraw()
        self.assertEqual(first.sudo().state, "withdrawn")
        second = self._escalate()
        self.call.action_complete()
        self.assertEqual(second.sudo().state, "withdrawn")
        self.assertFalse(self._tasks(self.expert_controller))

    def test_what_cannot_be_escalated_is_refused_by_name(self):
        with self.assertRaisesRegex(UserError, "Say why another team is needed"):
            self.call.action_escalate(self.experts.id, " ")
        with self.assertRaisesRegex(UserError, "already has call"):
            self.call.action_escalate(self.team.id, "Help")
        self._escalate()
        with self.assertRaisesRegex(UserError, "already waits for Pump Experts"):
            self._escalate()
        self.call.action_complete()
        with self.assertRaisesRegex(UserError, "is closed: reopen it first"):
            self._escalate()
        self.assertEqual(self.call.escalation_count, 1)

    def test_an_engineer_cannot_ask_for_calls_he_does_not_see(self):
        with self.assertRaises(AccessError):
            self._escalate(user=self.expert)

    def test_nobody_answers_in_time(self):
        escalation = self._escalate()
        job = self.env.ref("service_helpdesk.ir_cron_escalation_wake")
        for at, count in (("13:59", 0), ("14:00", 1), ("15:00", 1)):
            with freeze_time(f"2026-11-18 {at}:00"), self.enter_registry_test_mode():
                job.method_direct_trigger()
            self.assertEqual(len(self._tasks(self.manager)), count, at)
        self.assertRecordValues(escalation.sudo(), [{"is_late": True, "alarm_at": False, "state": "requested"}])
        self.assertIn("has not answered", self._bodies(self.call))

    def test_the_urgency_raises_the_priority_when_the_team_accepts(self):
        wizard = Form(
            self.env["service.call.escalate"].with_user(self.engineer).with_context(default_call_id=self.call.id)
        )
        self.assertFalse(wizard.priority_words)
        wizard.priority = "3"
        self.assertEqual(
            wizard.priority_words, "When Pump Experts accepts, the priority of the call rises from Normal to Urgent."
        )
        wizard.reason = "Needs a balancing machine"
        wizard.save().action_apply()
        self.assertEqual(self.call.priority, "1")
        self.call.with_user(self.expert).action_accept_escalation()
        self.assertEqual(self.call.priority, "3")

    def test_the_urgency_never_lowers_the_priority(self):
        self.call.priority = "2"
        self._escalate(priority="0")
        self.call.with_user(self.expert).action_accept_escalation()
        self.assertEqual(self.call.priority, "2")

    def test_counts_of_the_team_that_was_asked(self):
        self._escalate()
        self.assertEqual(self.experts.with_user(self.taker).waiting_count, 1)
        action = self.experts.with_user(self.taker).action_view_waiting()
        self.assertEqual(self.env["service.call.escalation"].search_count(action["domain"]), 1)


@tagged("post_install", "-at_install")
class TestUnassigned(HelpdeskCase):
    """Calls that nobody takes are told to controllers, then to the leader."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write(
            {
                "calendar_id": cls.calendar.id,
                "unassigned_controller_minutes": 60,
                "unassigned_leader_minutes": 300,
            }
        )
        cls.call = cls._new_call(team_id=cls.team.id)
        cls.job = cls.env.ref("service_helpdesk.ir_cron_unassigned_wake")

    def _wake(self, at):
        with freeze_time(at), self.enter_registry_test_mode():
            self.job.method_direct_trigger()

    def _told(self, user):
        self.call.invalidate_recordset(["activity_ids"])
        return len(self.call.sudo().activity_ids.filtered(lambda activity: activity.user_id == user))

    def test_each_level_is_told_once_in_working_time(self):
        # Logged at 13:00 in Rome; an hour later, and after five working hours the next morning at 10:00.
        self.assertEqual(self.call.unassigned_alarm_at, self._at("2026-11-18 13:00:00"))
        for at, controller, leader in (
            ("2026-11-18 12:59:00", 0, 0),
            ("2026-11-18 13:00:00", 1, 0),
            ("2026-11-18 20:00:00", 1, 0),
            ("2026-11-19 09:00:00", 1, 1),
            ("2026-11-20 09:00:00", 1, 1),
        ):
            self._wake(at)
            self.assertEqual((self._told(self.controller), self._told(self.manager)), (controller, leader), at)
        self.assertFalse(self.call.unassigned_alarm_at)
        self.assertIn("Nobody has taken the call for", self._bodies(self.call))

    def test_what_is_late_is_told_at_once(self):
        self._wake("2026-11-25 09:00:00")
        self.assertEqual((self._told(self.controller), self._told(self.manager)), (1, 1))

    def test_taking_ends_it_and_leaving_begins_anew(self):
        self._wake("2026-11-18 13:00:00")
        self.call.action_assign_to_me()
        self.assertRecordValues(
            self.call, [{"unassigned_since": False, "unassigned_alarm_at": False, "unassigned_level": 0}]
        )
        self.assertEqual(self._told(self.controller), 0)
        with freeze_time("2026-11-19 09:00:00"):
            self.call.user_id = False
        self.assertTrue(self.call.stage_id.is_initial)
        self.assertRecordValues(
            self.call,
            [
                {
                    "allocated_at": False,
                    "unassigned_since": self._at("2026-11-19 09:00:00"),
                    "unassigned_alarm_at": self._at("2026-11-19 10:00:00"),
                }
            ],
        )
        self._wake("2026-11-19 10:00:00")
        self.assertEqual(self._told(self.controller), 1)
        self.call.action_assign_to_me()
        self.assertTrue(self.call.allocated_at)

    def test_allocating_to_a_team_is_enough(self):
        self.call.action_allocate(team_id=self.team.id)
        self.assertFalse(self.call.unassigned_alarm_at)

    def test_another_team_has_its_own_time(self):
        other = self.env["service.team"].create(
            {"name": "Other", "unassigned_controller_minutes": 30, "calendar_id": self.calendar.id}
        )
        self._wake("2026-11-18 13:00:00")
        with freeze_time("2026-11-18 14:00:00"):
            self.call.team_id = other
        self.assertRecordValues(
            self.call, [{"unassigned_level": 0, "unassigned_alarm_at": self._at("2026-11-18 14:30:00")}]
        )

    def test_nothing_is_set_without_a_rule(self):
        self.team.write({"unassigned_controller_minutes": 0, "unassigned_leader_minutes": 0})
        call = self._new_call(team_id=self.team.id)
        self.assertFalse(call.unassigned_alarm_at)
        self.assertEqual(call.unassigned_since, self._at("2026-11-18 12:00:00"))

    def test_open_and_unallocated(self):
        domain = [("unassigned_since", "!=", False), ("id", "=", self.call.id)]
        calls = self.env["service.call"].with_user(self.taker)
        self.assertEqual(calls.search(domain), self.call)
        with freeze_time("2026-11-18 14:30:00"):
            self.call.invalidate_recordset()
            self.assertEqual(self.call.unassigned_words, "2 h 30 min")
        self.call.action_complete()
        self.assertFalse(calls.search(domain))

    @mute_logger("odoo.sql_db")
    def test_the_leader_is_not_told_before_the_controllers(self):
        with self.assertRaisesRegex(IntegrityError, "leader_after_controllers"), self.env.cr.savepoint():
            self.team.unassigned_leader_minutes = 30
            self.team.flush_recordset()
