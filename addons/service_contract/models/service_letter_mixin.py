# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceLetterMixin(models.AbstractModel):
    """Who gets the letters of a document about the money of a contract, and the notes on its prices.

    A model that carries it stands in ``const.PRICED_MODELS``, see `mail.message`.
    """

    _name = "service.letter.mixin"
    _description = "Letters and Notes on Prices"
    _inherit = ["mail.thread"]

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Extend: whoever may not read a message does not get it by following its document; who was chosen does."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        # Whom the author chose is part of what he wrote.
        chosen = (msg_vals or {}).get("partner_ids", message.sudo().partner_ids.ids)
        return [
            recipient
            for recipient in recipients
            if recipient["id"] in chosen or not self._is_kept_from_follower(message, recipient)
        ]

    def _is_kept_from_follower(self, message, recipient):
        """Tell whether a message is about prices, and a follower an employee who sees none.

        :param dict recipient: an entry of `_notify_get_recipients`
        """
        if not recipient["uid"] or recipient["share"]:
            return False
        return bool(message.with_user(recipient["uid"])._filter_service_contract_prices())
