# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager


class ServiceCustomerReportPortal(CustomerPortal):
    """The monthly reports that were sent to the customer."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_customer_report_count" in counters:
            Month = request.env["service.customer.report.month"]
            domain = self._get_service_report_domain()
            values["service_customer_report_count"] = Month.search_count(domain) if Month.has_access("read") else 0
        return values

    def _get_service_report_domain(self):
        """Hook: return the domain of the reports that the portal lists, besides the record rules."""
        return Domain("sent_at", "!=", False)

    @http.route(
        ["/my/service-reports", "/my/service-reports/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_my_service_reports(self, page=1, **kwargs):
        """Show the list of the reports."""
        Month = request.env["service.customer.report.month"]
        may_read, domain = Month.has_access("read"), self._get_service_report_domain()
        pager = portal_pager(
            url="/my/service-reports",
            total=Month.search_count(domain) if may_read else 0,
            page=page,
            step=self._items_per_page,
        )
        months = Month
        if may_read:
            months = Month.search(domain, limit=self._items_per_page, offset=pager["offset"])
        values = {
            **self._prepare_portal_layout_values(),
            # Found with the customer's own rights.
            "months": months.sudo(),
            "page_name": "service_customer_reports",
            "default_url": "/my/service-reports",
            "pager": pager,
        }
        return request.render("service_helpdesk.portal_my_service_reports", values)

    @http.route("/my/service-reports/<int:month_id>", type="http", auth="user", website=True)
    def portal_my_service_report(self, month_id, **kwargs):
        """Send the PDF of a report as it was mailed."""
        Month = request.env["service.customer.report.month"]
        month = Month.browse()
        if Month.has_access("read"):
            month = Month.search(self._get_service_report_domain() & Domain("id", "=", month_id))
        # Found with the customer's own rights, so its file is his to read.
        attachment = month.sudo().attachment_id
        if not attachment:
            return request.redirect("/my/service-reports")
        return request.env["ir.binary"].sudo()._get_stream_from(attachment).get_response(as_attachment=True)
