# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo.tests import tagged

from .common import TODAY, EquipmentCase


class ExchangeCase(EquipmentCase):
    """One unit with a motor, and a spare motor in the van; the user has no stock rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("P-1")
        cls.component = cls._new_component(cls.unit, "M-OLD", position="Drive")
        cls.old_lot = cls.component.lot_id
        cls.new_lot = cls._new_lot("M-NEW", location=cls.van)
        cls.quarantine = cls.company.service_quarantine_location_id

    def _new_exchange(self, **vals):
        return (
            self.env["service.exchange"]
            .with_user(self.user_equipment)
            .create(
                {
                    "equipment_id": self.unit.id,
                    "component_id": self.component.id,
                    "new_product_id": self.part.id,
                    "new_lot_id": self.new_lot.id,
                    "location_id": self.van.id,
                    "disposition": "quarantine",
                    **vals,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestExchange(ExchangeCase):
    def test_exchange_moves_parts_and_rows(self):
        exchange = self._new_exchange(recovery_percent=20)
        self.assertEqual(exchange.dest_location_id, self.quarantine)
        exchange.action_done()
        self.assertEqual(exchange.state, "done")
        self.assertRecordValues(
            self.component, [{"date_removed": TODAY, "removal_exchange_id": exchange.id, "lot_id": self.old_lot.id}]
        )
        self.assertRecordValues(
            self.unit.open_component_ids,
            [
                {
                    "lot_id": self.new_lot.id,
                    "position": "Drive",
                    "date_installed": TODAY,
                    "date_removed": False,
                    "warranty_end": date(2027, 5, 17),
                }
            ],
        )
        self.assertRecordValues(
            exchange.sudo().move_ids.sorted("id"),
            [
                {
                    "product_id": self.part.id,
                    "location_id": self.van.id,
                    "location_dest_id": self.customers.id,
                    "state": "done",
                    "origin": exchange.name,
                },
                {
                    "product_id": self.part.id,
                    "location_id": self.customers.id,
                    "location_dest_id": self.quarantine.id,
                    "state": "done",
                    "origin": exchange.name,
                },
            ],
        )
        self.assertEqual(self._get_quantity(self.new_lot, self.van), 0)
        self.assertEqual(self._get_quantity(self.new_lot, self.customers), 1)
        self.assertEqual(self._get_quantity(self.old_lot, self.quarantine), 1)
        self.assertRecordValues(exchange.sudo(), [{"value_out": 45.0, "value_recovered": 9.0, "value_net": 36.0}])

    def test_reverse_restores_both_sides(self):
        exchange = self._new_exchange()
        exchange.action_done()
        exchange.action_reverse()
        self.assertEqual(exchange.state, "reversed")
        self.assertEqual(self.unit.open_component_ids, self.component)
        self.assertFalse(self.component.removal_exchange_id)
        self.assertEqual(self.unit.components_at(TODAY), self.component)
        self.assertEqual(self._get_quantity(self.new_lot, self.van), 1)
        self.assertEqual(self._get_quantity(self.new_lot, self.customers), 0)
        self.assertEqual(self._get_quantity(self.old_lot, self.quarantine), 0)
        self._new_exchange().action_done()
        self.assertEqual(self.unit.open_component_ids.lot_id, self.new_lot)

    def test_dispositions(self):
        scrap = self.env["stock.location"].search(
            [("usage", "=", "inventory"), ("company_id", "=", self.company.id)], order="id", limit=1
        )
        cases = {
            "stock": self.stock,
            "quarantine": self.quarantine,
            "vendor": self.quarantine,
            "scrap": scrap,
            "left": self.env["stock.location"],
        }
        for number, (disposition, location) in enumerate(cases.items()):
            with self.subTest(disposition=disposition):
                component = self._new_component(self.unit, f"OLD-{number}")
                lot = self._new_lot(f"NEW-{number}", location=self.van)
                exchange = self._new_exchange(
                    component_id=component.id, new_lot_id=lot.id, disposition=disposition, recovery_percent=50
                )
                exchange.vendor_id = disposition == "vendor" and self.other_customer
                exchange.action_done()
                self.assertEqual(exchange.dest_location_id, location)
                self.assertEqual(len(exchange.sudo().move_ids), 2 if location else 1)
                if location:
                    self.assertEqual(self._get_quantity(component.lot_id, location), 1)
                recovered = 0 if disposition in ("scrap", "left") else 22.5
                self.assertEqual(exchange.sudo().value_recovered, recovered)
                self.assertEqual(component.date_removed, TODAY)

    def test_unknown_old_serial_is_recorded_as_found(self):
        component = self._new_component(self.unit, position="Spare")
        exchange = self._new_exchange(component_id=component.id, old_serial_found="FOUND-1")
        exchange.action_done()
        self.assertRecordValues(
            exchange.old_lot_id.sudo(),
            [{"name": "FOUND-1", "product_id": self.part.id, "company_id": self.company.id}],
        )
        self.assertEqual(self._get_quantity(exchange.old_lot_id, self.quarantine), 1)

    def test_found_serial_wins_over_the_registered_one(self):
        exchange = self._new_exchange(old_serial_found="FOUND-2")
        exchange.action_done()
        self.assertEqual(exchange.old_lot_id.sudo().name, "FOUND-2")
        self.assertEqual(self.component.date_removed, TODAY)
        self.assertEqual(self._get_quantity(self.old_lot, self.quarantine), 0)

    def test_unlisted_part_of_another_product_is_added(self):
        fan = self._new_product("Fan", tracking="none")
        self.env["stock.quant"]._update_available_quantity(fan, self.van, 5)
        exchange = self._new_exchange(
            component_id=False, new_product_id=fan.id, new_lot_id=False, quantity=2, position="Cooling"
        )
        exchange.action_done()
        self.assertEqual(len(exchange.sudo().move_ids), 1)
        self.assertRecordValues(
            exchange.new_component_id.sudo(), [{"product_id": fan.id, "quantity": 2, "position": "Cooling"}]
        )
        self.assertRecordValues(self.component, [{"date_removed": False}])

    def test_row_is_found_by_its_serial(self):
        exchange = self._new_exchange(component_id=False, old_product_id=self.part.id, old_lot_id=self.old_lot.id)
        exchange.action_done()
        self.assertEqual(exchange.component_id, self.component)
        self.assertEqual(self.component.date_removed, TODAY)

    def test_some_pieces_of_a_row(self):
        cell = self._new_product("Cell", tracking="none")
        self.env["stock.quant"]._update_available_quantity(cell, self.van, 5)
        row = self._new_component(self.unit, product_id=cell.id, quantity=4, position="Cells")
        exchange = self._new_exchange(
            component_id=row.id, new_product_id=cell.id, new_lot_id=False, disposition="scrap"
        )
        exchange.action_done()
        rows = self.unit.open_component_ids.filtered(lambda component: component.product_id == cell)
        self.assertEqual(sorted(rows.mapped("quantity")), [1, 3])
        exchange.action_reverse()
        rows = self.unit.open_component_ids.filtered(lambda component: component.product_id == cell)
        self.assertEqual(rows, row)

    def test_part_lies_in_a_shelf_of_the_source(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.van.id})
        lot = self._new_lot("M-SHELF", location=shelf)
        exchange = self._new_exchange(new_lot_id=lot.id)
        exchange.action_done()
        self.assertEqual(self._get_quantity(lot, shelf), 0)
        self.assertEqual(self._get_quantity(lot, self.van), 0)

    def test_sub_assembly_moves_with_its_contents(self):
        self._new_component(self.unit, "B-1", parent_id=self.component.id, position="Board")
        board = self.component.child_ids
        chip = self._new_component(self.unit, "C-1", parent_id=board.id, position="Chip")
        exchange = self._new_exchange(disposition="stock")
        exchange.action_done()
        self.assertEqual(set((board + chip).mapped("date_removed")), {TODAY})
        other = self._new_unit("P-2")
        back = self._new_exchange(
            equipment_id=other.id, component_id=False, new_lot_id=self.old_lot.id, location_id=self.stock.id
        )
        back.action_done()
        installed = back.new_component_id.sudo()
        self.assertRecordValues(
            installed.child_ids + installed.child_ids.child_ids,
            [
                {"position": "Board", "lot_id": board.lot_id.id, "equipment_id": other.id},
                {"position": "Chip", "lot_id": chip.lot_id.id, "equipment_id": other.id},
            ],
        )
        back.action_reverse()
        self.assertFalse(other.open_component_ids)
        exchange.action_reverse()
        self.assertEqual(self.unit.open_component_ids, self.component + board + chip)

    def test_batch_number_may_be_in_many_units(self):
        oil = self._new_product("Oil", tracking="lot")
        lot = self._new_lot("BATCH", oil)
        self.env["stock.quant"]._update_available_quantity(oil, self.van, 10, lot_id=lot)
        for unit in (self.unit, self._new_unit("P-2")):
            exchange = self._new_exchange(
                equipment_id=unit.id, component_id=False, new_product_id=oil.id, new_lot_id=lot.id, quantity=2
            )
            exchange.action_done()
        self.assertEqual(self._get_quantity(lot, self.van), 6)

    def test_stock_clerk_without_helpdesk_and_two_at_once(self):
        clerk = self._new_user("eq_clerk", "stock.group_stock_user,service_equipment.group_service_equipment_user")
        second = self._new_component(self.unit, "M-OLD2")
        lot = self._new_lot("M-NEW2", location=self.van)
        exchanges = self._new_exchange() + self._new_exchange(component_id=second.id, new_lot_id=lot.id)
        exchanges.with_user(clerk).action_done()
        self.assertEqual(set(exchanges.mapped("state")), {"done"})

    def test_history_tells_the_exchange(self):
        exchange = self._new_exchange()
        exchange.action_done()
        entries = self.unit.with_user(self.user_equipment).history()
        entry = next(entry for entry in entries if entry["kind"] == "exchange")
        self.assertEqual(entry["date"], "2026-11-18")
        self.assertEqual((entry["res_model"], entry["res_id"]), ("service.exchange", exchange.id))
        self.assertIn("M-OLD", entry["text"])
        self.assertIn("M-NEW", entry["text"])
        self.assertEqual([entry["kind"] for entry in entries], ["exchange", "delivered"])

    def test_copy_starts_afresh(self):
        exchange = self._new_exchange()
        exchange.action_done()
        copy = exchange.copy()
        self.assertRecordValues(
            copy, [{"state": "draft", "new_lot_id": False, "component_id": False, "new_component_id": False}]
        )
        self.assertNotEqual(copy.name, exchange.name)
