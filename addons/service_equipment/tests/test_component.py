# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

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
        with self.assertRaises(UniqueViolation) as caught, self.cr.savepoint():
            self._new_component(other, lot_id=component.lot_id.id)
        self.assertEqual(
            component._sql_error_to_message(caught.exception),
            f"Serial number M-1 is already installed in {self.unit.display_name}.",
        )
        component.date_removed = date(2026, 11, 1)
        self._new_component(other, lot_id=component.lot_id.id, date_installed=date(2026, 11, 1))

    @mute_logger("odoo.sql_db")
    def test_database_refuses(self):
        for vals in ({"quantity": 0}, {"quantity": -1}, {"date_removed": date(2026, 9, 30)}):
            with self.subTest(vals=vals), self.assertRaises(CheckViolation):
                self._new_component(self.unit, **vals)

    def test_serial_is_found(self):
        known = self._new_component(self.unit, "M-1", position="A", date_removed=date(2026, 11, 1))
        found = self._new_component(self.unit, serial_found="M-7", position="B")
        Component = self.env["service.component"].with_user(self.user_equipment)
        self.assertEqual(known.serial_number, "M-1")
        for operator, value, expected in (
            ("=", "M-1", known),
            ("=", "M-7", found),
            ("in", ["M-1", "M-7"], known + found),
            ("ilike", "m-", known + found),
            ("=", "M-2", Component),
        ):
            with self.subTest(value=value):
                domain = [("serial_number", operator, value), ("equipment_id", "=", self.unit.id)]
                self.assertEqual(Component.search(domain), expected)

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


