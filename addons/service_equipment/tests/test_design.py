# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import TODAY, EquipmentCase


@tagged("post_install", "-at_install")
class TestDesign(EquipmentCase):
    """A pump contains two motors, each of which contains a rotor and four screws."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rotor = cls._new_product("Rotor")
        cls.screw = cls._new_product("Screw", tracking="none")
        cls._design(
            cls.part,
            {"position": "Shaft", "product_id": cls.rotor.id, "is_serial_wanted": True, "version": "2.1"},
            {"position": "Lid", "product_id": cls.screw.id, "quantity": 4},
        )
        cls._design(cls.product, {"position": "Side", "product_id": cls.part.id, "quantity": 2})

    @classmethod
    def _design(cls, product, *lines):
        product.service_design_line_ids = [Command.clear()] + [Command.create(line) for line in lines]

    def _copy(self, count=1):
        units = self.env["service.equipment"].create(
            [{"product_id": self.product.id, "date_delivered": TODAY} for _number in range(count)]
        )
        return units._copy_design()

    def test_sub_assemblies_are_copied_to_the_last_level(self):
        components = self._copy().sorted("complete_position")
        self.assertRecordValues(
            components,
            [
                {"complete_position": place, "product_id": product.id, "quantity": quantity, "version": version}
                for place, product, quantity, version in [
                    ("Side 1", self.part, 1, False),
                    ("Side 1 / Lid", self.screw, 4, False),
                    ("Side 1 / Shaft", self.rotor, 1, "2.1"),
                    ("Side 2", self.part, 1, False),
                    ("Side 2 / Lid", self.screw, 4, False),
                    ("Side 2 / Shaft", self.rotor, 1, "2.1"),
                ]
            ],
        )
        self.assertEqual(set(components.mapped("date_installed")), {TODAY})
        self.assertEqual(components.filtered("is_serial_wanted").product_id, self.rotor)

    def test_pieces_with_a_serial_are_rows_of_their_own(self):
        self._design(
            self.product,
            {"position": "Slot", "product_id": self.rotor.id, "quantity": 3, "is_serial_wanted": True},
            {"product_id": self.rotor.id, "quantity": 2, "is_serial_wanted": True},
            {"position": "Base", "product_id": self.rotor.id, "quantity": 2},
        )
        self.assertEqual(
            self._copy().sorted("id").mapped(lambda row: (row.position, row.quantity)),
            [("Base", 2), ("Slot 1", 1), ("Slot 2", 1), ("Slot 3", 1), (False, 1), (False, 1)],
        )

    def test_units_of_different_products_in_one_batch(self):
        units = self.env["service.equipment"].create([{"product_id": self.product.id}, {"product_id": self.part.id}])
        units._copy_design()
        self.assertEqual([len(unit.component_ids) for unit in units], [6, 2])

    def test_copying_takes_no_query_per_unit(self):
        def count(size):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._copy(size)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        # 540 rows more, which the ORM inserts by the hundred.
        self.assertLessEqual(count(100) - count(10), 12)

    def test_a_serial_is_recorded_per_piece(self):
        with self.assertRaisesRegex(ValidationError, "Rotor: serial numbers are recorded per piece"):
            self._design(self.product, {"product_id": self.rotor.id, "quantity": 1.5, "is_serial_wanted": True})

    def test_a_product_cannot_contain_itself(self):
        with self.assertRaisesRegex(ValidationError, "Rotor cannot be a component of itself"):
            self._design(self.rotor, {"product_id": self.rotor.id})
        with self.assertRaisesRegex(ValidationError, "Pump contains Rotor and so cannot be a component of it"):
            self._design(self.rotor, {"product_id": self.product.id})

    def test_two_lists_saved_together_cannot_contain_each_other(self):
        lid, box = self._new_product("Lid"), self._new_product("Box")
        with self.assertRaisesRegex(ValidationError, "and so cannot be a component of it"):
            self.env["service.product.component"].create(
                [
                    {"product_tmpl_id": lid.product_tmpl_id.id, "product_id": box.id},
                    {"product_tmpl_id": box.product_tmpl_id.id, "product_id": lid.id},
                ]
            )

    def test_the_same_part_in_two_places_is_no_cycle(self):
        self._design(self.product, {"product_id": self.part.id}, {"product_id": self.rotor.id})
        self.assertEqual(len(self._copy()), 4)

    def test_the_tree_is_shown_when_there_are_sub_assemblies(self):
        template = self.product.product_tmpl_id
        for text in ("Side 2", "Shaft", "Screw", "wanted"):
            self.assertIn(text, template.service_design_html)
        self.assertFalse(self.part.service_design_html)

    def test_entering_the_list_on_the_product(self):
        gauge = self._new_product("Gauge", tracking="none")
        form = Form(self.env["product.template"].create({"name": "Boiler", "type": "consu"}))
        with form.service_design_line_ids.new() as line:
            line.product_id = self.rotor
            self.assertTrue(line.is_serial_wanted)
            line.product_id = gauge
            self.assertFalse(line.is_serial_wanted)
            line.version = "3"
        boiler = form.save()
        self.assertRecordValues(boiler.service_design_line_ids, [{"product_id": gauge.id, "version": "3"}])
        self.assertRecordValues(boiler.copy().service_design_line_ids, [{"product_id": gauge.id, "version": "3"}])

    def test_a_unit_entered_by_hand_takes_the_list_once(self):
        unit = self._new_unit("P-1").with_user(self.user_manager)
        self.assertTrue(unit.can_copy_design)
        unit.action_copy_design()
        self.assertEqual(len(unit.open_component_ids), 6)
        self.assertFalse(unit.can_copy_design)
        with self.assertRaisesRegex(UserError, "has components already"):
            unit.action_copy_design()
        self.assertEqual(len(unit.open_component_ids), 6)
        with self.assertRaises(AccessError):
            self._new_unit("P-2").with_user(self.user_equipment).action_copy_design()
