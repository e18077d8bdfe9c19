# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import EquipmentCase

JUNE = date(2026, 6, 1)
JULY = date(2026, 7, 1)


@tagged("post_install", "-at_install")
class TestComponentTree(EquipmentCase):
    """What the tree on the unit's form shows: Drive > Fan, exchanged in July; Lamp, gone in July; Door, new in July."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fan = cls._new_product("Fan")
        cls.lamp = cls._new_product("Lamp", tracking="none")
        cls.unit = cls._new_unit("P-1", date_delivered=JUNE)
        cls.drive = cls._add("Drive", "M-1", is_serial_wanted=True)
        cls.old_fan = cls._add("Fan", "F-1", product_id=cls.fan.id, parent_id=cls.drive.id, date_removed=JULY)
        cls.new_fan = cls._add("Fan", "F-2", product_id=cls.fan.id, parent_id=cls.drive.id, date_installed=JULY)
        cls.bulb = cls._add("Lamp", product_id=cls.lamp.id, parent_id=cls.drive.id, date_removed=JULY)
        cls.door = cls._add("Door", date_installed=JULY, is_serial_wanted=True)

    @classmethod
    def _add(cls, position, serial=None, **vals):
        return cls._new_component(cls.unit, serial, **{"position": position, "date_installed": JUNE, **vals})

    def _get_tree(self, user=None, **options):
        tree = self.unit.with_user(user or self.user_equipment).get_component_tree(**options)
        self.assertEqual(json.loads(json.dumps(tree)), tree)
        return tree

    def _get_outline(self, nodes):
        return [(node["label"], node["status"], *self._get_outline(node["children"])) for node in nodes]

    def test_today(self):
        tree = self._get_tree()
        self.assertEqual(tree["date"], "2026-11-18")
        self.assertEqual(tree["counts"], {"serial_missing": 1})
        self.assertEqual(self._get_outline(tree["nodes"]), [("Door", False), ("Drive", False, ("Fan", False))])
        self.assertEqual([node["is_serial_missing"] for node in tree["nodes"]], [True, False])

    def test_against_an_earlier_day(self):
        tree = self._get_tree(against="2026-06-15")
        self.assertEqual(
            self._get_outline(tree["nodes"]),
            [("Door", "added"), ("Drive", False, ("Fan", "replaced"), ("Lamp", "removed"))],
        )
        self.assertEqual(tree["counts"], {"serial_missing": 1, "added": 1, "replaced": 1, "removed": 1})
        fan, bulb = tree["nodes"][1]["children"]
        self.assertEqual((fan["was"]["serial"], fan["is_ghost"]), ("F-1", False))
        self.assertEqual((bulb["id"], bulb["is_ghost"], bulb["was"]), (self.bulb.id, True, False))

    def test_what_left_with_its_sub_assembly_stands_below_it(self):
        self.drive.action_remove(date="2026-08-01")
        self.assertEqual(
            self._get_outline(self._get_tree(against="2026-07-15")["nodes"]),
            [("Door", False), ("Drive", "removed", ("Fan", "removed"))],
        )

    def test_against_the_design(self):
        Design = self.env["service.product.component"]
        for whole, part, position in (
            (self.product, self.part, "Drive"),
            (self.part, self.fan, "Fan"),
            (self.product, self.lamp, "Cabinet"),
            (self.product, self.fan, "Door"),
        ):
            Design.create(
                {"product_tmpl_id": whole.product_tmpl_id.id, "product_id": part.id, "position": position}
            )
        self._design_below_lamp()
        tree = self._get_tree(against="design")
        self.assertEqual(
            self._get_outline(tree["nodes"]),
            [
                ("Cabinet", "missing", ("Lock", "missing")),
                ("Door", "other_product"),
                ("Drive", False, ("Fan", False)),
            ],
        )
        cabinet, door, _drive = tree["nodes"]
        self.assertLess(cabinet["id"], 0)
        self.assertFalse(cabinet["is_serial_missing"])
        self.assertEqual((door["was"]["product"], door["is_serial_missing"]), ("Fan", True))
        self.assertEqual(tree["counts"], {"serial_missing": 1, "missing": 2, "other_product": 1})

    def _design_below_lamp(self):
        lock = self._new_product("Lock")
        self.env["service.product.component"].create(
            {"product_tmpl_id": self.lamp.product_tmpl_id.id, "product_id": lock.id, "position": "Lock"}
        )

    def _print(self, **data):
        report = self.env["ir.actions.report"].with_user(self.user_equipment)
        html = report._render_qweb_html("service_equipment.report_components", self.unit.ids, data=data)[0]
        text = " ".join(html2plaintext(html.decode().partition("<h2>")[2]).split())
        return text.replace(" ,", ",").replace(" .", ".")

    def test_print_today(self):
        text = self._print()
        self.assertIn(self.unit.name, text)
        self.assertIn("As of 11/18/2026.", text)
        self.assertIn("to record", text)
        self.assertIn("F-2", text)
        self.assertNotIn("F-1", text)

    def test_print_a_comparison(self):
        action = self.unit.with_user(self.user_equipment).action_print_components(
            date="2026-07-02", against="2026-06-15"
        )
        text = self._print(**action["data"])
        self.assertIn("As of 07/02/2026, compared with 06/15/2026.", text)
        for words in ("Replaced was F-1", "Removed", "Added"):
            self.assertIn(words, text)
        self.assertNotIn("Difference", self._print())
        self.assertIn("compared with the design", self._print(against="design"))

    def test_history_tells_what_no_exchange_tells(self):
        self._add("Ghost", date_installed=JULY, date_removed=JULY)
        entries = self.unit.with_user(self.user_equipment).history(kinds=["component"])
        self.assertEqual(
            [(entry["date"], entry["title"], entry["text"]) for entry in entries[::-1]],
            [
                ("2026-07-01", "Component added", "Door - Motor"),
                ("2026-07-01", "Component removed", "Drive / Fan - Fan - F-1"),
                ("2026-07-01", "Component added", "Drive / Fan - Fan - F-2"),
                ("2026-07-01", "Component removed", "Drive / Lamp - Lamp"),
            ],
        )
        self.assertEqual(entries[0]["res_model"], "service.component")

    def test_print_nothing(self):
        self.assertIn("Nothing was in this unit on that day.", self._print(date="2020-01-01"))

    def test_rights(self):
        cases = {
            self.user_equipment: {"edit": False, "exchange": True, "trace": False},
            self.user_manager: {"edit": True, "exchange": True, "trace": False},
            self.user_auditor: {"edit": False, "exchange": False, "trace": False},
        }
        for user, rights in cases.items():
            with self.subTest(user=user.login):
                self.assertEqual(self._get_tree(user)["rights"], rights)
        self.unit._transition("retired")
        self.assertFalse(self._get_tree()["rights"]["exchange"])

    def test_units_of_measure_for_those_who_use_them(self):
        self.assertFalse(self._get_tree()["nodes"][0]["uom"])
        self.user_equipment.group_ids += self.env.ref("uom.group_uom")
        self.assertEqual(self._get_tree()["nodes"][0]["uom"], "Units")

    def test_no_date_is_one_sentence(self):
        with self.assertRaisesRegex(UserError, "someday is not a date"):
            self._get_tree(against="someday")
