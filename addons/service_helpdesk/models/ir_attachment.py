# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _check_access(self, operation):
        """Keep the files of internal notes on calls from customers.

        A file of a call is for its customer when it hangs on a message that he may read too.
        """
        result = super()._check_access(operation)
        if self.env.su or self.env.user._is_internal():
            return result
        # Only where a file hangs is read, to decide what may be seen.
        files = self.sudo().filtered(lambda file: file.res_model == "service.call" and not file.public)
        hidden = self.browse((files - files._filter_public_call_files()).ids)
        if not hidden:
            return result
        forbidden, error_func = result or (self.browse(), None)

        def refuse():
            return AccessError(self.env._("Sorry, you are not allowed to open this file."))

        return forbidden | hidden, error_func or refuse

    def _filter_public_call_files(self):
        """Return those of the files of calls (sudo) that hang on a public message: one query."""
        if not self:
            return self
        messages = self.env["mail.message"]
        domain = Domain("model", "=", "service.call") & Domain("attachment_ids", "in", self.ids)
        return messages.search(domain & Domain(messages._get_search_domain_share())).attachment_ids & self
