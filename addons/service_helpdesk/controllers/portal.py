# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

MAX_FILE_SIZE = 25 * 1024 * 1024
MAX_FILES = 10


class ServiceCallPortal(CustomerPortal):
    """A customer's calls: list, page, and the form for a new one."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_call_count" in counters:
            calls = request.env["service.call"]
            domain = self._get_service_call_domain()
            values["service_call_count"] = calls.search_count(domain) if calls.has_access("read") else 0
        return values

    def _get_service_call_domain(self):
        """Hook: return the domain of the calls that the portal lists, besides the record rules."""
        return Domain("commercial_partner_id", "=", request.env.user.commercial_partner_id.id)

    # ------------------------------------------------------------
    # List
    # ------------------------------------------------------------

    def _get_call_searchbar_sortings(self):
        return {
            "newest": {"label": request.env._("Newest"), "order": "raised_at desc, id desc"},
            "deadline": {"label": request.env._("Deadline"), "order": "next_deadline, id desc"},
            "number": {"label": request.env._("Number"), "order": "name desc"},
        }

    def _get_call_searchbar_filters(self):
        return {
            "all": {"label": request.env._("All"), "domain": []},
            "open": {"label": request.env._("Open"), "domain": [("is_closed", "=", False)]},
            "closed": {"label": request.env._("Closed"), "domain": [("is_closed", "=", True)]},
        }

    @http.route(["/my/calls", "/my/calls/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_calls(self, page=1, sortby=None, filterby=None, search=None, search_in="all", **kw):
        calls = request.env["service.call"]
        sortings, filters = self._get_call_searchbar_sortings(), self._get_call_searchbar_filters()
        sortby = sortby if sortby in sortings else "newest"
        filterby = filterby if filterby in filters else "all"
        domain = self._get_service_call_domain() & Domain(filters[filterby]["domain"])
        if not calls.has_access("read"):
            domain = Domain.FALSE
        if search:
            domain &= Domain("name", "ilike", search) | Domain("subject", "ilike", search)
        pager = portal_pager(
            url="/my/calls",
            total=0 if domain.is_false() else calls.search_count(domain),
            page=page,
            step=self._items_per_page,
            url_args={"sortby": sortby, "filterby": filterby, "search": search},
        )
        found = (
            calls
            if domain.is_false()
            else calls.search(
                domain,
                order=sortings[sortby]["order"],
                limit=self._items_per_page,
                offset=pager["offset"],
            )
        )
        values = {
            **self._prepare_portal_layout_values(),
            # Found with the customer's own rights; names of stages and units are read for him.
            "calls": found.sudo(),
            "page_name": "service_calls",
            "default_url": "/my/calls",
            "pager": pager,
            "searchbar_sortings": sortings,
            "sortby": sortby,
            "searchbar_filters": filters,
            "filterby": filterby,
            "searchbar_inputs": {"all": {"input": "all", "label": request.env._("Search in number and subject")}},
            "search": search,
            "search_in": search_in,
        }
        return request.render("service_helpdesk.portal_my_calls", values)

    # ------------------------------------------------------------
    # One call
    # ------------------------------------------------------------

    @http.route("/my/calls/<int:call_id>", type="http", auth="public", website=True)
    def portal_my_call(self, call_id, access_token=None, **kw):
        try:
            call_sudo = self._document_check_access("service.call", call_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        values = self._get_page_view_values(
            call_sudo,
            access_token,
            {"page_name": "service_calls", "call": call_sudo},
            "my_calls_history",
            False,
            **kw,
        )
        return request.render("service_helpdesk.portal_my_call", values)

    # ------------------------------------------------------------
    # New call
    # ------------------------------------------------------------

    def _get_new_call_values(self, **values):
        calls = request.env["service.call"]
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "service_call_new",
            # Found with the customer's own rights; names of products and sites are read for him.
            "units": calls._get_portal_units().sudo(),
            "call_types": request.env["service.call.type"].sudo().search([("is_portal", "=", True)]),
            "error": None,
            "subject": "",
            "description": "",
            "equipment_id": None,
            "type_id": None,
            **values,
        }

    @http.route("/my/calls/new", type="http", auth="user", website=True, methods=["GET"])
    def portal_new_call(self, equipment_id=None, **kw):
        values = self._get_new_call_values(equipment_id=self._to_id(equipment_id))
        return request.render("service_helpdesk.portal_new_call", values)

    @http.route("/my/calls/new", type="http", auth="user", website=True, methods=["POST"])
    def portal_create_call(self, subject="", description="", equipment_id=None, type_id=None, **kw):
        entered = {
            "subject": subject,
            "description": description,
            "equipment_id": self._to_id(equipment_id),
            "type_id": self._to_id(type_id),
        }
        try:
            files = self._read_files()
            with request.env.cr.savepoint():
                call = request.env["service.call"]._create_from_portal(**entered)
                call._attach_from_portal(files)
        except (AccessError, UserError) as error:
            values = self._get_new_call_values(**entered, error=str(error))
            return request.render("service_helpdesk.portal_new_call", values)
        return request.redirect(call.get_portal_url())

    def _read_files(self):
        """Return the sent files as (name, bytes).

        :raise UserError: for too many or too big ones
        """
        files = [file for file in request.httprequest.files.getlist("attachments") if file.filename]
        if len(files) > MAX_FILES:
            raise UserError(request.env._("Send at most %(count)s files at once.", count=MAX_FILES))
        contents = []
        for file in files:
            content = file.read(MAX_FILE_SIZE + 1)
            if len(content) > MAX_FILE_SIZE:
                raise UserError(request.env._("%(file)s is larger than 25 MB.", file=file.filename))
            contents.append((file.filename, content))
        return contents

    @staticmethod
    def _to_id(value):
        return int(value) if str(value or "").isdigit() else None
