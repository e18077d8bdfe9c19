# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import AccessError

from ..const import PRICED_MODELS


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _check_access(self, operation):
        """Keep the files of contracts from those who may read the contracts themselves.

        Odoo opens every file that hangs on a record to whoever may read that. What hangs on a contract are letters
        and offers with their prices, and internal notes: for people who see prices. The portal hands out the documents
        that are shared, one by one. What was signed stays as it is, whoever asks.
        """
        result = super()._check_access(operation)
        if self.env.su:
            return result
        # Only where a file hangs is read, to decide what may be done.
        kept = self.filtered(lambda file: file.sudo()._is_service_contract_file())
        if not self.env.user._is_internal():
            hidden = kept
        elif self.env.user.has_group("service_contract.group_service_contract_price"):
            hidden = self.browse()
        else:
            hidden = kept.filtered(lambda file: not file.sudo().res_field)
        if operation in ("write", "unlink"):
            hidden |= self._filter_signed_documents()
        if not hidden:
            return result
        forbidden, error_func = result or (self.browse(), None)

        def refuse():
            return AccessError(self.env._("Sorry, you are not allowed to open this file."))

        return forbidden | hidden, error_func or refuse

    def _get_raw_access_token(self):
        """Give no key to a file that the reader of a message may not open himself."""
        user = self.env.user
        sees_prices = user._is_superuser() or user.has_group("service_contract.group_service_contract_price")
        if user._is_internal() and not sees_prices and self.sudo()._is_service_contract_file():
            return False
        return super()._get_raw_access_token()

    def _is_service_contract_file(self):
        """Say whether this is a file of a contract, or of an amendment, that is not made public."""
        self.ensure_one()
        return self.res_model in PRICED_MODELS and not self.public

    def _filter_signed_documents(self):
        """Return the files of documents that were signed."""
        # What was signed is no secret of whoever asks to change it.
        files = self.sudo().filtered(lambda file: file.res_model == "service.contract.document")
        documents = self.env["service.contract.document"].sudo().browse(files.mapped("res_id")).exists()
        return self.browse(documents.filtered("is_signed").ir_attachment_id.ids) & self
