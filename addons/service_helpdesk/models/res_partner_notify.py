# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

# A mail box that sent so many mails back gets no more.
BOUNCE_LIMIT = 5
# What of users says how they are told.
CHANNEL_FIELDS = ("active", "share", "notification_type", "is_service_inbox_wanted", "is_service_mail_wanted")


class ResPartner(models.Model):
    """How a person is told of calls."""

    _inherit = "res.partner"

    def _get_service_channel(self, channel):
        """Return the channel by which a colleague reads what is meant for ``channel``; None when by none.

        Whoever reads notifications by e-mail gets inbox messages there. A person may switch off mails and messages
        for himself, but no tasks.

        :param str channel: one of ``const.NOTIFICATION_CHANNELS``
        """
        self.ensure_one()
        user = self.user_ids.filtered(lambda user: user.active and not user.share)[:1]
        if not user or (channel == "inbox" and not user.is_service_inbox_wanted):
            return None
        if channel == "inbox" and user.notification_type == "email":
            channel = "mail"
        if channel == "mail" and not (user.is_service_mail_wanted and self.email):
            return None
        return channel

    def _get_bounce(self, channel):
        """Return the reason for which no mail is sent to this person, as values of a claim."""
        self.ensure_one()
        if channel == "mail" and self.message_bounce >= BOUNCE_LIMIT:
            return {"reason": self.env._("Mails to %(address)s come back.", address=self.email)}
        return {}
