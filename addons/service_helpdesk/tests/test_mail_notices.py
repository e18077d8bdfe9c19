# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import doctest
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine import mail_bounce, mail_facts
from .mail_common import QUIET, MailCase

POSTFIX = """Return-Path: <>
From: MAILER-DAEMON@mx.postfix.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4Fabc.1605700000/mx.postfix.example"
Message-Id: <{number}.4Fabc@mx.postfix.example>

This is a MIME-encapsulated message.

--4Fabc.1605700000/mx.postfix.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.postfix.example.

I'm sorry to have to inform you that your message could not be delivered
to one or more recipients.

<{address}>: host mail.rossi.example[192.0.2.7] said: 550 5.1.1
    User unknown (in reply to RCPT TO command)

--4Fabc.1605700000/mx.postfix.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.postfix.example
X-Postfix-Queue-ID: 4Fabc
Arrival-Date: Wed, 18 Nov 2026 12:00:00 +0000 (UTC)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: 5.1.1
Remote-MTA: dns; mail.rossi.example
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--4Fabc.1605700000/mx.postfix.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <service@service.example>
From: Service <service@service.example>
To: {address}
Subject: {subject}
Date: Wed, 18 Nov 2026 12:00:00 +0000

--4Fabc.1605700000/mx.postfix.example--
"""
EXCHANGE = """From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@rossi.example>
To: {to}
Date: Wed, 18 Nov 2026 12:00:05 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="f6d33dad-1234-4bc0"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-US
Message-ID: <{number}.f6d33dad@AM0PR01.rossi.example>
Subject: Undeliverable: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0

--f6d33dad-1234-4bc0
Content-Type: multipart/alternative; differences=Content-Type; boundary="c0d3"

--c0d3
Content-Type: text/plain; charset="us-ascii"

Delivery has failed to these recipients or groups:

{address}
The email address you entered couldn't be found.

--c0d3
Content-Type: text/html; charset="us-ascii"

<html><body><p>Delivery has failed to these recipients or groups:</p>
<a href="mailto:{address}">{address}</a></body></html>

--c0d3--

--f6d33dad-1234-4bc0
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.rossi.example
Received-From-MTA: dns;mx.service.example
Arrival-Date: Wed, 18 Nov 2026 12:00:01 +0000

Original-Recipient: rfc822;{address}
Final-Recipient: rfc822;{address}
Action: {action}
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: Anna

--f6d33dad-1234-4bc0--
"""
GMAIL = """Return-Path: <>
Received: by 2002:a05:6402:1234; Wed, 18 Nov 2026 04:00:02 -0800 (PST)
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: {to}
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
X-Failed-Recipients: {address}
Message-ID: <{number}.a5f@mx.google.com>
Date: Wed, 18 Nov 2026 04:00:02 -0800 (PST)
MIME-Version: 1.0
Content-Type: multipart/report; boundary="0000a1b2"; report-type=delivery-status

--0000a1b2
Content-Type: multipart/related; boundary="0000c3d4"

--0000c3d4
Content-Type: multipart/alternative; boundary="0000e5f6"

--0000e5f6
Content-Type: text/plain; charset="UTF-8"


** Address not found **

Your message wasn't delivered to {address} because the address couldn't be found, or is unable to receive mail.

--0000e5f6--
--0000c3d4--
--0000a1b2
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Arrival-Date: Wed, 18 Nov 2026 04:00:01 -0800 (PST)

Final-Recipient: rfc822; {address}
Action: {action}
Status: 5.1.1
Last-Attempt-Date: Wed, 18 Nov 2026 04:00:02 -0800 (PST)

--0000a1b2
Content-Type: message/rfc822

MIME-Version: 1.0
From: Service <service@service.example>
Date: Wed, 18 Nov 2026 12:00:00 +0000
Subject: {subject}
To: Anna <{address}>
Content-Type: text/html; charset="utf-8"

----- Message truncated -----

--0000a1b2--
"""
QMAIL = """From: MAILER-DAEMON@mx.qmail.example
To: {to}
Subject: failure notice
Message-Id: <{number}@mx.qmail.example>

Hi. This is the qmail-send program at mx.qmail.example.

<{address}>:
This address no longer accepts mail.

--- Below this line is a copy of the message.

From: Service <service@service.example>
To: {address}
Subject: {subject}

Text
"""
SHAPES = {"postfix": POSTFIX, "exchange": EXCHANGE, "gmail": GMAIL, "qmail": QMAIL}


