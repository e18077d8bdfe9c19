# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCall(models.Model):
    """Who is told what: events of calls, by the matrix of notification rules."""

    _inherit = "service.call"

    def _notify_event(self, event, bodies=None):
        """Tell those whom the notification rules name, each once.

        :param str event: one of ``const.NOTIFICATION_EVENTS``
        :param dict bodies: what happened, {call id: Markup}; empty: only the rule's template says it
        """
