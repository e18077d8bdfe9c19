# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http

from .portal_call import ServiceCallPagePortal


class ServiceChangePortal(ServiceCallPagePortal):
    """A customer approves or rejects changes to his equipment."""

    @http.route("/my/calls/<int:call_id>/change", type="http", auth="user", website=True, methods=["POST"])
    def portal_decide_change(self, call_id, approval_id="", decision="", reason="", **kw):
        """Keep what the customer decided; his log-in is needed, not only the link of a mail."""

        def decide(call, author):
            approval = call._get_portal_approvals().filtered(lambda approval: str(approval.id) == approval_id)
            if approval and decision in ("approve", "reject"):
                approval._decide_as_customer(author, decision == "approve", reason)

        return self._act_on_call(call_id, None, "decided", decide)
