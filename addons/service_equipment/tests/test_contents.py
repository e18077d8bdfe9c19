# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.tests import tagged

from .common import TODAY, EquipmentCase


@tagged("post_install", "-at_install")
class TestContents(EquipmentCase):
    """A pump contains a motor with a rotor; the serials of both are wanted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rotor = cls._new_product("Rotor")
        cls.rotor_line = {"position": "Shaft", "product_id": cls.rotor.id, "is_serial_wanted": True}
        cls.motor_line = {"position": "Side", "product_id": cls.part.id, "is_serial_wanted": True}
        cls.part.service_design_line_ids = [Command.create(cls.rotor_line)]
        cls.product.service_design_line_ids = [Command.create(cls.motor_line)]
        cls.production = cls.env["stock.location"].search(
            [("usage", "=", "production"), ("company_id", "=", cls.company.id)], limit=1
        )

    def _lots(self, product, *names):
        return self.env["stock.lot"].concat(*(self._new_lot(name, product, self.stock) for name in names))

    def _new_lots(self, product, *names):
        """Make serial numbers that production will make."""
        return self.env["stock.lot"].concat(*(self._new_lot(name, product) for name in names))

    def _deliver(self, lots, packages=()):
        picking = self._new_delivery(lots)
        for names in packages:
            package = self.env["stock.package"].create({})
            packed = picking.move_line_ids.filtered(lambda line, names=names: line.lot_id.name in names)
            packed.result_package_id = package
        return self._validate(picking)

    def _get_serials(self, *lots):
        """Return the serial numbers in each unit, as {place: serial}."""
        units = self.env["service.equipment"].search([("lot_id", "in", [lot.id for lot in lots])])
        by_lot = units.grouped("lot_id")
        return [
            {row.complete_position: row.lot_id.name for row in by_lot[lot].open_component_ids if row.lot_id}
            for lot in lots
        ]

    def _get_note(self, picking):
        return "".join(picking.message_ids.filtered(lambda message: "by hand" in message.body).mapped("body"))

    def _move(self, lot, source, target):
        move = self.env["stock.move"].create(
            {
                "product_id": lot.product_id.id,
                "product_uom": lot.product_id.uom_id.id,
                "product_uom_qty": 1,
                "location_id": source.id,
                "location_dest_id": target.id,
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": lot.product_id.id,
                            "lot_id": lot.id,
                            "quantity": 1,
                            "picked": True,
                            "location_id": source.id,
                            "location_dest_id": target.id,
                        }
                    )
                ],
            }
        )
        move._action_confirm(merge=False)
        move.picked = True
        move._action_done()
        self.assertEqual(move.move_line_ids.mapped("state"), ["done"])
        return move.move_line_ids

    def _produce(self, made, consumed):
        """Record what manufacturing records: lots made out of other lots."""
        lines = self.env["stock.move.line"].concat(
            *(self._move(lot, self.stock, self.production) for lot in consumed)
        )
        for lot in made:
            self._move(lot, self.production, self.stock).consume_line_ids = lines

    # Delivered with the unit -------------------------------------------------

    def test_the_only_part_belongs_to_the_only_unit(self):
        pump, motor = self._lots(self.product, "P-1"), self._lots(self.part, "M-1")
        picking = self._deliver(pump + motor)
        self.assertEqual(self._get_serials(pump), [{"Side": "M-1"}])
        self.assertFalse(self._get_note(picking))
        self.assertFalse(self.env["service.equipment"].search([("lot_id", "=", motor.id)]))

    def test_as_many_as_the_only_unit_wants(self):
        self.product.service_design_line_ids.quantity = 2
        pump, motors = self._lots(self.product, "P-1"), self._lots(self.part, "M-1", "M-2")
        self._deliver(pump + motors)
        self.assertEqual(self._get_serials(pump), [{"Side 1": "M-1", "Side 2": "M-2"}])

    def test_a_spare_part_too_many_is_not_guessed(self):
        pump, motors = self._lots(self.product, "P-1"), self._lots(self.part, "M-1", "M-2")
        picking = self._deliver(pump + motors)
        self.assertEqual(self._get_serials(pump), [{}])
        self.assertIn("Motor M-1, M-2: it is not certain", self._get_note(picking))

    def test_two_units_and_two_parts_are_not_guessed(self):
        pumps, motors = self._lots(self.product, "P-1", "P-2"), self._lots(self.part, "M-1", "M-2")
        picking = self._deliver(pumps + motors)
        self.assertEqual(self._get_serials(*pumps), [{}, {}])
        self.assertIn("Motor M-1, M-2: it is not certain", self._get_note(picking))

    def test_packages_tell_which_is_whose(self):
        pumps, motors = self._lots(self.product, "P-1", "P-2"), self._lots(self.part, "M-1", "M-2")
        picking = self._deliver(pumps + motors, packages=[("P-1", "M-2"), ("P-2", "M-1")])
        self.assertEqual(self._get_serials(*pumps), [{"Side": "M-2"}, {"Side": "M-1"}])
        self.assertFalse(self._get_note(picking))

    def test_what_one_package_tells_settles_the_rest(self):
        pumps, motors = self._lots(self.product, "P-1", "P-2"), self._lots(self.part, "M-1", "M-2")
        self._deliver(pumps + motors, packages=[("P-1", "M-2")])
        self.assertEqual(self._get_serials(*pumps), [{"Side": "M-2"}, {"Side": "M-1"}])

    def test_a_part_that_nobody_wants_is_no_news(self):
        self.product.service_design_line_ids.is_serial_wanted = False
        pump, motor = self._lots(self.product, "P-1"), self._lots(self.part, "M-1")
        picking = self._deliver(pump + motor)
        self.assertEqual(self._get_serials(pump), [{}])
        self.assertFalse(self._get_note(picking))

    def test_a_part_installed_elsewhere_does_not_stop_the_delivery(self):
        other = self._new_unit("P-0")
        motor = self._lots(self.part, "M-1")
        self._new_component(other, lot_id=motor.id)
        pump = self._lots(self.product, "P-1")
        picking = self._deliver(pump + motor)
        self.assertEqual(self._get_serials(pump), [{}])
        self.assertIn(f"Motor M-1 is still recorded in {other.display_name}", self._get_note(picking))

    def test_a_part_that_is_a_unit_too_is_a_sub_unit(self):
        self.part.is_service_equipment = True
        pump, motor = self._lots(self.product, "P-1"), self._lots(self.part, "M-1")
        self._deliver(pump + motor)
        self.assertEqual(self._get_serials(pump), [{"Side": "M-1"}])
        units = self.env["service.equipment"].search([("lot_id", "in", (pump + motor).ids)], order="serial_number")
        self.assertEqual(units[0].parent_id, units[1])

    # Manufactured ------------------------------------------------------------

    def test_production_tells_what_is_inside_to_the_last_level(self):
        pump, motor = self._new_lots(self.product, "P-1"), self._new_lots(self.part, "M-1")
        rotor = self._lots(self.rotor, "R-1")
        self._produce(motor, rotor)
        self._produce(pump, motor)
        picking = self._deliver(pump)
        self.assertEqual(self._get_serials(pump), [{"Side": "M-1", "Side / Shaft": "R-1"}])
        self.assertFalse(self._get_note(picking))

    def test_what_production_has_built_in_beyond_the_design_is_added(self):
        gauge = self._new_product("Gauge")
        pump, gauges = self._new_lots(self.product, "P-1"), self._lots(gauge, "G-1", "G-2")
        self._produce(pump, gauges)
        self._deliver(pump)
        unit = self.env["service.equipment"].search([("lot_id", "=", pump.id)])
        self.assertRecordValues(
            unit.open_component_ids.filtered("lot_id").sorted("id"),
            [
                {"lot_id": lot.id, "quantity": 1, "is_serial_wanted": True, "date_installed": TODAY, "parent_id": False}
                for lot in gauges
            ],
        )

    def test_pieces_of_an_uncounted_row_are_split_off(self):
        self.product.service_design_line_ids.write({"is_serial_wanted": False, "quantity": 3})
        self.part.service_design_line_ids.unlink()
        pump, motors = self._new_lots(self.product, "P-1"), self._lots(self.part, "M-1", "M-2")
        self._produce(pump, motors)
        self._deliver(pump)
        unit = self.env["service.equipment"].search([("lot_id", "=", pump.id)])
        rows = unit.open_component_ids.sorted(lambda row: row.lot_id.name or "")
        self.assertEqual(rows.mapped("lot_id.name"), ["M-1", "M-2"])
        self.assertEqual(rows.mapped("quantity"), [1, 1, 1])

    def test_two_units_made_together_are_not_guessed(self):
        pumps, motors = self._new_lots(self.product, "P-1", "P-2"), self._lots(self.part, "M-1", "M-2")
        self._produce(pumps, motors)
        picking = self._deliver(pumps)
        self.assertEqual(self._get_serials(*pumps), [{}, {}])
        self.assertIn("Motor M-1, M-2: it is not certain", self._get_note(picking))

    def test_a_lot_that_contains_itself_ends(self):
        pump, motor = self._new_lots(self.product, "P-1"), self._lots(self.part, "M-1")
        self._produce(pump, motor)
        self._produce(motor, pump)
        self._produce(pump, motor)
        self._deliver(pump)
        self.assertEqual(self._get_serials(pump), [{"Side": "M-1"}])

    def test_a_unit_that_comes_again_keeps_its_components(self):
        pump, motors = self._new_lots(self.product, "P-1"), self._lots(self.part, "M-1", "M-2")
        self._produce(pump, motors[0])
        first = self._deliver(pump)
        row = self.env["service.equipment"].search([("lot_id", "=", pump.id)]).open_component_ids.filtered("lot_id")
        row.lot_id = motors[1]
        self._return(first, pump)
        self._deliver(pump)
        self.assertEqual(self._get_serials(pump), [{"Side": "M-2"}])

    # Serials missing ---------------------------------------------------------

    def test_serials_missing(self):
        Equipment = self.env["service.equipment"].with_user(self.user_equipment)
        pump = self._lots(self.product, "P-1")
        self._deliver(pump)
        unit = Equipment.search([("lot_id", "=", pump.id)])
        self.assertTrue(unit.is_serial_missing)
        self.assertIn(unit, Equipment.search([("is_serial_missing", "=", True)]))
        rows = unit.sudo().open_component_ids.sorted("complete_position")
        rows[0].lot_id = self._new_lot("M-9")
        self.assertTrue(unit.is_serial_missing)
        rows[1].serial_found = "R-9"
        self.assertFalse(unit.is_serial_missing)
        self.assertNotIn(unit, Equipment.search([("is_serial_missing", "=", True)]))
        self.assertIn(unit, Equipment.search([("is_serial_missing", "=", False)]))

    def test_serials_missing_are_found_by_an_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.env["service.equipment"]._search([("is_serial_missing", "=", True)]).select()
        self.env.cr.execute(f"EXPLAIN {query.code}", query.params)
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("service_component_serial_missing_idx", plan)
