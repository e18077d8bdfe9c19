# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import EquipmentCase


@tagged("post_install", "-at_install")
class TestComponent(EquipmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("P-1")

    def test_components_at_any_day(self):
        first = self._new_component(
            self.unit, "M-1", date_installed=date(2026, 1, 1), date_removed=date(2026, 6, 1), position="A"
        )
        second = self._new_component(self.unit, "M-2", date_installed=date(2026, 6, 1), position="A")
        never = self._new_component(
            self.unit, "M-3", date_installed=date(2026, 3, 1), date_removed=date(2026, 3, 1), position="B"
        )
        unit = self.unit.with_user(self.user_equipment)
        cases = {
            "2025-12-31": self.env["service.component"],
            "2026-01-01": first,
            "2026-03-01": first,
            "2026-05-31": first,
            "2026-06-01": second,
            "2030-01-01": second,
        }
        for day, expected in cases.items():
            with self.subTest(day=day):
                self.assertEqual(unit.components_at(day), expected)
        self.assertEqual(unit.components_at(date(2026, 5, 31)), first)
        self.assertNotIn(never, self.unit.open_component_ids)

    @mute_logger("odoo.sql_db")
    def test_serial_is_installed_once(self):
        component = self._new_component(self.unit, "M-1")
        other = self._new_unit("P-2")
        with self.assertRaises(UniqueViolation):
            self._new_component(other, lot_id=component.lot_id.id)
        component.date_removed = date(2026, 11, 1)
        self._new_component(other, lot_id=component.lot_id.id)

    @mute_logger("odoo.sql_db")
    def test_database_refuses(self):
        for vals in ({"quantity": 0}, {"quantity": -1}, {"date_removed": date(2026, 9, 30)}):
            with self.subTest(vals=vals), self.assertRaises(CheckViolation):
                self._new_component(self.unit, **vals)

    def test_serial_of_another_product(self):
        lot = self._new_lot("F-1", self._new_product("Fan"))
        with self.assertRaisesRegex(ValidationError, "F-1 is of Fan, not of Motor"):
            self._new_component(self.unit, lot_id=lot.id)

    def test_tree_stays_a_tree_in_one_unit(self):
        parent = self._new_component(self.unit, position="A")
        child = self._new_component(self.unit, position="B", parent_id=parent.id)
        with self.assertRaisesRegex(ValidationError, "cannot contain itself"):
            parent.parent_id = child
        with self.assertRaisesRegex(ValidationError, "belong to different units"):
            self._new_component(self._new_unit("P-2"), parent_id=parent.id)
