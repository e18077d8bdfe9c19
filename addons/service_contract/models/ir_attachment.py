# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _check_access(self, operation):
        """Keep the files of contracts from customers.

        Odoo lets a portal user open every file that hangs on a record he may read. What hangs on a contract are drafts,
        letters and internal notes; the portal shows none of it.
        """
        result = super()._check_access(operation)
        if self.env.su or self.env.user._is_internal():
            return result
        # Only the model's name is read, to decide what may be seen.
        hidden = self.filtered(lambda file: file.sudo().res_model == "service.contract" and not file.sudo().public)
        if not hidden:
            return result
        forbidden, error_func = result or (self.browse(), None)

        def refuse():
            return AccessError(self.env._("Sorry, you are not allowed to open this file."))

        return forbidden | hidden, error_func or refuse
