# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, EquipmentCase


@tagged("post_install", "-at_install")
class TestDelivery(EquipmentCase):
    """Deliveries of all kinds, as a stock user without rights on the register validates them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor", "is_company": True})

    def _get_units(self, lots):
        units = self.env["service.equipment"].with_context(active_test=False)
        return units.search([("lot_id", "in", lots.ids)], order="serial_number")

    def _new_lots(self, *names, **kwargs):
        lots = [self._new_lot(name, self.product, self.stock, **kwargs) for name in names]
        return self.env["stock.lot"].concat(*lots)

    def _new_purchased(self, names, **vals):
        """Make a transfer from a vendor to a customer; the serial numbers are typed on the way."""
        move = {
            "product_id": self.product.id,
            "product_uom": self.product.uom_id.id,
            "product_uom_qty": len(names),
            "location_id": self.suppliers.id,
            "location_dest_id": self.customers.id,
        }
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "partner_id": self.vendor.id,
                "location_id": self.suppliers.id,
                "location_dest_id": self.customers.id,
                "move_ids": [Command.create({**move, **vals})],
            }
        )
        picking.action_confirm()
        picking.move_line_ids.unlink()
        picking.move_ids.move_line_ids = [
            Command.create(
                {
                    "product_id": self.product.id,
                    "lot_name": name,
                    "quantity": 1,
                    "picked": True,
                    "location_id": self.suppliers.id,
                    "location_dest_id": self.customers.id,
                    "picking_id": picking.id,
                }
            )
            for name in names
        ]
        return picking

    # Shipped in several steps ------------------------------------------------

    def test_only_the_last_of_three_steps_registers(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        lot = self._new_lots("P-1")
        self.env["stock.rule"].run(
            [
                self.env["stock.rule"].Procurement(
                    self.product,
                    1,
                    self.product.uom_id,
                    self.site.property_stock_customer,
                    "S1",
                    "S1",
                    self.company,
                    {"warehouse_id": self.warehouse, "partner_id": self.site.id},
                )
            ]
        )
        move = self.env["stock.move"].search([("product_id", "=", self.product.id)])
        steps = 0
        while move:
            steps += 1
            self.assertFalse(self._get_units(lot))
            move.move_line_ids.picked = True
            last = self._validate(move.picking_id)
            move = move.move_dest_ids
        self.assertEqual(steps, 3)
        self.assertRecordValues(
            self._get_units(lot), [{"delivery_picking_id": last.id, "site_id": self.site.id, "state": "in_service"}]
        )

    # Straight from the vendor ------------------------------------------------

    def test_dropshipped_serials_are_made_on_the_way(self):
        picking = self._validate(self._new_purchased(["D-1", "D-2"], partner_id=self.site.id))
        units = self._get_units(picking.move_line_ids.lot_id)
        self.assertRecordValues(
            units,
            [
                {
                    "serial_number": serial,
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "date_delivered": TODAY,
                    "state": "in_service",
                }
                for serial in ("D-1", "D-2")
            ],
        )
        self.assertIn("Rossi Plant", units[0].history()[0]["text"])

    def test_dropshipped_units_go_back_to_the_vendor(self):
        picking = self._validate(self._new_purchased(["D-1"], partner_id=self.site.id))
        lot = picking.move_line_ids.lot_id
        self._return(picking, lot)
        self.assertRecordValues(self._get_units(lot), [{"state": "retired", "date_retired": TODAY}])

    def test_receipt_in_stock_registers_nothing(self):
        picking = self._new_purchased(["D-1"])
        picking.move_ids.location_dest_id = picking.move_line_ids.location_dest_id = self.stock
        self._validate(picking)
        self.assertFalse(self._get_units(picking.move_line_ids.lot_id))

    # Whose it is -------------------------------------------------------------

    def test_the_buyer_and_the_address_may_be_of_two_companies(self):
        buyer = self.other_customer
        self.patch(self.registry["stock.move.line"], "_get_service_customer", lambda line: buyer.with_env(line.env))
        lot = self._new_lots("P-1")
        self._validate(self._new_delivery(lot))
        self.assertRecordValues(
            self._get_units(lot),
            [
                {
                    "partner_id": self.other_customer.id,
                    "commercial_partner_id": self.other_customer.id,
                    "site_id": self.site.id,
                }
            ],
        )
        self.assertTrue(self.site.is_service_site)

    def test_what_the_customer_owned_already_gets_no_warranty(self):
        lot = self._new_lot("P-1", self.product)
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.stock, 1, lot_id=lot, owner_id=self.customer
        )
        picking = self._new_delivery(lot)
        picking.move_line_ids.owner_id = self.customer
        self._validate(picking)
        self.assertRecordValues(
            self._get_units(lot),
            [
                {
                    "partner_id": self.customer.id,
                    "state": "in_service",
                    "warranty_parts_end": False,
                    "warranty_labour_end": False,
                }
            ],
        )

    def test_a_vendors_stock_is_sold_as_ours_is(self):
        lot = self._new_lot("P-1", self.product)
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.stock, 1, lot_id=lot, owner_id=self.vendor
        )
        picking = self._new_delivery(lot)
        picking.move_line_ids.owner_id = self.vendor
        self._validate(picking)
        self.assertRecordValues(
            self._get_units(lot), [{"partner_id": self.customer.id, "warranty_parts_end": date(2028, 11, 17)}]
        )

    def test_a_customers_own_unit_keeps_its_warranty(self):
        lot = self._new_lots("P-1")
        first = self._validate(self._new_delivery(lot))
        unit = self._get_units(lot)
        unit.date_delivered = date(2026, 1, 10)
        self._return(first, lot)
        quant = self.env["stock.quant"].search([("lot_id", "=", lot.id), ("location_id", "=", self.stock.id)])
        quant.owner_id = self.other_customer
        picking = self._new_delivery(lot, partner=self.other_customer)
        picking.move_line_ids.owner_id = self.other_customer
        self._validate(picking)
        self.assertRecordValues(
            unit,
            [
                {
                    "state": "in_service",
                    "partner_id": self.other_customer.id,
                    "site_id": self.other_customer.id,
                    "date_delivered": date(2026, 1, 10),
                    "warranty_parts_end": date(2028, 1, 9),
                    "delivery_picking_id": first.id,
                }
            ],
        )

    def test_a_unit_entered_before_its_delivery_takes_the_delivery(self):
        lot = self._new_lots("P-1")
        unit = self.env["service.equipment"].create(
            {"product_id": self.product.id, "lot_id": lot.id, "partner_id": self.customer.id, "asset_code": "A-1"}
        )
        picking = self._validate(self._new_delivery(lot))
        self.assertRecordValues(
            self._get_units(lot),
            [
                {
                    "id": unit.id,
                    "asset_code": "A-1",
                    "state": "in_service",
                    "date_delivered": TODAY,
                    "delivery_picking_id": picking.id,
                    "warranty_parts_end": date(2028, 11, 17),
                }
            ],
        )

    # Returned and exchanged --------------------------------------------------

    def test_one_comes_back_and_another_goes_out(self):
        lots = self._new_lots("P-1", "P-2", "P-3")
        first = self._validate(self._new_delivery(lots[:2]))
        self._return(first, lots[0])
        self._validate(self._new_delivery(lots[2]))
        self.assertEqual(self._get_units(lots).mapped("state"), ["retired", "in_service", "in_service"])

    def test_partial_return_in_two_goes(self):
        lots = self._new_lots("P-1", "P-2", "P-3")
        first = self._validate(self._new_delivery(lots))
        self._return(first, lots[0])
        self._return(first, lots[1])
        units = self._get_units(lots)
        self.assertEqual(units.mapped("state"), ["retired", "retired", "in_service"])
        self.assertEqual(units.mapped("date_retired"), [TODAY, TODAY, False])

    def test_many_go_out_again_to_another_customer(self):
        lots = self._new_lots("P-1", "P-2", "P-3")
        first = self._validate(self._new_delivery(lots))
        units = self._get_units(lots)
        units.write({"invoice_ref": "INV/1", "zone_id": self.env["service.zone"].create({"name": "Hall"}).id})
        self._return(first, lots)
        second = self._validate(self._new_delivery(lots, partner=self.other_customer))
        self.assertRecordValues(
            units,
            [
                {
                    "state": "in_service",
                    "partner_id": self.other_customer.id,
                    "invoice_ref": False,
                    "zone_id": False,
                    "delivery_picking_id": second.id,
                }
            ]
            * 3,
        )

    # Corrected after the fact ------------------------------------------------

    def test_corrected_serial_stays_the_same_unit(self):
        lots = self._new_lots("P-1", "P-2")
        picking = self._validate(self._new_delivery(lots[0]))
        unit = self._get_units(lots)
        unit.asset_code = "A-1"
        picking.move_line_ids.lot_id = lots[1]
        self.assertRecordValues(
            self._get_units(lots),
            [{"id": unit.id, "serial_number": "P-2", "asset_code": "A-1", "state": "in_service"}],
        )

    def test_corrected_serial_has_been_sold_before(self):
        lots = self._new_lots("P-1", "P-2")
        first = self._validate(self._new_delivery(lots[1], partner=self.other_customer))
        self._return(first, lots[1])
        picking = self._validate(self._new_delivery(lots[0]))
        picking.move_line_ids.lot_id = lots[1]
        self.assertRecordValues(
            self._get_units(lots),
            [
                {"serial_number": "P-1", "state": "retired", "partner_id": self.customer.id},
                {"serial_number": "P-2", "state": "in_service", "partner_id": self.customer.id},
            ],
        )

    def test_serial_added_to_a_done_delivery(self):
        lots = self._new_lots("P-1", "P-2")
        picking = self._validate(self._new_delivery(lots[0]))
        picking.is_locked = False
        line = {
            "product_id": self.product.id,
            "lot_id": lots[1].id,
            "quantity": 1,
            "picked": True,
            "picking_id": picking.id,
            "location_id": picking.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
        }
        self.env["stock.move.line"].with_user(self.user_stock).create({**line, "move_id": picking.move_ids.id})
        self.assertEqual(self._get_units(lots).mapped("delivery_picking_id"), picking)
        self.assertEqual(len(self._get_units(lots)), 2)

    def test_the_same_batch_twice_registers_once(self):
        lots = self._new_lots("P-1", "P-2")
        picking = self._validate(self._new_delivery(lots))
        units = self._get_units(lots)
        values = units.read(["name", "state", "date_delivered", "partner_id"])
        picking.move_line_ids._update_service_equipment()
        self.assertEqual(self._get_units(lots).read(["name", "state", "date_delivered", "partner_id"]), values)
