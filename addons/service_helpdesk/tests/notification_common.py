# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .common import HelpdeskCase


class NotificationCase(HelpdeskCase):
    """A company whose matrix is empty; tests switch on what they look at."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.env["service.notification.rule"]
        cls.rules.search([]).active = False
        (cls.engineer | cls.controller | cls.manager | cls.taker).notification_type = "inbox"

    @classmethod
    def _rule(cls, event, recipient, channel="inbox", **vals):
        return cls.rules.create({"event": event, "recipient": recipient, "channel": channel, **vals})

    def _told(self, call, event=None):
        """Who was told of a call, by which channel."""
        rows = call.sudo().notification_ids.filtered(lambda row: row.state == "told")
        rows = rows.filtered(lambda row: not event or row.event == event)
        return sorted((row.event, row.partner_id.name or row.email, row.channel) for row in rows)

    def _inbox(self, user):
        return self.env["mail.notification"].search(
            [("res_partner_id", "=", user.partner_id.id), ("notification_type", "=", "inbox")]
        )

    def _mails(self, call):
        return self.env["mail.mail"].search([("model", "=", "service.call"), ("res_id", "=", call.id)])
