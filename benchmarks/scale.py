# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a user waits for in a register of 10,000 units, and in one of 1,000,000.

The rows are copies of one unit that a real delivery registered, made by SQL: with customers, sites, zones, serial
numbers, transfers, five components each, exchanges and placements. Both registers stand in the same transaction, the
small one first; nothing is left behind, but PostgreSQL wants about 4 GB of disk and 10 minutes for it.
"""

import time
from ast import literal_eval

from lxml import etree
from sizes import Questions, compare, read_fields, say

from odoo.fields import Command, Domain
from odoo.tests.common import new_test_user

TITLE = "Read a register of units, small and large"
UNIT = "unit"
SIZES = (10_000, 1_000_000)
COMPONENTS = 5
PRODUCTS = 50
AREAS = 20
# How many units share one of these.
PER = {"customer": 100, "site": 50, "zone": 250, "picking": 10, "exchange": 10}


class Register:
    """One unit made by the application, and as many copies of it as wanted."""

    def __init__(self, env):
        self.env = env
        self.size = 0
        self.make_template()
        # Copy number n of a table has the id base + n.
        self.base = {table: self.next_id(table) for table in (
            "res_partner", "stock_lot", "stock_picking", "stock_move", "stock_move_line", "service_zone",
            "service_equipment", "service_component", "service_exchange", "service_equipment_placement")}
        self.base["site"] = self.base["res_partner"] + SIZES[-1]
        self.base["component_lot"] = self.base["stock_lot"] + SIZES[-1]

    # ------------------------------------------------------------------ the unit that is copied

    def make_template(self):
        """Deliver one unit and exchange a component of it, as users do."""
        env = self.env
        storable = {"type": "consu", "is_storable": True, "tracking": "serial"}
        self.products = env["product.product"].create([
            {"name": f"Model {number}", "is_service_equipment": True, "warranty_parts_months": 24, **storable}
            for number in range(PRODUCTS)])
        self.part = env["product.product"].create({"name": "Motor", **storable})
        self.areas = env["service.area"].create([{"name": f"Area {number}"} for number in range(AREAS)])
        self.customer = env["res.partner"].create({"name": "Customer", "is_company": True, "tz": "Europe/Rome"})
        self.site = env["res.partner"].create({"name": "Plant", "parent_id": self.customer.id, "type": "delivery"})
        self.picking, self.lot = self.deliver()
        self.equipment = env["service.equipment"].search([("lot_id", "=", self.lot.id)])
        self.equipment.asset_code = "TEMPLATE"
        self.zone = self.equipment.zone_id = env["service.zone"].create({"name": "Zone"})
        self.component = env["service.component"].create(
            {"equipment_id": self.equipment.id, "product_id": self.part.id, "position": "Drive"})
        self.exchange = self.exchange_component()
        env.flush_all()

    def new_lot(self, product, name):
        """Return a new serial number in stock."""
        lot = self.env["stock.lot"].create({"name": name, "product_id": product.id, "company_id": self.env.company.id})
        self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 1, lot_id=lot)
        return lot

    @property
    def warehouse(self):
        """The warehouse of the company."""
        return self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1)

    def deliver(self):
        """Deliver one serial number to the site; return the transfer and the serial number."""
        product, stock = self.products[0], self.warehouse.lot_stock_id
        lot = self.new_lot(product, "TEMPLATE")
        customers = self.env.ref("stock.stock_location_customers")
        way = {"location_id": stock.id, "location_dest_id": customers.id}
        picking = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.out_type_id.id, "partner_id": self.site.id, **way,
            "move_ids": [Command.create({
                "product_id": product.id, "product_uom": product.uom_id.id, "product_uom_qty": 1, **way})],
        })
        picking.action_confirm()
        picking.move_ids.move_line_ids.unlink()
        picking.move_ids.move_line_ids = [Command.create({
            "product_id": product.id, "lot_id": lot.id, "quantity": 1, "picked": True,
            "picking_id": picking.id, **way})]
        picking.button_validate()
        assert picking.state == "done"
        return picking, lot

    def exchange_component(self):
        """Exchange the component of the template."""
        exchange = self.env["service.exchange"].create({
            "equipment_id": self.equipment.id, "component_id": self.component.id,
            "old_serial_found": "TEMPLATE-OLD", "new_product_id": self.part.id,
            "new_lot_id": self.new_lot(self.part, "TEMPLATE-NEW").id, "location_id": self.warehouse.lot_stock_id.id,
        })
        exchange.action_done()
        return exchange

    # ------------------------------------------------------------------ its copies

    def next_id(self, table):
        """Return an id of a table that leaves room for what is made by the application meanwhile."""
        self.env.cr.execute(f"SELECT last_value FROM {table}_id_seq")
        return self.env.cr.fetchone()[0] + 10_000

    def copy(self, record, first, last, **values):
        """Insert copies of a record.

        :param record: what is copied
        :param first: the first n
        :param last: the last n
        :param values: SQL expressions of n for the columns that differ
        """
        cr, table = self.env.cr, record._table
        cr.execute("SELECT column_name FROM information_schema.columns"
                   " WHERE table_name = %s AND table_schema = current_schema()", [table])
        columns = [row[0] for row in cr.fetchall()]
        values = {"id": f"{self.base[table]} + n", **values}
        chosen = [f"({values[column]})" if column in values else f'src."{column}"' for column in columns]
        names = ", ".join(f'"{column}"' for column in columns)
        cr.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(chosen)}"
                   f" FROM generate_series({first}, {last}) AS n, {table} AS src WHERE src.id = {record.id}")

    def of(self, kind, base):
        """Return the SQL for the id of what unit n shares with its neighbours."""
        return f"{self.base[base]} + (n - 1) / {PER[kind]} + 1"

    def pick(self, records, kind):
        """Return the SQL for one of some records, the same for neighbours."""
        ids = ", ".join(map(str, records.ids))
        return f"(ARRAY[{ids}])[1 + (n - 1) / {PER[kind]} % {len(records)}]"

    def grow(self, size):
        """Let the register have so many units."""
        start, cr = time.perf_counter(), self.env.cr
        first, last = self.size + 1, size
        self.env.flush_all()
        # Foreign keys hold by construction; checking 60 million of them takes longer than writing the rows.
        cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cr.fetchone()[0]:
            cr.execute("SET LOCAL session_replication_role = replica")
        for table, fill in (
            ("customers, sites, zones", self.fill_places), ("serial numbers", self.fill_lots),
            ("transfers", self.fill_transfers), ("units", self.fill_units), ("components", self.fill_components),
            ("exchanges and placements", self.fill_events),
        ):
            fill(first, last)
            say(f"{table} of {size:,} units after {time.perf_counter() - start:.0f} s")
        cr.execute("SET LOCAL session_replication_role = origin")
        cr.execute("ANALYZE")
        # The server writes what was filled now, not while it is measured.
        cr.execute("SELECT pg_has_role('pg_checkpoint', 'USAGE')")
        if cr.fetchone()[0]:
            cr.execute("CHECKPOINT")
        self.size = size
        self.env.invalidate_all()

    def groups(self, kind, first, last):
        """Return the numbers of the shared rows that units first to last need and earlier ones did not."""
        return (first - 2) // PER[kind] + 2, (last - 1) // PER[kind] + 1

    def fill_places(self, first, last):
        """Copy customers, sites and zones."""
        partners, sites = self.base["res_partner"], self.base["site"]
        name = "'Customer ' || n"
        self.copy(self.customer, *self.groups("customer", first, last),
                  name=name, complete_name=name, commercial_partner_id=f"{partners} + n")
        ratio = PER["customer"] // PER["site"]
        parent = f"{partners} + (n - 1) / {ratio} + 1"
        name = "'Plant ' || n"
        self.copy(self.site, *self.groups("site", first, last), id=f"{sites} + n", name=name, complete_name=name,
                  parent_id=parent, commercial_partner_id=parent,
                  area_id=f"(ARRAY[{', '.join(map(str, self.areas.ids))}])[1 + n % {AREAS}]")
        self.copy(self.zone, *self.groups("zone", first, last), name="jsonb_build_object('en_US', 'Zone ' || n)")

    def fill_lots(self, first, last):
        """Copy the serial numbers of units and of one component each."""
        self.copy(self.lot, first, last, name="'SN' || lpad(n::text, 9, '0')",
                  product_id=self.pick(self.products, "picking"))
        self.copy(self.exchange.new_lot_id, first, last, id=f"{self.base['component_lot']} + n",
                  name="'MT' || lpad(n::text, 9, '0')")

    def fill_transfers(self, first, last):
        """Copy the delivery: one for a few units."""
        many = self.groups("picking", first, last)
        site = f"{self.base['site']} + (n - 1) / {PER['site'] // PER['picking']} + 1"
        self.copy(self.picking, *many, name="'WH/OUT/C' || n", partner_id=site)
        product = f"(ARRAY[{', '.join(map(str, self.products.ids))}])[1 + (n - 1) % {PRODUCTS}]"
        self.copy(self.picking.move_ids, *many, picking_id=f"{self.base['stock_picking']} + n", product_id=product)
        self.copy(self.picking.move_line_ids, first, last, lot_id=f"{self.base['stock_lot']} + n",
                  picking_id=self.of("picking", "stock_picking"), move_id=self.of("picking", "stock_move"),
                  product_id=self.pick(self.products, "picking"))

    def fill_units(self, first, last):
        """Copy the unit: most of them in service, delivered over ten years."""
        day = "date '2016-11-01' + n % 3650"
        state = "CASE n % 20 WHEN 0 THEN 'draft' WHEN 1 THEN 'retired' WHEN 2 THEN 'in_repair' ELSE 'in_service' END"
        serial, customer = "'SN' || lpad(n::text, 9, '0')", self.of("customer", "res_partner")
        self.copy(
            self.equipment, first, last, name="'EQ/' || lpad(n::text, 8, '0')",
            name_key="'EQ/' || lpad(n::text, 8, '0')", asset_code="'A' || n", asset_key="'A' || n",
            state=state, serial_number=serial, serial_key=serial,
            lot_id=f"{self.base['stock_lot']} + n", product_id=self.pick(self.products, "picking"),
            product_tmpl_id=self.pick(self.products.product_tmpl_id, "picking"),
            partner_id=customer, commercial_partner_id=customer, site_id=self.of("site", "site"),
            area_id=f"(ARRAY[{', '.join(map(str, self.areas.ids))}])[1 + ((n - 1) / {PER['site']} + 1) % {AREAS}]",
            zone_id=self.of("zone", "service_zone"), delivery_picking_id=self.of("picking", "stock_picking"),
            delivery_ref=f"'WH/OUT/C' || (n - 1) / {PER['picking']} + 1", date_delivered=day,
            warranty_date_start=day, warranty_parts_end=f"{day} + 730", warranty_date_end=f"{day} + 730",
            access_token="NULL", label_key="NULL",
        )

    def fill_components(self, first, last):
        """Copy the components, a few per unit; the first has a serial number."""
        lot = f"CASE WHEN n % {COMPONENTS} = 0 THEN {self.base['component_lot']} + n / {COMPONENTS} END"
        position = f"'P' || n % {COMPONENTS}"
        self.copy(
            self.equipment.open_component_ids, (first - 1) * COMPONENTS + 1, last * COMPONENTS,
            equipment_id=f"{self.base['service_equipment']} + (n - 1) / {COMPONENTS} + 1", position=position,
            complete_position=position, lot_id=lot, is_serial_tracked=f"n % {COMPONENTS} = 0",
            install_exchange_id="NULL",
        )

    def fill_events(self, first, last):
        """Copy the exchange, for some units, and the placement, for all."""
        self.copy(
            self.exchange, *self.groups("exchange", first, last), name="'EX/' || lpad(n::text, 8, '0')",
            equipment_id=f"{self.base['service_equipment']} + n * {PER['exchange']}",
            date="timestamp '2020-01-01' + n % 2000 * interval '1 day'",
        )
        if "service.equipment.placement" in self.env and self.equipment.placement_ids:
            self.copy(
                self.equipment.placement_ids[:1], first, last, equipment_id=f"{self.base['service_equipment']} + n",
                partner_id=self.of("customer", "res_partner"), site_id=self.of("site", "site"),
                zone_id=self.of("zone", "service_zone"), date_start="date '2016-11-01' + n % 3650",
            )


class Screens(Questions):
    """What the web client asks for, as a manager with the company's record rules."""

    sample = 20

    def __init__(self, register):
        self.register = register
        user = new_test_user(
            register.env, "bench_scale",
            groups="service_equipment.group_service_equipment_manager,stock.group_stock_user",
            context={"no_reset_password": True, "tracking_disable": True},
        )
        context = {"lang": "en_US", "tz": "Europe/Rome", "allowed_company_ids": user.company_id.ids}
        self.env = register.env(user=user, context=context)
        self.model = self.env["service.equipment"]
        self.read_views()

    def read_views(self):
        """Find out what the list view reads, and how the action filters."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_equipment_action")
        views = self.model.get_views([(False, "list"), (False, "search")])["views"]
        listed = etree.fromstring(views["list"]["arch"])
        self.specification = read_fields(self.model, views["list"]["arch"])
        self.order = listed.get("default_order") or ""
        search = etree.fromstring(views["search"]["arch"])
        context = literal_eval(action["context"] or "{}")
        names = [key.removeprefix("search_default_") for key in context if key.startswith("search_default_")]
        filters = [search.find(f".//filter[@name='{name}']") for name in names]
        self.domain = Domain.OR(literal_eval(node.get("domain")) for node in filters if node is not None)
        self.main_search = search.find(".//field")
        self.panel = [node.get("name") for node in search.xpath("//searchpanel/field")]

    def find(self, domain):
        """Ask for the first page of the list."""
        return self.model.web_search_read(
            list(domain), self.specification, order=self.order, limit=80, count_limit=10001)

    def find_in_box(self, text):
        """Ask for what the search box finds, on top of the default filters."""
        domain = Domain([("name", "ilike", text)])
        if self.main_search.get("filter_domain"):
            domain = Domain(eval(self.main_search.get("filter_domain"), {"self": text}))  # noqa: S307
        result = self.find(self.domain & domain)
        assert result["length"] == 1, (text, result["length"])

    def unit(self, number):
        """Return the n-th unit."""
        return self.model.browse(self.register.base["service_equipment"] + number)

    def questions(self):
        """Return what is asked: dict of label to function of a unit's number."""
        register, env = self.register, self.env
        exact = {name: f"{prefix}{{:0{digits}d}}" for name, (prefix, digits) in {
            "serial": ("SN", 9), "number": ("EQ/", 8)}.items()}
        asked = {
            "list, first page": lambda n: self.find(self.domain),
            "search box: serial number": lambda n: self.find_in_box(exact["serial"].format(n - n % 20 + 5)),
            "search box: number": lambda n: self.find_in_box(exact["number"].format(n - n % 20 + 5)),
            "scan of a serial number": lambda n: self.model._find_by_scan(exact["serial"].format(n)),
            "name_search: serial number": lambda n: self.model.name_search(exact["serial"].format(n), limit=8),
            "form of one unit": lambda n: self.unit(n).web_read(self.form_specification()),
            "history of one unit": lambda n: self.unit(n).get_history_page(),
            "components on a day": lambda n: self.unit(n).components_at("2027-01-01").mapped("display_name"),
            "count of a customer and a site": lambda n: (
                env["res.partner"].browse(register.base["res_partner"] + (n - 1) // PER["customer"] + 1)
                | env["res.partner"].browse(register.base["site"] + (n - 1) // PER["site"] + 1)
            ).mapped("service_equipment_count"),
        }
        if self.panel:
            asked["search panel"] = lambda n: [
                self.model.search_panel_select_range(name, enable_counters=False, expand=False, search_domain=[],
                                                     category_domain=[], filter_domain=[]) for name in self.panel]
        return asked

    def form_specification(self):
        """Return what the form reads of the unit itself."""
        if not hasattr(self, "_form"):
            self._form = read_fields(self.model, self.model.get_views([(False, "form")])["views"]["form"]["arch"])
        return self._form


def report(env):
    """Fill, measure and print both sizes."""
    compare(Register(env), Screens, SIZES)
