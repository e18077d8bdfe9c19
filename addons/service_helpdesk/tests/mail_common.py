# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import mute_logger

from .common import HelpdeskCase

QUIET = (
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.service_helpdesk.models.service_call_mail",
    "odoo.addons.service_helpdesk.models.service_call_mail_safety",
    "odoo.sql_db",
)


class MailCase(HelpdeskCase):
    """A team with a mail address, and mails to it through Odoo's gateway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alias_domain = cls.env["mail.alias.domain"].create({"name": "service.example"})
        cls.env.company.alias_domain_id = cls.alias_domain
        cls.team.alias_id.alias_domain_id = cls.alias_domain
        cls.address = cls.team.alias_email
        cls.sender = cls.contact.email_formatted
        cls.count = 0

    def _mail(self, subject="Pump leaks", body="It drips.", sender=None, to=None, headers="", **parts):
        """Return the source of a mail.

        :param parts: ``message_id``, ``content_type``, ``reply_to`` (a message that is answered)
        """
        type(self).count += 1
        message_id = parts.get("message_id") or f"mail-{self.count}@rossi.example"
        if answered := parts.get("reply_to"):
            headers += f"In-Reply-To: {answered.message_id}\nReferences: {answered.message_id}\n"
        return (
            f"From: {self.sender if sender is None else sender}\n"
            f"To: {to or self.address}\n"
            f"Subject: {subject}\n"
            f"Message-Id: <{message_id}>\n"
            "Date: Wed, 18 Nov 2026 12:00:00 +0000\n"
            "MIME-Version: 1.0\n"
            f"{headers}"
            f"Content-Type: {parts.get('content_type') or 'text/plain; charset=utf-8'}\n"
            "\n"
            f"{body}\n"
        )

    def _process(self, source, model=None):
        """Hand a mail to the gateway; return the calls it made."""
        before = self.env["service.call"].search([])
        with mute_logger(*QUIET):
            self.env["mail.thread"].message_process(model, source)
        return self.env["service.call"].search([]) - before

    def _receive(self, subject="Pump leaks", body="It drips.", **parts):
        """Hand a mail of these parts to the gateway; return the calls it made."""
        return self._process(self._mail(subject, body, **parts))

    def _acknowledgements(self, call):
        """Return what the customer was written, not what colleagues were told."""
        self._tell()
        return self.env["mail.mail"].search(
            [
                ("model", "=", "service.call"),
                ("res_id", "=", call.id),
                ("message_type", "!=", "user_notification"),
            ]
        )
