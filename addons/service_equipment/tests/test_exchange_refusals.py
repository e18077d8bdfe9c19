# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY
from .test_exchange import ExchangeCase


@tagged("post_install", "-at_install")
class TestExchangeRefusals(ExchangeCase):
    """Each refusal is one sentence that names the part, and changes nothing."""

    def _assert_refused(self, words, **vals):
        exchange = self._new_exchange(**vals)
        with self.assertRaisesRegex(UserError, words):
            exchange.action_done()
        self.assertEqual(exchange.state, "draft")
        self.assertFalse(exchange.sudo().move_ids)
        self.assertFalse(self.component.date_removed)
        return exchange

    def test_serial_installed_elsewhere(self):
        other = self._new_unit("P-2")
        self._new_component(other, "M-ELSE")
        lot = self.env["stock.lot"].search([("name", "=", "M-ELSE")])
        self.env["stock.quant"]._update_available_quantity(self.part, self.van, 1, lot_id=lot)
        self._assert_refused(f"M-ELSE is already installed in {other.name}", new_lot_id=lot.id)

    def test_serial_not_in_source(self):
        lot = self._new_lot("M-FAR", location=self.stock)
        self._assert_refused("M-FAR is not in .*Van 1", new_lot_id=lot.id)

    def test_serial_of_another_product(self):
        lot = self._new_lot("F-1", self._new_product("Fan"), self.van)
        self._assert_refused("F-1 is of Fan, not of Motor", new_lot_id=lot.id)

    def test_serial_of_another_company(self):
        other = self.env["res.company"].create({"name": "Second Company"})
        lot = self._new_lot("M-FOREIGN", company=other)
        with self.assertRaisesRegex(UserError, "M-FOREIGN"):
            self._new_exchange(new_lot_id=lot.id)

    def test_serial_missing(self):
        self._assert_refused("Enter the serial number of the new Motor", new_lot_id=False)

    def test_old_serial_missing(self):
        component = self._new_component(self.unit)
        self._assert_refused("Enter the serial number found on the old Motor", component_id=component.id)

    def test_old_serial_installed_elsewhere(self):
        other = self._new_unit("P-2")
        lot = self._new_component(other, "M-ELSE").lot_id
        self._assert_refused(
            f"M-ELSE is installed in {other.name}",
            component_id=False,
            old_product_id=self.part.id,
            old_lot_id=lot.id,
        )

    def test_old_serial_lies_in_stock(self):
        self._new_lot("M-STOCK", location=self.stock)
        self._assert_refused("M-STOCK lies in .*Stock", old_serial_found="M-STOCK")

    def test_old_serial_of_another_product(self):
        lot = self._new_lot("F-1", self._new_product("Fan"))
        self._assert_refused("F-1 is of Fan, not of Motor", old_lot_id=lot.id)

    def test_not_enough_in_source(self):
        fan = self._new_product("Fan", tracking="none")
        self._assert_refused(
            "not enough of Fan in .*Van 1", component_id=False, new_product_id=fan.id, new_lot_id=False
        )

    def test_several_pieces_of_one_serial(self):
        self._assert_refused("one by one", quantity=2)

    @mute_logger("odoo.sql_db")
    def test_quantity_is_positive(self):
        for quantity in (0, -1):
            with self.subTest(quantity=quantity), self.assertRaises(CheckViolation):
                self._new_exchange(quantity=quantity)

    @mute_logger("odoo.sql_db")
    def test_recovery_percent_is_a_percentage(self):
        for percent in (-1, 101):
            with self.subTest(percent=percent), self.assertRaises(CheckViolation):
                self._new_exchange(recovery_percent=percent)

    def test_component_of_another_unit(self):
        component = self._new_component(self._new_unit("P-2"), "M-ELSE")
        self._assert_refused("is not a component of", component_id=component.id)

    def test_component_already_removed(self):
        component = self._new_component(self.unit, "M-GONE", date_removed=TODAY)
        self._assert_refused("has already been removed", component_id=component.id)

    def test_component_not_yet_installed(self):
        self.component.date_installed = date(2026, 11, 10)
        self._assert_refused("was not yet in", date="2026-11-05 10:00:00")

    def test_date_in_the_future(self):
        self._assert_refused("dated in the future", date="2026-11-30 10:00:00")

    def test_retired_unit(self):
        self.unit.action_retire()
        self._assert_refused(f"{self.unit.name}.* is retired")

    def test_unit_without_customer(self):
        self.unit.write({"site_id": False, "partner_id": False})
        self._assert_refused("has no customer")

    def test_source_is_ours(self):
        self._assert_refused("is not a place of our stock", location_id=self.customers.id)

    def test_destination_fits_the_disposition(self):
        self._assert_refused("cannot go to", disposition="scrap", dest_location_id=self.stock.id)

    def test_service_is_no_part(self):
        product = self.env["product.product"].create({"name": "Advice", "type": "service"})
        self._assert_refused("Advice is not goods", new_product_id=product.id, new_lot_id=False)

    def test_done_twice(self):
        exchange = self._new_exchange()
        exchange.action_done()
        with self.assertRaisesRegex(UserError, "is Done and cannot become Done"):
            exchange.action_done()
        self.assertEqual(len(exchange.sudo().move_ids), 2)

    def test_reversed_twice_or_before_done(self):
        exchange = self._new_exchange()
        with self.assertRaisesRegex(UserError, "is Draft and cannot become Reversed"):
            exchange.action_reverse()
        exchange.action_done()
        exchange.action_reverse()
        with self.assertRaisesRegex(UserError, "is Reversed and cannot become Reversed"):
            exchange.action_reverse()

    def test_reverse_after_another_exchange(self):
        first = self._new_exchange()
        first.action_done()
        lot = self._new_lot("M-3", location=self.van)
        second = self._new_exchange(component_id=first.new_component_id.id, new_lot_id=lot.id)
        second.action_done()
        with self.assertRaisesRegex(UserError, "M-NEW has been exchanged again since"):
            first.action_reverse()
        second.action_reverse()
        first.action_reverse()
        self.assertEqual(self.unit.open_component_ids, self.component)

    def test_reverse_after_the_old_part_was_used(self):
        exchange = self._new_exchange(disposition="stock")
        exchange.action_done()
        other = self._new_unit("P-2")
        self._new_exchange(
            equipment_id=other.id, component_id=False, new_lot_id=self.old_lot.id, location_id=self.stock.id
        ).action_done()
        with self.assertRaisesRegex(UserError, f"M-OLD has been installed in {other.name}"):
            exchange.action_reverse()

    def test_reverse_after_the_old_part_left_the_stock(self):
        exchange = self._new_exchange()
        exchange.action_done()
        self.env["stock.quant"]._update_available_quantity(self.part, self.quarantine, -1, lot_id=self.old_lot)
        with self.assertRaisesRegex(UserError, "M-OLD is not in Quarantine"):
            exchange.action_reverse()
        self.assertEqual(exchange.state, "done")

    def test_done_exchange_is_frozen(self):
        exchange = self._new_exchange()
        exchange.action_done()
        with self.assertRaisesRegex(UserError, "is done: reverse it"):
            exchange.quantity = 2
        with self.assertRaisesRegex(UserError, "instead of deleting"):
            exchange.with_user(self.user_manager).unlink()
        exchange.reason = "Worn out"
