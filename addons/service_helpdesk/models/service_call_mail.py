# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import re

from markupsafe import Markup

from odoo import Command, api, models
from odoo.tools.mail import email_normalize, html2plaintext

_logger = logging.getLogger(__name__)

# Words of a mail that may be a serial number or a call number: at least three characters, not only letters.
TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/\-]*[A-Za-z0-9]")
MAX_TOKENS = 500
ROBOT_NAMES = ("mailer-daemon", "postmaster", "no-reply", "noreply", "donotreply", "do-not-reply", "bounce")


class ServiceCall(models.Model):
    """Messages: intake by mail, acknowledgement, threading, the first reply.

    Intake never raises and never loses a mail: what cannot be understood becomes a call that needs triage.
    """

    _inherit = "service.call"

    # ------------------------------------------------------------
    # Intake
    # ------------------------------------------------------------

    @api.model
    def _adjust_mail_routes(self, message, message_dict, routes):
        """Route answers without headers by the call number in the subject, and one mail to one call.

        :param message: ``email.message.EmailMessage``
        :param dict message_dict: what Odoo parsed from it
        :param list routes: (model, thread id, custom values, user id, alias)
        :return: list of routes
        """
        adjusted, has_call = [], False
        for route in routes:
            model, thread_id, values, user_id, alias = route
            if model == "service.call":
                if has_call:
                    # Two teams were addressed: the first one has the call.
                    continue
                has_call = True
                if not thread_id:
                    thread_id = self._find_answered_call(message_dict).id
                    values = {**(values or {}), "is_automatic": self._is_automatic(message, message_dict)}
            adjusted.append((model, thread_id, values, user_id, alias))
        return adjusted

    @api.model
    def _find_answered_call(self, message_dict):
        """Return the call whose number stands in the subject, if the sender may write to it; else no call."""
        numbers = self._get_tokens(message_dict.get("subject"))
        call = self.sudo().search([("name", "in", numbers)], limit=1) if numbers else self.browse()
        sender = email_normalize(message_dict.get("email_from"))
        if not call or not sender:
            return self.browse()
        partners = self.env["res.partner"].sudo().search([("email_normalized", "=", sender)])
        is_ours = any(not user.share for user in partners.user_ids)
        is_customers = call.commercial_partner_id in partners.commercial_partner_id if partners else False
        if is_ours or is_customers or sender == email_normalize(call.partner_email):
            return call
        return self.browse()

    @api.model
    def _is_automatic(self, message, message_dict):
        """Tell whether a machine sent the mail: an auto-reply, a list, a notice, or ourselves (RFC 3834)."""
        if (message.get("Auto-Submitted") or "no").lower() != "no":
            return True
        if (message.get("Precedence") or "").lower() in ("bulk", "junk", "list", "auto_reply"):
            return True
        if any(
            message.get(header) for header in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id")
        ):
            return True
        if (message.get("Return-Path") or "").strip() == "<>":
            return True
        sender = email_normalize(message_dict.get("email_from")) or ""
        if not sender or sender.split("@")[0] in ROBOT_NAMES:
            return True
        return bool(self.env["mail.alias.domain"].sudo()._find_aliases([sender]))

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a call of a mail: the sender gives the customer, a serial number in it gives the unit."""
        try:
            with self.env.cr.savepoint():
                return super().message_new(msg_dict, self._prepare_mail_values(msg_dict, custom_values or {}))
        except Exception:  # noqa: BLE001 - a mail is never lost: whatever is wrong, somebody must see it
            _logger.exception("Mail %s could not be understood, it needs triage", msg_dict.get("message_id"))
            return super().message_new(msg_dict, self._prepare_triage_values(msg_dict, custom_values or {}))

    @api.model
    def _prepare_mail_values(self, msg_dict, custom_values):
        """Return the values of a call for an incoming mail."""
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        is_customer = author and all(user.share for user in author.user_ids)
        customer = author.commercial_partner_id if is_customer else self.env["res.partner"]
        tokens = self._get_tokens(msg_dict.get("subject"), html2plaintext(msg_dict.get("body") or ""))
        company_id = custom_values.get("company_id") or self.env.company.id
        units = (
            self.env["service.equipment"]
            .sudo()
            .with_company(company_id)
            ._match_serials(
                tokens,
                partner=customer or None,
            )
            .filtered(lambda unit: unit.company_id.id == company_id)
        )
        unit = units if len(units) == 1 else units.browse()
        return {
            **self._prepare_triage_values(msg_dict, custom_values),
            "contact_id": author.id if is_customer else False,
            "partner_id": (customer or unit.partner_id).id,
            "equipment_id": unit.id,
            "needs_triage": not customer or len(units) > 1,
        }

    @api.model
    def _prepare_triage_values(self, msg_dict, custom_values):
        """Return the least that makes a call of any mail."""
        company_id = custom_values.get("company_id") or self.env.company.id
        company = self.env["res.company"].browse(company_id)
        return {
            "name": self.env["ir.sequence"]._next_range_by_code("service.call", 1, company=company)[0],
            "subject": (msg_dict.get("subject") or "").strip() or self.env._("(no subject)"),
            "description": msg_dict.get("body"),
            "channel": "email",
            "needs_triage": True,
            "company_id": company_id,
            **custom_values,
        }

    @api.model
    def _get_tokens(self, *texts):
        """Return the words of the texts that may be numbers of calls or units, in capitals, at most 500."""
        tokens = {}
        for text in texts:
            for match in TOKEN.finditer(text or ""):
                word = match.group().upper()
                if len(word) > 2 and not word.isalpha():
                    tokens[word] = None
                if len(tokens) >= MAX_TOKENS:
                    break
        return list(tokens)

    # ------------------------------------------------------------
    # Outgoing
    # ------------------------------------------------------------

    def _creation_message(self):
        self.ensure_one()
        lines = [
            self.env._("Raised: %(channel)s", channel=self._get_label("channel")),
            self.cover_reason,
            *(
                self.env._(
                    "%(metric)s until %(deadline)s",
                    metric=clock._get_label("metric"),
                    deadline=self._format_at_site(clock.deadline),
                )
                for clock in self.clock_ids
                if clock.deadline
            ),
        ]
        return Markup("<br/>").join(line for line in lines if line)

    @api.model
    def mail_allowed_qweb_expressions(self):
        # A template of these expressions alone is filled in without being compiled for each call, by whoever edits it.
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.company_id.email_formatted",
            "object.company_id.name",
            "object.contact_id.id",
            "object.deadline_words",
            "object.equipment_id.display_name",
            "object.notice_text",
            "object.notice_title",
            "object.partner_id.name",
            "object.site_id.display_name",
            "object.stage_id.name",
            "object.subject",
            "object.team_id.alias_email",
            "object.team_id.name",
            "object.user_id.name",
        )

    def _subscribe_contacts(self):
        """Let those who raised the calls follow them, in one batch."""
        subtypes = (
            self.env["mail.message.subtype"]
            .sudo()
            .search(
                [
                    ("default", "=", True),
                    ("internal", "=", False),
                    ("res_model", "in", [self._name, False]),
                ]
            )
        )
        self.env["mail.followers"].sudo().create(
            [
                {
                    "res_model": self._name,
                    "res_id": call.id,
                    "partner_id": call.contact_id.id,
                    "subtype_ids": [Command.set(subtypes.ids)],
                }
                for call in self
                if call.contact_id and not call.is_automatic
            ]
        )

    def _message_compute_subject(self):
        self.ensure_one()
        return f"[{self.name}] {self.subject}"

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Let answers come to the team's address."""
        by_team = self.sudo().team_id._notify_get_reply_to(default=default, author_id=author_id)
        reply_to = {call.id: by_team.get(call.team_id.id) for call in self if call.team_id}
        without_team = self.filtered(lambda call: not call.team_id)
        if without_team:
            reply_to.update(super(ServiceCall, without_team)._notify_get_reply_to(default=default, author_id=author_id))
        return reply_to

    def _mail_get_partners(self, introspect_fields=False):
        """Write to whoever raised the call, else to the customer."""
        return {call.id: call.contact_id or call.partner_id for call in self}

    # ------------------------------------------------------------
    # The first reply
    # ------------------------------------------------------------

    def _message_post_after_hook(self, message, msg_values):
        """A public message of one of us is the reply that the response clock waits for."""
        result = super()._message_post_after_hook(message, msg_values)
        if not self.replied_at and not self.is_closed and self._is_reply(message):
            self.sudo()._register_event("replied")
        return result

    def _is_reply(self, message):
        """Tell whether ``message`` is a person's public answer to the customer."""
        self.ensure_one()
        author = message.sudo().author_id
        return (
            message.message_type in ("comment", "email")
            and message.subtype_id == self.env.ref("mail.mt_comment")
            and author != self.contact_id
            and any(not user.share for user in author.user_ids)
        )
