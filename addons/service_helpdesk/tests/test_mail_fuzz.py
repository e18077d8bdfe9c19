# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import email
import email.policy

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine.mail_facts import is_machine, read_rough_headers
from .mail_common import QUIET, MailCase
from .mail_corpus import get_mutants

COUNT = 5000
BATCH = 100
# One in so many goes all the way, and each one that cannot even be read; of the others the way is looked at.
WHOLE = 25


@tagged("post_install", "-at_install")
class TestMailFuzz(MailCase):
    """Five thousand broken mails: nothing raises, nothing is lost, no machine is answered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["service.team"].create({"name": "Fuzz", "alias_name": "desk"}).alias_id.alias_domain_id = cls.env[
            "mail.alias.domain"
        ].create({"name": "fuzz.example"})
        cls.env.company.service_mail_auth_host = "mx.fuzz.example"
        cls.call = cls._new_call(contact_id=cls.contact.id)

    def test_broken_mails(self):
        refused = taken = 0
        # The clock goes on: Odoo makes ids for mails without one of it.
        with mute_logger(*QUIET, "odoo.tools.mail"), freeze_time("2026-11-18 12:00:00", tick=True):
            savepoint = self.env.cr.savepoint()
            for number, source in enumerate(get_mutants(self.call.name, COUNT)):
                if number % WHOLE and self._has_way(source):
                    continue
                taken += 1
                refused += not self._take(number, source)
                if taken % BATCH == 0:
                    self._check_silence()
                    savepoint.close(rollback=True)
                    self.env.invalidate_all()
                    savepoint = self.env.cr.savepoint()
            savepoint.close(rollback=True)
        self.assertGreaterEqual(taken, COUNT // WHOLE)
        self.assertLess(refused, taken // 5, "most are taken in, only notices and twins are not")

    def _has_way(self, source):
        """Tell whether a mail can be read and leads to one call at most; else it must be kept as it is."""
        message = email.message_from_bytes(source, policy=email.policy.SMTP)
        thread = self.env["mail.thread"]
        try:
            with self.env.cr.savepoint():
                values = thread.message_parse(message)
                routes = thread.message_route(message, values, "service.call")
        except Exception:  # noqa: BLE001 - whatever it is, the whole way must cope with it
            return False
        self.assertLessEqual([route[0] for route in routes], ["service.call"])
        return True

    def _take(self, number, source):
        """Take a mail in; return whether it is on a call, and check that this is right."""
        before = self._count()
        try:
            call_id = self.env["mail.thread"].message_process("service.call", source)
            self.env.flush_all()
        except Exception as error:
            raise AssertionError(f"mail {number} raised {error!r}: {source[:2000]!r}") from error
        calls, messages = (after - old for after, old in zip(self._count(), before, strict=True))
        self.assertLessEqual(calls, 1, number)
        if call_id:
            self.assertGreaterEqual(messages, 1, number)
            call = self.env["service.call"].browse(call_id)
            self.assertTrue(call.exists(), number)
            if calls:
                self._check_answerable(call, number, source)
            return True
        self.assertEqual(calls, 0, f"mail {number} made a call that nobody knows")
        self.assertTrue(self._is_known(source), f"mail {number} is lost: {source[:2000]!r}")
        return False

    def _count(self):
        self.env.cr.execute(
            "SELECT (SELECT count(*) FROM service_call),"
            " (SELECT count(*) FROM mail_message WHERE model = 'service.call')"
        )
        return self.env.cr.fetchone()

    def _is_known(self, source):
        """Tell why a mail made nothing: it is a notice of a mail server, or it has been taken in before."""
        headers = read_rough_headers(source)
        text = source.lower()
        if b"multipart/report" in text or b"mailer-daemon" in text or b"delivery-status" in text:
            return True
        message_id = headers.get("Message-Id", "").strip()
        known = self.env["mail.message"].search_count([("message_id", "=", message_id)], limit=1)
        twins = self.env["mail.message"].search_count([("body", "like", "came once more")], limit=1)
        return bool(known or twins)

    def _check_answerable(self, call, number, source):
        headers = read_rough_headers(source)
        if is_machine(headers, "someone@x.example") and not headers.get("Return-Path"):
            self.assertTrue(call.is_automatic, f"mail {number} is a machine's: {source[:600]!r}")

    def _check_silence(self):
        """Nothing was answered on calls that machines made."""
        self._tell()
        calls = self.env["service.call"].search([("is_automatic", "=", True)])
        self.assertFalse(self.env["mail.mail"].search([("model", "=", "service.call"), ("res_id", "in", calls.ids)]))
