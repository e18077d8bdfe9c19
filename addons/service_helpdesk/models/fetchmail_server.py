# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class FetchmailServer(models.Model):
    """Mailboxes that are read without a trace: only a mail that has been taken in counts as seen."""

    _inherit = "fetchmail.server"

    def _connect__(self, allow_archived=False):  # noqa: PLW3201 - as in Odoo
        connection = super()._connect__(allow_archived=allow_archived)
        if self._get_connection_type() == "imap":
            # Reading RFC822 marks a mail as seen, and Odoo takes the mark back in a second step: a process that ends
            # between the two would lose the mail.
            fetch = connection.fetch
            connection.fetch = lambda numbers, parts: fetch(numbers, "(BODY.PEEK[])" if parts == "(RFC822)" else parts)
        return connection
