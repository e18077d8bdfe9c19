# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import signal
from collections import Counter
from email.parser import BytesHeaderParser
from email.policy import SMTP

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.mail import email_normalize

from ..engine.mail_facts import clean_text, is_machine, read_rough_headers
from .mail_common import QUIET, MailCase
from .mail_corpus import get_corpus, get_mutant

COUNT, COUNT_WITH_DEMO, SEED = 5000, 1000, 19
# So many mails see each other: storms and twins are among them, and what they made doesn't slow down the next ones.
BATCH = 500
# One in so many comes twice.
AGAIN = 4
PATIENCE = 60


class StuckError(BaseException):
    """A mail takes for ever. Nobody else may catch this."""


def _give_up(_signal, _frame):
    raise StuckError


@tagged("post_install", "-at_install")
class TestMailFuzz(MailCase):
    """Five thousand broken mails go all the way: nothing raises, nothing is lost or doubled, no machine is answered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "fuzz.example"})
        cls.env["service.team"].create({"name": "Fuzz", "alias_name": "desk"}).alias_id.alias_domain_id = domain
        cls.env.company.service_mail_auth_host = "mx.fuzz.example"
        cls.call = cls._new_call(contact_id=cls.contact.id)
        # Its number stands in some mails, which are to be the same in every database.
        cls.call._store({"name": "CALL/FUZZ1"})
        # What is taken in hangs on no demo record: with them, where everything is tested once more, a part is enough.
        module = cls.env["ir.module.module"].search([("name", "=", "service_helpdesk")])
        cls.count = COUNT_WITH_DEMO if module.demo else COUNT
        cls.colleagues = set(cls.customer.child_ids.mapped("email_normalized"))
        cls.env.flush_all()
        cls.env.cr.execute("SELECT max(id) FROM mail_message")
        (cls.last_message_id,) = cls.env.cr.fetchone()

    def test_broken_mails(self):
        self.addCleanup(signal.signal, signal.SIGALRM, signal.signal(signal.SIGALRM, _give_up))
        self.addCleanup(signal.alarm, 0)
        outcomes, corpus = Counter(), get_corpus(self.call.name)
        # The clock goes on: Odoo takes it for more than the time.
        with mute_logger(*QUIET, "odoo.tools.mail"), freeze_time("2026-11-18 12:00:00", tick=True):
            for start in range(0, self.count, BATCH):
                savepoint = self.env.cr.savepoint()
                for number in range(start, start + BATCH):
                    source = get_mutant(corpus, number, SEED)
                    signal.alarm(PATIENCE)
                    try:
                        outcomes[self._take(source)] += 1
                        if number % AGAIN == 0:
                            self._take_again(source)
                    except (Exception, StuckError) as error:
                        raise AssertionError(f"mail {number} of seed {SEED}: {error!r}: {source[:3000]!r}") from error
                signal.alarm(0)
                self._check_silence()
                savepoint.close(rollback=True)
                self.env.invalidate_all()
        self.assertEqual(outcomes.total(), self.count)
        for outcome in ("new", "added", "kept unread", "twin", "notice", "known"):
            self.assertGreater(outcomes[outcome], self.count // 500, outcomes)
        self.assertGreater(outcomes["new"] + outcomes["added"], self.count // 2, outcomes)

    def _take(self, source):
        """Take a mail in, check what became of it, and return that in a word."""
        message_id = self._get_message_id(source)
        was_known, before = self._is_known(message_id), self._get_figures()
        call_id = self.env["mail.thread"].message_process("service.call", source)
        after = self._get_figures()
        calls, letters, mails = (now - then for now, then in zip(after, before, strict=True))
        if call_id:
            outcome = self._check_taken(source, call_id, (calls, letters))
        else:
            self.assertEqual((calls, letters), (0, 0), "it made something that nobody knows")
            outcome = self._get_reason(source, message_id, was_known)
        self.assertEqual(mails, 0, "answers are left to the job")
        return outcome

    def _take_again(self, source):
        before = self._get_figures()
        self.assertFalse(self.env["mail.thread"].message_process("service.call", source), "the same mail again")
        self.assertEqual(self._get_figures(), before, "the same mail again made more")

    def _get_figures(self):
        """Return how many calls, letters on calls and outgoing mails there are, but for those to colleagues."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT (SELECT count(*) FROM service_call WHERE id >= %s),
                   (SELECT count(*) FROM mail_message WHERE id > %s AND model = 'service.call'
                       AND message_type IN ('email', 'auto_comment')),
                   (SELECT count(*) FROM mail_mail JOIN mail_message ON mail_message.id = mail_message_id
                     WHERE mail_message.id > %s AND message_type != 'user_notification')
            """,
            [self.call.id, self.last_message_id, self.last_message_id],
        )
        return self.env.cr.fetchone()

    def _get_message_id(self, source):
        """Return the id under which a mail is known, once it has been taken in."""
        source = self.env["service.call"]._name_mail(source)
        try:
            return clean_text(BytesHeaderParser(policy=SMTP).parsebytes(source)["Message-Id"].strip())
        except Exception:  # noqa: BLE001 - then it is read roughly, and so is its id
            return read_rough_headers(source).get("Message-Id", "")[:500]

    def _is_known(self, message_id):
        self.env.cr.execute("SELECT FROM mail_message WHERE message_id = %s LIMIT 1", [message_id])
        return bool(self.env.cr.rowcount)

    def _check_taken(self, source, call_id, made):
        """Check that a mail is on one call, and on the right one."""
        self.assertIn(made, ((1, 1), (0, 1)), "calls and letters it made")
        call = self.env["service.call"].browse(call_id)
        letter = self.env["mail.message"].search(
            [("model", "=", call._name), ("res_id", "=", call.id), ("message_type", "in", ("email", "auto_comment"))],
            order="id desc",
            limit=1,
        )
        self.assertTrue(letter, "the call has its mail")
        if made == (0, 1):
            self._check_right_call(call, letter)
            return "added"
        headers = read_rough_headers(source)
        if is_machine(headers, "someone@x.example") and not headers.get("Return-Path"):
            self.assertTrue(call.is_automatic, "it is a machine's")
        if "mail.eml" in letter.attachment_ids.mapped("name"):
            self.assertTrue(call.needs_triage)
            return "kept unread"
        return "new"

    def _check_right_call(self, call, letter):
        """A mail without a call of its own is an answer by somebody who may, or one of very many of its sender."""
        sender = email_normalize(letter.email_from)
        if call == self.call:
            self.assertIn(sender, self.colleagues)
            self.assertIn(call.name, letter.subject.upper())
        else:
            self.assertEqual(sender, call.mail_sender)
            self.assertEqual(letter.message_type, "auto_comment")

    def _get_reason(self, source, message_id, was_known):
        """Return why a mail made nothing; there are few reasons, and no other is a reason."""
        if was_known:
            return "known"
        note = self.env["mail.message"].search([("message_id", "=", message_id)])
        if note:
            self.assertEqual(len(note), 1)
            self.assertIn("came once more", note.body)
            return "twin"
        text = source.lower()
        self.assertTrue(b"multipart/report" in text or b"mailer-daemon" in text, "it is lost")
        return "notice"

    def _check_silence(self):
        """No customer is answered who is a machine; colleagues may be told of it."""
        self._tell()
        calls = self.env["service.call"].search([("is_automatic", "=", True)])
        mails = self.env["mail.mail"].search([("model", "=", "service.call"), ("res_id", "in", calls.ids)])
        self.assertFalse(mails.filtered(lambda mail: mail.email_to or mail.recipient_ids.filtered("partner_share")))
        self.assertTrue(self.env["mail.mail"].search_count([("mail_message_id", ">", self.last_message_id)], limit=1))
