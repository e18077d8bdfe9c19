# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.rating.controllers.main import Rating


class ServiceCallRating(Rating):
    """Ratings of calls by the links in mails: only while the call may be rated, else one sentence."""

    def _get_service_rating_refusal(self, token):
        """Return why a call can not be rated with ``token``; None for whatever is no call."""
        rating, record_sudo = self._get_rating_and_record(token)
        if record_sudo._name != "service.call":
            return None
        try:
            record_sudo._check_ratable(rating)
        except UserError as error:
            return request.render("service_helpdesk.rating_refused", {"error": str(error), "call": record_sudo})
        return None

    @http.route()
    def action_open_rating(self, token, rate, **kwargs):
        return self._get_service_rating_refusal(token) or super().action_open_rating(token, rate, **kwargs)

    @http.route()
    def action_submit_rating(self, token, rate=0, **kwargs):
        return self._get_service_rating_refusal(token) or super().action_submit_rating(token, rate=rate, **kwargs)
