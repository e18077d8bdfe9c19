# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.service_helpdesk.models.service_call_mail import MAX_TOKENS

from .common import HelpdeskCase

MAIL = """Return-Path: <portal@rossi.example>
To: {to}
From: {sender}
Subject: {subject}
Message-Id: <{message_id}@rossi.example>
Date: Wed, 18 Nov 2026 12:00:00 +0000
MIME-Version: 1.0
{headers}Content-Type: text/plain; charset="utf-8"

{body}
"""


@tagged("post_install", "-at_install")
class TestServiceCallMail(HelpdeskCase):
    """Real messages through Odoo's gateway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alias_domain = cls.env["mail.alias.domain"].create({"name": "service.example"})
        cls.env.company.alias_domain_id = cls.alias_domain
        cls.team.alias_id.alias_domain_id = cls.alias_domain
        cls.sender = cls.contact.email_formatted
        cls.count = 0

    def _receive(self, subject="Pump leaks", body="It drips.", sender=None, headers="", to=None, **values):
        """Hand a message to the gateway; return the call it made, or the message's call."""
        type(self).count += 1
        text = MAIL.format(
            to=to or self.team.alias_email,
            sender=sender or self.sender,
            subject=subject,
            body=body,
            headers=headers,
            message_id=values.get("message_id") or f"hd-{self.count}",
        )
        before = self.env["service.call"].search([])
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            thread_id = self.env["mail.thread"].message_process(None, text)
        return self.env["service.call"].search([]) - before, thread_id

    def _acknowledgements(self, call):
        self._tell()
        return self.env["mail.mail"].search(
            [
                ("model", "=", "service.call"),
                ("res_id", "=", call.id),
                ("subject", "like", f"[{call.name}]%"),
                ("message_type", "!=", "user_notification"),
            ]
        )

    def test_a_mail_becomes_a_call(self):
        call, _thread = self._receive("Pump hd-1001 leaks")
        self.assertRecordValues(
            call,
            [
                {
                    "subject": "Pump hd-1001 leaks",
                    "channel": "email",
                    "team_id": self.team.id,
                    "contact_id": self.contact.id,
                    "partner_id": self.customer.id,
                    "equipment_id": self.unit.id,
                    "site_id": self.site.id,
                    "coverage_id": self.coverage.id,
                    "needs_triage": False,
                    "partner_email": "portal@rossi.example",
                    "company_id": self.env.company.id,
                }
            ],
        )
        self.assertRegex(call.name, r"^CALL/\d{5}$")
        self.assertTrue(call.clock_ids)
        self.assertIn("It drips.", self._bodies(call))

    def test_serial_in_the_text(self):
        call, _thread = self._receive("Help", body="Our pump (S/N: HD-1001) stopped.\nThanks")
        self.assertEqual(call.equipment_id, self.unit)

    def test_two_serials_need_triage(self):
        call, _thread = self._receive("HD-1001 and HD-1002")
        self.assertFalse(call.equipment_id)
        self.assertTrue(call.needs_triage)

    def test_serial_of_another_customer_is_not_taken(self):
        self._new_unit("HD-2001", partner_id=self.other_customer.id, site_id=False)
        call, _thread = self._receive("HD-2001 is broken")
        self.assertFalse(call.equipment_id)
        self.assertEqual(call.partner_id, self.customer)

    def test_unknown_sender_needs_triage(self):
        call, _thread = self._receive("Help", sender="stranger@nowhere.example")
        self.assertRecordValues(
            call,
            [
                {
                    "needs_triage": True,
                    "partner_id": False,
                    "partner_email": "stranger@nowhere.example",
                }
            ],
        )
        self.assertTrue(self._acknowledgements(call))

    def test_acknowledgement_is_queued_with_the_number_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("it_IT")
        template = self.env.ref("service_helpdesk.mail_template_service_call_acknowledge")
        template.with_context(lang="it_IT").subject = "[{{ object.name }}] ricevuto"
        self.contact.lang = "it_IT"
        call, _thread = self._receive()
        mail = self._acknowledgements(call)
        self.assertEqual((mail.state, mail.subject), ("outgoing", f"[{call.name}] ricevuto"))
        self.assertEqual(mail.recipient_ids, self.contact)
        self.assertIn(call.name, mail.body_html)
        self.assertIn(self.team.alias_email, mail.reply_to)

    def test_only_the_mail_has_the_layout(self):
        call = self._new_call(contact_id=self.contact.id)
        mail = self._acknowledgements(call)
        for text in (self.contact.name, call.name, call.subject, self.unit.display_name):
            self.assertIn(text, mail.body)
        self.assertNotIn("<table", mail.body)
        self.assertIn("<table", mail.body_html)
        self.assertIn(call.subject, mail.body_html)

    def test_machines_get_no_answer(self):
        for headers in (
            "Auto-Submitted: auto-replied\n",
            "Precedence: bulk\n",
            "X-Auto-Response-Suppress: All\n",
        ):
            call, _thread = self._receive(f"Out of office {headers.strip()}", headers=headers)
            self.assertTrue(call.is_automatic, headers)
            self.assertFalse(self._acknowledgements(call), headers)
        call, _thread = self._receive(sender="No Reply <no-reply@rossi.example>")
        self.assertFalse(self._acknowledgements(call))

    def test_our_own_address_gets_no_answer(self):
        call, _thread = self._receive(sender=f"Team <{self.team.alias_email}>")
        self.assertFalse(self._acknowledgements(call))

    def test_bounces_make_no_call(self):
        call, _thread = self._receive("Undelivered", sender="MAILER-DAEMON <mailer-daemon@rossi.example>")
        self.assertFalse(call)

    def test_the_same_message_twice_is_one_call(self):
        first, _thread = self._receive(message_id="same")
        second, _thread = self._receive(message_id="same")
        self.assertTrue(first)
        self.assertFalse(second)

    def test_a_storm_of_mails_stops(self):
        calls = [self._receive(f"Mail {index}", sender="loop@nowhere.example")[0] for index in range(25)]
        self.assertEqual(sum(map(len, calls)), 20, "Odoo's gateway lets 20 mails in two hours through")

    def test_a_reply_with_headers_goes_to_its_call(self):
        call, _thread = self._receive()
        mail = self._acknowledgements(call)
        made, thread_id = self._receive(
            "Re: something else",
            headers=f"In-Reply-To: {mail.message_id}\nReferences: {mail.message_id}\n",
        )
        self.assertFalse(made)
        self.assertEqual(thread_id, call.id)

    def test_a_reply_without_headers_goes_by_the_number(self):
        call, _thread = self._receive()
        made, thread_id = self._receive(f"RE: [{call.name}] Pump leaks", body="Still drips.")
        self.assertFalse(made)
        self.assertEqual(thread_id, call.id)
        self.assertIn("Still drips.", self._bodies(call))

    def test_a_number_of_another_customer_does_not_open_his_call(self):
        call, _thread = self._receive()
        made, _thread = self._receive(f"Re: {call.name}", sender="spy@bianchi.example")
        self.assertTrue(made)
        self.assertNotIn("spy@bianchi.example", self._bodies(call))

    def test_a_customers_reply_stops_no_clock_ours_does(self):
        call, _thread = self._receive("HD-1001")
        self._receive(f"Re: {call.name}")
        self.assertEqual(self._clock(call, "response").state, "running")
        self._receive(f"Re: {call.name}", sender=self.taker.email_formatted)
        self.assertEqual(self._clock(call, "response").state, "met")

    def test_two_teams_addressed_make_one_call(self):
        other = self.env["service.team"].create({"name": "Other", "alias_name": "hd-test-other"})
        other.alias_id.alias_domain_id = self.alias_domain
        call, _thread = self._receive(to=f"{self.team.alias_email}, {other.alias_email}")
        self.assertEqual(len(call), 1)

    def test_empty_mail(self):
        call, _thread = self._receive("", body="")
        self.assertEqual(call.subject, "(no subject)")

    def test_intake_never_raises(self):
        prepare = "odoo.addons.service_helpdesk.models.service_call_mail.ServiceCall._prepare_mail_values"
        with (
            patch(prepare, side_effect=ValueError("broken on purpose")),
            mute_logger("odoo.addons.service_helpdesk.models.service_call_mail"),
        ):
            call, _thread = self._receive("HD-1001 leaks")
        self.assertRecordValues(call, [{"needs_triage": True, "subject": "HD-1001 leaks", "team_id": self.team.id}])
        self.assertIn("It drips.", self._bodies(call))

    def test_a_database_error_does_not_lose_the_mail(self):
        prepare = "odoo.addons.service_helpdesk.models.service_call_mail.ServiceCall._prepare_mail_values"
        with (
            patch(prepare, return_value={"name": "CALL/X", "subject": None}),
            mute_logger("odoo.sql_db", "odoo.addons.service_helpdesk.models.service_call_mail"),
        ):
            call, _thread = self._receive("HD-1001 leaks")
        self.assertEqual(call.subject, "HD-1001 leaks")

    def test_no_type_of_call_is_left(self):
        self.env["service.call.type"].search([]).active = False
        call, _thread = self._receive("HD-1001 leaks")
        self.assertEqual(call.equipment_id, self.unit)

    def test_tokens(self):
        tokens = self.env["service.call"]._get_tokens
        self.assertEqual(tokens("Re: [CALL/00012] pump, serial hd-1001."), ["CALL/00012", "HD-1001"])
        self.assertEqual(tokens(None, ""), [])
        self.assertLessEqual(len(tokens(" ".join(f"A{index:04d}" for index in range(5000)))), MAX_TOKENS)
