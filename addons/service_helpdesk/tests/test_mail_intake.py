# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .mail_common import QUIET, MailCase

BOUNCE = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-Id: <{message_id}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type={report}; boundary="B"

--B
Content-Type: text/plain

The mailbox is full.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.2.2

--B
Content-Type: message/rfc822

Message-Id: {original}
Subject: Your call

Text
--B--
"""


@tagged("post_install", "-at_install")
class TestMailRoute(MailCase):
    """Which call a mail goes to."""

    # ------------------------------------------------------------
    # Teams and copies
    # ------------------------------------------------------------

    def _new_team(self, name="Second Line", **values):
        team = self.env["service.team"].create({"name": name, "alias_name": "hd-second", **values})
        team.alias_id.alias_domain_id = self.alias_domain
        return team

    def test_the_first_addressed_team_has_the_call_and_the_other_is_told(self):
        other = self._new_team(user_id=self.controller.id)
        call = self._receive(to=f"{other.alias_email}, {self.address}")
        self.assertEqual(call.team_id, other)
        self.assertIn(f"The mail was for {self.team.display_name} too.", self._bodies(call))
        self.assertIn(self.manager.partner_id, call.message_partner_ids)
        call = self._receive("Again", to=f"boss@rossi.example, {self.address}, {other.alias_email}")
        self.assertEqual(call.team_id, self.team)
        self.assertIn(self.controller.partner_id, call.message_partner_ids)

    def test_company_and_team_come_from_the_address(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.env.user.company_ids |= company
        team = self._new_team(company_id=company.id)
        call = self._receive(to=team.alias_email, sender="stranger@nowhere.example")
        self.assertRecordValues(call, [{"company_id": company.id, "team_id": team.id}])

    def test_copies_are_remembered_and_the_customers_people_follow(self):
        colleague = self.env["res.partner"].create(
            {"name": "Colleague", "email": "colleague@rossi.example", "parent_id": self.customer.id}
        )
        copies = f"Cc: Colleague <colleague@rossi.example>, Stranger <s@else.example>, {self.address}\n"
        call = self._receive(headers=copies)
        self.assertIn("colleague@rossi.example", call.email_cc)
        self.assertIn("s@else.example", call.email_cc)
        self.assertNotIn(self.address, call.email_cc)
        self.assertIn(colleague, call.message_partner_ids)
        self.assertFalse(call.message_partner_ids.filtered(lambda partner: partner.email == "s@else.example"))
        self._receive(f"Re: {call.name}", headers="Cc: third@else.example\n")
        self.assertIn("third@else.example", call.email_cc)
        self.assertIn("s@else.example", call.email_cc)

    def test_ten_thousand_recipients(self):
        crowd = ",\n ".join(f"person{number}@crowd.example" for number in range(10000))
        call = self._receive(headers=f"Cc: {crowd}\n")
        self.assertEqual(len(call), 1)
        self.assertLessEqual(call.email_cc.count("@"), 50)

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    def test_number_in_the_subject_in_many_words(self):
        call = self._receive()
        for subject in ("AW: Fwd: R: [{}] Pump", "RIF: {}", "Re: Re: your call {}, please"):
            self.assertFalse(self._receive(subject.format(call.name)), subject)

    def test_a_number_of_another_customer_is_noted_and_not_followed(self):
        call = self._receive()
        made = self._receive(f"Re: {call.name}", sender="spy@bianchi.example")
        self.assertEqual(len(made), 1)
        self.assertIn(f"The subject names call {call.name}", self._bodies(made))
        self.assertNotIn("spy@bianchi.example", self._bodies(call))

    def test_an_answer_reopens_a_call_closed_lately(self):
        call = self._receive()
        call.with_user(self.taker).action_complete()
        self.assertFalse(self._receive(f"Re: {call.name}", "It drips again."))
        self.assertFalse(call.is_closed)
        self.assertEqual(call.event_ids.sorted("id")[-1:].kind, "reopened")
        self.assertIn("It drips again.", self._bodies(call))

    def test_an_answer_to_a_call_closed_long_ago_is_a_new_call(self):
        call = self._receive()
        call.with_user(self.taker).action_complete()
        call.env.company.service_reopen_days = 3
        call._store({"closed_at": call.closed_at - timedelta(days=4)})
        made = self._receive(f"Re: {call.name}", "It drips again.")
        self.assertEqual(made.original_id, call)
        self.assertTrue(call.is_closed)

    def test_zero_days_never_reopen(self):
        call = self._receive()
        call.with_user(self.taker).action_complete()
        call.env.company.service_reopen_days = 0
        self.assertEqual(self._receive(f"Re: {call.name}").original_id, call)

    def test_our_own_answer_reopens_nothing(self):
        call = self._receive()
        call.with_user(self.taker).action_complete()
        self.assertFalse(self._receive(f"Re: {call.name}", "Done.", sender=self.taker.email_formatted))
        self.assertTrue(call.is_closed)
        self.assertIn("Done.", self._bodies(call))

    def test_forwarded_by_one_of_us(self):
        text = f"See below\n\n---- Forwarded message ----\nFrom: Anna <{self.contact.email}>\nSubject: Pump\n\nIt drips"
        call = self._receive("Fwd: Pump", text, sender=self.taker.email_formatted)
        self.assertRecordValues(
            call,
            [
                {
                    "contact_id": self.contact.id,
                    "partner_id": self.customer.id,
                    "partner_email": "portal@rossi.example",
                    "needs_triage": True,
                }
            ],
        )

    def test_forwarded_of_a_stranger(self):
        text = "Da: Nuovo <nuovo@else.example>\n\nPerde"
        call = self._receive("I: Pompa", text, sender=self.taker.email_formatted)
        self.assertRecordValues(call, [{"partner_id": False, "partner_email": "nuovo@else.example"}])

    # ------------------------------------------------------------
    # Machines
    # ------------------------------------------------------------

    def test_an_out_of_office_answer_is_a_note_and_stops_nothing(self):
        call = self._receive("HD-1001")
        call.with_user(self.taker).action_complete()
        for sender in (self.sender, self.taker.email_formatted):
            self.assertFalse(
                self._receive(
                    f"Out of office: {call.name}",
                    f"I am away, says {sender[:5]}",
                    sender=sender,
                    headers="Auto-Submitted: auto-replied\n",
                )
            )
        self.assertTrue(call.is_closed)
        self.assertFalse(call.replied_at)
        away = call.message_ids.filtered(lambda message: "I am away" in message.body)
        self.assertEqual(away.subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(len(away), 2)

    def test_a_bounce_is_noted_on_its_call(self):
        call = self._receive()
        mail = self._acknowledgements(call)
        source = BOUNCE.format(
            to=self.address,
            message_id="bounce-1@mx.example",
            address=self.contact.email,
            original=mail.message_id,
            report="delivery-status",
        )
        self.assertFalse(self._process(source))
        self.assertIn("did not reach portal@rossi.example", self._bodies(call))
        self.assertIn("The mailbox is full.", self._bodies(call))
        self.assertEqual(self.contact.message_bounce, 1)
        count = len(call.message_ids)
        self.assertFalse(self._process(source))
        self.assertEqual(len(call.message_ids), count, "the same notice twice is one note")

    def test_a_read_receipt_is_nothing(self):
        call = self._receive()
        original = self._acknowledgements(call).message_id
        count = len(call.message_ids)
        self.assertFalse(
            self._process(
                BOUNCE.format(
                    to=self.address,
                    message_id="read-1@mx.example",
                    address="x@y.example",
                    original=original,
                    report="disposition-notification",
                )
            )
        )
        self.assertEqual(len(call.message_ids), count)

    def test_the_same_mail_under_another_id_is_noted(self):
        call = self._receive(message_id="one@relay.example")
        self.assertFalse(self._receive(message_id="two@relay.example"))
        self.assertIn("The same mail came once more", self._bodies(call))
        self.assertFalse(self._receive(message_id="two@relay.example"))
        self.assertEqual(self._bodies(call).count("The same mail came once more"), 1)
        self.env["service.mail.receipt"].search([]).received_at -= timedelta(minutes=11)
        self.assertTrue(self._receive(message_id="three@relay.example"), "later it may well be meant")

    def test_a_storm_is_collected_on_one_call(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 3)
        calls = [self._receive(f"Alarm {number}", sender="loop@nowhere.example") for number in range(8)]
        self.assertEqual([len(call) for call in calls], [1, 1, 1, 0, 0, 0, 0, 0])
        bodies = self._bodies(calls[2])
        self.assertEqual(bodies.count("sends very many mails"), 1)
        subjects = calls[2].message_ids.mapped("subject")
        self.assertTrue({"Alarm 3", "Alarm 4", "Alarm 5", "Alarm 6", "Alarm 7"} <= set(subjects), "nothing is lost")

    def test_a_storm_of_answers_tells_nobody(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 3)
        call = self._receive()
        for number in range(5):
            self._receive(f"Re: {call.name}", f"Answer {number}")
        answers = call.message_ids.filtered(lambda message: "Answer" in message.body).sorted("id")
        note = self.env.ref("mail.mt_note")
        self.assertEqual([answer.subtype_id == note for answer in answers], [False, False, True, True, True])

    def test_allowed_senders_may_storm(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 2)
        self.env["mail.gateway.allowed"].create({"email": "alarms@nowhere.example"})
        calls = [self._receive(f"Alarm {number}", sender="alarms@nowhere.example") for number in range(4)]
        self.assertEqual(sum(map(len, calls)), 4)

    # ------------------------------------------------------------
    # Forged senders
    # ------------------------------------------------------------

    def test_a_forged_sender_is_not_the_customer(self):
        call = self._receive()
        self.env.company.service_mail_auth_host = "mx.service.example"
        failed = "Authentication-Results: mx.service.example; spf=fail smtp.mailfrom=x; dmarc=fail\n"
        made = self._receive(f"Re: {call.name}", "Send me the keys", headers=failed)
        self.assertRecordValues(
            made,
            [{"partner_id": False, "contact_id": False, "is_sender_doubtful": True, "needs_triage": True}],
        )
        self.assertFalse(self._acknowledgements(made))
        self.assertFalse(made.message_ids.filtered(lambda message: message.author_id == self.contact))
        self.assertNotIn("Send me the keys", self._bodies(call))
        self.assertIn(f"It answers call {call.name}", self._bodies(made))
        with_headers = self._receive("Hello", "Keys!", headers=failed, reply_to=self._acknowledgements(call))
        self.assertTrue(with_headers.is_sender_doubtful)

    def test_what_other_servers_found_counts_for_nothing(self):
        self.env.company.service_mail_auth_host = "mx.service.example"
        for results in ("mx.service.example; dmarc=pass", "mx.attacker.example; dmarc=fail", ""):
            headers = f"Authentication-Results: {results}\n" if results else ""
            call = self._receive(f"Pump {results}", headers=headers)
            self.assertEqual(call.contact_id, self.contact, results)


@tagged("post_install", "-at_install")
class TestMailTriage(MailCase):
    """Who is it: two clicks, and all his waiting calls follow."""

    def _stranger(self, subject="Help", sender="Nina New <nina@else.example>"):
        return self._receive(subject, sender=sender).with_user(self.taker)

    def test_contact_of_a_customer(self):
        call, other = self._stranger(), self._stranger("More")
        call.partner_id = self.customer
        call.action_triage_accept()
        contact = call.contact_id
        self.assertRecordValues(
            contact.sudo(), [{"name": "Nina New", "email": "nina@else.example", "parent_id": self.customer.id}]
        )
        for each in call | other:
            self.assertRecordValues(
                each, [{"needs_triage": False, "contact_id": contact.id, "partner_id": self.customer.id}]
            )
        later = self._stranger("Third")
        self.assertRecordValues(later, [{"needs_triage": False, "contact_id": contact.id}])

    def test_address_of_a_known_contact(self):
        bare = self.env["res.partner"].create({"name": "Bruno", "parent_id": self.customer.id})
        call = self._stranger()
        call.contact_id = bare
        call.action_triage_accept()
        self.assertEqual(bare.email, "nina@else.example")
        self.assertEqual(call.contact_id, bare)

    def test_second_address_of_a_known_contact(self):
        call = self._stranger()
        call.contact_id = self.contact
        call.action_triage_accept()
        self.assertRecordValues(
            call.contact_id.sudo(),
            [{"name": self.contact.name, "email": "nina@else.example", "commercial_partner_id": self.customer.id}],
        )
        self.assertEqual(self.contact.email, "portal@rossi.example", "the first address stays")

    def test_new_customer(self):
        call = self._stranger()
        call.action_triage_new_customer()
        self.assertEqual(call.partner_id.name, "Nina New")
        self.assertFalse(call.needs_triage)

    def test_the_domain_proposes_the_customer(self):
        call = self._stranger(sender="New Colleague <new@rossi.example>")
        self.assertEqual(call.triage_partner_id, self.customer)
        self.assertFalse(call.partner_id)
        call.action_triage_accept()
        self.assertEqual(call.partner_id, self.customer)
        self.env["res.partner"].create({"name": "Private", "email": "someone@gmail.com"})
        self.assertFalse(self._stranger(sender="other@gmail.com").triage_partner_id)

    def test_nothing_chosen(self):
        call = self._stranger()
        with self.assertRaisesRegex(UserError, "Choose the customer or the contact"):
            call.action_triage_accept()
        self.assertTrue(call.needs_triage)
        call.action_triage_done()
        with self.assertRaisesRegex(UserError, "is known already"):
            call.action_triage_accept()

    def test_spam(self):
        call, other = self._stranger(), self._stranger("More")
        call.action_mark_spam()
        for each in call | other:
            self.assertRecordValues(each, [{"is_spam": True, "is_closed": True, "needs_triage": False}])
        self.assertFalse(self._stranger("Buy!"), "later mails are kept on the spam call")
        self.assertIn("Buy!", (call | other).message_ids.mapped("subject"))
        self.assertTrue(call.is_closed)
        call.action_unmark_spam()
        self.assertRecordValues(call, [{"is_spam": False, "is_closed": False, "needs_triage": True}])
        self.assertTrue(self._stranger("Sorry"))

    def test_a_blocked_sender_without_calls(self):
        block = self.env["service.mail.block"].with_user(self.manager).create({"email": " Nina@Else.example "})
        self.assertEqual(block.email, "nina@else.example")
        call = self._stranger()
        self.assertRecordValues(call, [{"is_spam": True, "is_closed": True}])
        self.assertFalse(self._acknowledgements(call))
        with self.assertRaisesRegex(ValidationError, "is not an e-mail address"):
            block.email = "nobody"

    def test_blocked_in_one_company_only(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.env["service.mail.block"].create({"email": "nina@else.example", "company_id": company.id})
        self.assertFalse(self._stranger().is_spam)

    def test_a_forged_sender_who_is_real_after_all(self):
        self.env.company.service_mail_auth_host = "mx.us.example"
        call = self._receive(headers="Authentication-Results: mx.us.example; dmarc=fail\n").with_user(self.taker)
        call.contact_id = self.contact
        call.action_triage_accept()
        self.assertRecordValues(
            call, [{"is_automatic": False, "is_sender_doubtful": False, "partner_id": self.customer.id}]
        )


@tagged("post_install", "-at_install")
class TestMailSafety(MailCase):
    """Big and broken mails, and workers in each other's way."""

    def test_too_big_attachments_are_left_out_and_named(self):
        self.env.company.service_mail_attachment_mb = 1
        big, small = base64.b64encode(b"x" * 1500000).decode(), base64.b64encode(b"photo").decode()
        part = '--B\nContent-Type: image/png\nContent-Disposition: attachment; filename="{}"\n' + (
            "Content-Transfer-Encoding: base64\n\n{}\n"
        )
        body = (
            "--B\nContent-Type: text/plain\n\nSee the films.\n"
            + part.format("film.png", big)
            + part.format("photo.png", small)
            + "--B--"
        )
        call = self._receive(body=body, content_type="multipart/mixed; boundary=B")
        self.assertEqual(call.message_ids.attachment_ids.mapped("name"), ["photo.png"])
        self.assertIn("Too big and left out: film.png.", self._bodies(call))
        self.assertIn("See the films.", self._bodies(call))

    def test_null_bytes(self):
        call = self._receive("Pump\x00 leaks", "It\x00 drips.")
        self.assertIn("It drips.", self._bodies(call))

    def test_scripts_are_taken_out(self):
        body = "<p onclick='x()'>Hi<script>alert(1)</script><img src='http://t/x.png'/></p>"
        call = self._receive(body=body, content_type="text/html; charset=utf-8")
        self.assertNotIn("script", self._bodies(call) + call.description)
        self.assertNotIn("onclick", self._bodies(call) + call.description)

    def test_a_mail_that_cannot_be_parsed_is_kept(self):
        source = self._mail("Pump leaks")
        parse = "odoo.addons.mail.models.mail_thread.MailThread.message_parse"
        with patch(parse, side_effect=LookupError("unknown encoding")):
            call = self._process(source)
        self.assertRecordValues(
            call, [{"subject": "Pump leaks", "needs_triage": True, "team_id": self.team.id, "is_automatic": True}]
        )
        attachment = call.message_ids.attachment_ids
        self.assertEqual(attachment.raw.decode(), source)
        self.assertIn("It drips.", self._bodies(call))
        self.assertFalse(self._acknowledgements(call))
        with patch(parse, side_effect=LookupError("unknown encoding")):
            self.assertFalse(self._process(source), "delivered twice")

    def test_a_mail_that_cannot_be_folded_again(self):
        """An attached mail and the original are written again; a parameter longer than a line would take for ever."""
        name = "A" * 3000
        body = (
            "--B\nContent-Type: text/plain\n\nSee below.\n--B\nContent-Type: message/rfc822\n\n"
            f'Subject: Inner\nContent-Type: text/plain; {name}*0="x y"; charset{name}="utf-8"\n\nInner text\n--B--'
        )
        source = self._mail(body=body, content_type="multipart/mixed; boundary=B")
        before = self.env["service.call"].search([])
        with mute_logger(*QUIET):
            self.env["mail.thread"].message_process(None, source, save_original=True)
        call = self.env["service.call"].search([]) - before
        self.assertFalse(call.needs_triage)
        files = {file.name: file.raw for file in call.message_ids.attachment_ids}
        self.assertIn("original_email.eml", files)
        self.assertIn(b"Inner text", files["original_email.eml"])
        self.assertTrue(all(name.encode() in content for content in files.values()))
        self.assertEqual(len(files), 2)

    def test_a_mail_that_fails_at_its_call_is_kept(self):
        call = self._receive()
        update = "odoo.addons.service_helpdesk.models.service_call_mail.ServiceCall.message_update"
        with patch(update, side_effect=ValueError("broken on purpose")):
            made = self._process(self._mail(f"Re: {call.name}"))
        self.assertTrue(made.needs_triage)
        self.assertTrue(made.message_ids.attachment_ids)

    def test_a_failing_mail_for_others_fails_as_before(self):
        with self.assertRaises(ValueError):
            self._process(self._mail(to="nobody@else.example"))

    def test_a_mailbox_of_calls_needs_no_address(self):
        call = self._process(self._mail(to="undisclosed-recipients:;"), model="service.call")
        self.assertEqual(call.contact_id, self.contact)

    def test_another_worker_in_the_way(self):
        """In a job that fetches mails the mail is tried again; in a request Odoo does that."""
        thread = self.env["mail.thread"].with_context(default_fetchmail_server_id=1)
        route = "odoo.addons.service_helpdesk.models.service_call_mail_route.ServiceCall._adjust_mail_routes"
        original = type(self.env["service.call"])._adjust_mail_routes
        failures = iter([SerializationFailure("first"), ConcurrencyError("second")])

        def fail_twice(records, *args):
            if error := next(failures, None):
                raise error
            return original(records, *args)

        source = self._mail("Tried again")
        safety = "odoo.addons.service_helpdesk.models.service_call_mail_safety"
        with (
            mute_logger(*QUIET),
            patch(route, fail_twice),
            patch(f"{safety}.time.sleep"),
            patch.object(self.env.cr, "rollback"),
        ):
            self.assertTrue(thread.message_process(None, source))
        failures = iter([SerializationFailure("first")])
        with mute_logger(*QUIET), patch(route, fail_twice), self.assertRaises(SerializationFailure):
            self.env["mail.thread"].message_process(None, self._mail("Not tried again"))

    def test_the_database_refuses_the_same_mail_twice(self):
        call = self._receive()
        facts = {"message_id": "<same@x>", "sender": "a@b.example", "content_key": "c"}
        receipts = self.env["service.mail.receipt"]
        receipts._record(facts, call, True)
        with self.assertRaises(ConcurrencyError), self.env.cr.savepoint():
            receipts._record(facts, call, True)

    def test_receipts_are_forgotten(self):
        call = self._receive()
        receipt = self.env["service.mail.receipt"].search([("call_id", "=", call.id)])
        receipt.received_at = datetime(2020, 1, 1)
        self.env["service.mail.receipt"]._gc_receipts()
        self.assertFalse(receipt.exists())
