# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..const import PRICED_MODELS


class MailMessage(models.Model):
    """What is about money on a contract or an amendment is for people who see prices; others read the internal notes.

    Odoo opens all messages of a record to whoever may read that, and engineers read contracts for their cover. Letters
    to the customer and by him are about money: offers, the price of the next term. So are notes of the subtype for
    prices. Whoever wrote such a message or got it reads it all the same.
    """

    _inherit = "mail.message"

    @api.model
    def _find_allowed_doc_ids(self, model_ids):
        allowed_ids = super()._find_allowed_doc_ids(model_ids)
        messages = self.browse(
            id_ for model in PRICED_MODELS for ids in model_ids.get(model, {}).values() for id_ in ids
        )
        return allowed_ids - set(messages._filter_service_contract_prices().ids)

    def _get_forbidden_access(self, operation):
        forbidden = super()._get_forbidden_access(operation)
        if operation != "read":
            return forbidden
        partner = self.env.user.partner_id
        # Only who wrote a message and who got it is read, to decide who may see it.
        messages = (self - forbidden)._filter_service_contract_prices().sudo()
        hidden = messages.filtered(lambda message: partner not in message.author_id | message.notified_partner_ids)
        return forbidden | self.browse(hidden.ids)

    def _filter_service_contract_prices(self):
        """Return those that are about the money of a contract, and that the user may not read therefore."""
        user = self.env.user
        if self.env.su or not user._is_internal() or user.has_group("service_contract.group_service_contract_price"):
            return self.browse()
        price_note = self.env.ref("service_contract.mt_price", raise_if_not_found=False)
        # Only what kind of message it is is read.
        messages = self.sudo().filtered(
            lambda message: message.model in PRICED_MODELS
            and (
                message.message_type in ("email", "email_outgoing")
                or message._is_service_letter()
                or (price_note and message.subtype_id == price_note)
            )
        )
        return self.browse(messages.ids)

    def _is_service_letter(self):
        """Tell whether a message was written in the chatter for the customer to read."""
        self.ensure_one()
        is_note = self.is_internal or not self.subtype_id or self.subtype_id.internal
        return self.message_type == "comment" and not is_note
