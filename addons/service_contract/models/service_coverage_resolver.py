# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import gc
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import NamedTuple

import pytz

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.service_equipment.const import WORK_KINDS

from ..engine import resolver

ONE_DAY = timedelta(days=1)
NO_ROWS = ()
ASKING_GROUPS = ("service_contract.group_service_contract_reader", "service_equipment.group_service_auditor")
# What is read of a candidate row, in this order, beside its scopes of many.
ROW_COLUMNS = (
    "id",
    "company_id",
    "commercial_partner_id",
    "contract_id",
    "name",
    "equipment_id",
    "date_start",
    "date_end",
    "time_frame_calendar_id",
    "sequence",
)
# Its scopes of many.
ROW_SCOPES = ("product_ids", "categ_ids", "zone_ids", "site_ids", "call_type_ids")
NO_SCOPES = (resolver.EMPTY,) * len(ROW_SCOPES)
CONTRACT_FIELDS = (
    "is_frame",
    "name",
    "company_id",
    "date_start",
    "date_end",
    "date_cancelled",
    "is_payment_blocked",
    "sla_policy_id",
    "site_ids",
    "suspension_ids",
)
# What `service.equipment._warranty_kinds_at` reads.
WARRANTY_FIELDS = (
    "warranty_date_start",
    "warranty_parts_end",
    "warranty_labour_end",
    "warranty_covers_travel",
    "has_warranty_gap",
)
WINNER_FIELDS = ("id", "contract_id", "sla_policy_id", "calendar_id", "priority")
# What says who pays, see _prepare_payer_values.
TERM_FIELDS = (
    "warranty_consumes",
    *(f"{part}_{kind}" for part in ("term", "discount") for kind, _label in WORK_KINDS),
)


