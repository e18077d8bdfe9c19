# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, models
from odoo.tools.mail import email_normalize, email_normalize_all, html2plaintext

from ..engine.mail_bounce import read_notice
from ..engine.mail_facts import get_digest
from .service_call_mail_route import MAX_TEXT


class ServiceCall(models.Model):
    """Notices of mail servers about mails of calls that did not arrive. A notice never makes a call."""

    _inherit = "service.call"

    @api.model
    def _handle_bounce(self, message, message_dict):
        """Say on the call that its mail did not reach somebody, once, and tell the owner.

        :param message: ``email.message.EmailMessage``, the notice of a mail server
        :param dict message_dict: what Odoo parsed from it
        :raise ConcurrencyError: when another worker has just taken the same notice
        """
        if message.get_param("report-type") == "disposition-notification":
            return
        notice = read_notice(message)
        if notice.action == "done":
            return
        bounced = message_dict.get("bounced_message")
        call = self.sudo().browse(bounced.res_id if bounced and bounced.model == self._name else []).exists()
        call = call or self._find_call_of_notice(notice, message_dict)
        if not call:
            return
        addresses = self._get_failed_addresses(notice, message_dict) or (self.env._("the recipient"),)
        if not call._record_notice(notice, message_dict, addresses):
            return
        body = call._get_notice_text(notice, message_dict, ", ".join(addresses))
        call._log_mail(message_dict, body)
        if notice.action == "failed":
            call._notify_event("bounced", {call.id: body})

    @api.model
    def _get_failed_addresses(self, notice, message_dict):
        """Return to whom the mail did not come, as far as the notice tells it: tuple of addresses."""
        if notice.recipients:
            return notice.recipients
        if message_dict.get("bounced_email"):
            return (message_dict["bounced_email"],)
        # A mail to one person alone did not reach that one.
        return notice.sent_to if len(notice.sent_to) == 1 else ()

    def _get_notice_text(self, notice, message_dict, addresses):
        """Return what is noted on the call: what happened, and what the mail server says of it."""
        if notice.action == "delayed":
            text = self.env._(
                "A mail of this call has not reached %(address)s yet: the mail server keeps trying.",
                address=addresses,
            )
        else:
            text = self.env._("A mail of this call did not reach %(address)s.", address=addresses)
        reason = html2plaintext(str(message_dict.get("body") or "")[:MAX_TEXT])[:500]
        return Markup("<p>%s</p><blockquote>%s</blockquote>") % (text, reason)

    @api.model
    def _find_call_of_notice(self, notice, message_dict):
        """Return the call whose mail a notice speaks of, for notices that don't name the mail itself.

        The number of the call stands in the subject of what we send, and it went to somebody of that call.

        :param notice: engine MailNotice
        :param dict message_dict: what Odoo parsed from the notice
        :return: ``service.call`` (sudo), empty when none or several may be meant
        """
        numbers = self._get_tokens(*notice.subjects)
        addresses = set(self._get_failed_addresses(notice, message_dict) or notice.sent_to)
        if not numbers or not addresses:
            return self.sudo().browse()
        calls = self.sudo().search([("name", "in", numbers)], limit=10)
        found = calls.filtered(lambda call: call._get_written_addresses() & addresses)
        return found if len(found) == 1 else found.browse()

    def _get_written_addresses(self):
        """Return the normalized addresses to which mails of this call went or may go."""
        self.ensure_one()
        partners = self.contact_id | self.partner_id | self.message_partner_ids | self.notification_ids.partner_id
        texts = [self.partner_email, self.mail_sender, *self.notification_ids.mapped("email")]
        return {
            *partners.filtered("email_normalized").mapped("email_normalized"),
            *filter(None, map(email_normalize, filter(None, texts))),
            *email_normalize_all(self.email_cc or ""),
        }

    def _record_notice(self, notice, message_dict, addresses):
        """Write the receipt of a notice; tell whether it is the first one of that mail and these people."""
        self.ensure_one()
        bounced = message_dict.get("bounced_message")
        mail_key = (bounced and bounced.message_id) or " ".join(notice.subjects[:1])
        content_key = get_digest("notice", notice.action, mail_key, *addresses)
        receipts = self.env["service.mail.receipt"].sudo()
        if receipts.search_count([("call_id", "=", self.id), ("content_key", "=", content_key)], limit=1):
            return False
        sender = email_normalize(message_dict.get("email_from")) or ""
        facts = {"message_id": message_dict["message_id"], "sender": sender, "content_key": content_key}
        receipts._record(facts, self, is_new=False)
        return True
