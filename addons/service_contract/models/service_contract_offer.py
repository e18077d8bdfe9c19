# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import binascii
import hashlib
import json
from base64 import b64decode
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.mimetypes import guess_mimetype

# What an offer promises: these fields stand while it is with the customer, and make up its fingerprint.
TERMS = [
    f"{prefix}_{kind}"
    for prefix in ("term", "discount")
    for kind in ("labour", "travel", "distance", "expense", "part", "callout")
]
PROMISED = {
    "service.contract": [
        *("partner_id", "company_id", "site_ids", "type_id", "date_start", "date_end", "date_anchor"),
        *("renewal_mode", "notice_days", "renewal_increase", "currency_id", "pricelist_id", "sla_policy_id"),
        *("renewal_months", "renewal_limit", "renewal_indexation", "price_index_id", "index_share", "index_cap"),
        *("index_floor", "index_base_date", "index_lag_months"),
        *("termination_notice_count", "termination_notice_unit", "termination_at"),
        *("billing_timing", "proration", "interval_count", "interval_unit", *TERMS),
    ],
    "service.coverage": [
        *("contract_id", "equipment_id", "product_ids", "categ_ids", "zone_ids", "site_ids", "call_type_ids", "name"),
        *("time_frame_calendar_id", "date_start", "date_end", "price", "interval_count", "interval_unit"),
        *("pricelist_id", "sla_policy_id", "priority", "calendar_id", "warranty_consumes", *TERMS),
    ],
    "service.contract.period": [
        *("contract_id", "date_start", "date_end", "free_calls", "free_hours", "hours_maintained", "price"),
    ],
    "service.entitlement": [
        *("contract_id", "name", "unit", "quantity", "date_start", "date_end", "call_type_ids"),
    ],
    "service.contract.service": [
        *("contract_id", "call_type_id", "product_id", "delivery", "interval_months", "quantity", "per", "hours"),
    ],
    "service.contract.obligation": [
        *("contract_id", "obligation_id", "name", "recurrence", "interval_months", "is_shared"),
    ],
    "service.sla.policy": ["calendar_id"],
    "service.sla.target": ["metric", "priority", "budget_minutes"],
}
# Written by the actions of the offer only.
OFFER_FIELDS = {
    *("offer_state", "date_offered", "offer_hash", "offer_scope"),
    *("signed_by", "signed_at", "signature", "decline_reason"),
}
SIGNATURE_LIMIT = 1024 * 1024
NAME_LIMIT = 128


def plain_value(record, name):
    """Return the value of a field as one that JSON can write, relations as sorted ids."""
    value = record[name]
    return sorted(value.ids) if isinstance(value, models.BaseModel) else value