@contextmanager
def uncollected():
    """Keep Python from looking for garbage meanwhile: a batch makes hundreds of thousands of values that all stay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


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
    warranty: frozenset  # the kinds of work that it pays


class Label(NamedTuple):
    """What answers say of a row that may cover."""

    row: str = ""  # its name
    contract_name: str = ""
    contract: models.BaseModel = None
    sla_policy_id: int = False  # the contract's


class Winner(NamedTuple):
    """A row that won: its columns as they stand; without any where no row won."""

    coverage_id: int = False
    contract_id: int = False
    sla_policy_id: int = False
    calendar_id: int = False
    priority: str = False
    terms: tuple = ()  # the values of TERM_FIELDS


NO_WINNER = Winner()
NO_LABEL = Label()


class Candidates:
    """The rows that may concern any of some requests, found by what they are for."""

    def __init__(self):
        self.labels = {}
        self._by_unit, self._by_customer, self._by_site = (defaultdict(list) for _index in range(3))
        self._customers = {}
        self._owners = {}

    def add(self, row, company_id, customer_id, is_frame, labels):
        """Keep a row: one for a unit concerns that unit, any other one its customer; of a frame, its sites too.

        :param row: :class:`engine.resolver.Row`
        :param is_frame: whether the contract covers units and sites of others than its customer
        :param labels: :class:`Label`
        """
        self.labels[row.key] = labels
        if row.equipment:
            self._by_unit[company_id, row.equipment].append(row)
            if not is_frame:
                self._owners[row.key] = customer_id
            return
        self._by_customer[company_id, customer_id].append(row)
        if is_frame:
            self._customers[row.key] = customer_id
            for site_id in row.sites or row.contract_sites:
                self._by_site[company_id, site_id].append(row)

    def considered(self, asked):
        """Return the rows that concern one request, in the order of their ids."""
        company_id, customer_id = asked.company.id, asked.partner.id
        rows = [
            *(
                row
                for row in self._by_unit.get((company_id, asked.equipment.id), NO_ROWS)
                if self._owners.get(row.key, customer_id) == customer_id
            ),
            *self._by_customer.get((company_id, customer_id), NO_ROWS),
        ]
        for row in self._by_site.get((company_id, asked.site.id), NO_ROWS):
            if self._customers[row.key] != customer_id:
                rows.append(row)
        rows.sort(key=resolver.by_key)
        return rows


class ServiceCoverage(models.Model):
    """The one resolver: what is promised, and who pays (rules.md 2, docs/decisions/0001-cover-and-payer.md).

    A batch reads columns, not records: the rows of its customers, units and sites come as tuples by one query, their
    scopes by one query each, and only the rows that win become records. See benchmarks/resolve.py.
    """

    _inherit = "service.coverage"

    @api.model
    def resolve(self, requests):
        """Find the cover of many calls at once: a handful of queries for any number of them.

        A request is a dict: `partner_id`, `site_id`, `equipment_id`, `product_id`, `call_type_id` (ids, or false),
        `at` (instant, naive UTC, or ISO text, which may have an offset) and `company_id` (default the current company).
        The answer, in the order of the requests, is a dict of plain values:

        - `coverage_id`, `contract_id`: of the winning row, or false
        - `source`: `warranty` when it pays anything, else `contract`, else `none`
        - `sla_policy_id`, `calendar_id`, `priority`: the service level; false where nothing says so. The policy is the
          row's, else the contract's, else the company's
        - `payers`: {kind of work: {`payer`: `warranty`, `contract` or `customer`, `term`, `discount`}}. The term is
          that of the row; what the warranty pays is `included`, or `from_buckets` where the row says that warranty
          takes quota, and is never charged
        - `reason`: one sentence
        - `explanation`: for every row considered, the best first, a dict of `coverage_id`, `contract`, `row`, `won`,
          `code`, `detail`, `reason`, and `values` where the reason names some; see :meth:`render_explanation`. Answers
          share these dicts, and `payers`: copy one before changing it

        :raise AccessError: for users who may not read contracts
        :raise UserError: for a request without an instant, or one that cannot be read
        """
        if not self.env.su and not any(map(self.env.user.has_group, ASKING_GROUPS)):
            raise AccessError(self.env._("You may not look up what contracts cover."))
        with uncollected():
            return self._resolve(requests)

    @api.model
    def _resolve(self, requests):
        """Resolve; what it took to find the answers is gone when it returns, before garbage is looked for again."""
        asked_list = self._read_requests(requests)
        candidates = self._read_candidates(asked_list)
        considered = [candidates.considered(asked) for asked in asked_list]
        engine_requests = self._to_engine_requests(asked_list, considered)
        results = [resolver.resolve(request, rows) for request, rows in zip(engine_requests, considered, strict=True)]
        return self._prepare_answers(asked_list, results, candidates)

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
        self._prefetch_asked(partners[False].union(*partners.values()), units[False].union(*units.values()))
        zones = {}
        asked_list = []
        read_instant = self.env["service.sla.policy"]._read_instant
        for request in requests:
            at = read_instant(request.get("at"))
            if not at:
                raise UserError(self.env._("A question about cover needs the instant of the call."))
            unit = units[request.get("equipment_id") or False]
            partner = partners[request.get("partner_id") or False]
            site = partners[request.get("site_id") or False] or unit.site_id
            company = companies[request.get("company_id") or False] or self.env.company
            place = site or partner
            zone = zones.get((place.id, company.id))
            if not zone:
                zone = zones[place.id, company.id] = pytz.timezone(place._get_service_tz(company))
            day = at.replace(tzinfo=pytz.utc).astimezone(zone).date()
            asked_list.append(
                Asked(
                    partner=partner.commercial_partner_id,
                    site=site,
                    equipment=unit,
                    product=unit.product_id or products[request.get("product_id") or False],
                    call_type=call_types[request.get("call_type_id") or False],
                    company=company,
                    at=at,
                    tz=zone.zone,
                    day=day,
                    warranty=frozenset(unit._warranty_kinds_at(day)) if unit else resolver.EMPTY,
                )
            )
        return asked_list

    @api.model
    def _browse_all(self, model_name, requests, *keys):
        """Return the records named in requests by their id, as one prefetch group; False gives the empty record."""
        model = self.env[model_name]
        ids = {request.get(key) for request in requests for key in keys} - {None, False}
        return {False: model, **{record.id: record for record in model.browse(sorted(ids))}}

    @api.model
    def _prefetch_asked(self, partners, units):
        """Read what the requests' records say by one query for each model, where prefetching takes one per 1,000."""
        units.fetch(["site_id", "product_id", "zone_id", *WARRANTY_FIELDS])
        (partners | units.site_id).fetch(["commercial_partner_id", "tz"])
        units.product_id.fetch(["categ_id"])

    # ------------------------------------------------------------------
    # What may cover
    # ------------------------------------------------------------------

    @api.model
    def _get_candidate_domain(self, asked_list):
        """Return the domain of the rows to look at: those of the customers, and of frame contracts of others.

        Rows for units that nobody asks about are left out, however many the customer has.
        """
        units = [asked.equipment.id for asked in asked_list if asked.equipment]
        sites = {asked.site.id for asked in asked_list if asked.site}
        customers = {asked.partner.id for asked in asked_list if asked.partner}
        without_unit = Domain("equipment_id", "=", False) & (
            Domain("commercial_partner_id", "in", customers)
            | Domain("site_ids", "in", sites)
            | Domain("contract_id.site_ids", "in", sites)
        )
        return (
            Domain("company_id", "in", {asked.company.id for asked in asked_list})
            & Domain("contract_kind", "=", "customer")
            & Domain("contract_state", "!=", "draft")
            & (Domain("equipment_id", "in", units) | without_unit)
        )

    @api.model
    def _read_candidates(self, asked_list):
        """Return the rows that may concern any of the requests, as :class:`Candidates`."""
        query = self._search(self._get_candidate_domain(asked_list), order="id")
        found = self.env.execute_query(
            query.select(*(self._field_to_sql(self._table, name, query) for name in ROW_COLUMNS))
        )
        scopes = self._read_scopes([values[0] for values in found])
        contracts = self._get_candidate_contracts({values[3] for values in found})
        candidates = Candidates()
        for key, company_id, customer_id, contract_id, name, unit_id, start, end, frame_id, sequence in found:
            if end < start:  # taken back before it began
                continue
            products, categories, zones, sites, call_types = scopes.get(key, NO_SCOPES)
            contract, contract_name, policy_id, is_frame, contract_sites, refusals = contracts[contract_id]
            row = resolver.Row(
                key, start, end, unit_id, products, categories, zones, sites, contract_sites, call_types, frame_id,
                sequence, refusals,
            )  # fmt: skip
            candidates.add(row, company_id, customer_id, is_frame, Label(name, contract_name, contract, policy_id))
        return candidates

    @api.model
    def _get_candidate_contracts(self, ids):
        """Return {id: (contract, its name, its policy's id, whether it is a frame, ids of its sites, its refusals)}."""
        contracts = self.env["service.contract"].browse(ids)
        contracts.fetch(CONTRACT_FIELDS)
        return {
            contract.id: (
                contract,
                contract.name,
                contract.sla_policy_id.id,
                contract.is_frame,
                frozenset(contract.site_ids.ids),
                tuple(contract._get_refusals()),
            )
            for contract in contracts
        }

    @api.model
    def _read_scopes(self, ids):
        """Return the scopes of rows as lists of ids in the order of ROW_SCOPES, by the row's id; none for many rows.

        They are read as they stand: a row for a product that was archived covers that product, not everything.
        """
        self.flush_model(ROW_SCOPES)
        relations = [self._fields[name] for name in ROW_SCOPES]
        array = "{" + ",".join(map(str, ids)) + "}"  # as text: thousands of parameters are slow to pass
        found = self.env.execute_query(
            SQL(" UNION ALL ").join(
                SQL(
                    "SELECT %(index)s, %(row)s, ARRAY_AGG(%(scope)s)"
                    " FROM %(relation)s WHERE %(row)s = ANY(%(ids)s::int[]) GROUP BY 2",
                    index=index,
                    row=SQL.identifier(field.column1),
                    scope=SQL.identifier(field.column2),
                    relation=SQL.identifier(field.relation),
                    ids=array,
                )
                for index, field in enumerate(relations)
            )
        )
        scopes = defaultdict(lambda: list(NO_SCOPES))
        for index, key, scope_ids in found:
            scopes[key][index] = frozenset(scope_ids)
        return scopes

    @api.model
    def _to_engine_requests(self, asked_list, considered):
        """Return the requests for the engine; `considered` are the engine's rows of each."""
        open_frames = self._get_open_frames(asked_list, considered)
        zones = self._get_zones_by_site(asked_list)
        paths = {
            product.id: tuple(int(key) for key in (product.categ_id.parent_path or "").split("/") if key)
            for product in {asked.product.id: asked.product for asked in asked_list}.values()
        }
        return [
            resolver.Request(
                day=asked.day,
                equipment=asked.equipment.id,
                product=asked.product.id,
                categories=paths.get(asked.product.id, ()),
                zones=frozenset(asked.equipment.zone_id.ids) or zones[asked.site.id],
                site=asked.site.id,
                call_type=asked.call_type.id,
                open_frames=frames,
            )
            for asked, frames in zip(asked_list, open_frames, strict=True)
        ]

    @api.model
    def _get_zones_by_site(self, asked_list):
        """Return the ids of the zones of each site, by its id."""
        site_ids = {asked.site.id for asked in asked_list if asked.site}
        zones = defaultdict(frozenset)
        for zone in self.env["service.zone"].search([("site_ids", "in", site_ids)]):
            for site_id in site_ids.intersection(zone.site_ids.ids):
                zones[site_id] |= {zone.id}
        return zones

    @api.model
    def _get_open_frames(self, asked_list, considered):
        """Return, for each request, the ids of the time frames of its rows in which its instant lies."""
        frames = [{row.time_frame for row in rows if row.time_frame} for rows in considered]
        instants = [asked.at for asked, asked_frames in zip(asked_list, frames, strict=True) if asked_frames]
        if not instants:
            return [resolver.EMPTY] * len(asked_list)
        Calendar = self.env["resource.calendar"]
        keys, keys_by_request = {}, []
        for asked, asked_frames in zip(asked_list, frames, strict=True):
            place = asked.site or asked.partner
            # Calls at one place share their hours: these are looked up by plain ids, which is quicker than by records.
            names = {frame: (frame, asked.tz, asked.company.id, place.id) for frame in asked_frames}
            for frame, name in names.items():
                if name not in keys:
                    keys[name] = Calendar.browse(frame), asked.tz, asked.company, place
            keys_by_request.append(names)
        found = Calendar._get_working_times(keys.values(), min(instants) - ONE_DAY, max(instants) + ONE_DAY)
        hours = {name: found[key] for name, key in keys.items()}
        return [
            frozenset(frame for frame, name in names.items() if hours[name].contains(asked.at))
            for asked, names in zip(asked_list, keys_by_request, strict=True)
        ]

    # ------------------------------------------------------------------
    # The answer
    # ------------------------------------------------------------------

    @api.model
    def _prepare_answers(self, asked_list, results, candidates):
        """Return the answers of :meth:`resolve` to what the engine found for each request."""
        winners = self._read_winners(results)
        entries = self._get_explanation_entries(candidates)
        policies = self.env["service.sla.policy"]
        get_calendar_id = cache(lambda policy_id: policies.browse(policy_id).calendar_id.id)
        answers, payers = [], {}
        for asked, (row, verdicts) in zip(asked_list, results, strict=True):
            winner, label = (winners[row.key], candidates.labels[row.key]) if row else (NO_WINNER, NO_LABEL)
            policy_id = winner.sla_policy_id or label.sla_policy_id or asked.company.service_sla_policy_id.id
            key = (winner.terms, asked.warranty)
            if key not in payers:
                payers[key] = self._prepare_payers(winner, asked.warranty)
            explanation = [entries[verdict] for verdict in verdicts]
            answers.append(
                {
                    "coverage_id": winner.coverage_id,
                    "contract_id": winner.contract_id,
                    "source": "warranty" if asked.warranty else ("contract" if row else "none"),
                    "sla_policy_id": policy_id,
                    "calendar_id": winner.calendar_id or get_calendar_id(policy_id),
                    "priority": winner.priority or False,
                    "reason": entries.get_answer_reason(asked, explanation),
                    "explanation": explanation,
                    "payers": payers[key],
                }
            )
        return answers

    @api.model
    def _read_winners(self, results):
        """Return {id: :class:`Winner`} of the rows that won, by one query."""
        query = self.browse({row.key for row, _verdicts in results if row})._as_query(ordered=False)
        names = (*WINNER_FIELDS, *TERM_FIELDS)
        found = self.env.execute_query(query.select(*(self._field_to_sql(self._table, name, query) for name in names)))
        cut = len(WINNER_FIELDS)
        return {columns[0]: Winner(*columns[:cut], terms=columns[cut:]) for columns in found}

    @api.model
    def _prepare_payers(self, winner, warranty):
        """Return who pays each kind of work; it follows from the winner's terms alone.

        :param winner: :class:`Winner`
        :param warranty: the kinds of work that the warranty pays
        """
        terms = dict(zip(TERM_FIELDS, winner.terms, strict=True)) if winner.terms else {}
        return {kind: self._prepare_payer_values(kind, kind in warranty, terms) for kind, _label in WORK_KINDS}

    @api.model
    def _prepare_payer_values(self, kind, is_warranty, terms):
        """Return who pays a kind of work, and on which terms.

        :param dict terms: {name of TERM_FIELDS: value}, empty when no row covers
        """
        if is_warranty:
            takes_quota = terms.get("warranty_consumes") and terms[f"term_{kind}"] == "from_buckets"
            return {"payer": "warranty", "term": "from_buckets" if takes_quota else "included", "discount": 0.0}
        if terms:
            discount = float(terms[f"discount_{kind}"] or 0.0)
            return {"payer": "contract", "term": terms[f"term_{kind}"], "discount": discount}
        return {"payer": "customer", "term": "chargeable", "discount": 0.0}
