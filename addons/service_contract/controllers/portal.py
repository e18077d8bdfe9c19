# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager


class ServiceContractPortal(CustomerPortal):
    """The customer's own contracts: a list, and a page that says what is covered and what is left of the quotas."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_contract_count" in counters:
            Contract = request.env["service.contract"]
            domain = self._get_service_contract_domain()
            values["service_contract_count"] = Contract.search_count(domain) if Contract.has_access("read") else 0
        return values

    def _get_service_contract_domain(self):
        """Hook: return the domain of the contracts that the portal lists, besides the record rules."""
        partner = request.env.user.commercial_partner_id
        own = Domain("commercial_partner_id", "=", partner.id) & Domain("kind", "=", "customer")
        return own & Domain("state", "!=", "draft")

    def _get_service_contract_sortings(self):
        """Return how the list may be sorted, by key."""
        env = request.env
        return {
            "date_start": {"label": env._("Newest"), "order": "date_start desc, id desc"},
            "date_end": {"label": env._("Last Day"), "order": "date_end, id"},
            "name": {"label": env._("Number"), "order": "name"},
        }

    @http.route(["/my/contracts", "/my/contracts/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_contracts(self, page=1, sortby="date_start", **kwargs):
        """Show the list of the customer's contracts."""
        Contract = request.env["service.contract"]
        may_read = Contract.has_access("read")
        sortings = self._get_service_contract_sortings()
        sortby = sortby if sortby in sortings else "date_start"
        domain = self._get_service_contract_domain()
        pager = portal_pager(
            url="/my/contracts",
            url_args={"sortby": sortby},
            total=Contract.search_count(domain) if may_read else 0,
            page=page,
            step=self._items_per_page,
        )
        contracts = Contract
        if may_read:
            contracts = Contract.search(
                domain, order=sortings[sortby]["order"], limit=self._items_per_page, offset=pager["offset"]
            )
        request.session["my_service_contract_history"] = contracts.ids[:100]
        values = self._prepare_portal_layout_values()
        values.update(
            contracts=contracts,
            page_name="service_contract",
            default_url="/my/contracts",
            pager=pager,
            searchbar_sortings=sortings,
            sortby=sortby,
        )
        return request.render("service_contract.portal_my_contracts", values)

    @http.route("/my/contracts/<int:contract_id>", type="http", auth="public", website=True)
    def portal_my_contract_page(self, contract_id, access_token=None, **kwargs):
        """Show the page of one contract."""
        try:
            contract_sudo = self._document_check_access("service.contract", contract_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if contract_sudo.state == "draft":
            return request.redirect("/my")
        values = self._get_service_contract_page_values(contract_sudo)
        values = self._get_page_view_values(contract_sudo, access_token, values, "my_service_contract_history", False)
        return request.render("service_contract.portal_contract_page", values)

    def _get_service_contract_page_values(self, contract_sudo):
        """Hook: return what the page of a contract shows.

        :param contract_sudo: the contract, with all rights: pass on only what the customer may see
        :return: dict of rendering values
        """
        today = fields.Date.context_today(contract_sudo)
        return {
            "page_name": "service_contract",
            "contract": contract_sudo,
            "coverages": contract_sudo.coverage_ids.filtered(
                lambda row: row.date_start <= row.date_end and row.date_end >= today
            ),
            "entitlements": contract_sudo.entitlement_ids.filtered(lambda bucket: bucket.date_end >= today),
            "targets": contract_sudo.sla_policy_id.target_ids,
        }
