# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import mute_logger

from ..engine.mail_facts import get_digest

KEPT_DAYS = 7
SAME_MAIL_MINUTES = 10


class ServiceMailReceipt(models.Model):
    """Fingerprints of the mails of the last days: what was taken in, by whom it was sent, and which call has it.

    They tell a mail that is delivered twice and a storm of mails, and they keep two workers from taking the same mail
    at once: the database refuses the second fingerprint of a message. Nobody sees them, nothing personal is in them.
    """

    _name = "service.mail.receipt"
    _description = "Receipt of a Mail"
    _log_access = False

    received_at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    message_key = fields.Char(required=True)
    sender_key = fields.Char(required=True)
    content_key = fields.Char(required=True)
    is_new = fields.Boolean(help="The mail made the call; others were added to it.")
    call_id = fields.Many2one(comodel_name="service.call", required=True, index=True, ondelete="cascade")

    _message_key_uniq = models.UniqueIndex("(message_key)", "This mail has been taken in already.")
    _sender_key_idx = models.Index("(sender_key, received_at)")

    @api.model
    def _find_recent(self, sender, since):
        """Return the receipts of a sender since an instant, newest first.

        :param str sender: normalized address
        :param datetime since: naive UTC
        """
        domain = [("sender_key", "=", get_digest(sender)), ("received_at", ">=", since)]
        return self.search_fetch(
            domain, ["content_key", "received_at", "is_new", "call_id"], order="received_at desc, id desc", limit=500
        )

    @api.model
    def _record(self, facts, call, is_new):
        """Write the receipt of a mail.

        :param dict facts: what :meth:`service.call._read_mail_facts` found
        :param call: ``service.call`` that has the mail
        :param bool is_new: the mail made the call
        :raise ConcurrencyError: when another worker has just taken the same mail
        """
        try:
            with mute_logger("odoo.sql_db"):
                return self.create(
                    {
                        "message_key": get_digest(facts["message_id"]),
                        "sender_key": get_digest(facts["sender"]),
                        "content_key": facts["content_key"],
                        "is_new": is_new,
                        "call_id": call.id,
                    }
                )
        except UniqueViolation as error:
            raise ConcurrencyError(f"mail {facts['message_id']} is taken in by another worker") from error

    @api.autovacuum
    def _gc_receipts(self):
        """Forget mails that are too old to be delivered once more."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("received_at", "<", limit)], limit=10000).unlink()
