# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY
from .test_exchange import ExchangeCase


@tagged("post_install", "-at_install")
class TestExchangeVendor(ExchangeCase):
    """The old part waits in quarantine, and a transfer to its vendor waits for the clerk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env["res.partner"].create({"name": "Motors Inc"})
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.env["product.supplierinfo"].create(
            {"partner_id": cls.vendor.id, "product_tmpl_id": cls.part.product_tmpl_id.id}
        )

    def _return_to_vendor(self, **vals):
        exchange = self._new_exchange(disposition="vendor", **vals)
        exchange.action_done()
        return exchange

    def test_transfer_is_made_and_reserved(self):
        other = self._new_lot("M-OTHER", location=self.quarantine)
        exchange = self._return_to_vendor()
        self.assertRecordValues(exchange, [{"vendor_id": self.vendor.id, "dest_location_id": self.quarantine.id}])
        picking = exchange.sudo().vendor_picking_id
        self.assertRecordValues(
            picking,
            [
                {
                    "state": "assigned",
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "partner_id": self.vendor.id,
                    "location_id": self.quarantine.id,
                    "location_dest_id": self.suppliers.id,
                    "origin": exchange.name,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertRecordValues(
            picking.move_line_ids,
            [{"lot_id": self.old_lot.id, "quantity": 1, "location_id": self.quarantine.id, "picked": False}],
        )
        self.assertEqual(self._get_quantity(self.old_lot, self.quarantine), 1)
        self.assertEqual(len(exchange.sudo().move_ids), 2)
        self.assertFalse(other.quant_ids.reserved_quantity)

    def test_clerk_ships_it(self):
        exchange = self._return_to_vendor()
        self._validate(exchange.vendor_picking_id)
        self.assertEqual(exchange.sudo().vendor_picking_id.state, "done")
        self.assertEqual(self._get_quantity(self.old_lot, self.quarantine), 0)
        self.assertEqual(self._get_quantity(self.old_lot, self.suppliers), 1)
        with self.assertRaisesRegex(UserError, "was shipped to Motors Inc with"):
            exchange.action_reverse()
        self.assertEqual(exchange.state, "done")

    def test_register_takes_no_notice_of_the_transfer(self):
        unit = self._new_unit(product_id=self.part.id, lot_id=self.old_lot.id)
        self.part.is_service_equipment = True
        count = self.env["service.equipment"].search_count([])
        exchange = self._return_to_vendor()
        self._validate(exchange.vendor_picking_id)
        self.assertEqual(unit.state, "in_service")
        self.assertEqual(self.env["service.equipment"].search_count([]), count)

    def test_reversal_cancels_the_transfer(self):
        exchange = self._return_to_vendor()
        exchange.action_reverse()
        self.assertEqual(exchange.sudo().vendor_picking_id.state, "cancel")
        self.assertEqual(self._get_quantity(self.old_lot, self.quarantine), 0)
        self.assertEqual(self.unit.open_component_ids, self.component)
        quants = self.old_lot.quant_ids | self.new_lot.quant_ids
        self.assertFalse(sum(quants.mapped("reserved_quantity")))

    def test_vendor_is_chosen_or_asked_for(self):
        self.part.seller_ids.unlink()
        exchange = self._new_exchange(disposition="vendor")
        with self.assertRaisesRegex(UserError, "Choose the vendor to whom Motor goes back"):
            exchange.action_done()
        self.assertEqual(exchange.state, "draft")
        self.assertFalse(exchange.sudo().move_ids)
        exchange.vendor_id = self.other_customer
        exchange.action_done()
        self.assertEqual(exchange.sudo().vendor_picking_id.partner_id, self.other_customer)

    def test_vendor_follows_disposition(self):
        exchange = self._new_exchange(disposition="vendor")
        self.assertEqual(exchange.vendor_id, self.vendor)
        exchange.disposition = "scrap"
        self.assertFalse(exchange.vendor_id)

    def test_seller_of_another_company_is_not_ours(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.part.seller_ids.company_id = company
        self.assertFalse(self._new_exchange(disposition="vendor").vendor_id)

    def test_several_vendors_in_one_batch(self):
        second = self._new_component(self.unit, "M-OLD2")
        lot = self._new_lot("M-NEW2", location=self.van)
        exchanges = self._new_exchange(disposition="vendor") + self._new_exchange(
            component_id=second.id, new_lot_id=lot.id, disposition="vendor", vendor_id=self.other_customer.id
        )
        exchanges.action_done()
        pickings = exchanges.sudo().vendor_picking_id
        self.assertEqual(pickings.partner_id, self.vendor + self.other_customer)
        self.assertEqual(pickings.mapped("state"), ["assigned", "assigned"])
        exchanges[0].action_reverse()
        self.assertEqual(pickings.mapped("state"), ["cancel", "assigned"])

    def test_part_without_serial_number(self):
        fan = self._new_product("Fan", tracking="none")
        self.env["stock.quant"]._update_available_quantity(fan, self.van, 5)
        row = self._new_component(self.unit, product_id=fan.id, quantity=2)
        exchange = self._return_to_vendor(
            component_id=row.id, new_product_id=fan.id, new_lot_id=False, quantity=2, vendor_id=self.vendor.id
        )
        move = exchange.sudo().vendor_picking_id.move_ids
        self.assertRecordValues(move, [{"state": "assigned", "quantity": 2, "product_id": fan.id}])

    def test_exchange_that_went_straight_to_the_vendor_is_reversed(self):
        """Before vendor returns had a transfer, the old part moved to the vendor with the exchange."""
        exchange = self._new_exchange(dest_location_id=self.quarantine.id)
        exchange.action_done()
        self.env.flush_all()
        move = exchange.sudo().move_ids.sorted("id")[1]
        line = move.move_line_ids
        self.env["stock.quant"]._update_available_quantity(self.part, self.quarantine, -1, lot_id=self.old_lot)
        self.env["stock.quant"]._update_available_quantity(self.part, self.suppliers, 1, lot_id=self.old_lot)
        ids = {"exchange": exchange.id, "move": move.id, "line": line.id, "place": self.suppliers.id}
        for query in (
            "UPDATE service_exchange SET disposition = 'vendor', dest_location_id = %(place)s WHERE id = %(exchange)s",
            "UPDATE stock_move SET location_dest_id = %(place)s WHERE id = %(move)s",
            "UPDATE stock_move_line SET location_dest_id = %(place)s WHERE id = %(line)s",
        ):
            self.env.cr.execute(query, ids)
        self.env.invalidate_all()
        exchange.action_reverse()
        self.assertEqual(self.unit.components_at(TODAY), self.component)
        self.assertEqual(self._get_quantity(self.old_lot, self.suppliers), 0)
        self.assertEqual(self._get_quantity(self.new_lot, self.van), 1)
