# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.tests import tagged

from odoo.addons.service_equipment.tests.common import TODAY, EquipmentCase


@tagged("post_install", "-at_install")
class TestKit(EquipmentCase):
    """A station is sold as a kit of one motor and two hoses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hose = cls._new_product("Hose", tracking="none")
        cls.station = cls._new_product(
            "Station", tracking="none", is_service_equipment=True, warranty_parts_months=12
        )
        cls.kit = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.station.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": cls.part.id, "product_qty": 1}),
                    Command.create({"product_id": cls.hose.id, "product_qty": 2}),
                ],
            }
        )
        cls.env["stock.quant"]._update_available_quantity(cls.hose, cls.stock, 10)

    def _motors(self, *names):
        return self.env["stock.lot"].concat(*(self._new_lot(name, self.part, self.stock) for name in names))

    def _new_kits(self, count):
        """Make a delivery of kits, reserved."""
        move = {
            "product_id": self.station.id,
            "product_uom": self.station.uom_id.id,
            "product_uom_qty": count,
            "location_id": self.stock.id,
            "location_dest_id": self.customers.id,
        }
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.site.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
                "move_ids": [Command.create(move)],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        self.assertEqual(picking.move_ids.product_id, self.part + self.hose)
        picking.move_ids.picked = True
        return picking

    def _get_units(self):
        return self.env["service.equipment"].search([("product_id", "=", self.station.id)], order="id")

    def test_one_kit_with_its_serials(self):
        motor = self._motors("M-1")
        picking = self._validate(self._new_kits(1))
        unit = self._get_units()
        self.assertRecordValues(
            unit,
            [
                {
                    "lot_id": False,
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "date_delivered": TODAY,
                    "state": "in_service",
                    "delivery_picking_id": picking.id,
                }
            ],
        )
        self.assertRecordValues(
            unit.open_component_ids.sorted("id"),
            [
                {"product_id": self.part.id, "quantity": 1, "lot_id": motor.id, "is_serial_wanted": True},
                {"product_id": self.hose.id, "quantity": 2, "lot_id": False, "is_serial_wanted": False},
            ],
        )

    def test_the_as_designed_list_wins(self):
        self.station.service_design_line_ids = [
            Command.create({"position": "Left", "product_id": self.part.id, "is_serial_wanted": True})
        ]
        motor = self._motors("M-1")
        self._validate(self._new_kits(1))
        self.assertRecordValues(self._get_units().open_component_ids, [{"position": "Left", "lot_id": motor.id}])

    def test_of_several_kits_nobody_knows_which_serial_is_where(self):
        self._motors("M-1", "M-2")
        picking = self._validate(self._new_kits(2))
        units = self._get_units()
        self.assertEqual(len(units), 2)
        self.assertFalse(units.open_component_ids.lot_id)
        self.assertEqual(units.mapped("is_serial_missing"), [True, True])
        self.assertIn("Motor M-1, M-2: it is not certain", "".join(picking.message_ids.mapped("body")))

    def test_a_kit_is_registered_when_it_is_complete(self):
        self._motors("M-1")
        picking = self._new_kits(1)
        picking.move_ids.filtered(lambda move: move.product_id == self.hose).quantity = 1
        self._validate(picking)
        self.assertFalse(self._get_units())
        backorder = self.env["stock.picking"].search([("backorder_id", "=", picking.id)])
        backorder.action_assign()
        backorder.move_ids.picked = True
        self._validate(backorder)
        unit = self._get_units()
        self.assertEqual(unit.delivery_picking_id, backorder)
        self.assertEqual(unit.open_component_ids.lot_id.name, "M-1")

    def test_a_kit_that_is_no_equipment(self):
        self.station.is_service_equipment = False
        self._motors("M-1")
        self._validate(self._new_kits(1))
        self.assertFalse(self._get_units())

    def test_a_returned_kit_is_retired(self):
        motor = self._motors("M-1")
        picking = self._validate(self._new_kits(1))
        self._return(picking, motor)
        self.assertRecordValues(self._get_units(), [{"state": "retired", "date_retired": TODAY}])

    def test_a_manufactured_unit_knows_its_serials(self):
        """As the stock records it when an order is produced."""
        motor = self._motors("M-1")
        pump = self._new_lot("P-1", self.product)
        order = self.env["mrp.production"].create(
            {
                "product_id": self.product.id,
                "product_qty": 1,
                "move_raw_ids": [
                    Command.create(
                        {"product_id": self.part.id, "product_uom_qty": 1, "product_uom": self.part.uom_id.id}
                    )
                ],
            }
        )
        order.action_confirm()
        order.action_assign()
        order.lot_producing_ids = pump
        order.qty_producing = 1
        order.move_raw_ids.picked = True
        order.button_mark_done()
        self.assertEqual(order.state, "done")
        self._validate(self._new_delivery(pump))
        unit = self.env["service.equipment"].search([("lot_id", "=", pump.id)])
        self.assertEqual(unit.open_component_ids.lot_id, motor)