class ServiceContract(models.Model):
    """A draft that is offered to the customer, who reads it in the portal and signs or declines it.

    While an offer is with the customer, or signed, what it promises stands. Whoever wants to change it withdraws the
    offer, and with that the signature; the signed file stays among the documents. A fingerprint of the promise is kept
    from the day of the offer: only what was offered is signed, and only what was signed is activated.
    """

    _inherit = "service.contract"

    offer_state = fields.Selection(
        selection=[("offered", "Offered"), ("signed", "Signed"), ("declined", "Declined"), ("withdrawn", "Withdrawn")],
        string="Offer",
        readonly=True,
        copy=False,
        tracking=True,
    )
    is_offered = fields.Boolean(
        compute="_compute_is_offered",
        store=True,
        help="The customer sees the draft, and what it promises stands.",
    )
    date_offered = fields.Date(string="Offered On", readonly=True, copy=False)
    date_offer_end = fields.Date(
        string="Offer Valid Until",
        copy=False,
        help="The last day on which the customer may sign. Empty means as long as the company's offers are valid.",
    )
    is_offer_expired = fields.Boolean(compute="_compute_is_offer_expired")
    offer_hash = fields.Char(string="Fingerprint", readonly=True, copy=False, groups="base.group_user")
    offer_scope = fields.Json(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The fields that the fingerprint was made of: later versions may know more.",
    )
    signed_by = fields.Char(readonly=True, copy=False)
    signed_at = fields.Datetime(string="Signed On", readonly=True, copy=False)
    signature = fields.Binary(attachment=True, readonly=True, copy=False, groups="base.group_user")
    decline_reason = fields.Text(readonly=True, copy=False, groups="base.group_user")
    activates_when_signed = fields.Boolean(
        string="Activate When Signed",
        default=lambda self: self.env.company.service_contract_activates_when_signed,
        groups="base.group_user",
        help="The contract becomes active as soon as the customer has signed the offer.",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("offer_state")
    def _compute_is_offered(self):
        for contract in self:
            contract.is_offered = contract.offer_state in ("offered", "signed")

    @api.depends("offer_state", "date_offer_end")
    def _compute_is_offer_expired(self):
        for contract in self:
            contract.is_offer_expired = contract.offer_state == "offered" and contract._has_offer_ended()

    def _has_offer_ended(self):
        """Tell whether the last day on which the customer may sign is over."""
        self.ensure_one()
        return bool(self.date_offer_end) and self.date_offer_end < self._get_today()

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_offer_values({name for name, value in vals.items() if value})
        return super().create(vals_list)

    def write(self, vals):
        self._check_offer_values(vals)
        if not self._get_promised_fields().isdisjoint(vals):
            self._check_not_offered()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_offered(self):
        self._check_not_offered()

    def _check_offer_values(self, names):
        """Refuse fields that only the actions of the offer write."""
        if not self.env.su and not OFFER_FIELDS.isdisjoint(names):
            raise UserError(self.env._("An offer changes by its buttons only."))

    def _check_not_offered(self):
        """Refuse to change what is offered or signed.

        :raise UserError: for the first draft that the customer has before him
        """
        for contract in self:
            if contract.state == "draft" and contract.is_offered:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is offered to the customer: withdraw the offer before you change it.",
                        contract=contract.name,
                    )
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_offer(self, date_end=None):
        """Show drafts to their customers, who may sign them in the portal.

        :param date_end: last day on which the customer may sign (date or ISO text), default the contract's own, else
            as long as the company's offers are valid
        :raise UserError: when a contract is no draft, is offered already, or covers nothing
        """
        self.check_access("write")
        self._check_covers_something()
        for contract in self:
            if contract.state != "draft":
                raise UserError(
                    self.env._("Contract %(contract)s has begun: there is nothing to sign.", contract=contract.name)
                )
            if contract.kind != "customer":
                raise UserError(
                    self.env._("Contract %(contract)s is a supplier's: it is not offered.", contract=contract.name)
                )
            contract._check_not_offered()
            vals = contract._prepare_offer_values(self._to_day(date_end))
            # The fields of the offer are written by its actions only, after their checks.
            contract.sudo().write(vals)
        return True

    def action_offer_and_send(self):
        """Offer one draft to its customer and write him an e-mail about it.

        :return: an `ir.actions.act_window` dict of the e-mail
        """
        self.ensure_one()
        self.action_offer()
        return self.action_send()

    def action_withdraw_offer(self):
        """Take offers back: their customers no longer see them, and signatures are void.

        :raise UserError: when there is no offer to withdraw
        """
        self.check_access("write")
        for contract in self:
            if contract.state != "draft" or not contract.is_offered:
                raise UserError(
                    self.env._("Contract %(contract)s has no offer to withdraw.", contract=contract.name)
                )
        self._close_offer("withdrawn")
        return True

    def action_cancel(self, date=None, reason=None, received_on=None, is_early=False):
        self.filtered(lambda contract: contract.state == "draft" and contract.is_offered).action_withdraw_offer()
        return super().action_cancel(date=date, reason=reason, received_on=received_on, is_early=is_early)

    def action_activate(self):
        for contract in self.filtered(lambda contract: contract.offer_state == "signed"):
            if contract.state == "draft" and not contract._keeps_offer():
                raise UserError(
                    self.env._(
                        "Contract %(contract)s no longer promises what was signed: withdraw the offer first.",
                        contract=contract.name,
                    )
                )
        return super().action_activate()

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _prepare_offer_values(self, date_end=None):
        """Hook: prepare what is written on a draft that is offered.

        :param date_end: last day on which the customer may sign (date), or None
        :return: dict of values
        """
        self.ensure_one()
        today = self._get_today()
        date_end = date_end or self.date_offer_end
        if not date_end or date_end < today:
            date_end = today + timedelta(days=self.company_id.service_contract_offer_days)
        return {
            "offer_state": "offered",
            "date_offered": today,
            "date_offer_end": date_end,
            "offer_hash": self._get_promise_hash(PROMISED),
            "offer_scope": PROMISED,
            "decline_reason": False,
        }

    def _close_offer(self, state, reason=None):
        """End offers without a signature, or with a void one."""
        # The right to this was that to the action, or the customer's.
        self.sudo().write(
            {
                "offer_state": state,
                "date_offer_end": False,
                "offer_hash": False,
                "offer_scope": False,
                "signed_by": False,
                "signed_at": False,
                "signature": False,
                "decline_reason": reason,
            }
        )

    def _get_answer_refusal(self, version):
        """Return why an offer cannot be signed or declined now, as one sentence, or None when it can.

        :param str version: the fingerprint of the offer that the customer has read
        """
        self.ensure_one()
        if self.offer_state == "signed":
            return self.env._("This contract was signed already.")
        if self.state != "draft" or self.offer_state != "offered":
            return self.env._("This contract is not offered any more: please ask us.")
        if self._has_offer_ended():
            day = format_date(self.env, self.date_offer_end)
            return self.env._("This offer was valid until %(date)s: please ask us for a new one.", date=day)
        if version != self.offer_hash:
            return self.env._("This offer has changed since you opened it: please reload the page and read it again.")
        if not self._keeps_offer():
            return self.env._("We are working on this offer: please ask us for the new one.")
        return None

    def _accept_offer(self, name, signature, version, author):
        """Sign the offer for the customer and keep the signed file; activate the contract if so agreed.

        Called with all rights, by whoever has checked that this customer has the offer before him.

        :param str name: who signs
        :param str signature: the drawing, an image in base64
        :param str version: the fingerprint of the offer that was read
        :param author: `res.partner` who signs
        :raise UserError: one sentence for the customer, when nothing was signed
        """
        self.ensure_one()
        refusal = self._get_answer_refusal(version) or self._get_signature_refusal(name, signature)
        if refusal:
            raise UserError(refusal)
        self.write(
            {
                "offer_state": "signed",
                "signed_by": name.strip(),
                "signed_at": fields.Datetime.now(),
                "signature": signature,
            }
        )
        document = self._create_signed_document()
        self.message_post(
            body=self.env._(
                "Signed by %(name)s. SHA-256 of the signed file: %(digest)s",
                name=self.signed_by,
                digest=hashlib.sha256(document.raw).hexdigest(),
            ),
            author_id=author.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        if self.activates_when_signed:
            self.action_activate()
        else:
            self._schedule_offer_activity()
        self._after_signed()

    def _decline_offer(self, reason, version, author):
        """Decline the offer for the customer; see :meth:`_accept_offer`.

        :param str reason: in the customer's words
        :raise UserError: one sentence for the customer, when nothing was declined
        """
        self.ensure_one()
        refusal = self._get_answer_refusal(version)
        if not refusal and not (reason or "").strip():
            refusal = self.env._("Please tell us why you decline.")
        if refusal:
            raise UserError(refusal)
        self._close_offer("declined", reason.strip())
        self.message_post(
            body=self.env._("Declined: %(reason)s", reason=self.decline_reason),
            author_id=author.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self._schedule_offer_activity()
        self._after_declined()

    def _get_signature_refusal(self, name, signature):
        """Return what is wrong with a name or a drawing, as one sentence, or None."""
        if not (name or "").strip() or len(name) > NAME_LIMIT:
            return self.env._("Please write your name.")
        try:
            image = b64decode(signature or "", validate=True)
        except (binascii.Error, ValueError):
            image = b""
        if len(image) > SIGNATURE_LIMIT or guess_mimetype(image) not in ("image/png", "image/jpeg"):
            return self.env._("Please draw your signature.")
        return None

    def _create_signed_document(self):
        """Keep the file that was signed, for the customer and for us; it cannot be changed.

        :return: the `service.contract.document`
        """
        self.ensure_one()
        prices = self.company_id.service_contract_portal_prices
        self.flush_recordset()
        content, _extension = self.env["ir.actions.report"]._render_qweb_pdf(
            "service_contract.report_service_contract", self.ids, data={"prices": prices}
        )
        return self.env["service.contract.document"].create(
            {
                "contract_id": self.id,
                "name": self.env._("%(contract)s signed.pdf", contract=self.name),
                "raw": content,
                "kind": "contract",
                "date": self._get_today(),
                "is_public": True,
                "has_prices": prices,
                "is_signed": True,
            }
        )

    def _schedule_offer_activity(self):
        """Tell the responsible, or whoever made the contract, what the customer has answered."""
        self.ensure_one()
        responsible = self.user_id or self.create_uid.filtered(lambda user: user.active and not user.share)
        if not responsible:
            return
        env = self.with_context(lang=responsible.lang).env
        summaries = {
            "signed": env._("The customer has signed: activate the contract"),
            "declined": env._("The customer has declined the offer"),
        }
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summaries[self.offer_state],
            user_id=responsible.id,
        )

    @api.model
    def _get_promised_fields(self):
        """Hook: return the names of the contract's own fields that stand while it is offered."""
        return set(PROMISED[self._name])

    def _get_promised_records(self):
        """Hook: return the records that one contract's promise consists of, with all rights.

        :return: list of recordsets, of different models
        """
        self.ensure_one()
        # Whoever offers or signs means the whole promise, whatever of it he may read himself.
        contract = self.sudo()
        policies = contract.sla_policy_id | contract.coverage_ids.sla_policy_id
        return [
            contract,
            contract.coverage_ids,
            contract.period_ids,
            contract.entitlement_ids,
            contract.service_ids,
            contract.obligation_ids,
            policies,
            policies.target_ids,
        ]

    def _get_promise_hash(self, scope):
        """Return the fingerprint of what one contract promises now: SHA-256 in hexadecimal digits.

        :param dict scope: names of the fields that count, by model
        """
        promise = {
            records._name: [
                [record.id, *(plain_value(record, name) for name in scope[records._name])]
                for record in records.sorted("id")
            ]
            for records in self._get_promised_records()
            if records._name in scope
        }
        text = json.dumps(promise, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def _keeps_offer(self):
        """Tell whether one contract promises what it did when it was offered."""
        self.ensure_one()
        offer = self.sudo()
        return bool(offer.offer_scope) and self._get_promise_hash(offer.offer_scope) == offer.offer_hash

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _after_signed(self):
        """Called when a customer has signed an offer, with the signed file kept."""

    def _after_declined(self):
        """Called when a customer has declined an offer."""
