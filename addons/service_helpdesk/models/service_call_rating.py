# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.rating.models.rating_data import RATING_LIMIT_OK

# The three faces: unhappy, neutral, happy.
RATES = ("1", "3", "5")


class ServiceCall(models.Model):
    """What customers say of calls that were closed: once for each closing, within the days that the company sets."""

    _inherit = "service.call"

    def _rating_get_parent_field_name(self):
        return "team_id"

    def _rating_get_partner(self):
        return self.contact_id or self.partner_id

    def _rating_get_operator(self):
        """Return who did the work: the owner, else whoever worked on it last."""
        work = self.sudo().work_ids.filtered(lambda line: line.user_id and line.state != "refused")
        user = self.user_id or work.sorted(lambda line: (line.date, line.id))[-1:].user_id
        return user.partner_id

    def _get_rating_limit(self):
        """Return the instant until which the call can be rated, or False when it cannot."""
        self.ensure_one()
        days = self.sudo().company_id.service_rating_days
        if not self.closed_at or not days or self.stage_id.is_cancelled:
            return False
        return self.closed_at + timedelta(days=days)

    def _is_ratable(self):
        """Tell whether the customer may rate the call now."""
        limit = self._get_rating_limit()
        return bool(limit) and fields.Datetime.now() <= limit

    def _get_closing_rating(self):
        """Return the customer's rating of the present closing (sudo); empty before he was asked."""
        self.ensure_one()
        # Customers have no right on ratings; what is shown of it is his own.
        ratings = self.sudo().rating_ids.filtered(lambda rating: not rating.is_service_over)
        return ratings.sorted("consumed", reverse=True)[:1]

    def _get_rating_link(self, rate=None):
        """Return the address at which the customer rates the call, for mails; False when he cannot or did.

        It is the call's own page, so that nothing is written for a mail that nobody answers.

        :param int rate: 5, 3 or 1: the face that is ticked already
        """
        self.ensure_one()
        if not self._is_ratable() or self._get_closing_rating().consumed:
            return False
        query = f"&rate={rate}" if rate else ""
        return self.get_base_url() + self.get_portal_url(query_string=query, anchor="service_call_rating")

    def rating_apply(  # noqa: PLR0913, PLR0917 - as in Odoo
        self, rate, token=None, rating=None, feedback=None, subtype_xmlid=None, notify_delay_send=False
    ):
        """Keep a customer's rating of a closed call.

        :raise UserError: when the call is open again, was closed too long ago, or the rating is of another closing
        """
        for call in self:
            call._check_ratable(rating)
        rating = super().rating_apply(rate, token, rating, feedback, subtype_xmlid, notify_delay_send)
        if rate < RATING_LIMIT_OK:
            self._review_rating(rating)
        return rating

    def _rate_from_portal(self, author, rate, feedback=None):
        """Keep what the customer says on the page of his call.

        :param author: ``res.partner`` who rates
        :param str rate: "1", "3" or "5"
        :param str feedback: plain text
        :raise UserError: for another number, or when the call cannot be rated
        """
        self.ensure_one()
        self._check_ratable()
        if str(rate) not in RATES:
            raise UserError(self.env._("Choose one of the three faces."))
        # A customer may write no ratings; this one is his.
        call = self.sudo()
        rating = call._get_closing_rating()
        if not rating:
            token = call._rating_get_access_token(author)
            rating = call.env["rating.rating"].search([("access_token", "=", token)], limit=1)
        call.rating_apply(int(rate), rating=rating, feedback=(feedback or "").strip()[:2000])

    def _check_ratable(self, rating=None):
        """Refuse a rating that comes at the wrong time, with one sentence."""
        self.ensure_one()
        if not self.is_closed:
            raise UserError(self.env._("Call %(call)s is being worked on: rate it when it is closed.", call=self.name))
        if not self._is_ratable() or (rating and rating.is_service_over):
            raise UserError(self.env._("Call %(call)s can no longer be rated.", call=self.name))

    def _review_rating(self, rating):
        """Ask the leader of the team, else the owner, to look at a bad rating, once."""
        self.ensure_one()
        # Whoever rates, the company's own people get to work.
        call = self.sudo()
        user = call.team_id.user_id or call.user_id
        review = "service_helpdesk.mail_activity_type_rating"
        if call.company_id.service_rating_review and user and not call.activity_search([review]):
            call.activity_schedule(review, user_id=user.id, note=rating.feedback)
        call._notify_event("rated_low")

    def _after_event(self, kind, at):
        result = super()._after_event(kind, at)
        if kind == "reopened":
            # What was asked of the customer is over: an open question, and the key to change his answer.
            ratings = self.env["rating.rating"].sudo().search(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)]
            )
            ratings.filtered(lambda rating: not rating.consumed).unlink()
            ratings.exists()._end_closing()
        return result

    def action_view_ratings(self):
        """Open the ratings of these calls."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_rating_action")
        return {**action, "domain": [("res_model", "=", self._name), ("res_id", "in", self.ids)]}
