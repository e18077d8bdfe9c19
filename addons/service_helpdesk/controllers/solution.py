# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

MAX_FOUND = 50


class ServiceSolutionPortal(CustomerPortal):
    """Solutions that are published for customers: a list with a search, and a page each.

    Customers have no right on solutions. What these pages show is read for them: published ones for customers, and of
    those nothing but title, symptom, cause and remedy.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_solution_count" in counters:
            solutions = request.env["service.solution"].sudo()
            values["service_solution_count"] = solutions.search_count(solutions._get_portal_domain(request.env.user))
        return values

    @http.route(["/my/solutions", "/my/solutions/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_solutions(self, page=1, search=None, **kw):
        solutions = request.env["service.solution"].sudo()
        domain = solutions._get_portal_domain(request.env.user)
        if search:
            found = solutions._find_for_portal(request.env.user, search, limit=MAX_FOUND)
            pager = portal_pager(url="/my/solutions", total=len(found), page=1, step=MAX_FOUND)
        else:
            pager = portal_pager(
                url="/my/solutions", total=solutions.search_count(domain), page=page, step=self._items_per_page
            )
            found = solutions.search(
                domain, order="title, id", limit=self._items_per_page, offset=pager["offset"]
            )
        values = {
            **self._prepare_portal_layout_values(),
            "solutions": found,
            "page_name": "service_solutions",
            "pager": pager,
            "search": search,
        }
        return request.render("service_helpdesk.portal_my_solutions", values)

    def _get_portal_solution(self, solution_id):
        """Return a solution that the customer may read.

        :raise NotFound: for any other, whether it exists or not
        """
        solutions = request.env["service.solution"].sudo()
        domain = solutions._get_portal_domain(request.env.user)
        solution = solutions.search([("id", "=", solution_id), *domain], limit=1)
        if not solution:
            raise NotFound
        return solution

    @http.route("/my/solutions/<int:solution_id>", type="http", auth="user", website=True, methods=["GET"])
    def portal_my_solution(self, solution_id, **kw):
        solution = self._get_portal_solution(solution_id)
        use = solution.use_ids.filtered(lambda use: use.partner_id == request.env.user.partner_id and not use.call_id)
        values = {
            **self._prepare_portal_layout_values(),
            "solution": solution,
            "page_name": "service_solutions",
            "result": use.result,
        }
        return request.render("service_helpdesk.portal_my_solution", values)

    @http.route("/my/solutions/<int:solution_id>/result", type="http", auth="user", website=True, methods=["POST"])
    def portal_solution_result(self, solution_id, helped="0", **kw):
        solution = self._get_portal_solution(solution_id)
        solution._keep_reader_result(request.env.user.partner_id, helped == "1")
        return request.redirect(f"/my/solutions/{solution.id}")

    @http.route("/my/solutions/suggest", type="jsonrpc", auth="user", readonly=True)
    def portal_suggest_solutions(self, text="", equipment_id=None):
        """Return the solutions that fit what a customer is typing: list of dicts ``title`` and ``url``."""
        # The unit narrows only when it is the customer's own.
        unit = request.env["service.call"]._get_portal_units().filtered(lambda unit: unit.id == equipment_id)
        found = request.env["service.solution"].sudo()._find_for_portal(request.env.user, text, unit.sudo(), limit=3)
        return [{"title": solution.title, "url": f"/my/solutions/{solution.id}"} for solution in found]
