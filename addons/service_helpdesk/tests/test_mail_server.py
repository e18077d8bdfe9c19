# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import email
import email.policy
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config

from ..engine.mail_facts import MADE_DOMAIN
from .mail_servers import PASSWORD, USER, ImapServer, SmtpServer, get_configuration
from .mail_worker import DOMAIN
from .mail_worker import TEAM as ALIAS

TEAM, CUSTOMER = f"{ALIAS}@{DOMAIN}", f"carla@{DOMAIN}"
THRESHOLD = "mail.gateway.loop.threshold"
PATIENCE = 300
NAMELESS = "Nameless"
MAIL = """From: Carla <{sender}>
To: {team}
Subject: {subject}
Message-Id: <{message_id}>
{headers}MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{subject}: it drips.
"""


class Worker:
    """A process that fetches mails from a server, see ``mail_worker``.

    :param int server_id: id of the ``fetchmail.server``
    :param str place: where it is to stop
    :param int number: at which mail
    """

    def __init__(self, server_id, place="nowhere", number=1):
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - kill closes it
        names = ("data_dir", "db_host", "db_port", "db_user", "db_sslmode")
        options = [f"--{name.replace('data_dir', 'data-dir')}={config[name]}" for name in names if config[name]]
        if addons := config["addons_path"]:
            options.append(f"--addons-path={','.join(map(str, addons))}")
        script = Path(__file__).with_name("mail_worker.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), get_db_name(), str(server_id), place, str(number), *options],
            env=self._get_surroundings(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            bufsize=1,
        )
        self.words = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _get_surroundings(self):
        """Return the environment in which the process finds the same Odoo and the same database server."""
        folder = str(Path(odoo.release.__file__).parent.parent)
        paths = [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
        password = {"PGPASSWORD": config["db_password"]} if config["db_password"] else {}
        return {**os.environ, **password, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}

    def _read(self):
        for line in self.process.stdout:
            self.words.put(line.strip())
        self.words.put("ended")

    def expect(self, word):
        """Wait until the process says ``word``."""
        try:
            found = self.words.get(timeout=PATIENCE)
        except queue.Empty:
            found = "nothing"
        if found != word:
            self.errors.seek(0)
            raise AssertionError(f"The worker says {found}, not {word}: {self.errors.read()[-3000:]}")

    def say(self, word):
        """Let the process ``fetch`` or ``send``, or go on where it stopped."""
        self.process.stdin.write(f"{word}\n")

    def kill(self):
        """End the process at once, as a power cut does."""
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()


@tagged("post_install", "-at_install")
class TestDovecotConfiguration(BaseCase):
    """Both generations of settings are whole; whether a server takes them, only the installed one can tell."""

    def _get_lines(self, version):
        values = {"folder": "/tmp/x", "port": 1143, "user": "nobody", "group": "nogroup", "password": "secret"}
        text = get_configuration(version, **values)
        self.assertEqual(text.count("{") - text.count("%{"), text.count("}") - text.count("%{"))
        return [line.strip() for line in text.split("\n") if line.strip()]

    def test_before_2_4(self):
        lines = self._get_lines((2, 3))
        self.assertIn("mail_location = maildir:/tmp/x/mail/%u", lines)
        self.assertIn("args = password=secret", lines)
        self.assertFalse([line for line in lines if line.startswith(("dovecot_", "mail_driver", "auth_allow"))])

    def test_since_2_4(self):
        lines = self._get_lines((2, 4))
        self.assertEqual(lines[0], "dovecot_config_version = 2.4.0", "it must come first")
        self.assertIn("mail_path = /tmp/x/mail/%{user}", lines)
        self.assertIn("passdb static {", lines)
        self.assertFalse([line for line in lines if line.startswith(("args", "driver", "mail_location", "disable_"))])


@tagged("post_install", "-at_install")
class TestMailServer(BaseCase):
    """Mail through real servers and processes, with real commits; what was made is deleted in the end."""

    def setUp(self):
        super().setUp()
        self.imap = ImapServer()
        self.addCleanup(self.imap.stop)
        self.smtp = SmtpServer()
        self.addCleanup(self.smtp.stop)
        self.registry = Registry(get_db_name())
        self.made = []
        self.addCleanup(self._delete_all)
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            cr.execute("SELECT coalesce(max(id), 0) FROM ir_cron_trigger")
            self.last_trigger = cr.fetchone()[0]
            self.threshold = env["ir.config_parameter"].get_param(THRESHOLD)
            env["ir.config_parameter"].set_param(THRESHOLD, 100000)
            domain = env["mail.alias.domain"].create({"name": DOMAIN})
            team = env["service.team"].create(
                {"name": "Desk", "alias_name": ALIAS, "alias_domain_id": domain.id}
            )
            customer = env["res.partner"].create({"name": "Carla", "email": CUSTOMER})
            smtp = env["ir.mail_server"].create(
                {
                    "name": "Sink",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": self.smtp.port,
                    "smtp_encryption": "none",
                    "sequence": -1000,
                }
            )
            servers = [self._new_fetcher(env, name) for name in ("One", "Two")]
            made = [(record._name, record.id) for record in (team, customer, domain, smtp, *servers)]
            self.team_id, self.server_ids = team.id, [server.id for server in servers]
        self.made = made

    def _new_fetcher(self, env, name):
        values = {"name": name, "server": "127.0.0.1", "port": self.imap.port, "user": USER, "password": PASSWORD}
        return env["fetchmail.server"].create({**values, "state": "done"})

    def _get_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _delete_all(self):
        if not self.made:
            return
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            self._get_calls(env).unlink()
            env["ir.config_parameter"].set_param(THRESHOLD, self.threshold)
            # Odoo gives the first domain to all companies and addresses that have none.
            domain = env["mail.alias.domain"].search([("name", "=", DOMAIN)])
            for model in ("res.company", "mail.alias"):
                env[model].search([("alias_domain_id", "=", domain.id)]).alias_domain_id = False
            for model, record_id in self.made:
                env[model].browse(record_id).unlink()
        with self.registry.cursor() as cr:
            channel = f'["{cr.dbname}","service.team",{self.team_id},%'
            cr.execute("DELETE FROM bus_bus WHERE channel LIKE %s", [channel])
            cr.execute("DELETE FROM ir_cron_trigger WHERE id > %s", [self.last_trigger])

    # ------------------------------------------------------------
    # Steps and checks
    # ------------------------------------------------------------

    def _start(self, place="nowhere", number=1, server=0):
        worker = Worker(self.server_ids[server], place, number)
        self.addCleanup(worker.kill)
        return worker

    def _run(self, worker, *words):
        for word in words:
            worker.say(word)
            worker.expect("done")

    def _deliver(self, *subjects, headers=""):
        """Put mails into the mailbox; those whose subject says so bear no Message-Id, only a date."""
        values = {"sender": CUSTOMER, "team": TEAM, "headers": headers}
        sources = [MAIL.format(subject=name, message_id=self._get_message_id(name), **values) for name in subjects]
        nameless = "Date: Wed, 18 Nov 2026 12:00:00 +0000\n"
        self.imap.deliver(
            *(
                re.sub("Message-Id: .*\n", nameless, source) if name.startswith(NAMELESS) else source
                for name, source in zip(subjects, sources, strict=True)
            )
        )

    def _get_message_id(self, subject):
        return f"{subject.lower()}.{self.team_id}@client.example"

    def _get_calls(self, env):
        return env["service.call"].search([("team_id", "=", self.team_id)])

    def _check_taken_once(self, subjects):
        """Each mail is on one call, once, each call is whole and answered once."""
        with self.registry.cursor() as cr:
            calls = self._get_calls(self._get_env(cr))
            self.assertEqual(Counter(calls.mapped("subject")), Counter(subjects))
            for call in calls:
                self.assertEqual(call.event_ids.mapped("kind"), ["raised"])
                letters = call.message_ids.filtered(lambda message: message.message_type == "email")
                self.assertEqual(len(letters), 1)
                if call.subject.startswith(NAMELESS):
                    self.assertTrue(letters.message_id.endswith(f"@{MADE_DOMAIN}>"))
                else:
                    self.assertEqual(letters.message_id, f"<{self._get_message_id(call.subject)}>")
            cr.execute("SELECT count(*) FROM service_mail_receipt WHERE call_id IN %s", [tuple(calls.ids)])
            self.assertEqual(cr.fetchone()[0], len(subjects))
            numbers = {f"[{call.name}]": 1 for call in calls}
        self.assertEqual(self.imap.count_unseen(), 0)
        answers = [self._read(message)["Subject"] for message in self.smtp.messages]
        self.assertEqual(Counter(subject.split()[0] for subject in answers), Counter(numbers))

    def _read(self, source):
        return email.message_from_string(source, policy=email.policy.default)

    # ------------------------------------------------------------
    # Tests
    # ------------------------------------------------------------

    def test_there_and_back(self):
        """A mail comes in, is acknowledged, and the customer's answer to that is on the same call."""
        worker = self._start()
        self._deliver("Pump")
        worker.expect("ready")
        self._run(worker, "fetch", "send")
        with self.registry.cursor() as cr:
            call = self._get_calls(self._get_env(cr))
            self.assertEqual(call.partner_id.email, CUSTOMER)
            number = call.name
        self.assertEqual(len(self.smtp.messages), 1)
        answer = self._read(self.smtp.messages[0])
        self.assertIn(number, answer["Subject"])
        self.assertIn(CUSTOMER, answer["To"])
        self.assertIn(TEAM, answer["Reply-To"])
        message_id = answer["Message-Id"].strip()
        self._deliver("Thanks", headers=f"In-Reply-To: {message_id}\nReferences: {message_id}\n")
        self._run(worker, "fetch", "send")
        with self.registry.cursor() as cr:
            call = self._get_calls(self._get_env(cr))
            self.assertEqual(call.name, number)
            self.assertIn("Thanks: it drips.", " ".join(call.message_ids.mapped("body")))
        self.assertEqual(len(self.smtp.messages), 1)

    def test_two_fetchers_of_one_mailbox(self):
        """Two hundred mails, fifty without a Message-Id, and two processes at once: none is lost or taken twice."""
        workers = [self._start("listed", server=server) for server in range(2)]
        subjects = [f"{'Mail' if number % 4 else NAMELESS}{number}" for number in range(200)]
        self._deliver(*subjects)
        # Both know of all mails before the first one is taken.
        for word, answer in (("ready", "fetch"), ("held", "go")):
            for worker in workers:
                worker.expect(word)
            for worker in workers:
                worker.say(answer)
        for worker in workers:
            worker.expect("done")
        self._run(workers[0], "send")
        self._check_taken_once(subjects)

    def test_killed_in_the_middle(self):
        """The process that fetches is killed, at three moments; the next one finds every mail whole or not there."""
        subjects = [f"Mail{number}" for number in range(20)]
        self._deliver(*subjects)
        for place, taken in (("read", 3), ("made", 6), ("committed", 10)):
            worker = self._start(place, number=4)
            worker.expect("ready")
            worker.say("fetch")
            worker.expect("held")
            worker.kill()
            with self.registry.cursor() as cr:
                self.assertEqual(len(self._get_calls(self._get_env(cr))), taken, place)
        worker = self._start()
        worker.expect("ready")
        self._run(worker, "fetch", "send")
        self._check_taken_once(subjects)