@tagged("post_install", "-at_install")
class TestCorrection(EquipmentCase):
    """What managers may correct in the as-maintained list, and the trace that it leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("P-1")
        cls.fan = cls._new_product("Fan")
        cls.drive = cls._new_component(cls.unit, "M-1", position="Drive")
        cls.rotor = cls._new_component(cls.unit, "F-1", product_id=cls.fan.id, position="Rotor", parent_id=cls.drive.id)
        cls.pin = cls._new_component(cls.unit, position="Pin", parent_id=cls.rotor.id)
        cls.tree = cls.drive + cls.rotor + cls.pin

    def _as_manager(self, records):
        return records.with_user(self.user_manager)

    def _assert_refused(self, sentence, function):
        with self.assertRaisesRegex(ValidationError, sentence), self.cr.savepoint():
            function()

    def _get_notes(self):
        return [html2plaintext(message.body) for message in self.unit.message_ids.sorted("id")]

    def test_contents_leave_with_their_sub_assembly(self):
        self._as_manager(self.drive).action_remove(date="2026-11-10")
        self.assertEqual(set(self.tree.mapped("date_removed")), {date(2026, 11, 10)})
        self.assertFalse(self.unit.open_component_ids)
        with self.assertRaisesRegex(UserError, "Drive - Motor - M-1 has already been removed from"):
            self._as_manager(self.drive).action_remove()

    def test_removal_is_as_of_today_at_the_site(self):
        self.site.tz = "Pacific/Kiritimati"
        self._as_manager(self.rotor).action_remove()
        self.assertEqual(set((self.rotor + self.pin).mapped("date_removed")), {date(2026, 11, 19)})
        self.assertFalse(self.drive.date_removed)

    def test_contents_that_came_later_hinder_an_earlier_removal(self):
        self.pin.date_installed = date(2026, 11, 10)
        with self.assertRaisesRegex(ValidationError, "Pin.* was installed on 11/10/2026 and cannot be removed before"):
            self._as_manager(self.drive).action_remove(date="2026-11-01")
        self.assertFalse(any(self.tree.mapped("date_removed")))

    def test_dates_lie_within_those_of_the_sub_assembly(self):
        manager = self._as_manager(self.rotor)
        drive = self._as_manager(self.drive)
        sentence = "Rotor.* cannot be installed before Drive"
        self._assert_refused(sentence, lambda: manager.write({"date_installed": date(2026, 9, 30)}))
        self._assert_refused(sentence, lambda: drive.write({"date_installed": date(2026, 10, 2)}))
        drive.action_remove(date="2026-11-10")
        sentence = "Rotor.* cannot stay in the unit longer than Drive"
        for removed in (False, date(2026, 11, 11)):
            self._assert_refused(sentence, lambda removed=removed: manager.write({"date_removed": removed}))
        self.pin.date_removed = date(2026, 11, 9)
        manager.date_removed = date(2026, 11, 9)

    def test_a_serial_is_in_one_place_at_a_time(self):
        other = self._new_unit("P-2")
        self._as_manager(self.drive).action_remove(date="2026-11-10")
        again = {"lot_id": self.drive.lot_id.id, "date_removed": date(2026, 12, 1)}
        sentence = "M-1 was installed in .*P-1 from 10/01/2026 to 11/10/2026"
        self._assert_refused(sentence, lambda: self._new_component(other, date_installed=date(2026, 11, 9), **again))
        moved = self._new_component(other, date_installed=date(2026, 11, 10), **again)
        self._assert_refused(sentence, lambda: self._as_manager(moved).write({"date_installed": date(2026, 11, 1)}))
        self._as_manager(moved).write({"date_installed": date(2026, 11, 1), "date_removed": date(2026, 11, 1)})

    def test_a_serial_in_a_unit_since(self):
        with self.assertRaisesRegex(ValidationError, "M-1 has been installed in .*P-1 since 10/01/2026"):
            self._new_component(
                self._new_unit("P-2"),
                lot_id=self.drive.lot_id.id,
                date_installed=date(2026, 9, 1),
                date_removed=date(2026, 10, 2),
            )

    def test_batches_are_in_many_places(self):
        oil = self._new_product("Oil", tracking="lot")
        lot = self._new_lot("BATCH", oil)
        for unit in (self.unit, self._new_unit("P-2")):
            self._new_component(unit, product_id=oil.id, lot_id=lot.id)
        self.assertEqual(self.env["service.component"].search_count([("lot_id", "=", lot.id)]), 2)

    def test_delivery_date_takes_its_components_along(self):
        later = self._new_component(self.unit, position="Lamp", date_installed=date(2026, 10, 2))
        for delivered in (date(2026, 9, 1), date(2026, 10, 20)):
            with self.subTest(delivered=delivered):
                self._as_manager(self.unit).date_delivered = delivered
                self.assertEqual(set(self.tree.mapped("date_installed")), {delivered})
                self.assertEqual(later.date_installed, date(2026, 10, 2))

    def test_delivery_date_after_a_removal_is_refused(self):
        self._as_manager(self.drive).action_remove(date="2026-10-10")
        with self.assertRaisesRegex(ValidationError, "cannot be delivered on 10/20/2026: Drive.* was removed"):
            self._as_manager(self.unit).date_delivered = date(2026, 10, 20)

    def test_another_delivery_leaves_the_past_alone(self):
        picking = self._new_delivery(self._new_lot("P-3", self.product, self.stock))
        self._as_manager(self.unit).write(
            {"date_delivered": date(2026, 11, 1), "delivery_picking_id": picking.id}
        )
        self.assertEqual(set(self.tree.mapped("date_installed")), {date(2026, 10, 1)})

    def test_corrections_are_noted_on_the_unit(self):
        before = len(self._get_notes())
        manager = self._as_manager(self.pin)
        manager.write({"version": "1.10", "quantity": 1, "date_installed": date(2026, 10, 2)})
        manager.write({"version": "1.10"})
        added = self._as_manager(self.env["service.component"]).create(
            [{"equipment_id": self.unit.id, "product_id": self.part.id, "position": f"Lamp {n}"} for n in (1, 2)]
        )
        added[0].unlink()
        corrected, created, deleted = self._get_notes()[before:]
        self.assertIn("Drive / Rotor / Pin - Motor: Component corrected", corrected)
        self.assertIn("Version: - -> 1.10", corrected)
        self.assertIn("10/01/2026 -> 10/02/2026", corrected)
        self.assertNotIn("Quantity", corrected)
        self.assertIn("Lamp 1", created)
        self.assertIn("Lamp 2", created)
        self.assertIn("Lamp 1 - Motor: Component deleted", deleted)
        self.assertEqual(self.unit.message_ids[0].author_id, self.user_manager.partner_id)

    def test_the_register_itself_leaves_no_notes(self):
        before = len(self._get_notes())
        self.rotor.sudo().version = "2"
        self._as_manager(self.rotor).with_context(tracking_disable=True).version = "3"
        self.assertEqual(len(self._get_notes()), before)

    def test_users_correct_nothing(self):
        with self.assertRaises(AccessError):
            self.drive.with_user(self.user_equipment).action_remove()
