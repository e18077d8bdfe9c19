# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import HelpdeskCase

# What of the module hangs on a call, and engineers may read.
CHILD_MODELS = (
    "service.call.event",
    "service.sla.clock",
    "service.call.escalation",
    "service.notification.sent",
    "service.change.approval",
    "service.change.item",
    "service.solution.use",
    "service.escalation.step",
    "service.call.report",
    "service.sla.report",
    "service.call.step.report",
)


@tagged("post_install", "-at_install")
class TestCallHandle(HelpdeskCase):
    """Engineers handle the calls that are theirs, and nobody who only reads calls makes anything happen to one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls._new_call(team_id=cls.team.id)
        cls.ours = cls.env["service.pause.reason"].create({"name": "We look it up", "stops_clocks": False})
        cls.cause = cls.env["service.fault"].create({"name": "Worn seal", "kind": "cause"})
        # As accountants: they read calls, and nothing that hangs on them.
        cls.reader = cls._new_user("hd_reader", "base.group_user")
        group = cls.env["res.groups"].create({"name": "Reads calls", "user_ids": cls.reader.ids})
        cls.env["ir.model.access"].create(
            {
                "name": "Reads calls",
                "model_id": cls.env["ir.model"]._get_id("service.call"),
                "group_id": group.id,
                "perm_read": True,
            }
        )

    def _as_engineer(self):
        return self.call.with_user(self.engineer)

    def test_the_owner_handles_his_call(self):
        call = self._as_engineer()
        call.action_assign_to_me()
        self.assertTrue(call.is_handler)
        call.action_pause("Waits for the part")
        self.assertTrue(call.is_paused)
        call.action_resume()
        call.action_pause(reason_id=self.ours.id)
        self.assertEqual(call.pause_reason_id, self.ours)
        call.action_resume()
        call.action_mark_workaround()
        call.action_complete()
        self.assertTrue(call.is_closed)
        call.action_reopen("It leaks again")
        self.assertFalse(call.is_closed)
        self.assertEqual(self.call.event_ids[-1].user_id, self.engineer)

    def test_who_works_on_it_too(self):
        self.call.assigned_user_ids = self.engineer
        self._as_engineer().action_complete()
        self.assertTrue(self.call.is_closed)

    def test_the_dialog_asks_what_was_done(self):
        self.call_type.need_cause = "complete"
        self.call.user_id = self.engineer
        action = self._as_engineer().action_open_complete()
        wizard = Form(self.env["service.call.complete"].with_user(self.engineer).with_context(**action["context"]))
        with self.assertRaisesRegex(UserError, "cannot be completed yet"):
            wizard.save().action_complete()
        self.assertFalse(self.call.is_closed)
        wizard.cause_id = self.cause
        wizard.note = "Seal replaced"
        wizard.save().action_complete()
        self.assertRecordValues(self.call, [{"is_closed": True, "cause_id": self.cause.id}])
        note = self.call.message_ids.filtered(lambda message: "Seal replaced" in message.body)
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))

    def test_a_colleagues_call_is_not_his(self):
        call = self._as_engineer()
        self.assertFalse(call.is_handler)
        for method in ("action_complete", "action_pause", "action_mark_workaround", "action_open_complete"):
            with self.subTest(method=method), self.assertRaisesRegex(AccessError, "take it first"):
                getattr(call, method)()
        with self.assertRaises(AccessError):
            call.subject = "Mine"
        self.assertEqual(self.call.event_ids.mapped("kind"), ["raised"])

    def test_readers_and_customers_make_nothing_happen(self):
        """Whatever is offered over RPC: what a call has gone through is written by those who handle it."""
        calls = [
            ("action_complete", {}),
            ("action_cancel", {}),
            ("action_mark_workaround", {}),
            ("action_pause", {"reason": "x"}),
            ("action_pause", {"reason": "x", "reason_id": self.ours.id}),
            ("action_escalate", {"team_id": self.env["service.team"].create({"name": "Else"}).id, "reason": "x"}),
            ("action_allocate", {"user_id": self.engineer.id}),
            ("action_unit_down", {}),
            ("action_start_timer", {}),
            ("action_merge", {"survivor_id": self._new_call().id}),
            ("action_triage_done", {}),
            ("action_mark_spam", {}),
            ("action_correct", {"reason": "x", "at": "2026-11-18 09:30:00", "kind": "arrived"}),
        ]
        users = (self.user_auditor, self.reader, self.user_portal)
        before = self._read_traces()
        for user in users:
            self.assertTrue(self.call.with_user(user).has_access("read"))
            for method, values in calls:
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(self.call.with_user(user), method)(**values)
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "Only members of its team"):
                self.call.with_user(user).action_assign_to_me()
        self.assertEqual(self._read_traces(), before)

    def test_readers_and_customers_submit_no_change(self):
        change_type = self.env["service.call.type"].create({"name": "Change", "code": "CHG", "is_change": True})
        self.call.write({"type_id": change_type.id, "change_reason": "The old one is no longer maintained"})
        self.env["service.change.item"].with_user(self.taker).create({"call_id": self.call.id, "value_after": "2.0"})
        for user in (self.user_auditor, self.reader, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.call.with_user(user).action_submit_change()
        self.assertEqual(self.call.change_state, "draft")
        self.call.action_submit_change()
        self.assertEqual(self.call.change_state, "approved", "a call taker may")

    def test_readers_and_customers_end_no_wait(self):
        self.call.action_pause(reason_id=self.ours.id)
        for user in (self.user_auditor, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.call.with_user(user).action_resume()
        self.assertEqual(self.call.pause_reason_id, self.ours)

    def test_auditors_write_nothing_about_calls(self):
        before = self._read_traces()
        for subtype in ("mail.mt_note", "mail.mt_comment"):
            with self.assertRaises(AccessError):
                self.call.with_user(self.user_auditor).message_post(body="x", subtype_xmlid=subtype)
        self.assertEqual(self._read_traces(), before)
        self.assertFalse(self.call.replied_at)
        self._as_engineer().message_post(body="We look at it", subtype_xmlid="mail.mt_comment", message_type="comment")
        self.assertTrue(self.call.replied_at)

    def _read_traces(self):
        call = self.call.sudo()
        call.invalidate_recordset()
        return (
            call.event_ids.ids,
            call.escalation_ids.ids,
            call.message_ids.ids,
            call.activity_ids.ids,
            call.downtime_ids.ids,
            call.read(["stage_id", "user_id", "is_closed", "pause_reason_id", "needs_triage", "is_spam"]),
        )


@tagged("post_install", "-at_install")
class TestEngineersSee(HelpdeskCase):
    """What hangs on a call an engineer sees with the call, and not without it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["service.team"].create({"name": "Elsewhere"})
        cls.third = cls.env["service.team"].create({"name": "Third"})
        cls.ours = cls._fill(cls._new_call(team_id=cls.team.id))
        cls.theirs = cls._fill(cls._new_call(team_id=cls.elsewhere.id))
        cls.stranger = new_test_user(cls.env, "hd_stranger", groups="service_helpdesk.group_service_helpdesk_engineer")

    @classmethod
    def _fill(cls, call):
        """Hang something of every sort on a call."""
        call.action_escalate(cls.third.id, "We cannot")
        env = cls.env
        rule = env["service.escalation.rule"].create({"name": "Rule"})
        env["service.escalation.step"].create({"clock_id": call.clock_ids[:1].id, "rule_id": rule.id})
        env["service.notification.sent"].create({"call_id": call.id, "event": "created", "channel": "inbox"})
        env["service.change.approval"].create({"call_id": call.id})
        env["service.change.item"].create({"call_id": call.id})
        solution = env["service.solution"].create({"title": "Seal"})
        env["service.solution.use"].create({"solution_id": solution.id, "call_id": call.id})
        env.flush_all()
        return call

    def _see(self, model, user=None):
        domain = [("call_id", "in", (self.ours | self.theirs).ids)]
        return self.env[model].with_user(user or self.engineer).search(domain).sudo().call_id

    def test_own(self):
        for model in CHILD_MODELS:
            with self.subTest(model=model):
                self.assertEqual(self._see(model), self.ours)

    def test_all(self):
        self.company.service_engineer_scope = "all"
        for model in CHILD_MODELS:
            with self.subTest(model=model):
                self.assertEqual(self._see(model), self.ours | self.theirs)

    def test_readers_see_all(self):
        for user in (self.taker, self.user_auditor, self.manager):
            for model in CHILD_MODELS:
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(self._see(model, user), self.ours | self.theirs)

    def test_with_the_call_that_his_team_is_asked_to_take(self):
        self.third.member_ids = self.stranger
        for model in CHILD_MODELS:
            with self.subTest(model=model):
                self.assertEqual(self._see(model, self.stranger), self.ours | self.theirs)

    def test_who_is_asked_to_approve_sees_what(self):
        approval = self.theirs.sudo().approval_ids
        approval.approver_ids = [Command.link(self.stranger.id)]
        self.assertTrue(approval.with_user(self.stranger).sudo(False).has_access("read"))
        self.assertFalse(self.ours.sudo().approval_ids.with_user(self.stranger).sudo(False).has_access("read"))

    def test_the_answer_to_an_escalation_stays_readable(self):
        self.third.member_ids = self.stranger
        escalation = self.theirs.escalation_ids.with_user(self.stranger)
        escalation.action_decline("No time")
        self.assertEqual(escalation.state, "declined")
        self.assertEqual(escalation.answer_note, "No time")
