# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.service_call_rating import RATES


class ServiceCallPagePortal(CustomerPortal):
    """The page of one call: how it stands, messages, and what its customer may do."""

    def _get_service_call(self, call_id, access_token=None):
        """Return a call that the customer may see, with all rights, by his rights or its token.

        :raise AccessError: when it is another one's
        :raise MissingError: when there is none
        """
        return self._document_check_access("service.call", call_id, access_token)

    @http.route("/my/calls/<int:call_id>", type="http", auth="public", website=True, methods=["GET"])
    def portal_my_call(self, call_id, access_token=None, message=None, rate=None, **kw):
        """Show the page of one call."""
        try:
            call_sudo = self._get_service_call(call_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        return self._render_call(call_sudo, access_token, message=message, chosen_rate=rate)

    def _render_call(self, call_sudo, access_token, chosen_rate=None, **values):
        values = {**self._get_service_call_page_values(call_sudo), **values}
        if chosen_rate in RATES:
            values["chosen_rate"] = chosen_rate
        values = self._get_page_view_values(call_sudo, access_token, values, "my_calls_history", False)
        # Whoever may read the call by his own right may write on its page.
        values["message_token"] = access_token
        if not access_token and request.env.user._is_portal():
            values["message_token"] = call_sudo._portal_ensure_token()
        return request.render("service_helpdesk.portal_my_call", values)

    def _get_service_call_page_values(self, call_sudo):
        """Hook: return what the page of a call shows.

        :param call_sudo: the call, with all rights: pass on only what the customer may see
        :return: dict of rendering values
        """
        # Whose link it is, is not known: who has only that sees this one call.
        own = call_sudo.with_user(request.env.user).sudo(False)
        linked = (own.sudo().original_id | own.sudo().linked_ids | own.sudo().merged_into_id).sudo(False)
        # What follows from it, as far as he may read that.
        linked = linked._filtered_access("read").sudo()
        rating = call_sudo._get_closing_rating()
        return {
            "page_name": "service_calls",
            "call": call_sudo,
            "error": None,
            "message": None,
            "promises": call_sudo._get_portal_promises(),
            "progress": call_sudo._get_portal_progress(),
            "rating": rating,
            "chosen_rate": str(int(rating.rating)) if rating.consumed else None,
            "is_ratable": call_sudo._is_ratable(),
            "is_reopenable": call_sudo._is_portal_reopenable(),
            "merged_into": linked & call_sudo.merged_into_id,
            "linked_calls": linked - call_sudo.merged_into_id,
        }

    def _get_call_author(self, call_sudo):
        """Return who acts on the page: the user, or whoever the link was sent to."""
        user = request.env.user
        return call_sudo._mail_get_partners()[call_sudo.id] if user._is_public() else user.partner_id

    def _act_on_call(self, call_id, access_token, message, action):
        """Let the customer do something on his call, then show its page again.

        :param str message: what the page says when it was done
        :param action: function of the call (sudo) and who acts, a ``res.partner``
        """
        try:
            call_sudo = self._get_service_call(call_id, access_token)
            if request.env.user._is_internal():
                # The page is the customer's; who works here needs the right to do it.
                call_sudo.with_user(request.env.user).check_access("write")
        except (AccessError, MissingError):
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                # With all rights for this one call, and under the name of who acts.
                call = call_sudo.with_user(request.env.user).sudo()
                action(call, self._get_call_author(call))
        except UserError as error:
            return self._render_call(call_sudo, access_token, error=str(error))
        query = {"message": message, **({"access_token": access_token} if access_token else {})}
        return request.redirect(f"{call_sudo.access_url}?{urlencode(query)}")

    @http.route("/my/calls/<int:call_id>/close", type="http", auth="public", website=True, methods=["POST"])
    def portal_close_call(self, call_id, access_token=None, remark=None, **kw):
        """Close a call: it works again."""
        return self._act_on_call(
            call_id, access_token, "closed", lambda call, author: call._close_from_portal(author, remark)
        )

    @http.route("/my/calls/<int:call_id>/reopen", type="http", auth="public", website=True, methods=["POST"])
    def portal_reopen_call(self, call_id, access_token=None, reason=None, **kw):
        """Open a closed call again."""
        return self._act_on_call(
            call_id, access_token, "reopened", lambda call, author: call._reopen_from_portal(author, reason)
        )

    @http.route("/my/calls/<int:call_id>/rate", type="http", auth="public", website=True, methods=["POST"])
    def portal_rate_call(self, call_id, access_token=None, rate=None, feedback=None, **kw):
        """Keep how content the customer is."""
        return self._act_on_call(
            call_id, access_token, "rated", lambda call, author: call._rate_from_portal(author, rate, feedback)
        )
