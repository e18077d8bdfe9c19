# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import EquipmentCase

JUNE = date(2026, 6, 1)
JULY = date(2026, 7, 1)


@tagged("post_install", "-at_install")
class TestBuild(EquipmentCase):
    """The build of a unit at a day, and between two days, as the user with the least rights asks for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fan = cls._new_product("Fan")
        cls.filter = cls._new_product("Filter", tracking="none")
        cls.unit = cls._new_unit("P-1", date_delivered=JUNE)
        cls.drive = cls._add("Drive", "M-1", version="1.9")
        cls.old_fan = cls._add("Fan", "F-1", product_id=cls.fan.id, parent_id=cls.drive.id, date_removed=JULY)
        cls.new_fan = cls._add("Fan", "F-2", product_id=cls.fan.id, parent_id=cls.drive.id, date_installed=JULY)
        cls.slots = [
            cls._add(f"Slot {number}", product_id=cls.filter.id, quantity=number, is_serial_wanted=number == 10)
            for number in (10, 2)
        ]
        cls.as_user = cls.unit.with_user(cls.user_equipment)

    @classmethod
    def _add(cls, position, serial=None, unit=None, **vals):
        return cls._new_component(unit or cls.unit, serial, **{"position": position, "date_installed": JUNE, **vals})

    def _get_outline(self, nodes):
        return [(node["label"], node["serial"], self._get_outline(node["children"])) for node in nodes]

    def _get_kinds(self, differences):
        return [(difference["place"], difference["kind"]) for difference in differences]

    def test_build_at_a_day(self):
        slots = [("Slot 2", False, []), ("Slot 10", False, [])]
        cases = {
            "2026-05-31": [],
            "2026-06-30": [("Drive", "M-1", [("Fan", "F-1", [])]), *slots],
            "2026-07-01": [("Drive", "M-1", [("Fan", "F-2", [])]), *slots],
            None: [("Drive", "M-1", [("Fan", "F-2", [])]), *slots],
        }
        for day, expected in cases.items():
            with self.subTest(day=day):
                self.assertEqual(self._get_outline(self.as_user.build_at(date=day)), expected)

    def test_node_is_plain_data(self):
        self.drive.write({"warranty_end": "2027-06-01"})
        node = self.as_user.build_at(date=JUNE)[0]
        self.assertEqual(json.loads(json.dumps(node)), node)
        self.assertEqual(
            {key: value for key, value in node.items() if key != "children"},
            {
                "id": self.drive.id,
                "equipment_id": self.unit.id,
                "parent_id": False,
                "position": "Drive",
                "place": "Drive",
                "label": "Drive",
                "product_id": self.part.id,
                "product": "Motor",
                "lot_id": self.drive.lot_id.id,
                "serial": "M-1",
                "is_serial_wanted": False,
                "version": "1.9",
                "quantity": 1.0,
                "date_installed": "2026-06-01",
                "date_removed": False,
                "warranty_end": "2027-06-01",
            },
        )
        self.assertEqual(node["children"][0]["place"], "Drive / Fan")

    def test_default_is_today_at_the_site(self):
        # At noon in UTC it is tomorrow already in Kiribati.
        self.site.tz = "Pacific/Kiritimati"
        self.new_fan.date_removed = date(2026, 11, 19)
        self.assertEqual(self._get_outline(self.as_user.build_at())[0], ("Drive", "M-1", []))

    def test_many_units(self):
        other = self._new_unit("P-2")
        self._add("Drive", "M-2", unit=other)
        nodes = (self.as_user + other.with_user(self.user_equipment)).build_at()
        self.assertEqual({node["equipment_id"] for node in nodes}, {self.unit.id, other.id})
        self.assertEqual(self.env["service.equipment"].build_at(), [])
        self.assertEqual(self.env["service.equipment"].compare_build(date_from=JUNE), [])

    def test_compare_two_days(self):
        self.slots[0].date_removed = JULY
        self._add("Slot 10", product_id=self.filter.id, quantity=9, date_installed=JULY)
        self._add("Slot 11", product_id=self.filter.id, date_installed=JULY)
        self.slots[1].date_removed = JULY
        differences = self.as_user.compare_build(date_from="2026-06-30", date_to="2026-07-01")
        self.assertEqual(
            self._get_kinds(differences),
            [("Drive / Fan", "replaced"), ("Slot 2", "removed"), ("Slot 10", "changed"), ("Slot 11", "added")],
        )
        replaced, removed, changed, _added = differences
        self.assertEqual(
            replaced,
            {
                "equipment_id": self.unit.id,
                "place": "Drive / Fan",
                "kind": "replaced",
                "fields": [],
                "before": {
                    "component_ids": self.old_fan.ids,
                    "product_id": self.fan.id,
                    "product": "Fan",
                    "serial": "F-1",
                    "version": False,
                    "quantity": 1.0,
                },
                "after": {
                    "component_ids": self.new_fan.ids,
                    "product_id": self.fan.id,
                    "product": "Fan",
                    "serial": "F-2",
                    "version": False,
                    "quantity": 1.0,
                },
            },
        )
        self.assertFalse(removed["after"])
        self.assertEqual(changed["fields"], ["quantity"])
        self.assertEqual((changed["before"]["quantity"], changed["after"]["quantity"]), (10, 9))
        self.assertEqual(json.loads(json.dumps(differences)), differences)
        self.assertEqual(self.as_user.compare_build(date_from=JULY), [])

    def test_backwards(self):
        self.assertEqual(
            self._get_kinds(self.as_user.compare_build(date_from=JULY, date_to="2026-05-01")),
            [("Drive", "removed"), ("Drive / Fan", "removed"), ("Slot 2", "removed"), ("Slot 10", "removed")],
        )

    def test_an_exchange_replaces(self):
        lot = self._new_lot("F-3", self.fan, self.van)
        exchange = self.env["service.exchange"].with_user(self.user_equipment)
        exchange = exchange.create(
            {
                "equipment_id": self.unit.id,
                "component_id": self.new_fan.id,
                "new_lot_id": lot.id,
                "location_id": self.van.id,
            }
        )
        exchange.action_done()
        [difference] = self.as_user.compare_build(date_from="2026-11-17")
        self.assertEqual((difference["kind"], difference["after"]["serial"]), ("replaced", "F-3"))
        exchange.action_reverse()
        self.assertEqual(self.as_user.compare_build(date_from="2026-11-17"), [])

    def test_no_date_is_one_sentence(self):
        for method in (self.as_user.build_at, self.as_user.compare_build, self.as_user.components_at):
            for value in ("2026-02-30", "yesterday", 7):
                with self.subTest(method=method.__name__, value=value), self.assertRaises(UserError) as caught:
                    method(value)
                self.assertEqual(str(caught.exception), f"{value} is not a date such as 2026-12-31.")

    def test_build_is_internal(self):
        for method in (self.unit.with_user(self.user_portal).build_at, self.unit.with_user(self.user_stock).build_at):
            with self.assertRaises(AccessError):
                method()


@tagged("post_install", "-at_install")
class TestCompareDesign(EquipmentCase):
    """A unit beside the as-designed list of its product: Pump > 2 x Motor > Fan; 4 x Filter; Lid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fan = cls._new_product("Fan", tracking="none")
        cls.filter = cls._new_product("Filter", tracking="none")
        cls.lid = cls._new_product("Lid", tracking="none")
        cls._design(cls.part, cls.fan, position="Fan")
        cls._design(cls.product, cls.part, position="Drive", quantity=2, is_serial_wanted=True, version="1.9")
        cls._design(cls.product, cls.filter, quantity=4)
        cls._design(cls.product, cls.lid, position="Top")
        cls.unit = cls._new_unit("P-1")
        cls.components = cls.unit._copy_design()
        cls.as_user = cls.unit.with_user(cls.user_equipment)

    @classmethod
    def _design(cls, whole, product, **vals):
        cls.env["service.product.component"].create(
            {"product_tmpl_id": whole.product_tmpl_id.id, "product_id": product.id, **vals}
        )

    def _get(self, *places):
        return self.components.filtered(lambda component: component.complete_position in places)

    def _get_kinds(self, differences):
        return [(difference["place"], difference["kind"]) for difference in differences]

    def _record_serials(self):
        for number, drive in enumerate(self._get("Drive 1", "Drive 2")):
            drive.lot_id = self._new_lot(f"M-{number}")

    def test_new_unit_lacks_serials_only(self):
        self.assertEqual(
            self._get_kinds(self.as_user.compare_design()),
            [("Drive 1", "serial_missing"), ("Drive 2", "serial_missing")],
        )
        self._record_serials()
        self.assertEqual(self.as_user.compare_design(), [])

    def test_every_kind_of_difference(self):
        self._record_serials()
        drive = self._get("Drive 1")
        drive.version = "1.10"
        self._get("Drive 2 / Fan").product_id = self.lid
        filters = self._get("Filter")
        filters.quantity = 1
        filters.copy({"quantity": 2})
        self._get("Top").unlink()
        spare = self._new_component(self.unit, product_id=self.lid.id, position="Door", parent_id=drive.id)
        differences = self.as_user.compare_design()
        self.assertEqual(
            self._get_kinds(differences),
            [
                ("Drive 1", "changed"),
                ("Drive 1 / Door", "extra"),
                ("Drive 2 / Fan", "other_product"),
                ("Filter", "changed"),
                ("Top", "missing"),
            ],
        )
        version, extra, other, quantity, missing = differences
        self.assertEqual(version["fields"], ["version"])
        self.assertEqual((version["expected"]["version"], version["found"]["version"]), ("1.9", "1.10"))
        self.assertEqual(extra["found"]["component_ids"], spare.ids)
        self.assertEqual((other["expected"]["product"], other["found"]["product"]), ("Fan", "Lid"))
        self.assertEqual(quantity["fields"], ["quantity"])
        self.assertEqual((quantity["expected"]["quantity"], quantity["found"]["quantity"]), (4, 3))
        self.assertEqual(len(quantity["found"]["component_ids"]), 2)
        self.assertEqual((missing["expected"]["product"], missing["found"]), ("Lid", False))
        self.assertEqual(json.loads(json.dumps(differences)), differences)

    def test_before_the_first_day_all_is_missing(self):
        kinds = {difference["kind"] for difference in self.as_user.compare_design(date="2020-01-01")}
        self.assertEqual(kinds, {"missing"})

    def test_product_without_list(self):
        unit = self._new_unit(product_id=self.lid.id)
        self.assertEqual(unit.compare_design(), [])
        self._new_component(unit)
        self.assertEqual(self._get_kinds(unit.compare_design()), [("Motor", "extra")])


