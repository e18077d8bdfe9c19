# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from urllib.parse import urlencode

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

# Covered units on one page of a contract.
UNITS_PER_PAGE = 20
# A customer who has to confirm the next term is asked on the page so long before it renews.
RENEWAL_NOTICE = timedelta(days=90)


class ServiceContractPortal(CustomerPortal):
    """The customer's own contracts: a list to search, and a page for each to read, to sign and to write on."""

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
        return own & (Domain("state", "!=", "draft") | Domain("is_offered", "=", True))

    # ------------------------------------------------------------------
    # List
    # ------------------------------------------------------------------

    def _get_service_contract_searchbar(self):
        """Return how the list may be sorted, filtered and searched.

        :return: dict of the searchbar's names to their options by key
        """
        env = request.env
        to_sign = Domain("state", "=", "draft") & Domain("offer_state", "=", "offered")
        return {
            "searchbar_sortings": {
                "date_start": {"label": env._("Newest"), "order": "date_start desc, id desc"},
                "date_end": {"label": env._("Last Day"), "order": "date_end, id"},
                "name": {"label": env._("Number"), "order": "name"},
            },
            "searchbar_filters": {
                "all": {"label": env._("All"), "domain": Domain.TRUE},
                "to_sign": {"label": env._("To Sign"), "domain": to_sign},
                "active": {"label": env._("Active"), "domain": Domain("state", "in", ("active", "suspended"))},
                "ended": {"label": env._("Ended"), "domain": Domain("state", "in", ("expired", "cancelled"))},
            },
            "searchbar_inputs": {
                "all": {
                    "label": env._("Search in number and serial number"),
                    "input": "all",
                    "fields": ["name", "coverage_ids.equipment_id.serial_number"],
                },
                "name": {"label": env._("Search in number"), "input": "name", "fields": ["name"]},
            },
        }

    def _read_service_contract_query(self, sortby=None, filterby=None, search=None, search_in=None, **kwargs):
        """Return what is asked of the list; nonsense is as good as nothing.

        :return: tuple: the domain, the order, and the rendering values of the searchbar
        """
        bar = self._get_service_contract_searchbar()
        asked = {
            "sortby": sortby if sortby in bar["searchbar_sortings"] else "date_start",
            "filterby": filterby if filterby in bar["searchbar_filters"] else "all",
            "search": search or "",
            "search_in": search_in if search_in in bar["searchbar_inputs"] else "all",
        }
        domain = self._get_service_contract_domain() & bar["searchbar_filters"][asked["filterby"]]["domain"]
        if search:
            names = bar["searchbar_inputs"][asked["search_in"]]["fields"]
            domain &= Domain.OR(Domain(name, "ilike", search) for name in names)
        return domain, bar["searchbar_sortings"][asked["sortby"]]["order"], {**bar, **asked}

    @http.route(["/my/contracts", "/my/contracts/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_contracts(self, page=1, **kwargs):
        """Show the list of the customer's contracts."""
        Contract = request.env["service.contract"]
        may_read = Contract.has_access("read")
        domain, order, values = self._read_service_contract_query(**kwargs)
        pager = portal_pager(
            url="/my/contracts",
            url_args={key: values[key] for key in ("sortby", "filterby", "search", "search_in")},
            total=Contract.search_count(domain) if may_read else 0,
            page=page,
            step=self._items_per_page,
        )
        contracts = Contract
        if may_read:
            contracts = Contract.search(domain, order=order, limit=self._items_per_page, offset=pager["offset"])
        request.session["my_service_contract_history"] = contracts.ids[:100]
        values.update(
            self._prepare_portal_layout_values(),
            contracts=contracts,
            page_name="service_contract",
            default_url="/my/contracts",
            pager=pager,
        )
        return request.render("service_contract.portal_my_contracts", values)

    # ------------------------------------------------------------------
    # One contract
    # ------------------------------------------------------------------

    def _get_service_contract(self, contract_id, access_token=None):
        """Return a contract that the customer may see, with all rights, by his rights or its token.

        :raise AccessError: when it is another one's, or a draft that is not offered
        :raise MissingError: when there is none
        """
        contract_sudo = self._document_check_access("service.contract", contract_id, access_token=access_token)
        if not contract_sudo._is_portal_visible():
            raise AccessError(request.env._("This contract is not offered to you."))
        return contract_sudo

    @http.route("/my/contracts/<int:contract_id>", type="http", auth="public", website=True)
    def portal_my_contract_page(self, contract_id, access_token=None, report_type=None, download=False, **kwargs):
        """Show the page of one contract, or print it."""
        try:
            contract_sudo = self._get_service_contract(contract_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if report_type == "pdf":
            return self._print_service_contract(contract_sudo, download)
        values = self._get_service_contract_page_values(contract_sudo)
        values.update(self._get_service_contract_unit_values(contract_sudo, access_token, **kwargs))
        values["message"] = kwargs.get("message")
        values = self._get_page_view_values(
            contract_sudo, access_token, values, "my_service_contract_history", False, **kwargs
        )
        if not access_token and request.env.user._is_portal():
            # Whoever may read the contract by his own right may write on its page.
            values["token"] = contract_sudo._portal_ensure_token()
        return request.render("service_contract.portal_contract_page", values)

    def _get_service_contract_page_values(self, contract_sudo):
        """Hook: return what the page of a contract shows.

        :param contract_sudo: the contract, with all rights: pass on only what the customer may see
        :return: dict of rendering values
        """
        today = fields.Date.context_today(contract_sudo)
        refusal = None
        if contract_sudo.state == "draft" and contract_sudo.offer_state == "offered":
            refusal = contract_sudo._get_answer_refusal(contract_sudo.offer_hash)
        rows = contract_sudo._get_promised_rows()
        return {
            "page_name": "service_contract",
            "contract": contract_sudo,
            "documents": contract_sudo._get_portal_documents(),
            "entitlements": contract_sudo.entitlement_ids.filtered(lambda bucket: bucket.date_end >= today),
            "is_renewal_open": self._is_service_renewal_open(contract_sudo),
            "notice": contract_sudo._get_notice_text(),
            "obligations": contract_sudo._get_shared_obligations(),
            "periods": contract_sudo.period_ids,
            "refusal": refusal,
            "services": contract_sudo.service_ids,
            "targets": contract_sudo.sla_policy_id.target_ids,
            "term_sets": contract_sudo._get_term_sets(rows),
        }

    def _get_service_contract_unit_values(self, contract_sudo, access_token, unit_page=1, unit_search=None, **kwargs):
        """Return one page of what is covered, as the customer has searched it."""
        today = None if contract_sudo.state == "draft" else fields.Date.context_today(contract_sudo)
        rows = contract_sudo._get_promised_rows(today)
        domain = Domain("id", "in", rows.ids)
        if unit_search:
            names = ("name", "equipment_id.serial_number", "equipment_id.site_id.name")
            domain &= Domain.OR(Domain(name, "ilike", unit_search) for name in names)
        page = int(unit_page) if str(unit_page).isdecimal() else 1
        total = rows.search_count(domain)
        pages = max(1, -(-total // UNITS_PER_PAGE))
        page = min(max(page, 1), pages)
        return {
            "coverages": rows.search(domain, limit=UNITS_PER_PAGE, offset=(page - 1) * UNITS_PER_PAGE),
            "coverage_count": len(rows),
            "unit_total": total,
            "unit_page": page,
            "unit_pages": pages,
            "unit_search": unit_search or "",
        }

    def _print_service_contract(self, contract_sudo, download):
        """Return the contract as PDF, with its prices when the company shows them in the portal."""
        user = request.env.user
        prices = contract_sudo.company_id.service_contract_portal_prices and (
            user.share or user.has_group("service_contract.group_service_contract_price")
        )
        # The customer's own contract, found by his rights or its token.
        report = request.env["ir.actions.report"].sudo().with_company(contract_sudo.company_id)
        pdf = report._render_qweb_pdf(
            "service_contract.report_service_contract", contract_sudo.ids, data={"prices": prices}
        )[0]
        headers = self._get_http_headers(contract_sudo, "pdf", pdf, download)
        return request.make_response(pdf, headers=list(headers.items()))

    @http.route("/my/contracts/<int:contract_id>/document/<int:document_id>", type="http", auth="public", website=True)
    def portal_contract_document(self, contract_id, document_id, access_token=None, **kwargs):
        """Download a document of a contract that is shared with its customer."""
        try:
            contract_sudo = self._get_service_contract(contract_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        document = contract_sudo._get_portal_documents().filtered(lambda each: each.id == document_id)
        user = request.env.user
        if not document or (user._is_internal() and not document.with_user(user).has_access("read")):
            return request.not_found()
        if document.type == "url":
            return request.redirect(document.url, local=False)
        stream = request.env["ir.binary"]._get_stream_from(document.ir_attachment_id, "raw")
        return stream.get_response(as_attachment=True)

    # ------------------------------------------------------------------
    # Answers to an offer
    # ------------------------------------------------------------------

    def _check_service_contract_answer(self, contract_sudo):
        """Let customers answer offers, and of the employees those who may change the contract.

        :return: the `res.partner` who answers
        :raise AccessError: for an employee who only looks
        """
        user = request.env.user
        if user._is_internal():
            contract_sudo.with_user(user).check_access("write")
        return contract_sudo.partner_id if user._is_public() else user.partner_id

    @http.route("/my/contracts/<int:contract_id>/accept", type="jsonrpc", auth="public", website=True)
    def portal_contract_accept(self, contract_id, access_token=None, version=None, name=None, signature=None):
        """Sign an offer.

        :return: dict: `error` with one sentence, or where to go on
        """
        asked = request.httprequest.args
        try:
            with request.env.cr.savepoint():
                contract_sudo = self._get_service_contract(contract_id, access_token or asked.get("access_token"))
                author = self._check_service_contract_answer(contract_sudo)
                contract_sudo._accept_offer(name, signature, version or asked.get("version"), author)
        except (AccessError, MissingError):
            return {"error": request.env._("This contract is not offered to you.")}
        except UserError as error:
            return {"error": str(error)}
        return {
            "force_refresh": True,
            "redirect_url": contract_sudo.get_portal_url(query_string="&message=signed"),
        }

    @http.route("/my/contracts/<int:contract_id>/decline", type="http", auth="public", methods=["POST"], website=True)
    def portal_contract_decline(self, contract_id, access_token=None, version=None, reason=None, **kwargs):
        """Decline an offer, and thank for the answer."""
        try:
            contract_sudo = self._get_service_contract(contract_id, access_token)
            author = self._check_service_contract_answer(contract_sudo)
        except (AccessError, MissingError):
            return request.redirect("/my")
        error = None
        try:
            with request.env.cr.savepoint():
                contract_sudo._decline_offer(reason, version, author)
        except UserError as refusal:
            error = str(refusal)
        values = {"page_name": "service_contract", "contract": contract_sudo, "error": error}
        return request.render("service_contract.portal_contract_declined", values)

    # ------------------------------------------------------------------
    # Renewal
    # ------------------------------------------------------------------

    def _is_service_renewal_open(self, contract_sudo):
        """Say whether the customer is asked for the next term: it was offered to him, or waits for him."""
        asked = contract_sudo.renewal_stage == "offered" or (
            contract_sudo.renewal_needs_confirmation and contract_sudo.date_notice
            and contract_sudo.date_notice - RENEWAL_NOTICE <= contract_sudo._get_today()
        )
        return bool(asked and contract_sudo._is_renewal_confirmable())

    @http.route(
        "/my/contracts/<int:contract_id>/confirm_renewal", type="http", auth="public", methods=["POST"], website=True
    )
    def portal_contract_confirm_renewal(self, contract_id, access_token=None, **kwargs):
        """Confirm the next term for the customer."""
        try:
            contract_sudo = self._get_service_contract(contract_id, access_token)
            author = self._check_service_contract_answer(contract_sudo)
        except (AccessError, MissingError):
            return request.redirect("/my")
        token = {"access_token": access_token} if access_token else {}
        if self._is_service_renewal_open(contract_sudo):
            contract_sudo.action_confirm_renewal()
            contract_sudo.message_post(
                body=request.env._("The next term was confirmed in the portal."),
                author_id=author.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            token["message"] = "renewal_confirmed"
        return request.redirect(f"{contract_sudo.access_url}?{urlencode(token)}")
