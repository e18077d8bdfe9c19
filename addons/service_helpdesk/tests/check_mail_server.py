# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import email
import email.policy
import os
import signal
import threading
import time
from collections import Counter
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from .mail_common import QUIET
from .mail_servers import PASSWORD, USER, ImapServer, SmtpServer

DOMAIN = "mailserver.example"
MAIL = """From: Carla <carla@{domain}>
To: desk@{domain}
Subject: {subject}
Message-Id: <{message_id}@client.example>
{headers}MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{subject}: it drips.
"""
FETCH_LOGGERS = ("odoo.addons.mail.models.fetchmail", *QUIET)


@tagged("post_install", "-at_install")
class TestMailServer(BaseCase):
    """Mail through real servers, with real commits; what was made is deleted in the end."""

    def setUp(self):
        super().setUp()
        self.imap, self.smtp = ImapServer(), SmtpServer()
        self.addCleanup(self.imap.stop)
        self.addCleanup(self.smtp.stop)
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            domain = env["mail.alias.domain"].create({"name": DOMAIN})
            team = env["service.team"].create({"name": "Desk", "alias_name": "desk"})
            team.alias_id.alias_domain_id = domain
            customer = env["res.partner"].create({"name": "Carla", "email": f"carla@{DOMAIN}"})
            self.made = [team, customer, domain]
            self.servers = [self._new_fetcher(env, name) for name in ("One", "Two")]
            smtp = env["ir.mail_server"].create(
                {"name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": self.smtp.port, "smtp_encryption": "none"}
            )
            env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 100000)
            self.smtp_id, self.team_id = smtp.id, team.id
            self.made = [(record._name, record.id) for record in [*self.made, smtp, *self.servers]]
            self.servers = [server.id for server in self.servers]
        self.addCleanup(self._delete_all)

    def _new_fetcher(self, env, name):
        values = {"name": name, "server": "127.0.0.1", "port": self.imap.port, "user": USER, "password": PASSWORD}
        return env["fetchmail.server"].create({**values, "state": "done"})

    def _get_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _delete_all(self):
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            calls = env["service.call"].search([("team_id", "=", self.team_id)])
            messages = env["mail.message"].search([("model", "=", "service.call"), ("res_id", "in", calls.ids)])
            messages.unlink()
            if calls:
                cr.execute("DELETE FROM service_call WHERE id IN %s", [tuple(calls.ids)])
            env.invalidate_all()
            env["ir.config_parameter"].search([("key", "=", "mail.gateway.loop.threshold")]).unlink()
            # Odoo gives the first domain to all companies and addresses that have none.
            domain = env["mail.alias.domain"].search([("name", "=", DOMAIN)])
            env["res.company"].search([("alias_domain_id", "=", domain.id)]).alias_domain_id = False
            env["mail.alias"].search([("alias_domain_id", "=", domain.id)]).alias_domain_id = False
            for model, record_id in self.made:
                env[model].browse(record_id).unlink()

    def _deliver(self, subject, headers="", message_id=None):
        self.imap.deliver(
            MAIL.format(domain=DOMAIN, subject=subject, headers=headers, message_id=message_id or subject.lower())
        )

    def _fetch(self, server_id):
        """Fetch once, as the scheduled action does; return whether the mailbox was free."""
        with mute_logger(*FETCH_LOGGERS), self.registry.cursor() as cr:
            self._get_env(cr)["fetchmail.server"].browse(server_id)._fetch_mail()

    def _fetch_all(self, server_id):
        deadline = time.monotonic() + 300
        while self.imap.count_unseen() and time.monotonic() < deadline:
            self._fetch(server_id)

    def _get_calls(self, env):
        return env["service.call"].search([("team_id", "=", self.team_id)])

    def _check_taken_once(self, subjects):
        """Each mail is on one call, once, and each call is whole."""
        with self.registry.cursor() as cr:
            calls = self._get_calls(self._get_env(cr))
            self.assertEqual(Counter(calls.mapped("subject")), Counter(subjects))
            for call in calls:
                self.assertEqual(call.event_ids.filtered(lambda event: event.kind == "raised").mapped("call_id"), call)
                letters = call.message_ids.filtered(lambda message: message.message_type == "email")
                self.assertIn(f"<{call.subject.lower()}@client.example>", letters.mapped("message_id"))
            cr.execute("SELECT count(*) FROM service_mail_receipt WHERE call_id IN %s", [tuple(calls.ids)])
            self.assertEqual(cr.fetchone()[0], len(subjects))
        self.assertEqual(self.imap.count_unseen(), 0)

    def test_there_and_back(self):
        """A mail comes in, is acknowledged, and the customer's answer to that is on the same call."""
        self._deliver("Pump")
        self._fetch(self.servers[0])
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            call = self._get_calls(env)
            self.assertEqual(call.partner_id.email, f"carla@{DOMAIN}")
            mails = env["mail.mail"].search([("model", "=", "service.call"), ("res_id", "=", call.id)])
            mails.mail_server_id = self.smtp_id
            with patch.object(type(env["ir.mail_server"]), "_disable_send", lambda *_args: False):
                mails.send(raise_exception=True)
            number = call.name
        self.assertEqual(len(self.smtp.messages), 1)
        answer = email.message_from_string(self.smtp.messages[0], policy=email.policy.default)
        self.assertIn(number, answer["Subject"])
        self.assertIn("carla@", answer["To"])
        self.assertIn(f"desk@{DOMAIN}", answer["Reply-To"])
        message_id = answer["Message-Id"].strip()
        self._deliver("Thanks", headers=f"In-Reply-To: {message_id}\nReferences: {message_id}\n")
        self._fetch(self.servers[0])
        with self.registry.cursor() as cr:
            call = self._get_calls(self._get_env(cr))
            self.assertEqual(len(call), 1)
            self.assertIn("Thanks: it drips.", " ".join(call.message_ids.mapped("body")))

    def test_two_fetchers_of_one_mailbox(self):
        """Two hundred mails and two jobs at once: none is lost, none is taken twice."""
        subjects = [f"Mail{number}" for number in range(200)]
        self.imap.deliver(
            *(MAIL.format(domain=DOMAIN, subject=name, headers="", message_id=name.lower()) for name in subjects)
        )
        threads = [threading.Thread(target=self._fetch_all, args=[server_id]) for server_id in self.servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=600)
        self._check_taken_once(subjects)

    def test_killed_in_the_middle(self):
        """The process that fetches is killed; the next one finds every mail either whole or not there."""
        subjects = [f"Mail{number}" for number in range(30)]
        self.imap.deliver(
            *(MAIL.format(domain=DOMAIN, subject=name, headers="", message_id=name.lower()) for name in subjects)
        )
        child = os.fork()
        if child == 0:
            self._fetch_as_child()
        deadline = time.monotonic() + 120
        while self._count_calls() < 5 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        taken = self._count_calls()
        self.assertTrue(5 <= taken < 30, f"killed too late or too early: {taken} calls")
        self._fetch_all(self.servers[0])
        self._check_taken_once(subjects)

    def _count_calls(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT count(*) FROM service_call WHERE team_id = %s", [self.team_id])
            return cr.fetchone()[0]

    def _fetch_as_child(self):
        """Fetch on connections of our own; those of the parent stay open and untouched."""
        kept = sql_db._Pool, self.registry._db
        sql_db._Pool = None
        self.registry._db = sql_db.db_connect(get_db_name())
        try:
            self._fetch(self.servers[0])
        finally:
            os._exit(0 if kept else 1)
