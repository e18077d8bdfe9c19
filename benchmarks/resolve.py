# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Resolve 10,000 calls over 1,000 contracts with 100,000 coverage rows.

Each contract has a customer with a site of his own and covers 80 units by a row each; 20 more rows are for products,
categories, the site, types of call, a zone, hours, or the whole contract. Ten calls per contract: each is of another
unit, day and hour, and has 23 rows to consider: its unit's, the 20 others of its contract, and 2 of another customer's
contract that name its site. One contract in ten is blocked for payment.

The floor is one SELECT with the resolver's WHERE that brings to Python, as tuples, what decides about each candidate
row: its columns, its scopes as arrays, and its contract. It resolves nothing.
"""

from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.service_equipment.const import WORK_KINDS

TITLE = "Resolve cover and payer of calls"
UNIT = "call"
SIZES = (1000, 10_000)
CALLS, UNITS, SCOPED = 10, 80, 20
COLUMNS = (
    "company_id", "commercial_partner_id", "name", "sequence", "equipment_id", "date_start", "date_end",
    "time_frame_calendar_id", "contract_id", "sla_policy_id", "calendar_id", "priority", "warranty_consumes",
    *(f"{part}_{kind}" for part in ("term", "discount") for kind, _label in WORK_KINDS),
)
CONTRACT_COLUMNS = ("name", "date_start", "date_end", "date_cancelled", "is_payment_blocked", "sla_policy_id")
SCOPES = ("product_ids", "categ_ids", "zone_ids", "site_ids", "call_type_ids")


class Books:
    """Contracts made by SQL as copies of one that was activated by the application."""

    def __init__(self, env, contracts):
        self.env, self.contracts = env, contracts
        self.make_template()
        # Copy number n of a table has the id base + n.
        self.base = {table: self.next_id(table) for table in (
            "res_partner", "service_equipment", "service_contract", "service_coverage")}
        self.site_base = self.base["res_partner"] + contracts

    def make_template(self):
        """Make one of everything, as users do."""
        env = self.env
        parent = env["product.category"].create({"name": "Machines"})
        self.categories = env["product.category"].create(
            [{"name": f"Machines {number}", "parent_id": parent.id} for number in range(4)])
        self.products = env["product.product"].create([
            {"name": f"Machine {number}", "is_service_equipment": True, "categ_id": self.categories[number % 4].id}
            for number in range(8)])
        self.zone = env["service.zone"].create({"name": "Line"})
        self.types = env["service.call.type"].search([], limit=4)
        self.calendar = env["resource.calendar"].create({"name": "Office hours", "tz": "Europe/Rome"})
        policy = env["service.sla.policy"].create({
            "name": "Two clocks", "calendar_id": self.calendar.id,
            "target_ids": [Command.create({"metric": "response", "budget_minutes": 240})]})
        self.partner = env["res.partner"].create({"name": "Customer", "is_company": True, "tz": "Europe/Rome"})
        self.site = self.partner.create({"name": "Plant", "parent_id": self.partner.id, "type": "delivery"})
        self.unit = env["service.equipment"].create({
            "product_id": self.products[0].id, "partner_id": self.partner.id, "site_id": self.site.id,
            "state": "in_service"})
        self.contract = env["service.contract"].create({
            "partner_id": self.partner.id, "date_start": "2026-01-01", "date_end": "2026-12-31",
            "sla_policy_id": policy.id, "coverage_ids": [Command.create({"equipment_id": self.unit.id})]})
        self.contract.action_activate()
        env.flush_all()

    def next_id(self, table):
        """Return an id of a table that leaves room for what is made by the application meanwhile."""
        self.env.cr.execute(f"SELECT last_value FROM {table}_id_seq")
        return self.env.cr.fetchone()[0] + 10_000

    def copy(self, record, first, last, **values):
        """Insert copies of a record; `values` are SQL expressions of n for the columns that differ."""
        cr, table = self.env.cr, record._table
        cr.execute("SELECT column_name FROM information_schema.columns"
                   " WHERE table_name = %s AND table_schema = current_schema()", [table])
        columns = [row[0] for row in cr.fetchall()]
        chosen = [f"({values[column]})" if column in values else f'src."{column}"' for column in columns]
        names = ", ".join(f'"{column}"' for column in columns)
        cr.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(chosen)}"
                   f" FROM generate_series({first}, {last}) AS n, {table} AS src WHERE src.id = {record.id}")

    def fill(self):
        """Make the copies."""
        base, last, per = self.base, self.contracts - 1, UNITS + SCOPED
        partner, site, contract = (f"{start} + {{}}" for start in (
            base["res_partner"], self.site_base, base["service_contract"]))
        self.copy(self.partner, 0, last, id=partner.format("n"), commercial_partner_id=partner.format("n"))
        self.copy(self.site, 0, last, id=site.format("n"), parent_id=partner.format("n"),
                  commercial_partner_id=partner.format("n"))
        self.copy(self.contract, 0, last, id=contract.format("n"), name="'C' || n", partner_id=partner.format("n"),
                  commercial_partner_id=partner.format("n"), is_payment_blocked="n % 10 = 9", is_frame="TRUE",
                  access_token="NULL")
        products = f"(ARRAY{self.products.ids})[1 + n % 8]"
        owner = f"n / {UNITS}"
        self.copy(self.unit, 0, self.contracts * UNITS - 1, id=f"{base['service_equipment']} + n",
                  product_id=products, partner_id=partner.format(owner), commercial_partner_id=partner.format(owner),
                  site_id=site.format(owner), name="'U' || n", asset_code="NULL",
                  zone_id=f"CASE WHEN n % 5 = 0 THEN {self.zone.id} END")
        owner, number = f"n / {per}", f"n % {per}"
        self.copy(self.contract.coverage_ids, 0, self.contracts * per - 1, id=f"{base['service_coverage']} + n",
                  contract_id=contract.format(owner), partner_id=partner.format(owner),
                  commercial_partner_id=partner.format(owner), name="'Row ' || n",
                  equipment_id=f"CASE WHEN {number} < {UNITS}"
                               f" THEN {base['service_equipment']} + ({owner}) * {UNITS} + {number} END",
                  time_frame_calendar_id=f"CASE WHEN {number} IN (97, 98) THEN {self.calendar.id} END",
                  term_labour="CASE WHEN n % 3 = 0 THEN 'from_buckets' ELSE 'included' END")
        for name, first, ids in [("product_ids", 80, self.products.ids), ("categ_ids", 84, self.categories.ids),
                                 ("call_type_ids", 92, self.types.ids)]:
            for offset in range(4):
                self.link(name, first + offset, str(ids[offset]))
        for offset in range(4):
            self.link("site_ids", 88 + offset, site.format(f"(n + {offset % 2}) % {self.contracts}"))
        self.link("zone_ids", 96, str(self.zone.id))
        self.env.invalidate_all()

    def link(self, name, number, expression):
        """Fill one scope of row `number` of every contract with an SQL expression of the contract's n."""
        field = self.env["service.coverage"]._fields[name]
        self.env.cr.execute(
            f"INSERT INTO {field.relation} ({field.column1}, {field.column2})"
            f" SELECT {self.base['service_coverage']} + n * {UNITS + SCOPED} + {number}, {expression}"
            f" FROM generate_series(0, {self.contracts - 1}) AS n")

    def requests(self):
        """Return ten calls per contract, each of another unit, day and hour."""
        start, types = datetime(2026, 1, 5, 6), self.types.ids
        return [{
            "partner_id": self.base["res_partner"] + number // CALLS,
            "site_id": self.site_base + number // CALLS,
            "equipment_id": self.base["service_equipment"] + number // CALLS * UNITS + number % CALLS * 7,
            "call_type_id": types[number % len(types)],
            "company_id": self.env.company.id,
            "at": start + timedelta(days=number * 37 % 350, minutes=number * 13 % 960),
        } for number in range(self.contracts * CALLS)]


