# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager


class ServiceVisitPortal(CustomerPortal):
    """Visits in the portal: the customer's with their calls and reports, a subcontractor's own."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_visit_count" in counters:
            visits = request.env["service.visit"]
            values["service_visit_count"] = visits.search_count([]) if visits.has_access("read") else 0
        return values

    @http.route(["/my/visits", "/my/visits/page/<int:page>"], type="http", auth="user", website=True, readonly=True)
    def portal_my_visits(self, page=1, **_kwargs):
        """List the visits that the user may read: for a subcontractor, those planned for him."""
        visits = request.env["service.visit"]
        if not visits.has_access("read"):
            return request.redirect("/my")
        pages = pager("/my/visits", visits.search_count([]), page=page, step=self._items_per_page)
        found = visits.search([], limit=self._items_per_page, offset=pages["offset"])
        # sudo: whoever may read a visit may know where it leads and what for
        values = {"visits": found.sudo(), "pager": pages, "page_name": "service_visits", "default_url": "/my/visits"}
        return request.render("service_planning.portal_my_visits", values)

    @http.route("/my/visits/<int:visit_id>", type="http", auth="user", website=True, readonly=True)
    def portal_my_visit(self, visit_id, **_kwargs):
        """Show one visit that the user may read."""
        visit = request.env["service.visit"].browse(visit_id).exists()
        if not visit or not visit.has_access("read"):
            return request.redirect("/my")
        # sudo: see portal_my_visits
        values = {"visit": visit.sudo(), "page_name": "service_visits"}
        return request.render("service_planning.portal_my_visit", values)

    @http.route("/my/visits/<int:visit_id>/report", type="http", auth="user", website=True, readonly=True)
    def portal_visit_report(self, visit_id, **_kwargs):
        """Send the kept intervention report to whoever may read a call that the visit serves."""
        # sudo: customers have no right on visits, since engineers' own files hang there; their calls decide
        visit = request.env["service.visit"].sudo().browse(visit_id).exists()
        may_read = visit.call_ids.sudo(False)._filtered_access("read")
        if not may_read or not visit.report_attachment_id:
            return request.not_found()
        return request.env["ir.binary"]._get_stream_from(visit.report_attachment_id).get_response()
