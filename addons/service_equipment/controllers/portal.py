# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

# More units than this are not one list to print.
PRINT_LIMIT = 2000


class ServiceEquipmentPortal(CustomerPortal):
    """The customer's own units: a list to search and to print, and a page for each."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_equipment_count" in counters:
            Equipment = request.env["service.equipment"]
            domain = self._get_service_equipment_domain() & Domain("state", "!=", "retired")
            values["service_equipment_count"] = Equipment.search_count(domain) if Equipment.has_access("read") else 0
        return values

    def _get_service_equipment_domain(self):
        """Hook: return the domain of the units that the portal lists, besides the record rules."""
        return Domain("commercial_partner_id", "=", request.env.user.commercial_partner_id.id)

    # ------------------------------------------------------------------
    # List
    # ------------------------------------------------------------------

    def _get_service_equipment_searchbar(self):
        """Return how the list may be sorted, filtered, grouped and searched.

        :return: dict of the searchbar's names to their options by key
        """
        env = request.env
        states = request.env["service.equipment"]._fields["state"]._description_selection(env)
        in_use = Domain("state", "!=", "retired")
        filters = {
            "in_use": {"label": env._("In Use"), "domain": in_use},
            **{state: {"label": label, "domain": Domain("state", "=", state)} for state, label in states},
            "warranty": {"label": env._("Under Warranty"), "domain": in_use & Domain("is_under_warranty", "=", True)},
            "all": {"label": env._("All"), "domain": Domain.TRUE},
        }
        texts = {"all": ["name_key", "serial_key", "asset_key"], "serial": ["serial_key"], "asset": ["asset_key"]}
        labels = {
            "all": env._("Search in number, serial number and asset code"),
            "serial": env._("Search in serial number"),
            "asset": env._("Search in asset code"),
        }
        return {
            "searchbar_sortings": {
                "name": {"label": env._("Number"), "order": "name desc"},
                "product": {"label": env._("Product"), "order": "product_id, serial_number"},
                "serial": {"label": env._("Serial Number"), "order": "serial_number, name"},
                "warranty": {"label": env._("Warranty"), "order": "warranty_date_end, name"},
            },
            "searchbar_filters": filters,
            "searchbar_groupby": {
                "none": {"label": env._("None"), "order": None},
                "site": {"label": env._("Site"), "order": "site_id"},
            },
            "searchbar_inputs": {
                key: {"label": labels[key], "input": key, "fields": names} for key, names in texts.items()
            },
        }

    def _read_service_equipment_query(self, sortby=None, filterby=None, groupby=None, site=None, search=None, **kwargs):
        """Return what is asked of the list; nonsense is as good as nothing.

        :return: tuple: the domain, the order, and the rendering values of the searchbar
        """
        bar = self._get_service_equipment_searchbar()
        asked = {
            "sortby": sortby if sortby in bar["searchbar_sortings"] else "name",
            "filterby": filterby if filterby in bar["searchbar_filters"] else "in_use",
            "groupby": groupby if groupby in bar["searchbar_groupby"] else "none",
            "search": search or "",
            "search_in": kwargs.get("search_in") if kwargs.get("search_in") in bar["searchbar_inputs"] else "all",
        }
        own = self._get_service_equipment_domain()
        sites = self._get_service_equipment_sites(own)
        chosen = sites.filtered(lambda each: str(each.id) == str(site or ""))
        asked["site"] = chosen.id or ""
        domain = own & bar["searchbar_filters"][asked["filterby"]]["domain"]
        if chosen:
            domain &= Domain("site_id", "=", chosen.id)
        if search:
            key = request.env["service.equipment"]._normalize_serial(search) or ""
            names = bar["searchbar_inputs"][asked["search_in"]]["fields"]
            domain &= Domain.OR(Domain(name, "like", key) for name in names)
        group_order = bar["searchbar_groupby"][asked["groupby"]]["order"]
        order = ", ".join(filter(None, (group_order, bar["searchbar_sortings"][asked["sortby"]]["order"])))
        return domain, order, {**bar, **asked, "sites": sites, "chosen_site": chosen}

    def _get_service_equipment_sites(self, domain):
        """Return the sites of the user's units, with all rights for their names."""
        Equipment = request.env["service.equipment"]
        if not Equipment.has_access("read"):
            return request.env["res.partner"]
        groups = Equipment._read_group(domain & Domain("site_id", "!=", False), ["site_id"])
        # Portal users may not read the addresses at which their own units stand.
        return request.env["res.partner"].union(*(site for (site,) in groups)).sudo().sorted("name")

    @http.route(["/my/equipment", "/my/equipment/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_equipment(self, page=1, **kwargs):
        """Show the list of the customer's units."""
        Equipment = request.env["service.equipment"]
        domain, order, values = self._read_service_equipment_query(**kwargs)
        asked = {key: values[key] for key in ("sortby", "filterby", "groupby", "site", "search", "search_in")}
        can_read = Equipment.has_access("read")
        pager = portal_pager(
            url="/my/equipment",
            url_args=asked,
            total=Equipment.search_count(domain) if can_read else 0,
            page=page,
            step=self._items_per_page,
        )
        units = Equipment
        if can_read:
            units = Equipment.search(domain, order=order, limit=self._items_per_page, offset=pager["offset"])
        request.session["my_equipment_history"] = units.ids[:100]
        values.update(
            self._prepare_portal_layout_values(),
            # Portal users may not read products and sites: these are the customer's own units.
            groups=self._group_service_equipment(units.sudo(), values["groupby"]),
            page_name="service_equipment",
            default_url="/my/equipment",
            print_url=f"/my/equipment/print?{urlencode(asked)}",
            pager=pager,
        )
        return request.render("service_equipment.portal_my_equipment", values)

    def _group_service_equipment(self, units, groupby):
        """Return units by site, or all in one group, in their order: list of (site, units)."""
        if groupby != "site":
            return [(None, units)] if units else []
        return list(units.grouped("site_id").items())

    @http.route("/my/equipment/print", type="http", auth="user", website=True)
    def portal_print_equipment(self, **kwargs):
        """Print the customer's units, filtered as in the list."""
        Equipment = request.env["service.equipment"]
        if not Equipment.has_access("read"):
            return request.redirect("/my")
        domain, order, values = self._read_service_equipment_query(**kwargs)
        units = Equipment.search(domain, order=order, limit=PRINT_LIMIT)
        if not units:
            return request.redirect(f"/my/equipment?{urlencode(kwargs)}")
        # As for the list: the customer's own units, found with his own rights.
        report = request.env["ir.actions.report"].sudo()
        data = {"groupby": values["groupby"], "lang": request.env.lang}
        pdf = report._render_qweb_pdf("service_equipment.report_unit_list", units.ids, data=data)[0]
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(pdf)),
            ("Content-Disposition", content_disposition(request.env._("Equipment.pdf"))),
        ]
        return request.make_response(pdf, headers=headers)

    # ------------------------------------------------------------------
    # One unit
    # ------------------------------------------------------------------

    @http.route("/my/equipment/<int:equipment_id>", type="http", auth="public", website=True)
    def portal_my_equipment_page(
        self, equipment_id, access_token=None, report_type=None, download=False, **kwargs
    ):
        """Show the page of one unit, or print it."""
        try:
            equipment_sudo = self._document_check_access("service.equipment", equipment_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if report_type in ("html", "pdf"):
            return self._show_report(
                model=equipment_sudo,
                report_type=report_type,
                report_ref="service_equipment.report_unit_sheet",
                download=download,
            )
        values = self._get_service_equipment_page_values(equipment_sudo)
        values = self._get_page_view_values(equipment_sudo, access_token, values, "my_equipment_history", False)
        return request.render("service_equipment.portal_equipment_page", values)

    def _get_service_equipment_page_values(self, equipment_sudo):
        """Hook: return what the page of a unit shows.

        :param equipment_sudo: the unit, with all rights: pass on only what the customer may see
        :return: dict of rendering values
        """
        return {
            "page_name": "service_equipment",
            "equipment": equipment_sudo,
            "components": equipment_sudo._get_component_tree(),
            "documents": equipment_sudo._get_portal_documents(),
            # What belongs in it depends on who looks.
            "history": equipment_sudo.with_user(request.env.user).sudo()._get_portal_history(),
            "history_icons": equipment_sudo._get_history_icons(),
            "loans": equipment_sudo._get_open_loans(),
        }

    @http.route(
        "/my/equipment/<int:equipment_id>/document/<int:document_id>", type="http", auth="public", website=True
    )
    def portal_equipment_document(self, equipment_id, document_id, access_token=None, **kwargs):
        """Download a document of a unit that its customer may see."""
        try:
            equipment_sudo = self._document_check_access("service.equipment", equipment_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        document = equipment_sudo._get_portal_documents().filtered(lambda each: each.id == document_id)
        if not document:
            return request.not_found()
        if document.type == "url":
            return request.redirect(document.url, local=False)
        stream = request.env["ir.binary"]._get_stream_from(document.ir_attachment_id, "raw")
        return stream.get_response(as_attachment=True)
