# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class ServiceVisitPortal(CustomerPortal):
    """The customer's view of visits: with the call, and their intervention reports."""

    @http.route("/my/visits/<int:visit_id>/report", type="http", auth="user", website=True, readonly=True)
    def portal_visit_report(self, visit_id, **_kwargs):
        """Send the kept intervention report to whoever may read a call that the visit serves."""
        # sudo: customers have no right on visits, since engineers' own files hang there; their calls decide
        visit = request.env["service.visit"].sudo().browse(visit_id).exists()
        may_read = visit.call_ids.sudo(False)._filtered_access("read")
        if not may_read or not visit.report_attachment_id:
            return request.not_found()
        return request.env["ir.binary"]._get_stream_from(visit.report_attachment_id).get_response()
