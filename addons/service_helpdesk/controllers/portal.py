# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager


class ServiceCallPortal(CustomerPortal):
    """A customer's calls: how many there are, and the list."""

    # A call takes several lines on a phone.
    _service_calls_per_page = 30

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

    def _get_service_call_searchbar(self):
        """Return how the list may be sorted, filtered, grouped and searched.

        :return: dict of the searchbar's names to their options by key
        """
        env = request.env
        calls = env["service.call"]
        open_domain = Domain("is_closed", "=", False)
        filters = {
            "open": {"label": env._("Open"), "domain": open_domain},
            "waiting": {"label": env._("Waiting for You"), "domain": calls._get_portal_waiting_domain()},
            "hold": {"label": env._("On Hold"), "domain": calls._get_portal_hold_domain()},
            "closed": {"label": env._("Closed"), "domain": ~open_domain},
            "mine": {"label": env._("Only Mine"), "domain": Domain("contact_id", "=", env.user.partner_id.id)},
            "all": {"label": env._("All"), "domain": Domain.TRUE},
        }
        fields_by_input = {
            "all": ["name", "subject", "customer_reference", "equipment_id.serial_number"],
            "name": ["name"],
            "serial": ["equipment_id.serial_number"],
            "reference": ["customer_reference"],
        }
        labels = {
            "all": env._("Search in number, subject, serial number and your reference"),
            "name": env._("Search in number"),
            "serial": env._("Search in serial number"),
            "reference": env._("Search in your reference"),
        }
        return {
            "searchbar_sortings": {
                "newest": {"label": env._("Newest"), "order": "raised_at desc, id desc"},
                "deadline": {"label": env._("Deadline"), "order": "next_deadline, id desc"},
                "number": {"label": env._("Number"), "order": "name desc"},
            },
            "searchbar_filters": filters,
            "searchbar_groupby": {
                "none": {"label": env._("None"), "order": None},
                "unit": {"label": env._("Unit"), "order": "equipment_id"},
                "site": {"label": env._("Site"), "order": "site_id"},
            },
            "searchbar_inputs": {
                key: {"label": labels[key], "input": key, "fields": names} for key, names in fields_by_input.items()
            },
        }

    def _read_service_call_query(self, sortby=None, filterby=None, groupby=None, search=None, search_in=None, **kw):
        """Return what is asked of the list; nonsense is as good as nothing.

        :return: tuple: the domain, the order, and the rendering values of the searchbar
        """
        bar = self._get_service_call_searchbar()
        asked = {
            "sortby": sortby if sortby in bar["searchbar_sortings"] else "newest",
            # Who searches means all of them.
            "filterby": filterby if filterby in bar["searchbar_filters"] else "all" if search else "open",
            "groupby": groupby if groupby in bar["searchbar_groupby"] else "none",
            "search": search or "",
            "search_in": search_in if search_in in bar["searchbar_inputs"] else "all",
        }
        domain = self._get_service_call_domain() & bar["searchbar_filters"][asked["filterby"]]["domain"]
        if search:
            names = bar["searchbar_inputs"][asked["search_in"]]["fields"]
            domain &= Domain.OR(Domain(name, "ilike", search) for name in names)
        group_order = bar["searchbar_groupby"][asked["groupby"]]["order"]
        order = ", ".join(filter(None, (group_order, bar["searchbar_sortings"][asked["sortby"]]["order"])))
        return domain, order, {**bar, **asked}

    @http.route(["/my/calls", "/my/calls/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_calls(self, page=1, **kwargs):
        """Show the list of the customer's calls."""
        calls = request.env["service.call"]
        may_read = calls.has_access("read")
        domain, order, values = self._read_service_call_query(**kwargs)
        pager = portal_pager(
            url="/my/calls",
            url_args={key: values[key] for key in ("sortby", "filterby", "groupby", "search", "search_in")},
            total=calls.search_count(domain) if may_read else 0,
            page=page,
            step=self._service_calls_per_page,
        )
        found = calls
        if may_read:
            found = calls.search(domain, order=order, limit=self._service_calls_per_page, offset=pager["offset"])
        request.session["my_calls_history"] = found.ids[:100]
        values.update(
            self._prepare_portal_layout_values(),
            # Found with the customer's own rights; names of units and sites are read for him.
            groups=self._group_service_calls(found.sudo(), values["groupby"]),
            page_name="service_calls",
            default_url="/my/calls",
            pager=pager,
            sees_all=request.env.user.partner_id.sudo().service_sees_all_calls,
        )
        return request.render("service_helpdesk.portal_my_calls", values)

    def _group_service_calls(self, calls, groupby):
        """Return calls in their order, in one group or by unit or site: list of (title, calls)."""
        if groupby == "none":
            return [(None, calls)] if calls else []
        none = request.env._("None")
        if groupby == "site":
            return [(site.name or none, group) for site, group in calls.grouped("site_id").items()]
        return [
            (" ".join(filter(None, (unit.product_id.name, unit.serial_number))) or none, group)
            for unit, group in calls.grouped("equipment_id").items()
        ]
