# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import HttpCase, tagged
from odoo.tools import file_path

from .common import HelpdeskCase


class ChangeCase(HelpdeskCase):
    """A call type whose changes need a technical approval, and a final one from a medium risk on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.change_type = cls.env["service.call.type"].create({"name": "Change", "code": "CHG", "is_change": True})
        cls.technical, cls.final = cls.env["service.change.step"].create(
            [
                {"type_id": cls.change_type.id, "name": "Technical", "sequence": 1, "approver": "controllers"},
                {
                    "type_id": cls.change_type.id,
                    "name": "Final",
                    "sequence": 2,
                    "approver": "user",
                    "user_ids": [Command.link(cls.manager.id)],
                    "min_risk": "1",
                },
            ]
        )
        cls.unit.version = "1.0"

    @classmethod
    def _new_change(cls, **vals):
        call = cls._new_call(
            **{
                "type_id": cls.change_type.id,
                "team_id": cls.team.id,
                "change_reason": "The old one is no longer maintained",
                "change_risk": "1",
                **vals,
            }
        )
        cls.env["service.change.item"].with_user(cls.taker).create({"call_id": call.id, "value_after": "2.0"})
        return call

    def _asked(self, call):
        return call.approval_ids.filtered(lambda approval: approval.state == "asked")


@tagged("post_install", "-at_install")
class TestChange(ChangeCase):
    """A change request says what changes, is approved in its order, and is then carried out."""

    def test_approved_in_its_order_and_carried_out(self):
        call = self._new_change()
        call.action_submit_change()
        self.assertEqual(call.change_state, "waiting")
        self.assertEqual(self._asked(call).name, "Technical")
        self.assertEqual(call.sudo().activity_ids.user_id, self.controller)
        self._asked(call).with_user(self.controller).action_approve("fine")
        self.assertEqual(self._asked(call).name, "Final")
        self.assertEqual(call.sudo().activity_ids.user_id, self.manager)
        self._asked(call).with_user(self.manager).action_approve()
        self.assertEqual(call.change_state, "approved")
        self.assertFalse(call.sudo().activity_ids)
        self.assertIn("Technical: approved", self._bodies(call))
        call.action_complete()
        self.assertEqual(call.change_state, "done")
        self.assertEqual(self.unit.version, "2.0")
        self.assertRecordValues(
            call.change_item_ids, [{"value_before": "1.0", "value_after": "2.0", "applied_at": call.closed_at}]
        )

    def test_a_low_risk_needs_fewer_steps(self):
        call = self._new_change(change_risk="0")
        call.action_submit_change()
        self._asked(call).with_user(self.controller).action_approve()
        self.assertEqual(call.change_state, "approved")

    def test_without_steps_it_is_approved_at_once(self):
        (self.technical | self.final).active = False
        call = self._new_change()
        call.action_submit_change()
        self.assertEqual(call.change_state, "approved")

    def test_nobody_works_before_the_approval(self):
        call = self._new_change()
        with self.assertRaisesRegex(UserError, "not approved yet"):
            call.action_complete()
        self.assertFalse(call.is_closed)
        call.is_emergency_change = True
        call.action_complete()
        self.assertEqual(self.unit.version, "1.0", "not before the approval, which comes afterwards")
        call.action_submit_change()
        for user in (self.controller, self.manager):
            self._asked(call).with_user(user).action_approve()
        self.assertEqual(call.change_state, "done")
        self.assertEqual(self.unit.version, "2.0")

    def test_who_may_decide(self):
        self.team.controller_ids |= self.manager
        call = self._new_change()
        call.with_user(self.controller).action_submit_change()
        with self.assertRaisesRegex(AccessError, "not yours"):
            self._asked(call).with_user(self.taker).action_approve()
        with self.assertRaisesRegex(AccessError, "somebody else"):
            self._asked(call).with_user(self.controller).action_approve()
        with self.assertRaisesRegex(UserError, "by nobody else"):
            call.change_state = "approved"

    def test_rejected_with_a_reason_and_submitted_again(self):
        call = self._new_change()
        call.action_submit_change()
        asked = self._asked(call).with_user(self.controller)
        with self.assertRaisesRegex(ValidationError, "Say why"):
            asked.action_reject(" ")
        asked.action_reject("too risky")
        self.assertEqual(call.change_state, "rejected")
        self.assertEqual(call.approval_ids.mapped("state"), ["rejected", "skipped"])
        self.assertFalse(call.sudo().activity_ids)
        call.action_revise_change()
        call.change_item_ids.value_after = "2.1"
        call.action_submit_change()
        self.assertEqual(self._asked(call).round, 2)
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            asked.action_approve()

    def test_what_was_submitted_does_not_change(self):
        call = self._new_change()
        call.action_submit_change()
        with self.assertRaisesRegex(UserError, "take the change back"):
            call.change_item_ids.value_after = "3.0"
        with self.assertRaisesRegex(UserError, "take the change back"):
            call.change_item_ids.unlink()
        for values in ({"change_reason": "Another"}, {"change_risk": "0"}, {"change_impact": "None"}):
            with self.assertRaisesRegex(UserError, "take the change back"):
                call.write(values)
        call.action_revise_change()
        call.change_reason = "Another"

    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "is no change"):
            self._new_call().action_submit_change()
        with self.assertRaisesRegex(UserError, "why and what"):
            self._new_change(change_reason=False).action_submit_change()
        with self.assertRaisesRegex(ValidationError, "Name who"):
            self.final.user_ids = False
        other = self._new_unit("HD-OTHER", partner_id=self.other_customer.id, site_id=self.other_customer.id)
        with self.assertRaisesRegex(ValidationError, "not of the customer"):
            self._new_change().change_item_ids.equipment_id = other

    def test_the_change_stands_in_the_history_of_the_unit(self):
        (self.technical | self.final).active = False
        call = self._new_change()
        call.action_submit_change()
        call.action_complete()
        titles = [entry["title"] for entry in self.unit.with_user(self.taker).history() if entry["kind"] == "change"]
        self.assertEqual(len(titles), 1)
        self.assertIn("1.0 > 2.0", titles[0])

    def test_the_customer_decides_as_himself_only(self):
        self.final.active = False
        self.technical.write({"approver": "customer"})
        call = self._new_change()
        call.action_submit_change()
        asked = self._asked(call)
        with self.assertRaisesRegex(AccessError, "in the portal"):
            asked.with_user(self.taker).action_approve("he agrees")
        with self.assertRaisesRegex(AccessError, "in the portal"):
            asked.sudo()._decide("approved", None, self.other_customer)
        asked.sudo()._decide("approved", None, self.contact)
        self.assertEqual(call.change_state, "approved")
        self.assertEqual(asked.decided_by_id, self.contact)

    def test_without_a_customer_nobody_decides_for_him(self):
        self.final.active = False
        self.technical.approver = "customer"
        call = self._new_change()
        call.action_submit_change()
        call.write({"equipment_id": False, "partner_id": False})
        self.assertFalse(call.commercial_partner_id)
        with self.assertRaisesRegex(AccessError, "in the portal"):
            self._asked(call).with_user(self.taker).action_approve("he agrees")

    def test_a_controller_enters_what_the_customer_said(self):
        self.final.active = False
        self.technical.approver = "customer"
        call = self._new_change()
        call.action_submit_change()
        asked = self._asked(call).with_user(self.controller)
        self.assertTrue(asked.can_decide)
        self.assertFalse(asked.is_mine)
        with self.assertRaisesRegex(ValidationError, "who of the customer"):
            asked.action_approve()
        asked.action_approve("Ms Verdi by telephone")
        self.assertEqual(call.change_state, "approved")
        self.assertIn("Ms Verdi by telephone", self._bodies(call))

    def test_the_customer_is_asked_by_mail_once(self):
        rules = self.env["service.notification.rule"]
        rules.search([("event", "=", "customer_to_approve")]).unlink()
        rules.create({"event": "customer_to_approve", "recipient": "contact", "channel": "mail"})
        self.final.write({"approver": "customer", "user_ids": False})
        call = self._new_change(contact_id=self.contact.id, change_impact="Half an hour without pressure")
        call.action_submit_change()
        self._tell()
        told = self.env["service.notification.sent"].search([("call_id", "=", call.id)])
        self.assertNotIn("customer_to_approve", told.mapped("event"), "the technical approval comes first")
        self._asked(call).with_user(self.controller).action_approve()
        self._tell()
        told = self.env["service.notification.sent"].search(
            [("call_id", "=", call.id), ("event", "=", "customer_to_approve")]
        )
        self.assertRecordValues(told, [{"partner_id": self.contact.id, "channel": "mail", "state": "told"}])
        mail = told.mail_id
        self.assertIn(call.name, mail.subject)
        for text in ("no longer maintained", "1.0 &gt; 2.0", "Half an hour"):
            self.assertIn(text, mail.body_html)

    def test_an_approval_that_nobody_could_give_is_not_asked_for(self):
        call = self._new_change(team_id=self.env["service.team"].create({"name": "Nobody"}).id)
        with self.assertRaisesRegex(UserError, "Nobody else can give the approval Technical"):
            call.action_submit_change()
        self.assertEqual(call.change_state, "draft")
        self.assertFalse(call.approval_ids)
        call.team_id = self.team
        with self.assertRaisesRegex(UserError, "Nobody else can give the approval Technical"):
            call.with_user(self.controller).action_submit_change()
        self.technical.approver = "customer"
        call.write({"equipment_id": False, "partner_id": False})
        call.change_item_ids.equipment_id = False
        with self.assertRaisesRegex(UserError, "choose the customer first"):
            call.action_submit_change()


@tagged("post_install", "-at_install")
class TestChangePortal(ChangeCase, HttpCase):
    """The customer decides on the page of his call; nobody else's customer does."""

    def _post(self, call, user, **data):
        user.password = "hd_change_password"
        self.authenticate(user.login, "hd_change_password")
        asked = self._asked(call)
        values = {"approval_id": asked.id, "csrf_token": http.Request.csrf_token(self), **data}
        return self.url_open(f"/my/calls/{call.id}/change", data=values)

    def setUp(self):
        super().setUp()
        self.final.active = False
        self.technical.write({"approver": "customer"})

    def test_page_asks_and_takes_the_answer(self):
        call = self._new_change(contact_id=self.contact.id)
        call.action_submit_change()
        page = self._post(call, self.user_portal, decision="reject").text
        self.assertIn("Say why the change is rejected", page)
        self.assertIn("no longer maintained", page)
        self.assertIn("Thank you", self._post(call, self.user_portal, decision="approve").text)
        self.assertEqual(call.change_state, "approved")

    def test_words_of_a_forged_link_are_not_shown(self):
        call = self._new_change(contact_id=self.contact.id)
        call.action_submit_change()
        self.authenticate("eq_portal", "eq_portal")
        page = self.url_open(f"/my/calls/{call.id}?change_error=Pay+here&message=Pay+here").text
        self.assertIn("Please approve this change", page)
        self.assertNotIn("Pay here", page)

    def test_who_only_reads_calls_does_not_answer_for_a_customer(self):
        call = self._new_change(contact_id=self.contact.id)
        call.action_submit_change()
        self._post(call, self.user_auditor, decision="approve")
        self.assertEqual(call.change_state, "waiting")

    def test_another_customer_changes_nothing(self):
        call = self._new_change(contact_id=self.contact.id)
        call.action_submit_change()
        stranger = self._new_user("hd_stranger", "base.group_portal")
        self._post(call, stranger, decision="approve")
        self.assertEqual(call.change_state, "waiting")


@tagged("post_install", "-at_install")
class TestChangeMigration(ChangeCase):
    """Changes that were begun before there were approvals go on without one."""

    def test_open_changes_go_on(self):
        opened, closed, plain = self._new_change(), self._new_change(is_emergency_change=True), self._new_call()
        closed.action_complete()
        self.env.flush_all()
        script = load_script(file_path("service_helpdesk/migrations/19.0.1.1.0/pre-change.py"), "pre_change")
        for _time in range(2):
            self.env.cr.execute("ALTER TABLE service_call DROP COLUMN IF EXISTS change_state")
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(
            [call.change_state for call in (opened, closed, plain)], ["approved", "done", "draft"]
        )
