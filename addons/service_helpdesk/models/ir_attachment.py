# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _check_access(self, operation):
        """Keep the files of internal notes from customers.

        Odoo lets a portal user open every file that hangs on a record he may read, those of internal
        notes too. Of a call he gets only what came with a public message, or what he sent himself.
        """
        result = super()._check_access(operation)
        if self.env.su or self.env.user._is_internal():
            return result
        forbidden, error_func = result or (self.browse(), None)
        hidden = (self - forbidden)._filter_hidden_from_customer()
        if not hidden:
            return result

        def refuse():
            return AccessError(self.env._("Sorry, you are not allowed to open this file."))

        return forbidden | hidden, error_func or refuse

    def _filter_hidden_from_customer(self):
        """Return those of these files that hang on a call without having been shown to its customer."""
        # The links to messages are read for everybody; what may be seen is decided right here.
        files = self.sudo().filtered(
            lambda file: file.res_model == "service.call" and not file.public and file.create_uid != self.env.user,
        )
        if not files:
            return self.browse()
        shown = self.env["mail.message"].sudo().search([
            ("attachment_ids", "in", files.ids), ("model", "=", "service.call"), ("is_internal", "=", False),
            ("subtype_id.internal", "=", False), ("subtype_id", "!=", False),
        ]).attachment_ids
        return self.browse((files - shown).ids)
