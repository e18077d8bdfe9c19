# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .notification_common import NotificationCase


@tagged("post_install", "-at_install")
class TestNotificationRecipients(NotificationCase):
    """Whom the rules name, and who is left out."""

    def test_recipients(self):
        colleague = self._new_user("hd_colleague", "service_helpdesk.group_service_helpdesk_user")
        self.contract.user_id = self.controller
        call = self._new_call(contact_id=self.contact.id, team_id=self.team.id, user_id=self.taker.id)
        call.assigned_user_ids = self.engineer
        call.message_subscribe((colleague.partner_id | self.contact).ids)
        expected = {
            "contact": self.contact,
            "customer": self.customer,
            "owner": self.taker.partner_id,
            "assigned": self.engineer.partner_id,
            "team": self.engineer.partner_id,
            "controllers": self.controller.partner_id,
            "leader": self.manager.partner_id,
            "responsible": self.controller.partner_id,
        }
        for role, partners in expected.items():
            with self.subTest(role=role):
                self.assertEqual(call._get_recipients(role)[call.id], partners)
        self.assertIn(self.manager.partner_id, call._get_recipients("manager")[call.id])
        followers = call._get_recipients("followers")[call.id]
        self.assertIn(colleague.partner_id, followers)
        self.assertNotIn(self.contact, followers, "a customer who follows hears of nothing that happens inside")

    def test_managers_of_another_company_are_not_told(self):
        other = self.env["res.company"].create({"name": "Second Company"})
        self.manager.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        call = self._new_call()
        self.assertNotIn(self.manager.partner_id, call._get_recipients("manager")[call.id])
        self._rule("owner", "users", user_ids=[Command.set(self.taker.ids)])
        self.assertFalse(call.sudo()._get_named_partners(self.manager.ids))

    def test_named_users(self):
        self._rule("owner", "users", user_ids=[Command.set(self.controller.ids)])
        call = self._new_call()
        call.user_id = self.engineer
        self._tell()
        self.assertEqual(self._told(call), [("owner", self.controller.name, "inbox")])

    def test_one_mail_per_mail_box(self):
        self._rule("completed", "contact", "mail")
        self._rule("completed", "customer", "mail")
        self._rule("completed", "owner", "mail")
        self.customer.email = "Both <PORTAL@rossi.example>"
        self.contact.email = "portal@rossi.example"
        self.engineer.email = "portal@rossi.example"
        call = self._new_call(contact_id=self.contact.id, user_id=self.engineer.id)
        call.action_complete()
        self._tell()
        self.assertEqual(self._told(call), [("completed", self.contact.name, "mail")])

    def test_an_unknown_sender_is_written_to_at_his_address(self):
        self._rule("created", "contact", "mail", is_author_told=True)
        call = self.env["service.call"].create({"subject": "Help", "partner_email": "stranger@nowhere.example"})
        self._tell()
        mail = self._mails(call)
        self.assertEqual((mail.email_to, mail.recipient_ids.ids), ("stranger@nowhere.example", []))
        self.assertEqual(self._told(call), [("created", "stranger@nowhere.example", "mail")])

    def test_machines_hear_nothing_colleagues_do(self):
        self._rule("created", "contact", "mail")
        self._rule("created", "team")
        call = self._new_call(contact_id=self.contact.id, is_automatic=True, team_id=self.team.id)
        self._tell()
        self.assertEqual(self._told(call), [("created", self.engineer.name, "inbox")])

    def test_an_address_that_sends_mails_back_gets_no_more(self):
        self._rule("created", "contact", "mail")
        self.contact.message_bounce = 5
        call = self._new_call(contact_id=self.contact.id)
        self.assertFalse(self._mails(call))
        row = call.sudo().notification_ids
        self.assertEqual((row.state, row.outcome), ("failed", f"Mails to {self.contact.email} come back."))

    def test_how_a_person_wants_to_be_told(self):
        self._rule("owner", "owner")
        self.engineer.notification_type = "email"
        call = self._new_call(user_id=self.engineer.id)
        self._tell()
        self.assertEqual(self._told(call), [("owner", self.engineer.name, "mail")])
        self.engineer.with_user(self.engineer).is_service_inbox_wanted = False
        other = self._new_call(user_id=self.engineer.id)
        self._tell()
        self.assertFalse(self._told(other))

    def test_nobody_switches_off_for_another(self):
        with self.assertRaises(AccessError):
            self.engineer.with_user(self.taker).is_service_inbox_wanted = False

    def test_the_mail_to_colleagues(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.controller.lang = "it_IT"
        template = self.env.ref("service_helpdesk.mail_template_service_call_notice")
        template.with_context(lang="it_IT").subject = "[{{ object.name }}] avviso"
        self._rule("completed", "controllers", "mail")
        self._rule("completed", "leader", "mail")
        call = self._new_call(contact_id=self.contact.id, team_id=self.team.id)
        call.action_complete()
        self._tell()
        mails = self._mails(call)
        self.assertEqual(
            {mail.recipient_ids: mail.subject for mail in mails},
            {
                self.controller.partner_id: f"[{call.name}] avviso",
                self.manager.partner_id: f"[{call.name}] Completed: Pump leaks",
            },
        )
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})
        for mail in mails:
            self.assertIn(f"/odoo/service-calls/{call.id}", mail.body_html)
            self.assertIn(self.unit.display_name, mail.body_html)
            self.assertFalse(
                mail.mail_message_id.with_user(self.user_portal).has_access("read"),
                "a customer never reads what colleagues are told",
            )

    def test_the_mail_to_customers_has_a_link_for_those_who_can_log_in(self):
        self._rule("created", "contact", "mail")
        guest = self.env["res.partner"].create(
            {"name": "Guest", "parent_id": self.customer.id, "email": "guest@rossi.example"}
        )
        for contact, has_link in ((self.contact, True), (guest, False)):
            call = self._new_call(contact_id=contact.id)
            self._tell()
            self.assertEqual(f"/my/calls/{call.id}" in self._mails(call).body_html, has_link)
            self.assertNotIn("/odoo/", self._mails(call).body_html)
