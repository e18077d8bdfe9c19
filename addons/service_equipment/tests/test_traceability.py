# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .test_exchange import ExchangeCase


@tagged("post_install", "-at_install")
class TestTraceability(ExchangeCase):
    """Odoo's own traceability report tells the exchange from either serial number."""

    def _get_lines(self, lot, user=None):
        report = self.env["stock.traceability.report"].with_user(user or self.user_clerk)
        return report.with_context(active_id=lot.id, model="stock.lot").get_lines()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_clerk = cls._new_user(
            "eq_clerk", "stock.group_stock_user,service_equipment.group_service_equipment_user"
        )

    def test_both_serial_numbers_lead_to_the_exchange(self):
        exchange = self._new_exchange()
        exchange.action_done()
        for lot, source, target in (
            (self.new_lot, self.van, self.customers),
            (self.old_lot, self.customers, self.quarantine),
        ):
            line = next(line for line in self._get_lines(lot) if line["res_model"] == "service.exchange")
            self.assertEqual(line["res_id"], exchange.id)
            self.assertEqual(line["reference"], exchange.name)
            self.assertEqual(line["lot_name"], lot.name)
            self.assertEqual(line["location_source"], source.display_name)
            self.assertEqual(line["location_destination"], target.display_name)

    def test_reversal_stands_in_the_report_too(self):
        exchange = self._new_exchange()
        exchange.action_done()
        exchange.action_reverse()
        for lot in (self.new_lot, self.old_lot):
            lines = [line for line in self._get_lines(lot) if line["res_model"] == "service.exchange"]
            links = [(line["res_id"], line["reference"]) for line in lines]
            self.assertEqual(links, [(exchange.id, exchange.name)] * 2)

    def test_vendor_return_leads_to_its_transfer(self):
        exchange = self._new_exchange(disposition="vendor", vendor_id=self.other_customer.id)
        exchange.action_done()
        picking = self._validate(exchange.vendor_picking_id)
        lines = self._get_lines(self.old_lot)
        self.assertEqual(
            {(line["res_model"], line["res_id"], line["reference"]) for line in lines},
            {("stock.picking", picking.id, picking.name), ("service.exchange", exchange.id, exchange.name)},
        )

    def test_moves_are_named_after_the_exchange_and_open_it(self):
        for disposition in ("quarantine", "scrap"):
            component = self._new_component(self.unit, f"OLD-{disposition}")
            lot = self._new_lot(f"NEW-{disposition}", location=self.van)
            exchange = self._new_exchange(component_id=component.id, new_lot_id=lot.id, disposition=disposition)
            exchange.action_done()
            for move in exchange.sudo().move_ids:
                self.assertEqual(move.reference, exchange.name)
                action = move.with_user(self.user_clerk).action_open_reference()
                self.assertEqual((action["res_model"], action["res_id"]), ("service.exchange", exchange.id))
                line = move.move_line_ids.with_user(self.user_clerk)
                self.assertEqual(line.reference, exchange.name)
                self.assertEqual(line.action_open_reference()["res_model"], "service.exchange")

    def test_who_may_not_see_exchanges_is_led_to_the_move(self):
        exchange = self._new_exchange(disposition="scrap")
        exchange.action_done()
        line = next(line for line in self._get_lines(self.old_lot, self.user_stock) if line["reference"])
        self.assertEqual((line["res_model"], line["reference"]), ("stock.move", exchange.name))
        move = self.env["stock.move"].browse(line["res_id"]).with_user(self.user_stock)
        self.assertEqual(move.action_open_reference()["res_id"], move.id)
        self.assertEqual(move.action_open_reference()["res_model"], "stock.move")

    def test_other_moves_stay_as_they_are(self):
        lot = self._new_lot("P-9", self.product, self.stock)
        picking = self._validate(self._new_delivery(lot))
        line = self._get_lines(lot)[0]
        self.assertEqual((line["res_model"], line["res_id"]), ("stock.picking", picking.id))
        self.assertEqual(picking.move_ids.action_open_reference()["res_model"], "stock.picking")
