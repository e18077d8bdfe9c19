# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _get_forbidden_access(self, operation):
        """Close all that is internal on a call to customers: not only what people wrote, also what was logged.

        Odoo keeps internal comments from them. What the system logs, such as the cover and its reasons, a portal
        user could read by its id.
        """
        forbidden = super()._get_forbidden_access(operation)
        if self.env.user._is_internal():
            return forbidden
        # Only what kind of message it is is read, to decide who may see it.
        internal = (self - forbidden).sudo().filtered(
            lambda message: message.model == "service.call"
            and (message.is_internal or not message.subtype_id or message.subtype_id.internal)
        )
        return forbidden | self.browse(internal.ids)
