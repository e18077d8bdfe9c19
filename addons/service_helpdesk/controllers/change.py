# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class ServiceChangePortal(CustomerPortal):
    """A customer approves or rejects changes to his equipment."""

    @http.route("/my/calls/<int:call_id>/change", type="http", auth="user", website=True, methods=["POST"])
    def portal_decide_change(self, call_id, approval_id="", decision="", reason="", **kw):
        call = request.env["service.call"].browse(call_id)
        try:
            call.check_access("read")
            approval = call._get_portal_approvals().filtered(lambda approval: str(approval.id) == approval_id)
            if approval and decision in ("approve", "reject"):
                approval._decide_as_customer(request.env.user.partner_id, decision == "approve", reason)
        except (AccessError, MissingError):
            return request.redirect("/my/calls")
        except UserError as error:
            return request.redirect_query(f"/my/calls/{call_id}", {"change_error": str(error)})
        return request.redirect(f"/my/calls/{call_id}")
