# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _check_access(self, operation):
        """Keep the files of units from customers.

        Odoo lets a portal user open every file that hangs on a record he may read. What hangs on a unit comes from
        internal notes; the documents for him are handed out by the portal, one by one.
        """
        result = super()._check_access(operation)
        if self.env.su or self.env.user._is_internal():
            return result
        # Only where a file hangs is read, to decide what may be seen. Pictures are fields of the unit.
        hidden = self.filtered(lambda file: file.sudo()._is_service_equipment_file())
        if not hidden:
            return result
        forbidden, error_func = result or (self.browse(), None)

        def refuse():
            return AccessError(self.env._("Sorry, you are not allowed to open this file."))

        return forbidden | hidden, error_func or refuse

    def _is_service_equipment_file(self):
        """Say whether this is a file of a unit that is not made public."""
        self.ensure_one()
        return self.res_model == "service.equipment" and not self.res_field and not self.public
