# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.service_equipment.const import WORK_KINDS

from ..engine import resolver

ONE_DAY = timedelta(days=1)


class Asked(NamedTuple):
    """A request of :meth:`ServiceCoverage.resolve` as records."""

    partner: models.BaseModel
    site: models.BaseModel
    equipment: models.BaseModel
    product: models.BaseModel
    call_type: models.BaseModel
    company: models.BaseModel
    at: object
    tz: str
    day: object


class ServiceCoverage(models.Model):
    """The one resolver: what is promised, and who pays (rules.md 2, docs/decisions/0001-cover-and-payer.md)."""

    _inherit = "service.coverage"

    @api.model
    def resolve(self, requests):
        """Find the cover of many calls at once: a handful of queries for any number of them.

        A request is a dict: `partner_id`, `site_id`, `equipment_id`, `product_id`, `call_type_id` (ids, or false),
        `at` (instant, naive UTC or ISO text) and `company_id` (default the current company). The answer, in the order
        of the requests, is a dict of plain values:

        - `coverage_id`, `contract_id`: of the winning row, or false
        - `source`: `warranty` when it pays anything, else `contract`, else `none`
        - `sla_policy_id`, `calendar_id`, `priority`: the service level; false where nothing says so
        - `payers`: {kind of work: {`payer`: `warranty`, `contract` or `customer`, `term`, `discount`}}. The term is
          that of the row; what the warranty pays is `included`, or `from_buckets` where the row says that warranty
          takes quota, and is never charged
        - `reason`: one sentence
        - `explanation`: a list of {`coverage_id`, `contract`, `row`, `won`, `reason`}, for every row considered

        :raise AccessError: for users who may not read contracts
        :raise UserError: for a request without an instant
        """
        if not self.env.su and not self.env.user.has_group("service_contract.group_service_contract_reader"):
            raise AccessError(self.env._("You may not look up what contracts cover."))
        asked_list = self._read_requests(requests)
        rows = self._get_candidate_rows(asked_list)
        considered = rows._get_considered_rows(asked_list)
        engine_rows = {row.id: row._to_engine_row() for row in rows}
        engine_requests = rows._to_engine_requests(asked_list, considered)
        reasons = self._get_reasons()
        answers = []
        for asked, request, candidates in zip(asked_list, engine_requests, considered, strict=True):
            winner, verdicts = resolver.resolve(request, [engine_rows[row.id] for row in candidates])
            coverage = candidates.filtered(lambda row, winner=winner: winner and row.id == winner.key)
            explanation = [candidates._prepare_explanation_values(verdict, reasons) for verdict in verdicts]
            answers.append(coverage._prepare_answer_values(asked, explanation, verdicts))
        return answers

    # ------------------------------------------------------------------
    # What is asked
    # ------------------------------------------------------------------

    @api.model
    def _read_requests(self, requests):
        """Return the requests of :meth:`resolve` as :class:`Asked` values that share their prefetching."""
        partners = self._browse_all("res.partner", requests, "partner_id", "site_id")
        units = self._browse_all("service.equipment", requests, "equipment_id")
        products = self._browse_all("product.product", requests, "product_id")
        call_types = self._browse_all("service.call.type", requests, "call_type_id")
        companies = self._browse_all("res.company", requests, "company_id")
        asked_list = []
        for request in requests:
            at = fields.Datetime.to_datetime(request.get("at"))
            if not at:
                raise UserError(self.env._("A question about cover needs the instant of the call."))
            unit = units[request.get("equipment_id") or False]
            partner = partners[request.get("partner_id") or False]
            site = partners[request.get("site_id") or False] or unit.site_id
            company = companies[request.get("company_id") or False] or self.env.company
            tz = (site or partner)._get_service_tz(company)
            asked_list.append(
                Asked(
                    partner=partner.commercial_partner_id,
                    site=site,
                    equipment=unit,
                    product=unit.product_id or products[request.get("product_id") or False],
                    call_type=call_types[request.get("call_type_id") or False],
                    company=company,
                    at=at,
                    tz=tz,
                    day=at.replace(tzinfo=pytz.utc).astimezone(pytz.timezone(tz)).date(),
                )
            )
        return asked_list

    @api.model
    def _browse_all(self, model_name, requests, *keys):
        """Return the records named in requests by their id, as one prefetch group; False gives the empty record."""
        model = self.env[model_name]
        ids = {request.get(key) for request in requests for key in keys} - {None, False}
        return {False: model, **{record.id: record for record in model.browse(sorted(ids))}}

    # ------------------------------------------------------------------
    # What may cover
    # ------------------------------------------------------------------

    @api.model
    def _get_candidate_rows(self, asked_list):
        """Return the rows that may concern any of the requests."""
        return self.search(self._get_candidate_domain(asked_list), order="id")

    @api.model
    def _get_candidate_domain(self, asked_list):
        """Return the domain of the rows to look at: those of the customers, and of frame contracts of others.

        Rows for units that nobody asks about are left out, however many the customer has.
        """
        units = [asked.equipment.id for asked in asked_list if asked.equipment]
        sites = [asked.site.id for asked in asked_list if asked.site]
        customers = [asked.partner.id for asked in asked_list if asked.partner]
        without_unit = Domain("equipment_id", "=", False) & (
            Domain("commercial_partner_id", "in", customers)
            | Domain("site_ids", "in", sites)
            | Domain("contract_id.site_ids", "in", sites)
        )
        return (
            Domain("company_id", "in", {asked.company.id for asked in asked_list})
            & Domain("contract_state", "!=", "draft")
            & (Domain("equipment_id", "in", units) | without_unit)
        )

    def _get_considered_rows(self, asked_list):
        """Return, for each request, the rows of `self` that concern it."""
        by_unit, by_customer, by_site = (defaultdict(list) for _index in range(3))
        for row in self:
            if row.date_end < row.date_start:  # taken back before it began
                continue
            company = row.company_id
            if row.equipment_id:
                by_unit[company, row.equipment_id].append(row.id)
                continue
            by_customer[company, row.commercial_partner_id].append(row.id)
            for site in row.site_ids or row.contract_id.site_ids:
                by_site[company, site].append(row.id)
        considered = []
        for asked in asked_list:
            ids = {
                *by_unit[asked.company, asked.equipment],
                *by_customer[asked.company, asked.partner],
                *by_site[asked.company, asked.site],
            }
            considered.append(self.browse(sorted(ids)).with_prefetch(self.ids))
        return considered

    def _to_engine_row(self):
        self.ensure_one()
        return resolver.Row(
            key=self.id,
            date_start=self.date_start,
            date_end=self.date_end,
            equipment=self.equipment_id.id,
            products=frozenset(self.product_ids.ids),
            categories=frozenset(self.categ_ids.ids),
            zones=frozenset(self.zone_ids.ids),
            sites=frozenset(self.site_ids.ids),
            contract_sites=frozenset(self.contract_id.site_ids.ids),
            call_types=frozenset(self.call_type_ids.ids),
            time_frame=self.time_frame_calendar_id.id,
            sequence=self.sequence,
            refusals=tuple(self.contract_id._get_refusals()),
        )

    def _to_engine_requests(self, asked_list, considered):
        """Return the requests for the engine; `considered` are the rows of each."""
        open_frames = self._get_open_frames(asked_list, considered)
        zones = self._get_zones_by_site(asked_list)
        return [
            resolver.Request(
                day=asked.day,
                equipment=asked.equipment.id,
                product=asked.product.id,
                categories=tuple(int(key) for key in (asked.product.categ_id.parent_path or "").split("/") if key),
                zones=frozenset(asked.equipment.zone_id.ids or zones[asked.site]),
                site=asked.site.id,
                call_type=asked.call_type.id,
                open_frames=frames,
            )
            for asked, frames in zip(asked_list, open_frames, strict=True)
        ]

    @api.model
    def _get_zones_by_site(self, asked_list):
        """Return the ids of the zones of each site."""
        sites = self.env["res.partner"].union(*(asked.site for asked in asked_list))
        zones = defaultdict(set)
        for zone in self.env["service.zone"].search([("site_ids", "in", sites.ids)]):
            for site in zone.site_ids:
                zones[site].add(zone.id)
        return zones

    @api.model
    def _get_open_frames(self, asked_list, considered):
        """Return, for each request, the ids of the time frames of its rows in which its instant lies."""
        keys = [
            [(calendar, asked.tz, asked.company) for calendar in rows.time_frame_calendar_id]
            for asked, rows in zip(asked_list, considered, strict=True)
        ]
        instants = [asked.at for asked, asked_keys in zip(asked_list, keys, strict=True) if asked_keys]
        if not instants:
            return [frozenset()] * len(asked_list)
        hours = self.env["resource.calendar"]._get_working_times(
            [key for asked_keys in keys for key in asked_keys],
            min(instants) - ONE_DAY,
            max(instants) + ONE_DAY,
        )
        return [
            frozenset(key[0].id for key in asked_keys if hours[key].contains(asked.at))
            for asked, asked_keys in zip(asked_list, keys, strict=True)
        ]

    # ------------------------------------------------------------------
    # The answer
    # ------------------------------------------------------------------

    def _prepare_answer_values(self, asked, explanation, verdicts):
        """Return the answer to one request; `self` is the winning row or empty."""
        contract = self.contract_id
        policy = self.sla_policy_id or contract.sla_policy_id or asked.company.service_sla_policy_id
        warranty = asked.equipment._warranty_kinds_at(asked.day) if asked.equipment else set()
        return {
            "coverage_id": self.id,
            "contract_id": contract.id,
            "source": "warranty" if warranty else ("contract" if self else "none"),
            "sla_policy_id": policy.id,
            "calendar_id": (self.calendar_id or policy.calendar_id).id,
            "priority": self.priority,
            "payers": {kind: self._prepare_payer_values(kind, kind in warranty) for kind, _label in WORK_KINDS},
            "reason": self._get_answer_reason(asked, warranty, explanation, verdicts),
            "explanation": explanation,
        }

    def _prepare_payer_values(self, kind, is_warranty):
        """Return who pays a kind of work, and on which terms; `self` is the winning row or empty."""
        if is_warranty:
            takes_quota = self.warranty_consumes and self._get_term(kind) == "from_buckets"
            return {"payer": "warranty", "term": "from_buckets" if takes_quota else "included", "discount": 0.0}
        if self:
            return {"payer": "contract", "term": self._get_term(kind), "discount": self._get_discount(kind)}
        return {"payer": "customer", "term": "chargeable", "discount": 0.0}

    def _get_answer_reason(self, asked, warranty, explanation, verdicts):
        """Return the reason of an answer in one sentence; `self` is the winning row or empty."""
        sentences = []
        if warranty:
            end = format_date(self.env, asked.equipment.warranty_date_end)
            sentences.append(self.env._("Under warranty until %(end)s.", end=end))
        if self:
            contract = self.contract_id.name
            sentences.append(
                self.env._("Covered by %(row)s of contract %(contract)s.", row=self.name, contract=contract)
            )
        if not sentences:
            refused = [
                values["reason"]
                for values, verdict in zip(explanation, verdicts, strict=True)
                if verdict.code == "refused"
            ]
            sentences = refused[:1] or [self.env._("No contract covers this.")]
        return " ".join(sentences)

    def _prepare_explanation_values(self, verdict, reasons):
        """Return what stands in the explanation about one row of `self`."""
        row = self.browse(verdict.row.key).with_prefetch(self._prefetch_ids)
        reason = reasons[verdict.code, verdict.detail]
        if "%(" in reason:  # most of them name nothing, and formatting dates is slow
            reason %= {
                "contract": row.contract_id.name,
                "frame": row.time_frame_calendar_id.name,
                "start": format_date(self.env, row.date_start),
                "end": format_date(self.env, row.date_end),
                "contract_start": format_date(self.env, row.contract_id.date_start),
                "contract_end": format_date(self.env, row.contract_id.date_cancelled or row.contract_id.date_end),
            }
        return {
            "coverage_id": row.id,
            "contract": row.contract_id.name,
            "row": row.name,
            "won": verdict.code == "won",
            "reason": reason,
        }

    @api.model
    def _get_reasons(self):
        """Return the sentence for each (code, detail) of the engine's verdicts."""
        return {
            ("won", None): self.env._("The narrowest row that covers the call."),
            ("lost", "equipment"): self.env._("A row for this very unit is narrower."),
            ("lost", "product"): self.env._("A row for the product is narrower."),
            ("lost", "category"): self.env._("A row for a closer product category is narrower."),
            ("lost", "zone"): self.env._("A row for the zone is narrower."),
            ("lost", "site"): self.env._("A row for the site is narrower."),
            ("lost", "call_type"): self.env._("A row for this type of call is narrower."),
            ("lost", "time_frame"): self.env._("A row for these hours is narrower."),
            ("lost", "sequence"): self.env._("A row with a lower sequence comes first."),
            ("lost", "date_start"): self.env._("A row that began later comes first."),
            ("lost", "age"): self.env._("An equal row was entered earlier."),
            ("equipment", None): self.env._("It covers another unit."),
            ("product", None): self.env._("It covers other products."),
            ("category", None): self.env._("It covers other product categories."),
            ("zone", None): self.env._("It covers other zones."),
            ("site", None): self.env._("It covers other sites."),
            ("contract_site", None): self.env._("Its contract is for other sites."),
            ("call_type", None): self.env._("It covers other types of call."),
            ("not_begun", None): self.env._("It begins on %(start)s."),
            ("ended", None): self.env._("It ended on %(end)s."),
            ("time_frame", None): self.env._("It covers calls within %(frame)s only."),
            ("refused", "blocked"): self.env._("Contract %(contract)s is blocked for payment."),
            ("refused", "not_begun"): self.env._("Contract %(contract)s begins on %(contract_start)s."),
            ("refused", "cancelled"): self.env._("Contract %(contract)s was cancelled with last day %(contract_end)s."),
            ("refused", "expired"): self.env._("Contract %(contract)s expired on %(contract_end)s."),
            ("refused", "suspended"): self.env._("Contract %(contract)s is suspended on that day."),
        }