@tagged("post_install", "-at_install")
class TestMailNotices(MailCase):
    """Notices of mail servers that don't say which mail they mean."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls._new_call(contact_id=cls.contact.id, team_id=cls.team.id)
        cls.number = 0

    def _notice(self, shape, **values):
        """Return the source of a notice about the call's mail to its contact."""
        type(self).number += 1
        return SHAPES[shape].format(
            **{
                "to": self.address,
                "address": self.contact.email,
                "subject": f"[{self.call.name}] Pump leaks",
                "action": "failed",
                "number": self.number,
                **values,
            }
        )

    def _notes(self, call=None):
        return (call or self.call).message_ids.filtered(lambda message: "did not reach" in message.body)

    def test_doctests(self):
        self.assertFalse(doctest.testmod(mail_bounce).failed)
        self.assertFalse(doctest.testmod(mail_facts).failed)

    def test_each_shape_is_noted_on_its_call(self):
        for shape in SHAPES:
            call = self._new_call(contact_id=self.contact.id)
            source = self._notice(shape, subject=f"[{call.name}] Pump leaks")
            self.assertFalse(self._process(source), shape)
            note = self._notes(call)
            self.assertEqual(len(note), 1, shape)
            self.assertIn("did not reach portal@rossi.example", note.body, shape)
            self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))

    def test_the_same_failure_is_noted_once(self):
        source = self._notice("exchange")
        self._process(source)
        self._process(source)
        self._process(self._notice("exchange"))
        self.assertEqual(len(self._notes()), 1, "delivered twice, or told by another notice")
        self._process(self._notice("exchange", subject=f"[{self.call.name}] Another mail"))
        self.assertEqual(len(self._notes()), 2, "another mail is another failure")

    def test_the_owner_is_told(self):
        self.call.with_user(self.controller).user_id = self.controller
        self._process(self._notice("gmail"))
        rows = self.call.notification_ids.filtered(lambda row: row.event == "bounced")
        self.assertEqual(rows.partner_id, self.controller.partner_id)

    def test_a_notice_of_somebody_else_is_not_ours(self):
        for values in (
            {"address": "stranger@nowhere.example"},
            {"subject": "Pump leaks"},
            {"subject": "[NONE-99999] Pump leaks"},
        ):
            count = self.env["service.call"].search_count([])
            self.assertFalse(self._process(self._notice("postfix", **values)))
            self.assertFalse(self._notes(), values)
            self.assertEqual(self.env["service.call"].search_count([]), count)

    def test_one_that_may_mean_two_calls_is_left_alone(self):
        other = self._new_call(contact_id=self.contact.id)
        self._process(self._notice("postfix", subject=f"{self.call.name} {other.name}"))
        self.assertFalse(self._notes() + self._notes(other))

    def test_a_delay_is_no_failure(self):
        self._process(self._notice("postfix", action="delayed"))
        self.assertFalse(self._notes())
        self.assertIn("has not reached portal@rossi.example yet", self._bodies(self.call))
        self.assertFalse(self.call.notification_ids.filtered(lambda row: row.event == "bounced"))
        self._process(self._notice("postfix"))
        self.assertTrue(self._notes(), "in the end it failed")

    def test_a_success_is_nothing(self):
        count = len(self.call.message_ids)
        for action in ("delivered", "relayed"):
            self._process(self._notice("gmail", action=action))
        self.assertEqual(len(self.call.message_ids), count)


