# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date
from unittest.mock import patch

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TODAY, EquipmentCase


class WarrantyClaimCase(EquipmentCase):
    """A vendor that gives a year on motors, a unit with one, spares in the van, and who handles claims."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env["res.partner"].create(
            {"name": "Motors Ltd", "is_company": True, "email": "claims@motors.example"}
        )
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.seller = cls.env["product.supplierinfo"].create(
            {
                "partner_id": cls.vendor.id,
                "product_tmpl_id": cls.part.product_tmpl_id.id,
                "price": 40,
                "warranty_months": 12,
            }
        )
        cls.user_claims = cls._new_user("eq_claims", "service_equipment.group_service_equipment_user")
        cls.company.service_claim_user_id = cls.user_claims
        cls.unit = cls._new_unit("P-1")

    @classmethod
    def _receive(cls, serial, day, vendor=None, product=None, lot=None):
        """Receive a serial number from a vendor on a day."""
        product = product or cls.part
        lot = lot or cls._new_lot(serial, product)
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": cls.warehouse.in_type_id.id,
                "partner_id": (vendor or cls.vendor).id,
                "location_id": cls.suppliers.id,
                "location_dest_id": cls.stock.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "location_id": cls.suppliers.id,
                            "location_dest_id": cls.stock.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        cls._pick(picking, lot)
        picking.button_validate()
        picking.move_ids.move_line_ids.date = f"{day} 10:00:00"
        return lot

    def _exchange(self, component, **vals):
        serial = f"NEW-{component.id}"
        return (
            self.env["service.exchange"]
            .with_user(self.user_equipment)
            .create(
                {
                    "equipment_id": self.unit.id,
                    "component_id": component.id,
                    "new_product_id": self.part.id,
                    "new_lot_id": self._new_lot(serial, location=self.van).id,
                    "location_id": self.van.id,
                    "reason": "Does not start",
                    **vals,
                }
            )
        )

    def _claim(self, exchange):
        return self.env["service.warranty.claim"].search([("exchange_id", "=", exchange.id)])


@tagged("post_install", "-at_install")
class TestVendorWarranty(WarrantyClaimCase):
    """From when and how long the vendor's warranty lasts."""

    def test_counts_from_the_receipt(self):
        lot = self._receive("M-1", "2026-01-31")
        component = self._new_component(self.unit, lot_id=lot.id)
        self.assertRecordValues(
            component, [{"vendor_id": self.vendor.id, "vendor_warranty_end": date(2027, 1, 30)}]
        )
        self.seller.warranty_months = 1
        component.invalidate_recordset()
        self.assertEqual(component.vendor_warranty_end, date(2027, 1, 30))
        self.assertEqual(self._new_component(self.unit, "M-2").vendor_warranty_end, date(2026, 10, 31))

    def test_day_of_the_receipt_is_that_of_the_company(self):
        lot = self._receive("M-1", "2026-01-30")
        lot.env["stock.move.line"].search([("lot_id", "=", lot.id)]).date = "2026-01-30 23:30:00"
        component = self._new_component(self.unit, lot_id=lot.id)
        self.assertEqual(component.vendor_warranty_end, date(2027, 1, 30))

    def test_the_last_receipt_counts(self):
        lot = self._receive("M-1", "2025-01-01")
        self.env["stock.quant"]._update_available_quantity(self.part, self.stock, -1, lot_id=lot)
        self._receive("M-1", "2026-05-01", lot=lot)
        component = self._new_component(self.unit, lot_id=lot.id)
        self.assertEqual(component.vendor_warranty_end, date(2027, 4, 30))

    def test_another_vendor_gives_nothing(self):
        other = self.env["res.partner"].create({"name": "Other Ltd"})
        lot = self._receive("M-1", "2026-10-01", vendor=other)
        component = self._new_component(self.unit, lot_id=lot.id)
        self.assertRecordValues(component, [{"vendor_id": False, "vendor_warranty_end": False}])

    def test_unknown_receipt_counts_from_the_installation(self):
        component = self._new_component(self.unit, product_id=self.part.id, date_installed=date(2026, 10, 31))
        self.assertEqual(component.vendor_warranty_end, date(2027, 10, 30))
        component.with_user(self.user_manager).lot_id = self._receive("M-1", "2026-09-01")
        self.assertEqual(component.vendor_warranty_end, date(2027, 8, 31))

    def test_price_list_lines_that_do_not_fit(self):
        other_company = self.env["res.company"].create({"name": "Second Company"})
        for vals in (
            {"company_id": other_company.id},
            {"date_end": date(2026, 9, 30)},
            {"date_start": date(2026, 10, 2)},
            {"warranty_months": 0},
        ):
            with self.subTest(vals=vals), self.cr.savepoint() as savepoint:
                self.seller.write(vals)
                self.assertFalse(self._new_component(self.unit).vendor_warranty_end)
                savepoint.rollback()

    def test_unit_has_one_too(self):
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self.vendor.id,
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "warranty_months": 24,
            }
        )
        lot = self._receive("P-9", "2026-02-28", product=self.product)
        unit = self._new_unit(lot_id=lot.id)
        self.assertRecordValues(unit, [{"vendor_id": self.vendor.id, "vendor_warranty_end": date(2028, 2, 27)}])
        self.assertNotIn("vendor_id", unit.with_user(self.user_portal).fields_get())

    def test_many_parts_take_few_queries(self):
        lots = self.env["stock.lot"].create(
            [{"name": f"B-{number}", "product_id": self.part.id} for number in range(30)]
        )
        parts = [(self.part, lot, self.company, TODAY) for lot in lots]
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            self.assertEqual(len(self.env["service.vendor.warranty"]._get_vendor_warranties(parts)), 30)

    @mute_logger("odoo.sql_db")
    def test_negative_months_are_refused(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.seller.warranty_months = -1
            self.seller.flush_recordset()


@tagged("post_install", "-at_install")
class TestWarrantyClaim(WarrantyClaimCase):
    """The life of a claim, from the exchange to the vendor's money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.component = cls._new_component(cls.unit, "M-1", position="Drive")

    def test_exchange_under_vendor_warranty_makes_a_draft(self):
        exchange = self._exchange(self.component)
        exchange.action_done()
        claim = self._claim(exchange)
        self.assertRecordValues(
            claim,
            [
                {
                    "state": "draft",
                    "date": TODAY,
                    "partner_id": self.vendor.id,
                    "product_id": self.part.id,
                    "lot_id": self.component.lot_id.id,
                    "equipment_id": self.unit.id,
                    "company_id": self.company.id,
                    "user_id": self.user_claims.id,
                    "vendor_warranty_end": date(2027, 9, 30),
                    "amount_claimed": 45.0,
                    "description": "Does not start",
                }
            ],
        )
        self.assertRegex(claim.name, "^WC")
        self.assertRecordValues(
            claim.activity_ids,
            [{"user_id": self.user_claims.id, "date_deadline": TODAY, "summary": "Send the claim to the vendor"}],
        )
        self.assertEqual(self.unit.with_user(self.user_equipment).warranty_claim_count, 1)
        self.assertEqual(exchange.action_claim()["res_id"], claim.id)

    def test_the_last_day_counts(self):
        for end, count in ((date(2026, 11, 18), 1), (date(2026, 11, 17), 0), (False, 0)):
            with self.subTest(end=end):
                component = self._new_component(self.unit, f"M-{end}", vendor_warranty_end=end)
                exchange = self._exchange(component)
                exchange.action_done()
                self.assertEqual(len(self._claim(exchange)), count)

    def test_claim_knows_the_transfer_to_the_vendor(self):
        reason = self.env["service.exchange.reason"].create({"name": "Defect"})
        exchange = self._exchange(self.component, disposition="vendor", reason_id=reason.id)
        exchange.action_done()
        claim = self._claim(exchange)
        self.assertTrue(claim.picking_id)
        self.assertRecordValues(
            claim, [{"picking_id": exchange.vendor_picking_id.id, "description": "Defect - Does not start"}]
        )

    def test_exchanges_of_one_batch(self):
        exchanges = self._exchange(self.component)
        exchanges += self._exchange(self._new_component(self.unit, "M-2"))
        exchanges += self._exchange(self._new_component(self.unit, "M-3", vendor_warranty_end=False))
        exchanges.action_done()
        self.assertEqual([len(self._claim(exchange)) for exchange in exchanges], [1, 1, 0])

    def test_part_that_was_not_listed(self):
        lot = self._receive("M-7", "2026-09-01")
        self.env["stock.quant"]._update_available_quantity(self.part, self.stock, -1, lot_id=lot)
        exchange = self._exchange(
            self.env["service.component"], old_product_id=self.part.id, old_serial_found="M-7"
        )
        exchange.action_done()
        self.assertRecordValues(
            self._claim(exchange), [{"lot_id": lot.id, "vendor_warranty_end": date(2027, 8, 31)}]
        )

    def test_without_responsible_there_is_no_activity(self):
        self.company.service_claim_user_id = False
        exchange = self._exchange(self.component)
        exchange.action_done()
        self.assertRecordValues(self._claim(exchange), [{"user_id": False, "activity_ids": []}])

    def test_claim_by_hand_from_the_exchange(self):
        self.component.vendor_warranty_end = False
        exchange = self._exchange(self.component)
        with self.assertRaisesRegex(UserError, "no old part that could be claimed"):
            exchange.action_claim()
        exchange.action_done()
        claim = self.env["service.warranty.claim"].browse(exchange.action_claim()["res_id"])
        self.assertRecordValues(claim, [{"partner_id": self.vendor.id, "amount_claimed": 45.0, "state": "draft"}])
        self.assertEqual(exchange.action_claim()["res_id"], claim.id)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            claim.copy({"exchange_id": exchange.id})

    def test_life_of_a_granted_claim(self):
        exchange = self._exchange(self.component)
        exchange.action_done()
        claim = self._claim(exchange).with_user(self.user_claims)
        claim.action_send()
        self.assertRecordValues(claim, [{"state": "sent", "date_sent": TODAY}])
        self.assertFalse(claim.activity_ids)
        with self.assertRaisesRegex(UserError, "Enter what the vendor gives"):
            claim.action_accept()
        claim.write({"outcome": "credit", "vendor_ref": "RMA 77"})
        claim.action_accept()
        self.assertEqual(claim.sudo().amount_accepted, 45.0)
        claim.action_settle()
        self.assertRecordValues(claim, [{"state": "settled", "date_answered": TODAY, "date_settled": TODAY}])
        entry = next(entry for entry in self.unit.history() if entry["kind"] == "claim")
        self.assertEqual(entry["text"], "Motor - M-1 - Motors Ltd - Settled")
        self.assertNotIn("claim", self.unit._get_portal_history_kinds())

    def test_partly_granted_then_refused_then_sent_again(self):
        claim = self._new_claim(amount_claimed=45.0)
        claim.action_send()
        claim.write({"outcome": "credit", "amount_accepted": 30.0})
        claim.action_accept()
        self.assertEqual(claim.amount_accepted, 30.0)
        other = self._new_claim(amount_claimed=45.0)
        other.action_send()
        other.action_refuse()
        self.assertRecordValues(other, [{"state": "refused", "outcome": False, "amount_accepted": 0.0}])
        other.action_send()
        self.assertEqual(other.state, "sent")

    def _new_claim(self, **vals):
        Claim = self.env["service.warranty.claim"].with_user(self.user_manager)
        return Claim.create({"partner_id": self.vendor.id, "product_id": self.part.id, **vals})

    def test_guarded_transitions(self):
        allowed = {
            "draft": {"action_send", "action_cancel"},
            "sent": {"action_accept", "action_refuse", "action_cancel"},
            "accepted": {"action_settle"},
            "refused": {"action_send", "action_cancel"},
            "settled": set(),
            "cancelled": {"action_draft"},
        }
        actions = set().union(*allowed.values())
        for state, names in allowed.items():
            for name in actions - names:
                claim = self._new_claim(outcome="repair")
                claim.sudo().state = state
                with self.subTest(state=state, name=name), self.assertRaisesRegex(UserError, "and cannot become"):
                    getattr(claim, name)()

    def test_what_was_sent_stays(self):
        claim = self._new_claim()
        claim.action_send()
        with self.assertRaisesRegex(UserError, "has been sent: the part"):
            claim.quantity = 2
        with self.assertRaisesRegex(UserError, "cancel it instead of deleting"):
            claim.unlink()
        claim.vendor_ref = "RMA 1"
        claim.action_cancel()
        claim.unlink()

    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "has no vendor"):
            self._new_claim(partner_id=False).action_send()
        with self.assertRaisesRegex(UserError, "has no part"):
            self._new_claim(product_id=False).action_send()
        self.vendor.email = False
        with self.assertRaisesRegex(UserError, "e-mail address"):
            self._new_claim().action_send_mail()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._new_claim(amount_claimed=-1)

    def test_reversal_cancels_a_draft_and_notes_on_a_sent_claim(self):
        exchange = self._exchange(self.component)
        exchange.action_done()
        claim = self._claim(exchange)
        exchange.action_reverse()
        self.assertRecordValues(claim, [{"state": "cancelled", "activity_ids": []}])

        other = self._exchange(self._new_component(self.unit, "M-2"))
        other.action_done()
        sent = self._claim(other)
        sent.action_send()
        other.action_reverse()
        self.assertEqual(sent.state, "sent")
        self.assertRegex(sent.message_ids[0].body, f"Exchange {other.name} was reversed")

    def test_letter_by_mail(self):
        exchange = self._exchange(self.component)
        exchange.action_done()
        claim = self._claim(exchange).with_user(self.user_claims)
        action = claim.action_send_mail()
        composer = Form(self.env[action["res_model"]].with_user(self.user_claims).with_context(**action["context"]))
        self.assertIn(claim.name, composer.subject)
        self.assertEqual(composer.partner_ids[:], self.vendor)
        report = "odoo.addons.base.models.ir_actions_report.IrActionsReport._render_qweb_pdf"
        with patch(report, return_value=(b"%PDF-1.4", "pdf")):
            composer.save()._action_send_mail()
        self.assertEqual(claim.state, "sent")
        message = claim.message_ids.filtered(lambda message: message.partner_ids == self.vendor)
        self.assertEqual(len(message), 1)

    def test_letter_names_the_amount_to_those_who_may_see_it(self):
        exchange = self._exchange(self.component)
        exchange.action_done()
        claim = self._claim(exchange)
        report = self.env.ref("service_equipment.service_warranty_claim_report").report_name
        for user, is_seen in ((self.user_manager, True), (self.user_claims, False)):
            with self.subTest(user=user.login):
                Report = self.env["ir.actions.report"].with_user(user)
                html = Report._render_qweb_html(report, claim.ids)[0].decode()
                self.assertIn("M-1", html)
                self.assertEqual("Amount claimed" in html, is_seen)

    def test_roles(self):
        claim = self._new_claim(amount_claimed=45.0)
        for user in (self.user_equipment, self.user_claims):
            self.assertNotIn("amount_claimed", claim.with_user(user).read()[0])
            with self.assertRaises(AccessError):
                claim.with_user(user).write({"amount_accepted": 1.0})
        self.assertIn("amount_claimed", claim.with_user(self.user_auditor).read()[0])
        with self.assertRaises(AccessError):
            claim.with_user(self.user_auditor).action_send()

    def test_form(self):
        form = Form(self.env["service.warranty.claim"].with_user(self.user_equipment))
        form.product_id = self.part
        self.assertEqual(form.partner_id, self.vendor)
        self.assertEqual(form.user_id, self.user_claims)
        claim = form.save()
        self.assertEqual(claim.state, "draft")
