# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import TODAY
from .test_exchange import ExchangeCase


@tagged("post_install", "-at_install")
class TestExchangeWizard(ExchangeCase):
    """Components are exchanged by scans or by hand, as a user without stock rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fan = cls._new_product("Fan")
        cls.fan_row = cls._new_component(cls.unit, "F-OLD", product_id=cls.fan.id, position="Cooling")
        cls.fan_lot = cls._new_lot("F-NEW", cls.fan, cls.van)
        cls.reason = cls.env.ref("service_equipment.service_exchange_reason_wear")
        cls.fault = cls.env["service.fault"].create({"name": "Worn"})

    def _open(self, **context):
        batch = self.env["service.exchange.batch"].with_user(self.user_equipment)
        form = Form(batch.with_context(**context))
        form.location_id = self.van
        return form

    def _open_unit(self, **context):
        return self._open(default_equipment_id=self.unit.id, **context)

    def _scan(self, form, *texts):
        for text in texts:
            form.scan = text
            self.assertFalse(form.scan)

    def _exchange(self, form):
        batch = form.save()
        action = batch.action_exchange()
        exchanges = self.env["service.exchange"].search([("equipment_id", "=", self.unit.id)], order="id")
        return exchanges, action

    def _get_rows(self, form):
        lines = (form.line_ids.edit(index) for index in range(len(form.line_ids)))
        return [(line.component_id, line.new_product_id, line.new_lot_id, line.location_id) for line in lines]

    def test_two_components_by_scans(self):
        form = self._open_unit()
        self._scan(form, "M-OLD")
        self.assertIn("M-OLD comes out", form.message)
        self._scan(form, "M-NEW", "F-OLD", "F-NEW")
        self.assertFalse(form.is_problem)
        form.reason_id = self.reason
        form.fault_id = self.fault
        form.note = "Noisy"
        exchanges, action = self._exchange(form)
        self.assertRecordValues(
            exchanges,
            [
                {
                    "state": "done",
                    "component_id": row.id,
                    "new_lot_id": lot.id,
                    "location_id": self.van.id,
                    "reason_id": self.reason.id,
                    "fault_id": self.fault.id,
                    "reason": "Noisy",
                    "disposition": "quarantine",
                    "user_id": self.user_equipment.id,
                }
                for row, lot in ((self.component, self.new_lot), (self.fan_row, self.fan_lot))
            ],
        )
        self.assertEqual(self.unit.open_component_ids.lot_id, self.new_lot + self.fan_lot)
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(action["params"]["next"]["res_model"], "service.exchange")

    def test_new_part_finds_the_only_component_of_its_product(self):
        form = self._open_unit(is_from_unit=True)
        self._scan(form, "f-new", "M-NEW")
        exchanges, action = self._exchange(form)
        self.assertEqual(exchanges.component_id, self.component + self.fan_row)
        self.assertEqual(action["params"]["next"]["type"], "ir.actions.act_window_close")

    def test_new_part_lies_elsewhere(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
        lot = self._new_lot("M-SHELF", location=shelf)
        form = self._open_unit()
        self._scan(form, "M-SHELF")
        form.location_id = self.stock
        exchanges, _action = self._exchange(form)
        self.assertRecordValues(exchanges, [{"new_lot_id": lot.id, "location_id": shelf.id, "state": "done"}])

    def test_two_components_of_a_product_need_the_old_part(self):
        second = self._new_component(self.unit, "M-OLD2", position="Second")
        form = self._open_unit()
        self._scan(form, "M-NEW")
        self.assertTrue(form.is_problem)
        self.assertIn("Scan the serial number of the old part first", form.message)
        self.assertFalse(len(form.line_ids))
        self._scan(form, "M-OLD2", "M-NEW")
        exchanges, _action = self._exchange(form)
        self.assertEqual(exchanges.component_id, second)

    def test_another_product_replaces_the_scanned_part(self):
        pump = self._new_product("Better Motor")
        lot = self._new_lot("B-1", pump, self.van)
        form = self._open_unit()
        self._scan(form, "M-OLD", "B-1")
        exchanges, _action = self._exchange(form)
        self.assertRecordValues(
            exchanges, [{"component_id": self.component.id, "new_product_id": pump.id, "new_lot_id": lot.id}]
        )

    def test_unit_by_scan(self):
        self.unit.asset_code = "A-77"
        for text in ("P-1", "A-77", self.unit.name, self.unit._get_label_url(), "M-OLD"):
            with self.subTest(text=text):
                form = self._open()
                self._scan(form, text)
                self.assertEqual(form.equipment_id, self.unit)
                self.assertFalse(form.is_problem)

    def test_scanner(self):
        batch = self.env["service.exchange.batch"].with_user(self.user_equipment)
        batch = batch.new({"equipment_id": self.unit.id, "location_id": self.van.id, "_barcode_scanned": "M-OLD"})
        batch._on_barcode_scanned()
        self.assertEqual(batch.line_ids.component_id._origin, self.component)

    def test_unknown_scans_are_told(self):
        other = self._new_unit("P-2")
        self._new_component(other, "M-ELSE")
        self._new_lot("M-AWAY")
        form = self._open()
        self._scan(form, "NOTHING")
        self.assertEqual(form.message, "No unit has NOTHING on it.")
        self._scan(form, "P-1")
        for text, words in (
            ("NOTHING", "NOTHING is neither in this unit nor in our stock"),
            ("M-AWAY", "M-AWAY is neither in this unit nor in our stock"),
            ("M-ELSE", f"M-ELSE is installed in {other.display_name}, not here"),
        ):
            self._scan(form, text)
            self.assertTrue(form.is_problem)
            self.assertIn(words, form.message)
        self._scan(form, "M-OLD", "P-2")
        self.assertIn("is another unit: finish this one first", form.message)
        self.assertEqual(form.equipment_id, self.unit)
        self.assertEqual(len(form.line_ids), 1)

    def test_retired_unit(self):
        self.unit.action_retire()
        form = self._open()
        self._scan(form, "P-1")
        self.assertIn("is retired", form.message)
        self.assertFalse(form.equipment_id)

    def test_same_serial_number_of_two_products(self):
        self._new_lot("TWIN", location=self.van)
        twin = self._new_lot("TWIN", self.fan, self.van)
        form = self._open_unit()
        self._scan(form, "TWIN")
        self.assertIn("TWIN is the serial number of several products", form.message)
        self._scan(form, "F-OLD", "TWIN")
        exchanges, _action = self._exchange(form)
        self.assertEqual(exchanges.new_lot_id, twin)

    def test_component_of_the_tree(self):
        form = self._open_unit(default_component_id=self.fan_row.id)
        self.assertFalse(form.component_id)
        self._scan(form, "F-NEW")
        exchanges, _action = self._exchange(form)
        self.assertRecordValues(exchanges, [{"component_id": self.fan_row.id, "new_lot_id": self.fan_lot.id}])

    def test_pieces_without_serial_number(self):
        cell = self._new_product("Cell", tracking="none")
        self.env["stock.quant"]._update_available_quantity(cell, self.van, 10)
        row = self._new_component(self.unit, product_id=cell.id, quantity=4)
        form = self._open_unit()
        form.component_id = row
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.quantity, 4)
            line.quantity = 3
            line.disposition = "scrap"
            self.assertIn("In: 3 Units from", line.summary)
            self.assertIn("Out: 3 Units, Scrap", line.summary)
        exchanges, _action = self._exchange(form)
        self.assertRecordValues(exchanges, [{"quantity": 3, "disposition": "scrap", "state": "done"}])

    def test_part_that_is_added(self):
        form = self._open_unit()
        with form.line_ids.new() as line:
            line.new_product_id = self.part
            line.new_lot_id = self.new_lot
            line.position = "Spare"
        exchanges, _action = self._exchange(form)
        self.assertRecordValues(exchanges, [{"component_id": False, "position": "Spare", "state": "done"}])
        self.assertEqual(len(self.unit.open_component_ids), 3)

    def test_serial_found(self):
        form = self._open_unit()
        self._scan(form, "M-OLD", "M-NEW")
        with form.line_ids.edit(0) as line:
            line.old_serial_found = "READ-1"
        exchanges, _action = self._exchange(form)
        self.assertEqual(exchanges.old_lot_id.name, "READ-1")
        self.assertEqual(self.component.date_removed, TODAY)

    def test_preview_asks_for_a_serial_that_nobody_knows(self):
        row = self._new_component(self.unit, position="Spare")
        form = self._open_unit()
        form.component_id = row
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.summary, "Scan the new Motor. Enter the serial found on the old part")
            line.disposition = "left"
            self.assertEqual(line.summary, "Scan the new Motor. Out: 1 Units, Left with Customer")
            line.disposition = "scrap"
            line.old_serial_found = "READ-2"
            self.assertIn("Out: READ-2, Scrap", line.summary)

    def test_lines_follow_the_unit_and_the_defaults(self):
        other = self._new_unit("P-2")
        vendor = self.env["res.partner"].create({"name": "Motors Inc"})
        self.env["product.supplierinfo"].create(
            {"partner_id": vendor.id, "product_tmpl_id": self.part.product_tmpl_id.id}
        )
        form = self._open_unit()
        self._scan(form, "M-OLD")
        form.disposition = "vendor"
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.disposition, "vendor")
            self.assertEqual(line.vendor_id, vendor)
        form.equipment_id = other
        self.assertFalse(len(form.line_ids))

    def test_one_refused_line_refuses_all(self):
        form = self._open_unit()
        self._scan(form, "M-OLD", "M-NEW", "F-OLD")
        batch = form.save()
        with self.assertRaisesRegex(UserError, "Cooling .*F-OLD: Enter the serial number of the new Fan"):
            self._in_savepoint(batch.action_exchange)
        self.assertFalse(self.unit.exchange_ids)
        self.assertFalse(self.component.date_removed)

    def _in_savepoint(self, function):
        with self.env.cr.savepoint():
            function()

    def test_nothing_to_exchange(self):
        with self.assertRaisesRegex(UserError, "Scan or choose a component first"):
            self._open_unit().save().action_exchange()
        with self.assertRaisesRegex(UserError, "Scan or choose the unit first"):
            self._open().save().action_exchange()

    def test_same_serial_number_in_two_companies(self):
        """Each company scans its own stock and its own units."""
        company = self.env["res.company"].create({"name": "Second Company"})
        self.user_equipment.company_ids += company
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        theirs = self._new_lot("M-NEW", company=company)
        self.env["stock.quant"]._update_available_quantity(self.part, warehouse.lot_stock_id, 1, lot_id=theirs)
        unit = self._new_unit(company_id=company.id)
        lot = self._new_lot("M-OLD", company=company)
        row = self._new_component(unit, lot_id=lot.id)
        batch = self.env["service.exchange.batch"].with_user(self.user_equipment)
        for equipment, component, new_lot, place in (
            (self.unit, self.component, self.new_lot, self.van),
            (unit, row, theirs, warehouse.lot_stock_id),
        ):
            companies = [equipment.company_id.id]
            form = Form(batch.with_context(default_equipment_id=equipment.id, allowed_company_ids=companies))
            self._scan(form, "M-OLD", "M-NEW")
            self.assertEqual(self._get_rows(form), [(component, self.part, new_lot, place)])
            form.save().action_exchange()
            self.assertEqual(component.removal_exchange_id.new_lot_id, new_lot)
        self.assertEqual(unit.open_component_ids.lot_id, theirs)
        self.assertIn(self.new_lot, self.unit.open_component_ids.lot_id)