@tagged("post_install", "-at_install")
class TestBuildPerformance(EquipmentCase):
    def _new_deep_unit(self, serial, width):
        """Make a unit with width * 50 components, four levels deep, half of them with serial numbers."""
        unit = self._new_unit(serial)
        level = [False]
        for depth, count in enumerate((width, width * 4, width * 15, width * 30)):
            lots = self.env["stock.lot"].create(
                [
                    {"name": f"{serial}-{depth}-{number}", "product_id": self.part.id, "company_id": self.company.id}
                    for number in range(count // 2)
                ]
            )
            level = (
                self.env["service.component"]
                .create(
                    [
                        {
                            "equipment_id": unit.id,
                            "parent_id": level[number % len(level)],
                            "position": f"{depth}.{number}",
                            "product_id": self.part.id,
                            "lot_id": lots[number].id if number < len(lots) else False,
                            "date_installed": date(2026, 10, 1),
                        }
                        for number in range(count)
                    ]
                )
                .ids
            )
        return unit

    def _count(self, function, *args):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = function(*args)
        return self.env.cr.sql_log_count - before, result

    def test_queries_do_not_grow(self):
        Equipment = self.env["service.equipment"].with_user(self.user_equipment)
        units = self._new_deep_unit("A", 10) + self._new_deep_unit("B", 2)
        one, both = Equipment.browse(units[0].id), Equipment.browse(units.ids)
        self._count(one.build_at)
        today = "2026-11-18"
        queries, nodes = self._count(one.build_at, today)
        self.assertEqual(len(nodes), 10)
        self.assertLessEqual(queries, 5)
        for method in (both.build_at, both.compare_build):
            with self.subTest(method=method.__name__):
                self.assertLessEqual(self._count(method, today)[0], 8)
