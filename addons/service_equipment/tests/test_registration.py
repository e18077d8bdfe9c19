# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, EquipmentCase


@tagged("post_install", "-at_install")
class TestRegistration(EquipmentCase):
    """A stock user without any right on the register validates; the register follows."""

    def _get_unit(self, lot):
        return self.env["service.equipment"].with_context(active_test=False).search([("lot_id", "=", lot.id)])

    def test_delivery_registers_units(self):
        lots = self._new_lot("P-1", self.product, self.stock) + self._new_lot("P-2", self.product, self.stock)
        picking = self._validate(self._new_delivery(lots))
        units = self.env["service.equipment"].search([("lot_id", "in", lots.ids)], order="serial_number")
        self.assertRecordValues(
            units,
            [
                {
                    "serial_number": serial,
                    "state": "in_service",
                    "partner_id": self.customer.id,
                    "commercial_partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "delivery_picking_id": picking.id,
                    "delivery_ref": picking.name,
                    "order_ref": "S00042",
                    "date_delivered": TODAY,
                    "warranty_date_start": TODAY,
                    "warranty_parts_end": date(2028, 11, 17),
                    "warranty_labour_end": date(2027, 11, 17),
                    "warranty_date_end": date(2028, 11, 17),
                    "company_id": self.company.id,
                }
                for serial in ("P-1", "P-2")
            ],
        )
        self.assertNotEqual(*units.mapped("name"))
        self.assertTrue(self.site.is_service_site)

    def test_delivery_date_is_the_day_at_the_site(self):
        self.site.tz = "Pacific/Auckland"
        with self.subTest("01:00 on the 19th in Auckland"):
            lot = self._new_lot("P-1", self.product, self.stock)
            self._validate(self._new_delivery(lot))
            self.assertEqual(self._get_unit(lot).date_delivered, date(2026, 11, 19))

    def test_other_products_are_not_registered(self):
        lot = self._new_lot("M-1", self.part, self.stock)
        self._validate(self._new_delivery(lot))
        self.assertFalse(self._get_unit(lot))

    def test_internal_transfer_is_not_registered(self):
        lot = self._new_lot("P-1", self.product, self.stock)
        picking = self._new_delivery(lot)
        picking.move_ids.location_dest_id = self.van
        picking.move_line_ids.location_dest_id = self.van
        self._validate(picking)
        self.assertFalse(self._get_unit(lot))

    def test_partial_delivery_and_backorder(self):
        lots = self._new_lot("P-1", self.product, self.stock) + self._new_lot("P-2", self.product, self.stock)
        picking = self._validate(self._new_delivery(lots[0], demand=2))
        self.assertTrue(self._get_unit(lots[0]))
        self.assertFalse(self._get_unit(lots[1]))
        backorder = self.env["stock.picking"].search([("backorder_id", "=", picking.id)])
        self._pick(backorder, lots[1])
        self._validate(backorder)
        self.assertEqual(self._get_unit(lots[1]).delivery_picking_id, backorder)
        self.assertEqual(self._get_unit(lots[0]).delivery_picking_id, picking)

    def test_serial_exchanged_before_validation(self):
        reserved = self._new_lot("P-1", self.product, self.stock)
        taken = self._new_lot("P-2", self.product, self.stock)
        picking = self._new_delivery(reserved)
        self._pick(picking, taken)
        self._validate(picking)
        self.assertFalse(self._get_unit(reserved))
        self.assertTrue(self._get_unit(taken))

    def test_return_retires(self):
        lots = self._new_lot("P-1", self.product, self.stock) + self._new_lot("P-2", self.product, self.stock)
        picking = self._validate(self._new_delivery(lots))
        self._return(picking, lots[0])
        self.assertRecordValues(
            self._get_unit(lots[0]) + self._get_unit(lots[1]),
            [
                {"state": "retired", "date_retired": TODAY, "partner_id": self.customer.id},
                {"state": "in_service", "date_retired": False, "partner_id": self.customer.id},
            ],
        )

    def test_delivered_again_to_the_same_customer_keeps_the_warranty(self):
        lot = self._new_lot("P-1", self.product, self.stock)
        picking = self._validate(self._new_delivery(lot))
        unit = self._get_unit(lot)
        unit.date_delivered = date(2026, 1, 10)
        self._return(picking, lot)
        self._validate(self._new_delivery(lot, partner=self.customer))
        self.assertRecordValues(
            unit,
            [
                {
                    "state": "in_service",
                    "date_retired": False,
                    "site_id": self.customer.id,
                    "date_delivered": date(2026, 1, 10),
                    "warranty_parts_end": date(2028, 1, 9),
                    "delivery_picking_id": picking.id,
                }
            ],
        )
        kinds = [entry["kind"] for entry in unit.history()]
        self.assertEqual(sorted(kinds), ["delivered", "delivered", "moved", "returned"])

    def test_delivered_again_to_another_customer_starts_anew(self):
        lot = self._new_lot("P-1", self.product, self.stock)
        first = self._validate(self._new_delivery(lot))
        unit = self._get_unit(lot)
        unit.write({"date_delivered": date(2025, 1, 10), "invoice_ref": "INV/1"})
        self._return(first, lot)
        second = self._validate(self._new_delivery(lot, partner=self.other_customer))
        self.assertEqual(self._get_unit(lot), unit)
        self.assertRecordValues(
            unit,
            [
                {
                    "state": "in_service",
                    "partner_id": self.other_customer.id,
                    "date_delivered": TODAY,
                    "warranty_parts_end": date(2028, 11, 17),
                    "delivery_picking_id": second.id,
                    "invoice_ref": False,
                }
            ],
        )

    def test_archived_unit_is_found_again(self):
        lot = self._new_lot("P-1", self.product, self.stock)
        picking = self._validate(self._new_delivery(lot))
        unit = self._get_unit(lot)
        self._return(picking, lot)
        unit.action_archive()
        self._validate(self._new_delivery(lot))
        self.assertTrue(unit.active)
        self.assertEqual(unit.state, "in_service")

    def test_installation_starts_the_warranty(self):
        self.product.warranty_basis = "installation"
        lot = self._new_lot("P-1", self.product, self.stock)
        self._validate(self._new_delivery(lot))
        unit = self._get_unit(lot)
        self.assertRecordValues(unit, [{"state": "draft", "warranty_date_start": False, "warranty_parts_end": False}])
        unit.with_user(self.user_manager).action_install()
        self.assertRecordValues(
            unit, [{"state": "in_service", "warranty_date_start": TODAY, "warranty_parts_end": date(2028, 11, 17)}]
        )

    def test_as_designed_list_is_copied(self):
        self.product.service_design_line_ids = [
            Command.create({"position": "A", "product_id": self.part.id, "is_serial_wanted": True}),
            Command.create({"position": "B", "product_id": self.part.id, "quantity": 3}),
        ]
        lot = self._new_lot("P-1", self.product, self.stock)
        self._validate(self._new_delivery(lot))
        self.assertRecordValues(
            self._get_unit(lot).component_ids,
            [
                {"position": "A", "quantity": 1, "is_serial_wanted": True, "date_installed": TODAY},
                {"position": "B", "quantity": 3, "is_serial_wanted": False, "date_installed": TODAY},
            ],
        )

    def test_delivery_without_contact_is_registered_without_customer(self):
        lot = self._new_lot("P-1", self.product, self.stock)
        picking = self._new_delivery(lot)
        picking.partner_id = False
        self._validate(picking)
        self.assertRecordValues(self._get_unit(lot), [{"partner_id": False, "state": "in_service"}])

    def test_two_companies_deliver_the_same_serial(self):
        other = self.env["res.company"].create({"name": "Second Company"})
        lot = self._new_lot("P-1", self.product, self.stock)
        self._validate(self._new_delivery(lot))
        other_lot = self._new_lot("P-1", self.product, company=other)
        unit = (
            self.env["service.equipment"]
            .with_company(other)
            .create({"product_id": self.product.id, "lot_id": other_lot.id, "company_id": other.id})
        )
        self.assertEqual(unit.company_id, other)
        self.assertEqual(self._get_unit(lot).company_id, self.company)
