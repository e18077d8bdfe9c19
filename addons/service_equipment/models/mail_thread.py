# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class MailThread(models.AbstractModel):
    """What the chatter says of a new document, in the company's own words."""

    _inherit = "mail.thread"

    def _creation_message(self):
        message = super()._creation_message()
        words = self._name.startswith("service.") and self.env["service.label"]._get_words()
        # Own words are plain text: what is safe to show stays as it is.
        return words.replace(message) if words and type(message) is str else message
