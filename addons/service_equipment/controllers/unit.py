# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.http import request


class ServiceUnitController(http.Controller):
    """The address in the QR code on a unit's label."""

    # Visitors get the same answer for every key, so that a lost label or a guess tells nothing.
    @http.route("/service/unit/<string:label_key>", type="http", auth="public", website=True, sitemap=False)
    def open_unit(self, label_key, **kwargs):
        """Open the unit of a label: in the back office for us, in the portal for its customer."""
        if request.env.user._is_public():
            return request.redirect_query("/web/login", {"redirect": f"/service/unit/{label_key}"})
        # Only to find it; what follows asks for the user's own right to the unit.
        unit_sudo = request.env["service.equipment"].sudo().with_context(active_test=False)
        unit = unit_sudo.search([("label_key", "=", label_key)]).with_user(request.env.user)
        unit = unit and unit._get_present_unit()
        if not unit or not unit.has_access("read"):
            return request.render("service_equipment.portal_unit_refused", status=404)
        if not request.env.user._is_internal():
            return request.redirect(unit.access_url)
        response = request.redirect(f"/odoo/service-equipment/{unit.id}")
        self._choose_company(response, unit.company_id)
        return response

    def _choose_company(self, response, company):
        """Let the back office show the company of the unit, beside those chosen before."""
        chosen = [cid for cid in request.cookies.get("cids", "").split("-") if cid.isdigit()]
        if str(company.id) not in chosen:
            chosen = [str(company.id), *chosen]
            response.set_cookie("cids", "-".join(chosen))
