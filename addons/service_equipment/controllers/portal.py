# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager


class ServiceEquipmentPortal(CustomerPortal):
    """The customer's own units: a list to search and a page for each."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_equipment_count" in counters:
            Equipment = request.env["service.equipment"]
            domain = self._get_service_equipment_domain()
            values["service_equipment_count"] = Equipment.search_count(domain) if Equipment.has_access("read") else 0
        return values

    def _get_service_equipment_domain(self):
        """Hook: return the domain of the units that the portal lists, besides the record rules."""
        partner = request.env.user.commercial_partner_id
        return Domain("commercial_partner_id", "=", partner.id) & Domain("state", "!=", "retired")

    def _get_service_equipment_searchbar(self):
        """Return how the list may be sorted and searched: two dicts by key."""
        env = request.env
        sortings = {
            "name": {"label": env._("Number"), "order": "name desc"},
            "product": {"label": env._("Product"), "order": "product_id, serial_number"},
            "warranty": {"label": env._("Warranty"), "order": "warranty_date_end, name"},
        }
        inputs = {
            "all": {"label": env._("Search in all"), "input": "all", "fields": ["name", "serial_number", "asset_code"]},
            "serial": {"label": env._("Search in Serial Number"), "input": "serial", "fields": ["serial_number"]},
        }
        return sortings, inputs

    @http.route(["/my/equipment", "/my/equipment/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_equipment(self, page=1, sortby="name", search=None, search_in="all", **kwargs):
        """Show the list of the customer's units."""
        Equipment = request.env["service.equipment"]
        sortings, inputs = self._get_service_equipment_searchbar()
        sortby = sortby if sortby in sortings else "name"
        search_in = search_in if search_in in inputs else "all"
        domain = self._get_service_equipment_domain()
        if search:
            domain &= Domain.OR([(name, "ilike", search)] for name in inputs[search_in]["fields"])
        pager = portal_pager(
            url="/my/equipment",
            url_args={"sortby": sortby, "search": search, "search_in": search_in},
            total=Equipment.search_count(domain) if Equipment.has_access("read") else 0,
            page=page,
            step=self._items_per_page,
        )
        units = Equipment
        if pager["page_count"] and Equipment.has_access("read"):
            units = Equipment.search(
                domain, order=sortings[sortby]["order"], limit=self._items_per_page, offset=pager["offset"]
            )
        request.session["my_equipment_history"] = units.ids[:100]
        values = self._prepare_portal_layout_values()
        values.update(
            # Portal users may not read products and sites: these are the customer's own units.
            units=units.sudo(),
            page_name="service_equipment",
            default_url="/my/equipment",
            pager=pager,
            searchbar_sortings=sortings,
            searchbar_inputs=inputs,
            sortby=sortby,
            search=search,
            search_in=search_in,
        )
        return request.render("service_equipment.portal_my_equipment", values)

    @http.route("/my/equipment/<int:equipment_id>", type="http", auth="public", website=True)
    def portal_my_equipment_page(self, equipment_id, access_token=None, **kwargs):
        """Show the page of one unit."""
        try:
            equipment_sudo = self._document_check_access("service.equipment", equipment_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
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
            "components": equipment_sudo.open_component_ids,
        }
