# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A process of its own that fetches mails as the server does. The test that starts it may kill it.

Arguments: database, id of the ``fetchmail.server``, where to stop and at which mail, then options of Odoo. It reads
lines: ``fetch`` takes mails until the mailbox is empty, ``send`` sends those that wait; then it writes ``done``.
Where it is to stop, it writes ``held`` and waits for a line. It ends when nobody writes any more.
"""

import logging
import sys
import threading
import time
from functools import wraps

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

DOMAIN, TEAM = "mailserver.example", "mailserver-desk"
CUSTOMER_RECIPIENTS = ("contact", "customer")
PATIENCE = 300


def say(word):
    """Tell the test where we are."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def wait():
    """Wait for the test; end when it has gone."""
    if not sys.stdin.readline():
        sys.exit(1)


def hold(owner, name, number, after):
    """Let one of the calls of a method stop and wait for the test.

    :param owner: class
    :param str name: of the method
    :param int number: which call of it, from 1
    :param bool after: stop when it has done its work, else before
    """
    original, calls = getattr(owner, name), []

    @wraps(original)
    def held(*args, **kwargs):
        calls.append(name)
        is_here = len(calls) == number
        if is_here and not after:
            say("held")
            wait()
        result = original(*args, **kwargs)
        if is_here and after:
            say("held")
            wait()
        return result

    setattr(owner, name, held)


def hold_at(place, number, registry):
    """Stop at a mail: see the places."""
    connection = sys.modules["odoo.addons.mail.models.fetchmail"].OdooIMAP4
    places = {
        "listed": (connection, "check_unread_messages", True),  # the mailbox is listed, no mail is read
        "read": (connection, "fetch", True),  # a mail is read, nothing more
        "made": (registry["service.call"], "_after_mail", True),  # its call is made, nothing is committed
        "committed": (connection, "handled_message", False),  # the mailbox does not know that it is handled
    }
    if place in places:
        owner, name, after = places[place]
        hold(owner, name, number, after)


def fetch_all(registry, server_id):
    """Fetch until no mail is left, as the scheduled action does in time."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with registry.cursor() as cr:
            server = api.Environment(cr, SUPERUSER_ID, {})["fetchmail.server"].browse(server_id)
            if error := server._fetch_mail():
                raise error
            connection = server._connect__()
            left = connection.check_unread_messages()
            connection.disconnect()
        if not left:
            return
        time.sleep(0.05)
    raise TimeoutError(f"{left} mails are left")


def send_all(registry, _server_id):
    """Send the answers to customers that wait, as the scheduled actions do; other teams are left alone."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        rows = env["service.notification.sent"].search(
            [("state", "=", "waiting"), ("call_id.team_id.alias_name", "=", TEAM)]
        )
        rows.filtered(lambda row: row.rule_id.recipient in CUSTOMER_RECIPIENTS)._tell()
        calls = env["service.call"].search([("team_id.alias_name", "=", TEAM)])
        mails = env["mail.mail"].search(
            [("model", "=", "service.call"), ("res_id", "in", calls.ids), ("state", "=", "outgoing")]
        )
        mails.send(auto_commit=True, raise_exception=True)


def main(database, server_id, place, number, *options):
    """Load the database, then do what the test says."""
    config.parse_config([*options, f"--database={database}", "--no-http", "--max-cron-threads=0"], setup_logging=False)
    logging.getLogger("odoo").setLevel(logging.ERROR)
    logging.basicConfig(level=logging.ERROR)
    threading.current_thread().dbname = database
    registry = Registry(database)
    hold_at(place, int(number), registry)
    say("ready")
    commands = {"fetch": fetch_all, "send": send_all}
    while word := sys.stdin.readline().strip():
        commands[word](registry, int(server_id))
        say("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
