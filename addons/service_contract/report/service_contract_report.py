# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from string import ascii_uppercase

from odoo import api, models
from odoo.tools import format_date, formatLang


class ReportServiceContract(models.AbstractModel):
    """The contract on paper, with its prices for those who may see them."""

    _name = "report.service_contract.report_service_contract"
    _description = "Contract Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        contracts = self.env["service.contract"].browse(docids)
        contracts.check_access("read")
        shows_prices = self._shows_prices(data or {})
        # Whoever may read a contract may read the names of its units, sites and service levels.
        localized = [self._with_customer_lang(contract.sudo()) for contract in contracts]
        return {
            "docs": localized,
            "shows_prices": shows_prices,
            "get_values": lambda contract: self._prepare_contract_values(contract, shows_prices),
        }

    @api.model
    def _shows_prices(self, data):
        """Say whether the reader gets prices: by his group; the portal, which acts with all rights, says it itself."""
        if self.env.su:
            return bool(data.get("prices"))
        return self.env.user.has_group("service_contract.group_service_contract_price")

    @api.model
    def _with_customer_lang(self, contract):
        return contract.with_context(lang=contract.partner_id.lang or self.env.lang)

    @api.model
    def _prepare_contract_values(self, contract, shows_prices):
        """Hook: prepare what the template prints of one contract.

        :param contract: `service.contract` in the customer's language, with all rights
        :param bool shows_prices: whether prices are printed
        :return: dict of rendering values
        """
        day = None if contract.state == "draft" else contract._get_today()
        rows = contract._get_promised_rows(day)
        term_sets = contract._get_term_sets(rows)
        letters = dict(zip(term_sets, self._get_letters(len(term_sets)), strict=True))
        policies = contract.sla_policy_id | rows.sla_policy_id
        groups = self._prepare_coverage_groups(contract, rows, letters, shows_prices)
        return {
            "groups": groups,
            "has_days": any(line["date_start"] or line["date_end"] for _site, lines in groups for line in lines),
            "has_policies": len(policies) > 1,
            "has_letters": len(letters) > 1,
            "has_scopes": any(not row.equipment_id for row in rows),
            "policies": policies,
            "term_sets": [(letters[key], lines) for key, lines in term_sets.items()],
            "packages": contract.entitlement_ids.filtered(
                lambda bucket: bucket.source == "package" and (not day or bucket.date_end >= day)
            ),
            "obligations": contract._get_shared_obligations(),
            "periods": contract.period_ids.filtered(lambda period: not day or period.date_end >= day),
        }

    @api.model
    def _get_letters(self, count):
        """Return names for so many sets of terms: A, B ... Z, 27, 28 ..."""
        return [ascii_uppercase[index] if index < len(ascii_uppercase) else str(index + 1) for index in range(count)]

    @api.model
    def _prepare_coverage_groups(self, contract, rows, letters, shows_prices):
        """Prepare the coverage as plain texts, by site: thousands of rows are printed fast.

        :return: list of (name of the site or None, list of dicts)
        """
        groups = {}
        for row in rows:
            groups.setdefault(row.equipment_id.site_id, []).append(row)
        return [
            (
                site.display_name if site else None,
                [self._prepare_coverage_line(contract, row, letters, shows_prices) for row in group],
            )
            for site, group in sorted(groups.items(), key=lambda item: (bool(item[0]), item[0].display_name or ""))
        ]

    @api.model
    def _prepare_coverage_line(self, contract, row, letters, shows_prices):
        unit = row.equipment_id
        line = {
            "name": unit.product_id.display_name if unit else row.name,
            "serial": unit.serial_number or unit.name or "",
            "scope": ", ".join(self._get_scope_texts(row)),
            "date_start": format_date(row.env, row.date_start) if row.date_start != contract.date_start else "",
            "date_end": format_date(row.env, row.date_end) if row.date_end != contract.date_end else "",
            "letter": letters[contract._get_term_key(row)],
            "policy": row.sla_policy_id.name or contract.sla_policy_id.name or "",
        }
        if shows_prices:
            line["price"] = formatLang(row.env, row.price, currency_obj=contract.currency_id) if row.price else ""
            line["interval"] = contract._get_interval_text(row.interval_count, row.interval_unit) if row.price else ""
        return line

    @api.model
    def _get_scope_texts(self, row):
        """Return what else has to match for the row to cover a call, in words."""
        names = ("product_ids", "categ_ids", "zone_ids", "site_ids", "call_type_ids", "time_frame_calendar_id")
        return [text for name in names for text in row[name].mapped("display_name")]


class ReportServiceContractUnpriced(models.AbstractModel):
    """The contract on paper for those who do the work: without prices, whoever prints it."""

    _name = "report.service_contract.report_service_contract_unpriced"
    _description = "Contract Report without Prices"
    _inherit = ["report.service_contract.report_service_contract"]

    @api.model
    def _shows_prices(self, data):
        return False
