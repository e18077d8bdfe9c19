# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.mail import email_normalize, html2plaintext

from ..engine.mail_facts import (
    find_forwarded_sender,
    get_digest,
    get_headers,
    get_recipients,
    has_failed_authentication,
    is_machine,
    is_robot,
)
from .service_mail_receipt import SAME_MAIL_MINUTES

MAX_TEXT = 100000


class ServiceCall(models.Model):
    """Which call a mail is for: an answer, a new call, spam, or one more of a storm.

    What was found out about a mail travels to :meth:`message_new` and :meth:`message_update` as
    ``msg_dict["service_mail_facts"]``, a plain dict:

    - ``message_id``, ``sender`` (normalized), ``company_id``, ``content_key`` (fingerprint);
    - ``is_automatic``: nothing is answered automatically; ``is_robot``: no person wrote it;
    - ``is_doubtful``: our server found that it is not from whom it claims; ``is_blocked``: its sender is blocked;
    - ``is_ours``: one of us wrote it; ``forwarded``: (name, address) of whoever wrote it first;
    - ``original_id``: a closed call that it answers; ``notes``: what people should read on the call.
    """

    _inherit = "service.call"

    # ------------------------------------------------------------
    # The route
    # ------------------------------------------------------------

    @api.model
    def _adjust_mail_routes(self, message, message_dict, routes):
        """Give a mail one call: of all routes to calls one is left, and it leads to the right call.

        :param message: ``email.message.EmailMessage``
        :param dict message_dict: what Odoo parsed from it
        :param list routes: (model, thread id, custom values, user id, alias)
        :return: list of routes; empty of calls when the mail adds nothing
        """
        others = [route for route in routes if route[0] != self._name]
        ours = [route for route in routes if route[0] == self._name]
        recipients = {address: place for place, address in enumerate(get_recipients(message))}
        ours.sort(key=lambda route: recipients.get(route[4] and route[4].alias_full_name, len(recipients)))
        _model, thread_id, values, user_id, alias = ours[0]
        if alias and alias.alias_status != "valid":
            alias.alias_status = "valid"
        answered = self.sudo().browse(thread_id or [])
        company = answered.company_id or self.env["res.company"].browse((values or {}).get("company_id"))
        facts = self._read_mail_facts(message, message_dict, company or self.env.company)
        facts["team_ids"] = [route[2]["team_id"] for route in ours[1:] if (route[2] or {}).get("team_id")]
        self._limit_attachments(message_dict, facts)
        call = self._find_call_of_mail(answered, message_dict, facts)
        if call is None:
            return others
        message_dict["service_mail_facts"] = facts
        # Odoo takes mails in as the user with the sender's address: a forged one is nobody's.
        user_id = self.env.uid if facts["is_doubtful"] else user_id
        # Without its alias: Odoo would answer and mark the alias as broken when a mail has to be tried again.
        return [(self._name, call.id, values, user_id, None), *others]

    @api.model
    def _read_mail_facts(self, message, message_dict, company):
        """Return what a mail tells about itself and its sender; see the class."""
        sender = email_normalize(message_dict.get("email_from")) or ""
        results = get_headers(message, "Authentication-Results")
        author = self.env["res.partner"].sudo().browse(message_dict.get("author_id") or [])
        # Odoo finds no author for our own addresses.
        is_alias = not author and self._is_our_address(sender)
        is_doubtful = has_failed_authentication(results, company.service_mail_auth_host)
        body = str(message_dict.get("body") or "")
        facts = {
            "message_id": message_dict.get("message_id") or "",
            "sender": sender,
            "company_id": company.id,
            "content_key": get_digest(
                message_dict.get("subject"),
                body,
                *(f"{name} {len(content)}" for name, content, _info in message_dict.get("attachments") or ()),
            ),
            "is_automatic": is_alias or is_doubtful or is_machine(message, sender),
            "is_robot": is_alias or is_robot(message, sender),
            "is_doubtful": is_doubtful,
            "is_blocked": bool(sender) and self.env["service.mail.block"].sudo()._is_blocked(sender, company),
            "is_ours": not is_doubtful and any(not user.share for user in author.user_ids),
            "notes": [],
        }
        if facts["is_ours"] and not facts["is_automatic"]:
            text = html2plaintext(body[:MAX_TEXT])
            facts["forwarded"] = find_forwarded_sender(message_dict.get("subject"), text)
        return facts

    @api.model
    def _is_our_address(self, address):
        """Tell whether a normalized address is one of ours; foreign domains are sorted out by one cheap query."""
        domains = self.env["mail.alias.domain"].sudo()
        if not address or not domains.search_count([("name", "=", address.rpartition("@")[2])], limit=1):
            return False
        return bool(domains._find_aliases([address]))

    @api.model
    def _find_call_of_mail(self, answered, message_dict, facts):
        """Return the call that a mail is added to, no call when it makes one, None when it adds nothing.

        :param answered: the call that the mail's references lead to, if any
        :param dict message_dict: becomes a note when the mail is nothing that people should be told of
        :param dict facts: see the class; notes are added
        """
        receipts = self._find_receipts(facts)
        if twin := self._find_twin(receipts, facts):
            twin._note_twin(message_dict)
            return None
        if facts["is_blocked"]:
            facts["is_automatic"] = True
            self._hush(message_dict)
            return self._find_spam(facts)
        call = self._find_answered_call(answered, message_dict, facts)
        if call and facts["is_doubtful"]:
            facts["notes"].append(
                self.env._(
                    "It answers call %(call)s, but the sender could not be proven: it was not added there.",
                    call=call.name,
                )
            )
            call = self.browse()
        if call and facts["is_robot"]:
            self._hush(message_dict)
        elif call.is_closed and not facts["is_ours"] and not call._can_be_reopened():
            facts["original_id"] = call.id
            call = self.browse()
        return self._calm_storm(call, receipts, message_dict, facts)

    @api.model
    def _hush(self, message_dict):
        """Let a mail become a note that nobody is told of: by a machine, a storm or a blocked sender."""
        message_dict.update(is_internal=True, message_type="auto_comment")

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    @api.model
    def _find_answered_call(self, answered, message_dict, facts):
        """Return the call that a mail answers: by its references, else by the number in the subject."""
        call = answered or self._find_call_by_number(message_dict, facts)
        # A call that was merged into another one goes on there.
        while call and "merged_into_id" in call._fields and call.merged_into_id:
            call = call.merged_into_id
        return call

    @api.model
    def _find_call_by_number(self, message_dict, facts):
        """Return the call whose number stands in the subject, if the sender may write to it; else no call."""
        numbers = self._get_tokens(message_dict.get("subject"))
        domain = [("name", "in", numbers), ("company_id", "=", facts["company_id"])]
        calls = self.sudo().search(domain, limit=2) if numbers else self.browse()
        sender = facts["sender"]
        if not calls or not sender:
            return self.browse()
        partners = self.env["res.partner"].sudo().search([("email_normalized", "=", sender)])
        for call in calls:
            is_customers = call.commercial_partner_id and call.commercial_partner_id in partners.commercial_partner_id
            if facts["is_ours"] or is_customers or sender == email_normalize(call.partner_email):
                return call
        facts["notes"].append(
            self.env._(
                "The subject names call %(call)s, which is not the sender's: the mail was not added there.",
                call=calls[0].name,
            )
        )
        return self.browse()

    def _can_be_reopened(self):
        """Tell whether a customer's answer still reopens the closed call."""
        self.ensure_one()
        days = self.company_id.service_reopen_days
        return bool(days) and self.closed_at >= fields.Datetime.now() - timedelta(days=days)

    # ------------------------------------------------------------
    # The same again, storms and spam
    # ------------------------------------------------------------

    @api.model
    def _find_receipts(self, facts):
        """Return the receipts of the sender's mails in the time in which Odoo watches for loops."""
        if not facts["sender"]:
            return self.env["service.mail.receipt"]
        minutes = int(self.env["ir.config_parameter"].sudo().get_param("mail.gateway.loop.minutes", 120))
        since = fields.Datetime.now() - timedelta(minutes=minutes)
        return self.env["service.mail.receipt"].sudo()._find_recent(facts["sender"], since)

    @api.model
    def _find_twin(self, receipts, facts):
        """Return the call of the same mail delivered some minutes ago under another message id, if any."""
        since = fields.Datetime.now() - timedelta(minutes=SAME_MAIL_MINUTES)
        for receipt in receipts:
            if receipt.content_key == facts["content_key"] and receipt.received_at >= since:
                return receipt.call_id
        return self.browse()

    def _note_twin(self, message_dict):
        """Say on the call that the same mail came once more; its message id is kept, so the next one is known."""
        self.ensure_one()
        self._log_mail(message_dict, self.env._("The same mail came once more; nothing was added."))

    def _log_mail(self, message_dict, body):
        """Write a note in place of a mail; its message id is kept, so that the mail isn't taken in again."""
        self._message_log(body=body).sudo().message_id = message_dict["message_id"]

    @api.model
    def _calm_storm(self, call, receipts, message_dict, facts):
        """Return the call for one of very many mails: they are collected on one call, and nobody is told of each.

        The limits are Odoo's own, ``mail.gateway.loop.threshold`` mails in ``mail.gateway.loop.minutes``; senders among
        the allowed ones of the gateway have none.
        """
        threshold = int(self.env["ir.config_parameter"].sudo().get_param("mail.gateway.loop.threshold", 20))
        same = receipts.filtered(lambda receipt: receipt.call_id == call if call else receipt.is_new)
        if len(same) < threshold or self._is_sender_allowed(facts["sender"]):
            return call
        self._hush(message_dict)
        facts["is_robot"] = True
        is_first = len(same) == threshold if call else receipts[0].is_new
        call = call or same[0].call_id
        if is_first:
            call._message_log(
                body=self.env._(
                    "%(sender)s sends very many mails: from here on they are collected on this call.",
                    sender=facts["sender"],
                )
            )
        return call

    @api.model
    def _is_sender_allowed(self, sender):
        return bool(self.env["mail.gateway.allowed"].sudo().search_count([("email_normalized", "=", sender)], limit=1))

    @api.model
    def _find_spam(self, facts):
        """Return the closed call on which the mails of a blocked sender are kept, if there is one."""
        domain = [
            ("mail_sender", "=", facts["sender"]),
            ("is_spam", "=", True),
            ("company_id", "=", facts["company_id"]),
        ]
        return self.sudo().search(domain, order="id desc", limit=1)

    # ------------------------------------------------------------
    # Attachments
    # ------------------------------------------------------------

    @api.model
    def _limit_attachments(self, message_dict, facts):
        """Leave out the attachments that would pass the company's limit, the biggest first, and note which."""
        company = self.env["res.company"].browse(facts["company_id"])
        left = company.service_mail_attachment_mb * 1024 * 1024
        kept, dropped = [], []
        attachments = message_dict.get("attachments") or []
        for attachment in sorted(attachments, key=lambda attachment: len(attachment[1])):
            left -= len(attachment[1])
            (kept if left >= 0 else dropped).append(attachment)
        if dropped:
            message_dict["attachments"] = [item for item in attachments if item in kept]
            facts["notes"].append(
                self.env._(
                    "Too big and left out: %(names)s.", names=", ".join(str(attachment[0]) for attachment in dropped)
                )
            )