def prepare(env, size):
    """Return the requests of `size` calls."""
    books = Books(env, max(2, size // CALLS))
    books.fill()
    return books.requests()


def measure(env, requests):
    """Resolve them."""
    queries = env.cr.sql_log_count
    answers = env["service.coverage"].resolve(requests)
    assert len(answers) == len(requests)
    assert all(len(answer["explanation"]) == SCOPED + 3 for answer in answers)
    assert env.cr.sql_log_count - queries <= 30


def floors(env, requests):
    """Bring the candidate rows to Python by one SELECT, their scopes by subqueries or by joins."""
    Coverage = env["service.coverage"]
    domain = Coverage._get_candidate_domain(Coverage._read_requests(requests))
    scopes = [Coverage._fields[name] for name in SCOPES]
    contract_sites = env["service.contract"]._fields["site_ids"]

    def by_subqueries():
        select(
            [SQL("ARRAY(SELECT %s FROM %s WHERE %s = service_coverage.id)", SQL.identifier(field.column2),
                 SQL.identifier(field.relation), SQL.identifier(field.column1)) for field in scopes]
            + [SQL("ARRAY(SELECT %s FROM %s WHERE %s = service_coverage.contract_id)",
                   SQL.identifier(contract_sites.column2), SQL.identifier(contract_sites.relation),
                   SQL.identifier(contract_sites.column1))],
            [])

    def by_joins():
        tables = [(field, SQL.identifier("service_coverage", "id")) for field in scopes]
        tables.append((contract_sites, SQL.identifier("service_coverage", "contract_id")))
        select(
            [SQL.identifier(f"scope_{index}", "ids") for index in range(len(tables))],
            [(f"scope_{index}", SQL("(SELECT %s AS owner, array_agg(%s) AS ids FROM %s GROUP BY 1)",
                                    SQL.identifier(field.column1), SQL.identifier(field.column2),
                                    SQL.identifier(field.relation)),
              SQL("%s = %s", SQL.identifier(f"scope_{index}", "owner"), owner))
             for index, (field, owner) in enumerate(tables)])

    def select(arrays, joins):
        query = Coverage._search(domain, order="id")
        query.add_join("JOIN", "owner_contract", "service_contract", SQL("owner_contract.id = contract_id"))
        for alias, table, condition in joins:
            query.add_join("LEFT JOIN", alias, table, condition)
        rows = env.execute_query(query.select(
            *(SQL.identifier("service_coverage", name) for name in ("id", *COLUMNS)),
            *(SQL.identifier("owner_contract", name) for name in CONTRACT_COLUMNS),
            *arrays))
        assert len(rows) >= len(requests)

    return {"one SELECT, scopes by subquery": by_subqueries, "one SELECT, scopes by join": by_joins}