@tagged("post_install", "-at_install")
class TestMailAway(MailCase):
    """An answer in somebody's absence is nobody's reply."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env["service.pause.reason"].create({"name": "Customer decides", "resumes_on_reply": True})

    def test_an_automatic_answer_ends_no_wait(self):
        shapes = {
            "gmail": ("{} away", "Auto-Submitted: auto-replied\nPrecedence: bulk\nX-Autoreply: yes\n"),
            "exchange": ("Automatic reply: {}", "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n"),
            "vacation": ("Re: {}", "Precedence: bulk\n"),
            "junk": ("Re: {}", "Precedence: junk\n"),
            "no header, English": ("Out of Office: {}", ""),
            "no header, Italian": ("Risposta automatica: {}", ""),
            "no header, French": ("=?utf-8?q?R=C3=A9ponse_automatique=C2=A0=3A?= {}", ""),
        }
        call = self._receive()
        for name, (subject, headers) in shapes.items():
            if not call.is_paused:
                call.with_user(self.taker).action_pause(reason_id=self.reason.id)
            text = f"I am away, {name}"
            answered = self._acknowledgements(call)
            self.assertFalse(self._receive(subject.format(call.name), text, headers=headers, reply_to=answered), name)
            self.assertTrue(call.is_paused, name)
            self.assertIn(text, self._bodies(call), name)
        self.assertFalse(self._receive(f"Re: Automatic reply: {call.name}", "Blue, please."))
        self.assertFalse(call.is_paused, "a person has answered")

    def test_a_wait_that_lets_the_clocks_run(self):
        self.reason.stops_clocks = False
        call = self._receive()
        call.with_user(self.taker).action_pause(reason_id=self.reason.id)
        self._receive(f"Out of office: {call.name}", "Away")
        self.assertEqual(call.pause_reason_id, self.reason)
        self._receive(f"Re: {call.name}", "Blue", headers="List-Id: <all.rossi.example>\nPrecedence: list\n")
        self.assertFalse(call.pause_reason_id, "what a person writes to a list is a reply")

    def test_an_absence_reopens_nothing_and_is_not_answered(self):
        call = self._receive()
        call.with_user(self.taker).action_complete()
        self._receive(f"Automatic reply: {call.name}", "Away")
        self.assertTrue(call.is_closed)
        made = self._receive("Automatic reply: holidays", "Away", sender="nina@else.example")
        self.assertTrue(made.is_automatic)
        self.assertFalse(self._acknowledgements(made))


@tagged("post_install", "-at_install")
class TestMailWithoutId(MailCase):
    """Mails that bear no Message-Id are told apart by their bytes."""

    def _nameless(self, text="It drips.", date="Wed, 18 Nov 2026 12:00:00 +0000", **values):
        lines = self._mail(body=text, **values).split("\n")
        kept = [line for line in lines if not line.startswith(("Message-Id:", "Date:"))]
        return "\n".join([f"Date: {date}", *kept] if date else kept)

    def _forget_twins(self):
        self.env["service.mail.receipt"].search([]).received_at -= timedelta(minutes=11)

    def test_the_same_bytes_are_one_mail(self):
        source = self._nameless()
        call = self._process(source)
        self.assertEqual(len(call), 1)
        self._forget_twins()
        count = len(call.message_ids)
        self.assertFalse(self._process(source))
        self.assertFalse(self._process(source.encode()))
        self.assertEqual(len(call.message_ids), count)

    def test_another_date_is_another_mail(self):
        self.assertTrue(self._process(self._nameless()))
        self._forget_twins()
        self.assertTrue(self._process(self._nameless(date="Wed, 18 Nov 2026 12:30:00 +0000")))

    def test_a_mail_without_any_date_may_come_again(self):
        with freeze_time("2026-11-18 12:00:00"):
            self.assertTrue(self._process(self._nameless(date=None)))
            self.assertFalse(self._process(self._nameless(date=None)))
        self._forget_twins()
        with freeze_time("2026-11-18 12:20:00"):
            self.assertTrue(self._process(self._nameless(date=None)))

    def test_the_database_refuses_the_second_one(self):
        """What two workers do who have both not seen the other's mail yet."""
        source = self._nameless()
        self._process(source)
        count = self.env["service.call"].search_count([])
        messages = type(self.env["mail.message"])
        search = messages.search

        def find_none(records, domain, **kwargs):
            is_lookup = domain and list(domain)[0][0] == "message_id"
            return records.browse() if is_lookup else search(records, domain, **kwargs)

        self._forget_twins()
        with mute_logger(*QUIET), patch.object(messages, "search", find_none), self.assertRaises(ConcurrencyError):
            self.env["mail.thread"].message_process(None, source)
        self.assertEqual(self.env["service.call"].search_count([]), count)

    def test_what_cannot_be_read_is_kept_once(self):
        source = self._nameless()
        parse = "odoo.addons.mail.models.mail_thread.MailThread.message_parse"
        with patch(parse, side_effect=LookupError("unknown encoding")):
            call = self._process(source)
            self.assertTrue(call.needs_triage)
            self.assertFalse(self._process(source))
            call.message_ids.sudo().message_id = False
            self.assertFalse(self._process(source), "the receipt alone tells it")
        self.assertEqual(self.env["service.mail.receipt"].search_count([("call_id", "=", call.id)]), 1)
