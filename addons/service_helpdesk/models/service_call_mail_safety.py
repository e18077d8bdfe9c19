# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast
import logging
import random
import time
import xmlrpc.client

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import plaintext2html
from odoo.tools.mail import email_normalize

from ..engine.mail_facts import add_message_id, clean_text, get_digest, get_recipients, read_rough_headers
from .service_call_mail import TRY_AGAIN
from .service_mail_receipt import SAME_MAIL_MINUTES

_logger = logging.getLogger(__name__)

MAX_TRIES = 8
MAX_ROUGH_TEXT = 20000


class ServiceCall(models.Model):
    """No mail for calls is lost, whatever goes wrong while it is taken in.

    Odoo's fetching of mails marks a mail as handled also when it failed: so it must not fail. Another worker in the way
    is tried again; a mail that cannot be read becomes a call that needs triage, with the whole mail attached.
    """

    _inherit = "service.call"

    @api.model
    def _take_mail(self, process, message, model):
        """Run the gateway on a mail.

        :param process: function of one mail, the rest of ``message_process``
        :param message: bytes, text or ``xmlrpc.client.Binary``
        :param str model: where mails without an alias go
        :return: what the gateway returns: id of a record, False or None
        """
        message = self._name_mail(message)
        # Only a job that fetches mails has its own transaction per mail; a request is tried again by Odoo itself.
        is_alone = "default_fetchmail_server_id" in self.env.context
        for attempt in range(1, MAX_TRIES + 1):
            try:
                with self.env.cr.savepoint():
                    return process(message)
            except TRY_AGAIN as error:
                if not is_alone:
                    raise
                self.env.cr.rollback()
                self.env.transaction.reset()
                _logger.info("A mail is tried again (%s of %s): %s", attempt, MAX_TRIES, error)
                time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - only keeps two workers apart
            except Exception as error:
                if (result := self._keep_unreadable_mail(message, model, error)) is None:
                    raise
                return result
        return self._keep_unreadable_mail(message, model, ConcurrencyError("too many other workers"))

    @api.model
    def _name_mail(self, message):
        """Return the bytes of a mail; one without a Message-Id gets one, so that it is known when it comes again.

        :param message: bytes, text or ``xmlrpc.client.Binary``
        """
        if isinstance(message, xmlrpc.client.Binary):
            message = message.data
        raw = message.encode("utf-8", "replace") if isinstance(message, str) else bytes(message)
        minutes = fields.Datetime.now().timestamp() // 60
        return add_message_id(raw, f"{minutes // SAME_MAIL_MINUTES}")

    @api.model
    def _keep_unreadable_mail(self, raw, model, error):
        """Make a call of a mail that failed, with the mail attached.

        :param bytes raw: the whole mail
        :return: id of the call; False when the mail is there already; None when the mail is not for calls
        """
        headers = read_rough_headers(raw)
        alias = self._find_team_alias(headers)
        if not alias and model != self._name:
            return None
        _logger.warning("A mail could not be read, it is kept on a call", exc_info=error)
        message_id = headers.get("Message-Id", "")[:500]
        if message_id and self.env["mail.message"].sudo().search_count([("message_id", "=", message_id)], limit=1):
            return False
        try:
            with self.env.cr.savepoint():
                return self._create_unreadable(raw, headers, alias, message_id).id
        except ConcurrencyError:
            # The other worker has kept it.
            return False

    @api.model
    def _create_unreadable(self, raw, headers, alias, message_id):
        """Make the call of a mail that cannot be read.

        :param bytes raw: the whole mail
        :param dict headers: what could be read of them
        :param alias: ``mail.alias`` of the team; may be empty
        :param str message_id: its id; may be empty
        :raise ConcurrencyError: when another worker has just kept the same mail
        """
        # The gateway works for whoever wrote the mail; he has no right of his own here.
        call = self.sudo().create(self._prepare_unreadable_values(headers, alias))
        values = {"message_id": message_id} if message_id else {}
        if message_id:
            facts = {"message_id": message_id, "sender": call.mail_sender, "content_key": get_digest(f"{raw!r}")}
            self.env["service.mail.receipt"].sudo()._record(facts, call, is_new=True)
        call.message_post(
            body=plaintext2html(self._read_rough_text(raw)),
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=False,
            email_from=headers.get("From", "")[:500] or self.env._("unknown"),
            attachments=[("mail.eml", raw)],
            **values,
        )
        call._message_log(
            body=self.env._("The mail could not be read in full: see the attached file, and nothing was answered.")
        )
        return call

    @api.model
    def _find_team_alias(self, headers):
        """Return the team's alias that a mail is for, by its rough headers."""
        recipients = get_recipients(headers)[:1000]
        return self.env["mail.alias"].sudo().search(
            [
                ("alias_model_id.model", "=", self._name),
                "|",
                ("alias_full_name", "in", recipients),
                "&",
                ("alias_incoming_local", "=", True),
                ("alias_name", "in", [address.split("@")[0] for address in recipients]),
            ],
            limit=1,
        )

    @api.model
    def _prepare_unreadable_values(self, headers, alias):
        """Return the values of a call for a mail that could not be read."""
        defaults = ast.literal_eval(alias.alias_defaults or "{}") if alias else {}
        company_id = defaults.get("company_id") or self.env.company.id
        company = self.env["res.company"].browse(company_id)
        values = self._prepare_triage_values({"subject": headers.get("Subject", "")[:500]}, defaults)
        team = self.env["service.team"].sudo()._get_default_team(company) if not defaults.get("team_id") else None
        sender = email_normalize(headers.get("From", "")) or False
        return {
            **values,
            **({"team_id": team.id} if team else {}),
            "partner_email": sender,
            "mail_sender": sender,
            "is_automatic": True,
        }

    @api.model
    def _read_rough_text(self, raw):
        """Return what can be read of a broken mail as text."""
        text = clean_text(raw[: MAX_ROUGH_TEXT * 4].decode("utf-8", "replace"))
        return text.replace("\r\n", "\n").partition("\n\n")[2][:MAX_ROUGH_TEXT] or text[:MAX_ROUGH_TEXT]
