# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import re

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.mail import email_normalize, html2plaintext

from ..engine.mail_facts import PUBLIC_DOMAINS
from .service_call_mail_route import MAX_TEXT

_logger = logging.getLogger(__name__)

# Words of a mail that may be a serial number or a call number: at least three characters, not only letters.
TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/\-]*[A-Za-z0-9]")
MAX_TOKENS = 500
MAX_COPIED = 50
TRY_AGAIN = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)


class ServiceCall(models.Model):
    """Mails that come in: a new call, or a message of the call they answer.

    Intake never raises and never loses a mail: what cannot be understood becomes a call that needs triage.
    """

    _name = "service.call"
    _inherit = ["service.call", "mail.thread.cc"]

    email_cc = fields.Char(string="Copies To", copy=False, groups="base.group_user")
    mail_sender = fields.Char(
        string="Sent From",
        copy=False,
        readonly=True,
        index="btree_not_null",
        groups="base.group_user",
        help="The address from which the mail came that made this call, whoever becomes its contact.",
    )
    is_sender_doubtful = fields.Boolean(
        string="Sender Not Proven",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="Our mail server found that the mail is not from whom it claims.",
    )
    is_spam = fields.Boolean(copy=False, readonly=True, groups="base.group_user")
    triage_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Probably",
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="The customer whose other people write from the same domain.",
    )

    # ------------------------------------------------------------
    # A new call
    # ------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a call of a mail: the sender gives the customer, a serial number in it gives the unit."""
        facts = msg_dict.pop("service_mail_facts", None) or {}
        values = self._prepare_fact_values(facts, custom_values or {})
        msg_dict = {**msg_dict, "service_mail_facts": facts}
        if facts.get("forwarded"):
            msg_dict["email_from"] = facts["forwarded"][1]
        try:
            with self.env.cr.savepoint():
                call = self._create_of_mail(msg_dict, self._prepare_mail_values(msg_dict, values))
        except TRY_AGAIN:
            raise
        except Exception:  # noqa: BLE001 - a mail is never lost: whatever is wrong, somebody must see it
            _logger.exception("Mail %s could not be understood, it needs triage", msg_dict.get("message_id"))
            call = self._create_of_mail(msg_dict, self._prepare_triage_values(msg_dict, values))
        call._after_mail(facts, is_new=True)
        return call

    @api.model
    def _create_of_mail(self, msg_dict, values):
        """Create the call of a mail; Odoo's own method would describe all fields of calls anew for each mail."""
        copied = self._mail_cc_sanitized_raw_dict(msg_dict.get("cc"))
        sender = {"partner_email": msg_dict["email_from"]} if msg_dict.get("email_from") else {}
        return self.create({"email_cc": ", ".join(copied.values()), **values, **sender})

    @api.model
    def _prepare_fact_values(self, facts, custom_values):
        """Return the values that follow from what was found out about the mail, with those of the alias."""
        forwarded = facts.get("forwarded")
        values = {
            "mail_sender": forwarded[1] if forwarded else facts.get("sender") or False,
            "is_automatic": bool(facts.get("is_automatic")),
            "is_sender_doubtful": bool(facts.get("is_doubtful")),
            "is_spam": bool(facts.get("is_blocked")),
        }
        if facts.get("original_id"):
            values["original_id"] = facts["original_id"]
        return {**values, **custom_values}

    @api.model
    def _prepare_mail_values(self, msg_dict, custom_values):
        """Return the values of a call for an incoming mail."""
        facts = msg_dict.get("service_mail_facts") or {}
        author = self._find_mail_author(msg_dict, facts)
        is_customer = author and all(user.share for user in author.user_ids)
        customer = author.commercial_partner_id if is_customer else self.env["res.partner"]
        company_id = custom_values.get("company_id") or self.env.company.id
        units = self._find_units_of_mail(msg_dict, customer, company_id)
        unit = units if len(units) == 1 else units.browse()
        values = {
            **self._prepare_triage_values(msg_dict, custom_values),
            "contact_id": author.id if is_customer else False,
            "partner_id": (customer or unit.partner_id).id,
            "equipment_id": unit.id,
            "needs_triage": not customer or len(units) > 1 or bool(facts.get("forwarded")),
        }
        if not customer and not facts.get("is_ours") and not facts.get("is_doubtful"):
            values["triage_partner_id"] = self._find_customer_by_domain(facts.get("sender")).id
        return values

    @api.model
    def _find_mail_author(self, msg_dict, facts):
        """Return who wrote the mail, as far as we know him: the first sender of a forwarded one."""
        partners = self.env["res.partner"].sudo()
        if facts.get("is_doubtful"):
            return partners
        if facts.get("forwarded"):
            return partners.search([("email_normalized", "=", email_normalize(facts["forwarded"][1]))], limit=1)
        return partners.browse(msg_dict.get("author_id") or [])

    @api.model
    def _find_units_of_mail(self, msg_dict, customer, company_id):
        """Return the units whose serial numbers stand in the mail, those of the customer only when he is known."""
        text = html2plaintext(str(msg_dict.get("body") or "")[:MAX_TEXT])
        units = self.env["service.equipment"].sudo().with_company(company_id)
        return units._match_serials(self._get_tokens(msg_dict.get("subject"), text), partner=customer or None).filtered(
            lambda unit: unit.company_id.id == company_id
        )

    @api.model
    def _find_customer_by_domain(self, sender):
        """Return the one customer whose people write from the sender's domain; none when it is a public one."""
        partners = self.env["res.partner"].sudo()
        domain = (sender or "").rpartition("@")[2]
        if not domain or domain in PUBLIC_DOMAINS:
            return partners
        customers = partners.search([("email_normalized", "=like", f"%@{domain}")], limit=50).commercial_partner_id
        return customers if len(customers) == 1 else partners

    @api.model
    def _prepare_triage_values(self, msg_dict, custom_values):
        """Return the least that makes a call of any mail."""
        return {
            "subject": (msg_dict.get("subject") or "").strip() or self.env._("(no subject)"),
            "description": msg_dict.get("body"),
            "channel": "email",
            "needs_triage": True,
            "company_id": custom_values.get("company_id") or self.env.company.id,
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
    # An answer
    # ------------------------------------------------------------

    def message_update(self, msg_dict, update_vals=None):
        """Add a mail to its call: a customer's answer reopens a closed call."""
        facts = msg_dict.pop("service_mail_facts", None) or {}
        result = super().message_update(msg_dict, update_vals)
        for call in self:
            call._after_mail(facts, is_new=False)
        if not facts.get("is_ours") and not facts.get("is_robot") and not facts.get("is_blocked"):
            # The customer's right to answer: he has none to write calls.
            closed = self.sudo().filtered("is_closed")
            closed._register_event("reopened", reason=self.env._("The customer answered."))
        return result

    # ------------------------------------------------------------
    # Both
    # ------------------------------------------------------------

    def _after_mail(self, facts, is_new):
        """Do what follows from a mail on its call: receipt, notes, people in copy, spam.

        :param dict facts: see ``service_call_mail_route``; empty when the mail did not come through the gateway
        :param bool is_new: the mail made this call
        """
        self.ensure_one()
        if not facts:
            return
        call = self.sudo()
        self.env["service.mail.receipt"].sudo()._record(facts, call, is_new)
        call._follow_copied()
        if is_new:
            call._tell_other_teams(facts)
            if facts.get("forwarded"):
                facts["notes"].append(self.env._("Forwarded by one of us: check who wrote it."))
            if facts["is_doubtful"]:
                facts["notes"].append(
                    self.env._("The mail did not pass the sender check of our mail server: it may be forged.")
                )
            if facts["is_blocked"]:
                call._register_event("cancelled", reason=self.env._("The sender is blocked."))
        for note in facts["notes"]:
            call._message_log(body=note)

    def _tell_other_teams(self, facts):
        """Let the leaders of other teams that the mail was for too follow the call."""
        teams = self.env["service.team"].sudo().browse(facts["team_ids"])
        if teams:
            self.message_subscribe(teams.user_id.partner_id.ids)
            facts["notes"].append(
                self.env._("The mail was for %(teams)s too.", teams=", ".join(teams.mapped("display_name")))
            )

    def _follow_copied(self):
        """Let those in copy who are the customer's people follow the call; strangers only stand in the address list."""
        addresses = [address for address in self._mail_cc_sanitized_raw_dict(self.email_cc) if address]
        if addresses and self.commercial_partner_id:
            domain = [
                ("email_normalized", "in", addresses),
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
            ]
            self.message_subscribe(self.env["res.partner"].search(domain, limit=MAX_COPIED).ids)

    def _mail_cc_sanitized_raw_dict(self, cc_string):
        """Leave out our own addresses and what is none; remember a limited number."""
        found = super()._mail_cc_sanitized_raw_dict(cc_string)
        found.pop(False, None)
        addresses = list(found)[: MAX_COPIED * 2]
        ours = set(self.env["mail.alias.domain"].sudo()._find_aliases(addresses)) if addresses else set()
        return {address: found[address] for address in [name for name in addresses if name not in ours][:MAX_COPIED]}
