# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY
from .test_exchange import ExchangeCase


@tagged("post_install", "-at_install")
class TestExchangeBatch(ExchangeCase):
    """Several exchanges at once have the result of one after the other, or none."""

    def _new_pair(self, number, unit=None, **vals):
        """Make an exchange of a component of its own for a serial number of its own."""
        component = self._new_component(unit or self.unit, f"OLD-{number}", position=f"Slot {number}")
        lot = self._new_lot(f"NEW-{number}", location=self.van)
        return self._new_exchange(
            equipment_id=component.equipment_id.id, component_id=component.id, new_lot_id=lot.id, **vals
        )

    @contextmanager
    def _assert_refused(self, words):
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            yield

    def _assert_nothing_done(self, exchanges):
        self.assertEqual(set(exchanges.mapped("state")), {"draft"})
        self.assertFalse(exchanges.sudo().move_ids)
        self.assertFalse(exchanges.new_component_id)

    def test_many_units_in_one_batch(self):
        exchanges = self.env["service.exchange"]
        for number in range(4):
            unit = self._new_unit(f"P-{10 + number}")
            exchanges += self._new_pair(number, unit=unit, recovery_percent=10 * number)
        exchanges.action_done()
        self.assertEqual(
            [(exchange.state, exchange.sudo().value_out, exchange.sudo().value_recovered) for exchange in exchanges],
            [("done", 45.0, 0.0), ("done", 45.0, 4.5), ("done", 45.0, 9.0), ("done", 45.0, 13.5)],
        )
        for exchange in exchanges:
            self.assertEqual(exchange.component_id.removal_exchange_id, exchange)
            self.assertEqual(exchange.component_id.date_removed, TODAY)
            self.assertEqual(exchange.equipment_id.open_component_ids, exchange.new_component_id)
            self.assertEqual(exchange.new_component_id.lot_id, exchange.new_lot_id)
            self.assertEqual(
                exchange.sudo().move_ids.sorted("id").move_line_ids.mapped("lot_id"),
                exchange.sudo().new_lot_id + exchange.sudo().old_lot_id,
            )
            self.assertEqual(self._get_quantity(exchange.old_lot_id, self.quarantine), 1)
            self.assertEqual(self._get_quantity(exchange.new_lot_id, self.van), 0)
        exchanges.action_reverse()
        for exchange in exchanges:
            self.assertEqual(exchange.state, "reversed")
            self.assertEqual(exchange.equipment_id.open_component_ids, exchange.component_id)
            self.assertEqual(self._get_quantity(exchange.new_lot_id, self.van), 1)
            self.assertEqual(self._get_quantity(exchange.old_lot_id, self.quarantine), 0)

    def test_one_refused_refuses_all_and_is_named(self):
        exchanges = self._new_pair(1) + self._new_pair(2) + self._new_pair(3)
        self.env["stock.quant"]._update_available_quantity(
            self.part, self.van, -1, lot_id=exchanges[1].sudo().new_lot_id
        )
        with self._assert_refused("^Slot 2 .*OLD-2: Serial number NEW-2 is not in .*Van 1"):
            exchanges.action_done()
        self._assert_nothing_done(exchanges)

    def test_same_component_twice(self):
        lot = self._new_lot("M-NEW2", location=self.van)
        exchanges = self._new_exchange() + self._new_exchange(new_lot_id=lot.id)
        with self._assert_refused("Drive .*M-OLD has already been removed"):
            exchanges.action_done()
        self._assert_nothing_done(exchanges)

    def test_same_new_serial_twice(self):
        second = self._new_component(self.unit, "M-OLD2", position="Second")
        exchanges = self._new_exchange() + self._new_exchange(component_id=second.id)
        with self._assert_refused("Second .*M-NEW is already installed in"):
            exchanges.action_done()
        self._assert_nothing_done(exchanges)

    def test_same_found_serial_twice(self):
        rows = self._new_component(self.unit, position="A") + self._new_component(self.unit, position="B")
        exchanges = self.env["service.exchange"]
        for number, row in enumerate(rows):
            lot = self._new_lot(f"N-{number}", location=self.van)
            exchanges += self._new_exchange(component_id=row.id, new_lot_id=lot.id, old_serial_found="FOUND")
        with self._assert_refused("B .*FOUND lies in .*Quarantine"):
            exchanges.action_done()
        self._assert_nothing_done(exchanges)

    def test_what_one_takes_out_the_next_installs(self):
        other = self._new_unit("P-2")
        row = self._new_component(other, "M-OLD2")
        out = self._new_exchange(disposition="stock")
        into = self._new_exchange(
            equipment_id=other.id, component_id=row.id, new_lot_id=self.old_lot.id, location_id=self.stock.id
        )
        (out + into).action_done()
        self.assertEqual(other.open_component_ids.lot_id, self.old_lot)
        self.assertEqual(self.unit.open_component_ids.lot_id, self.new_lot)
        self.assertEqual(self._get_quantity(self.old_lot, self.stock), 0)
        (out + into).action_reverse()
        self.assertEqual(self.unit.open_component_ids, self.component)
        self.assertEqual(other.open_component_ids, row)
        self.assertEqual(self._get_quantity(self.old_lot, self.stock), 0)

    def test_wrong_order_is_refused(self):
        other = self._new_unit("P-2")
        out = self._new_exchange(disposition="stock")
        into = self._new_exchange(
            equipment_id=other.id, component_id=False, new_lot_id=self.old_lot.id, location_id=self.stock.id
        )
        with self._assert_refused("M-OLD is already installed in"):
            (into + out).action_done()
        self._assert_nothing_done(into + out)

    def test_part_of_a_sub_assembly_and_then_the_sub_assembly(self):
        board = self._new_component(self.unit, "B-1", parent_id=self.component.id, position="Board")
        board_lot = self._new_lot("B-2", location=self.van)
        inner = self._new_exchange(component_id=board.id, new_lot_id=board_lot.id)
        outer = self._new_exchange()
        (inner + outer).action_done()
        self.assertEqual(inner.new_component_id.removal_exchange_id, outer)
        self.assertEqual(board.removal_exchange_id, inner)
        self.assertEqual(self.unit.open_component_ids, outer.new_component_id)
        (inner + outer).action_reverse()
        self.assertEqual(self.unit.open_component_ids, self.component + board)

    def test_sub_assembly_and_then_a_part_that_went_with_it(self):
        board = self._new_component(self.unit, "B-1", parent_id=self.component.id, position="Board")
        board_lot = self._new_lot("B-2", location=self.van)
        exchanges = self._new_exchange() + self._new_exchange(component_id=board.id, new_lot_id=board_lot.id)
        with self._assert_refused("Board .*B-1 has already been removed"):
            exchanges.action_done()
        self._assert_nothing_done(exchanges)

    def test_two_take_from_the_same_stock(self):
        fan = self._new_product("Fan", tracking="none")
        self.env["stock.quant"]._update_available_quantity(fan, self.van, 5)
        vals = {"component_id": False, "new_product_id": fan.id, "new_lot_id": False}
        exchanges = self._new_exchange(quantity=3, **vals) + self._new_exchange(quantity=3, **vals)
        with self._assert_refused("Fan: There is not enough of Fan in .*Van 1"):
            exchanges.action_done()
        self._assert_nothing_done(exchanges)
        exchanges[1].quantity = 2
        exchanges.action_done()
        quants = self.env["stock.quant"]._gather(fan, self.van)
        self.assertEqual(sum(quants.mapped("quantity")), 0)

    def test_loose_part_that_came_back_is_taken_again(self):
        fan = self._new_product("Fan", tracking="none")
        row = self._new_component(self.unit, product_id=fan.id, position="Fan")
        self.env["stock.quant"]._update_available_quantity(fan, self.van, 1)
        vals = {"new_product_id": fan.id, "new_lot_id": False}
        first = self._new_exchange(component_id=row.id, disposition="stock", **vals)
        second = self._new_exchange(component_id=False, location_id=self.stock.id, **vals)
        (first + second).action_done()
        self.assertEqual(sum(self.env["stock.quant"]._gather(fan, self.stock).mapped("quantity")), 0)
        self.assertEqual(len(self.unit.open_component_ids.filtered(lambda row: row.product_id == fan)), 2)

    def test_pieces_of_lots_are_taken_in_the_order_of_removal(self):
        fan = self._new_product("Fan", tracking="none")
        shelves = self.env["stock.location"].create(
            [{"name": f"Shelf {number}", "location_id": self.van.id} for number in range(2)]
        )
        for shelf, quantity in zip(shelves, (2, 4), strict=True):
            self.env["stock.quant"]._update_available_quantity(fan, shelf, quantity)
        vals = {"component_id": False, "new_product_id": fan.id, "new_lot_id": False}
        exchanges = self._new_exchange(quantity=1, **vals) + self._new_exchange(quantity=3, **vals)
        exchanges.action_done()
        self.assertEqual(
            [
                [(line.location_id, line.quantity) for line in exchange.sudo().move_ids.move_line_ids.sorted("id")]
                for exchange in exchanges
            ],
            [[(shelves[0], 1)], [(shelves[0], 1), (shelves[1], 2)]],
        )

    def test_companies_in_one_batch(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.user_equipment.company_ids += company
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        self.part.with_company(company).standard_price = 20.0
        unit = self._new_unit(product_id=self.product.id, company_id=company.id)
        lot = self._new_lot("M-NEW", company=company)
        self.env["stock.quant"]._update_available_quantity(self.part, warehouse.lot_stock_id, 1, lot_id=lot)
        foreign = self._new_exchange(
            equipment_id=unit.id, component_id=False, new_lot_id=lot.id, location_id=warehouse.lot_stock_id.id
        )
        exchanges = foreign + self._new_exchange()
        exchanges.action_done()
        self.assertEqual(exchanges.sudo().mapped("value_out"), [20.0, 45.0])
        self.assertEqual(foreign.sudo().move_ids.company_id, company)
        self.assertEqual(self._get_quantity(lot, warehouse.lot_stock_id), 0)

    def test_hooks_run_once_for_the_batch(self):
        calls = []
        Exchange = type(self.env["service.exchange"])
        self.patch(Exchange, "_after_done", lambda exchanges: calls.append(("done", exchanges)))
        self.patch(Exchange, "_after_reversed", lambda exchanges: calls.append(("reversed", exchanges)))
        exchanges = self._new_pair(1) + self._new_pair(2)
        exchanges.action_done()
        exchanges.action_reverse()
        self.assertEqual(calls, [("done", exchanges), ("reversed", exchanges)])

    def test_reversal_of_several_refuses_all(self):
        exchanges = self._new_pair(1) + self._new_pair(2)
        exchanges.action_done()
        self.env["stock.quant"]._update_available_quantity(
            self.part, self.quarantine, -1, lot_id=exchanges[0].sudo().old_lot_id
        )
        with self._assert_refused("OLD-1: Serial number OLD-1 is not in Quarantine"):
            exchanges.action_reverse()
        self.assertEqual(set(exchanges.mapped("state")), {"done"})
        self.assertEqual(len(exchanges.sudo().move_ids), 4)

    def test_queries_grow_with_the_moves_only(self):
        """Each further exchange costs its rows of the stock, as Odoo's own moves do."""

        def count(numbers):
            exchanges = self.env["service.exchange"].concat(*(self._new_pair(number) for number in numbers))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            exchanges.action_done()
            self.env.cr.flush()
            return self.env.cr.sql_log_count - before

        count(range(1))
        small, large = count(range(10, 14)), count(range(20, 28))
        self.assertLessEqual((large - small) / 4, 16, f"{small} queries for 4 exchanges, {large} for 8")
