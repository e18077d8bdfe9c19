# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TODAY, EquipmentCase


class LoanCase(EquipmentCase):
    """A customer's pump in repair, and a pump of ours on the shelf; the user has no stock rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("P-1")
        cls.shelf = cls.env["stock.location"].create(
            {"name": "Shelf", "usage": "internal", "location_id": cls.stock.id}
        )
        cls.lot = cls._new_lot("POOL-1", cls.product, cls.shelf)
        cls.loans = cls.company.service_loan_location_id
        cls.quarantine = cls.company.service_quarantine_location_id
        cls.hose = cls._new_product("Hose", tracking="none")
        cls.env["stock.quant"]._update_available_quantity(cls.hose, cls.shelf, 4)
        cls.env["stock.quant"]._update_available_quantity(cls.hose, cls.stock, 6)

    def _new_loan(self, **vals):
        return (
            self.env["service.loan"]
            .with_user(self.user_equipment)
            .create(
                {
                    "equipment_id": self.unit.id,
                    "lot_id": self.lot.id,
                    "location_id": self.stock.id,
                    "date_due": date(2026, 12, 2),
                    **vals,
                }
            )
        )

    def _new_hose_loan(self, quantity=8):
        return self._new_loan(product_id=self.hose.id, lot_id=False, quantity=quantity)

    def _return(self, loan, **vals):
        wizard = self.env["service.loan.return"].with_user(self.user_equipment)
        wizard.create({"loan_id": loan.id, **vals}).action_return()

    def _count(self, product, location):
        return self.env["stock.quant"]._get_available_quantity(product, location, strict=True)


@tagged("post_install", "-at_install")
class TestLoan(LoanCase):
    def test_lend_and_return(self):
        loan = self._new_loan()
        self.assertRecordValues(
            loan,
            [
                {
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "product_id": self.product.id,
                    "company_id": self.company.id,
                    "loan_equipment_id": False,
                    "state": "draft",
                    "days_out": 0,
                }
            ],
        )
        loan.action_lend()
        self.assertRecordValues(loan, [{"state": "out", "date_out": TODAY, "quantity_out": 1, "is_overdue": False}])
        picking = loan.sudo().picking_ids
        self.assertRecordValues(
            picking,
            [
                {
                    "state": "done",
                    "picking_type_code": "outgoing",
                    "partner_id": self.site.id,
                    "origin": loan.name,
                    "location_dest_id": self.loans.id,
                }
            ],
        )
        self.assertTrue(picking.should_print_delivery_address())
        self.assertEqual(picking.move_line_ids.lot_id, self.lot)
        self.assertEqual(self._get_quantity(self.lot, self.shelf), 0)
        self.assertEqual(self._get_quantity(self.lot, self.loans), 1)
        self.assertEqual(self.unit._get_open_loans(), loan)
        self._return(loan)
        self.assertRecordValues(loan, [{"state": "returned", "date_returned": TODAY, "condition_in": "good"}])
        self.assertEqual(self._get_quantity(self.lot, self.shelf), 1)
        self.assertEqual(self._get_quantity(self.lot, self.loans), 0)
        self.assertFalse(self.unit._get_open_loans())

    def test_lending_registers_and_retires_nothing(self):
        units = self.env["service.equipment"].with_context(active_test=False)
        count = units.search_count([])
        loan = self._new_loan()
        loan.action_lend()
        self._return(loan)
        self.assertEqual(units.search_count([]), count)
        self.assertEqual(self.unit.state, "in_service")

    def test_what_is_lent_is_free_for_nobody(self):
        self._new_loan().action_lend()
        self.assertEqual(self.product.with_context(warehouse_id=self.warehouse.id).qty_available, 0)
        self.assertFalse(self.loans.warehouse_id)

    def test_conditions_lead_to_their_places(self):
        scrap = self.env["stock.location"].search(
            [("usage", "=", "inventory"), ("company_id", "=", self.company.id)], order="id", limit=1
        )
        cases = {"good": self.shelf, "check": self.quarantine, "damaged": self.quarantine, "lost": scrap}
        for condition, location in cases.items():
            with self.subTest(condition=condition):
                lot = self._new_lot(f"POOL-{condition}", self.product, self.shelf)
                loan = self._new_loan(lot_id=lot.id)
                loan.action_lend()
                self._return(loan, condition=condition, note="Seen by the clerk")
                self.assertEqual(loan.condition_in, condition)
                self.assertEqual(self._get_quantity(lot, location), 1)
                self.assertIn("Seen by the clerk", loan.message_ids[0].body or loan.message_ids[1].body)

    def test_registered_unit_follows_the_loan(self):
        home = self.company.partner_id
        own = self.env["service.equipment"].create(
            {"product_id": self.product.id, "lot_id": self.lot.id, "partner_id": home.id, "site_id": home.id}
        )
        loan = self._new_loan()
        self.assertEqual(loan.loan_equipment_id, own)
        loan.action_lend()
        self.assertRecordValues(own, [{"site_id": self.site.id, "partner_id": home.id}])
        self._return(loan)
        self.assertRecordValues(own, [{"site_id": home.id, "state": "draft"}])
        self.assertEqual((own.lent_count, own.loan_count, self.unit.loan_count), (1, 0, 1))

    def test_lost_unit_is_retired(self):
        own = self.env["service.equipment"].create({"product_id": self.product.id, "lot_id": self.lot.id})
        loan = self._new_loan()
        loan.action_lend()
        self._return(loan, condition="lost")
        self.assertRecordValues(own, [{"state": "retired", "date_retired": TODAY, "site_id": False}])

    def test_quantities_return_in_parts(self):
        loan = self._new_hose_loan(8)
        loan.action_lend()
        self.assertEqual(self._count(self.hose, self.loans), 8)
        self.assertEqual(self._count(self.hose, self.shelf) + self._count(self.hose, self.stock), 2)
        self._return(loan, quantity=3, condition="damaged")
        self.assertRecordValues(loan, [{"state": "out", "quantity_out": 5, "quantity_returned": 3}])
        self._return(loan)
        self.assertRecordValues(loan, [{"state": "returned", "quantity_out": 0, "quantity_returned": 8}])
        self.assertEqual(self._count(self.hose, self.quarantine), 3)
        self.assertEqual(self._count(self.hose, self.loans), 0)
        self.assertEqual(self._count(self.hose, self.shelf) + self._count(self.hose, self.stock), 7)

    def test_all_pieces_are_back_on_their_own_shelves(self):
        loan = self._new_hose_loan(10)
        loan.action_lend()
        self._return(loan, quantity=7)
        self._return(loan, quantity=3)
        self.assertEqual(self._count(self.hose, self.shelf), 4)
        self.assertEqual(self._count(self.hose, self.stock), 6)

    def test_cancel_brings_everything_back(self):
        own = self.env["service.equipment"].create({"product_id": self.product.id, "lot_id": self.lot.id})
        loan = self._new_loan()
        loan.action_lend()
        loan.action_cancel()
        self.assertEqual(loan.state, "cancelled")
        self.assertEqual(self._get_quantity(self.lot, self.shelf), 1)
        self.assertFalse(own.site_id)
        self._new_loan().action_lend()
        self.assertEqual(own.site_id, self.site)

    def test_moved_by_another_transfer_meanwhile(self):
        for condition in ("good", "damaged"):
            with self.subTest(condition=condition):
                loan = self._new_loan()
                loan.action_lend()
                back = self._return_in_stock(loan.sudo().picking_ids)
                self.assertEqual(back.state, "done")
                self.assertEqual(self._get_quantity(self.lot, back.location_dest_id), 1)
                self._return(loan, condition=condition)
                self.assertEqual(loan.state, "returned")
                self.assertEqual(len(loan.sudo().picking_ids - back), 1)
                self.assertEqual(self._get_quantity(self.lot, back.location_dest_id), 1)

    def _return_in_stock(self, picking):
        """Take a transfer back with Odoo's own wizard, as stock users do."""
        wizard = self.env["stock.return.picking"].with_user(self.user_stock)
        wizard = wizard.with_context(active_id=picking.id, active_ids=picking.ids, active_model="stock.picking")
        wizard = wizard.create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        return self._validate(back)

    def test_sold_to_the_borrower_meanwhile(self):
        own = self.env["service.equipment"].create({"product_id": self.product.id, "lot_id": self.lot.id})
        loan = self._new_loan()
        loan.action_lend()
        self._validate(self._new_delivery(self.lot, source=self.loans))
        self.assertEqual(own.partner_id, self.customer)
        self._return(loan)
        self.assertEqual(loan.state, "returned")
        self.assertEqual(own.site_id, self.site)
        self.assertEqual(self._get_quantity(self.lot, self.customers), 1)

    def test_same_serial_in_two_companies(self):
        other = self.env["res.company"].create({"name": "Second Company"})
        self.user_equipment.company_ids += other
        shelf = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1).lot_stock_id
        lot = self._new_lot("POOL-1", self.product, company=other)
        self.env["stock.quant"]._update_available_quantity(self.product, shelf, 1, lot_id=lot)
        user_env = self.env["service.loan"].with_user(self.user_equipment).with_company(other).with_context(
            allowed_company_ids=(other + self.company).ids
        )
        foreign = user_env.create(
            {"company_id": other.id, "partner_id": self.customer.id, "product_id": self.product.id, "lot_id": lot.id}
        )
        own = self._new_loan()
        (own + foreign).with_env(user_env.env).action_lend()
        self.assertEqual(self._get_quantity(self.lot, self.loans), 1)
        self.assertEqual(self._get_quantity(lot, other.service_loan_location_id), 1)
        self.assertEqual(foreign.sudo().picking_ids.company_id, other)
        alone = foreign.with_context(allowed_company_ids=self.company.ids)
        with self.assertRaises(AccessError):
            alone.with_user(self.user_equipment).action_cancel()

    def test_draft_is_cancelled_without_transfer(self):
        loan = self._new_loan()
        loan.action_cancel()
        self.assertEqual(loan.state, "cancelled")
        self.assertFalse(loan.sudo().picking_ids)

    def test_dates(self):
        planned = self._new_loan(date_out=date(2026, 11, 25))
        planned.action_lend()
        self.assertEqual(planned.date_out, TODAY)
        planned.action_cancel()
        past = self._new_loan(date_out=date(2026, 11, 10))
        past.action_lend()
        self.assertRecordValues(past, [{"date_out": date(2026, 11, 10), "days_out": 8}])

    def test_default_period(self):
        self.company.service_loan_days = 5
        loan = self.env["service.loan"].new({})
        self.assertEqual(loan.date_due, date(2026, 11, 23))

    def test_extend(self):
        loan = self._new_loan()
        loan.action_lend()
        wizard = self.env["service.loan.extend"].with_user(self.user_equipment)
        wizard = Form(wizard.with_context(default_loan_ids=loan.ids))
        self.assertEqual(wizard.date_due, date(2026, 12, 9))
        wizard.reason = "The repair takes longer"
        wizard.save().action_extend()
        self.assertEqual(loan.date_due, date(2026, 12, 9))
        self.assertTrue(any("The repair takes longer" in body for body in loan.message_ids.mapped("body")))

    def test_overdue(self):
        loan = self._new_loan()
        loan.action_lend()
        Loan = self.env["service.loan"]
        for today, is_overdue in (("2026-12-02 12:00:00", False), ("2026-12-03 12:00:00", True)):
            with self.subTest(today=today), freeze_time(today):
                loan.invalidate_recordset()
                self.assertEqual(loan.is_overdue, is_overdue)
                self.assertEqual(loan in Loan.search([("is_overdue", "=", True)]), is_overdue)
                self.assertEqual(loan in Loan.search([("is_overdue", "=", False)]), not is_overdue)
        with freeze_time("2026-12-03 12:00:00"):
            self._return(loan)
            self.assertFalse(loan.is_overdue)

    def test_form_of_the_unit(self):
        action = self.unit.with_user(self.user_equipment).action_lend_replacement()
        form = Form(self.env["service.loan"].with_user(self.user_equipment).with_context(**action["context"]))
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.site_id, self.site)
        self.assertEqual(form.product_id, self.product)
        self.assertEqual(form.location_id, self.stock)
        self.assertEqual(form.available_lot_ids[:], self.lot)
        form.lot_id = self.lot
        self.assertEqual(form.location_id, self.stock)
        loan = form.save()
        loan.action_lend()
        self.assertEqual(loan.state, "out")

    def test_source_follows_the_serial_number(self):
        lot = self._new_lot("POOL-2", self.product, self.van)
        form = Form(self.env["service.loan"].with_user(self.user_equipment))
        form.partner_id = self.customer
        form.product_id = self.product
        self.assertEqual(form.location_id, self.stock)
        form.lot_id = lot
        self.assertEqual(form.location_id, self.van)
        self.assertEqual(form.site_id, self.customer)

    def test_own_unit_is_lent_from_its_form(self):
        own = self.env["service.equipment"].create({"product_id": self.product.id, "lot_id": self.lot.id})
        action = own.with_user(self.user_equipment).action_lend_replacement()
        form = Form(self.env["service.loan"].with_user(self.user_equipment).with_context(**action["context"]))
        self.assertEqual(form.loan_equipment_id, own)
        self.assertFalse(form.equipment_id)

    def test_history(self):
        own = self.env["service.equipment"].create({"product_id": self.product.id, "lot_id": self.lot.id})
        loan = self._new_loan()
        loan.action_lend()
        self._return(loan)
        entries = [entry for entry in self.unit.history() if entry["kind"] == "loan"]
        self.assertEqual([entry["title"] for entry in entries], ["Loan equipment returned", "Loan equipment delivered"])
        self.assertIn("POOL-1", entries[0]["text"])
        entries = [entry for entry in own.history() if entry["kind"] == "lent"]
        self.assertEqual([entry["title"] for entry in entries], ["Back from loan", "Lent"])
        self.assertIn("Rossi Plant", entries[0]["text"])
        self.assertLessEqual({"loan", "lent"}, set(own._get_history_kinds()))
        self.assertNotIn("lent", own._get_portal_history_kinds())

    def test_customer_is_told_what_stands_in(self):
        loan = self._new_loan()
        loan.action_lend()
        open_loans = self.unit.with_user(self.user_portal)._get_open_loans()
        self.assertEqual(open_loans.date_due, date(2026, 12, 2))
        foreign = self._new_unit("P-2", partner_id=self.other_customer.id, site_id=False)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_portal)._get_open_loans()

    def test_buttons(self):
        loan = self._new_loan()
        loan.action_lend()
        for record in (self.customer, self.site, self.lot):
            with self.subTest(record=record):
                action = record.with_user(self.user_equipment).action_view_service_loans()
                self.assertEqual(record.with_user(self.user_equipment).service_loan_count, 1)
                self.assertEqual(self.env["service.loan"].search(action["domain"]), loan)
                self.assertEqual(record.with_user(self.user_employee).service_loan_count, 0)
        self.assertEqual(self.env["service.loan"].search(self.unit.action_view_loans()["domain"]), loan)
        self.assertEqual(loan.action_view_pickings()["domain"], [("service_loan_id", "in", loan.ids)])
        self.assertEqual(loan.action_return()["context"], {"default_loan_id": loan.id})
        self.assertEqual(loan.action_extend()["context"], {"default_loan_ids": loan.ids})

    def test_slip(self):
        self.customer.lang = "en_US"
        loan = self._new_loan(condition_out="Good, with power cord")
        html = self.env["ir.actions.report"]._render_qweb_html("service_equipment.report_service_loan", loan.ids)[0]
        for words in (loan.name, "POOL-1", "Good, with power cord", "Received: date, name, signature"):
            self.assertIn(words, html.decode())

    def test_roles(self):
        loan = self._new_loan()
        for user in (self.user_auditor, self.user_stock, self.user_employee, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                loan.with_user(user).action_lend()
        self.assertEqual(loan.state, "draft")

    def test_every_company_has_its_place(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.assertRecordValues(
            company.service_loan_location_id,
            [{"usage": "internal", "company_id": company.id, "name": "Loan Equipment"}],
        )
        company.service_loan_location_id = False
        self.env["res.company"]._create_missing_service_loan_location()
        self.assertEqual(company.service_loan_location_id.company_id, company)
        self.assertEqual(self.company.service_loan_location_id, self.loans)


@tagged("post_install", "-at_install")
class TestLoanRefusals(LoanCase):
    """Each refusal is one sentence that names the equipment, and changes nothing."""

    def _assert_refused(self, words, **vals):
        loan = self._new_loan(**vals)
        with self.assertRaisesRegex(UserError, words):
            loan.action_lend()
        self.assertEqual(loan.state, "draft")
        self.assertFalse(loan.sudo().picking_ids)
        return loan

    def test_serial_not_there(self):
        self._assert_refused("POOL-1 is not in .*Van 1", location_id=self.van.id)

    def test_serial_already_lent(self):
        first = self._new_loan()
        first.action_lend()
        self._assert_refused(f"POOL-1 is already lent to Rossi Spa with {first.name}")

    def test_serial_of_another_product(self):
        lot = self._new_lot("M-1", location=self.stock)
        self._assert_refused("M-1 is of Motor, not of Pump", lot_id=lot.id)

    def test_serial_of_another_company(self):
        other = self.env["res.company"].create({"name": "Second Company"})
        lot = self._new_lot("POOL-9", self.product, company=other)
        with self.assertRaisesRegex(UserError, "POOL-9"):
            self._new_loan(lot_id=lot.id)

    def test_serial_missing(self):
        self._assert_refused("Enter the serial number of the Pump to lend", lot_id=False)

    def test_serial_is_reserved(self):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.site.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "location_id": self.stock.id,
                            "location_dest_id": self.customers.id,
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        self._assert_refused(f"POOL-1 is reserved for {picking.name}")

    def test_not_enough(self):
        self._assert_refused("not enough of Hose in", product_id=self.hose.id, lot_id=False, quantity=11)

    def test_source_is_ours(self):
        self._assert_refused("is not a place of our stock", location_id=self.customers.id)

    def test_customers_unit(self):
        lot = self._new_lot("P-9", self.product, self.shelf)
        unit = self._new_unit(lot_id=lot.id)
        self._assert_refused(f"{unit.name}.* belongs to Rossi Spa", lot_id=lot.id)

    def test_service_is_no_equipment(self):
        product = self.env["product.product"].create({"name": "Advice", "type": "service"})
        self._assert_refused("Advice is not goods", product_id=product.id, lot_id=False)

    def test_several_of_one_serial(self):
        self._assert_refused("one by one", quantity=2)

    def test_due_in_the_past(self):
        self._assert_refused("due before today", date_out=date(2026, 11, 1), date_due=date(2026, 11, 10))

    @mute_logger("odoo.sql_db")
    def test_wrong_numbers(self):
        for vals in ({"quantity": 0}, {"date_out": date(2026, 12, 3)}):
            with self.subTest(vals=vals), self.assertRaises(CheckViolation):
                self._new_loan(**vals)

    def test_wrong_returns(self):
        loan = self._new_hose_loan(8)
        loan.action_lend()
        cases = {
            "in the future": {"date": date(2026, 11, 19)},
            "went out on 2026-11-18": {"date": date(2026, 11, 17)},
            "8.0 Units are out": {"quantity": 9},
            "at least something": {"quantity": 0},
        }
        for words, vals in cases.items():
            with self.subTest(words=words), self.assertRaisesRegex(UserError, words):
                self._return(loan, **vals)
        self.assertRecordValues(loan, [{"state": "out", "quantity_returned": 0}])
        self._return(loan)
        with self.assertRaisesRegex(UserError, "is Returned and cannot become Returned"):
            self._return(loan, quantity=1)

    def test_taken_away_meanwhile(self):
        loan = self._new_loan()
        loan.action_lend()
        self.env["stock.quant"]._update_available_quantity(self.product, self.loans, -1, lot_id=self.lot)
        for action in (loan.action_cancel, lambda: self._return(loan)):
            with self.assertRaisesRegex(UserError, "POOL-1 is no longer in Loan Equipment"):
                action()
        self.assertEqual(loan.state, "out")

    def test_partly_returned_is_not_cancelled(self):
        loan = self._new_hose_loan(8)
        loan.action_lend()
        self._return(loan, quantity=1)
        with self.assertRaisesRegex(UserError, "has been returned in part"):
            loan.action_cancel()

    def test_lent_twice_cancelled_twice(self):
        loan = self._new_loan()
        loan.action_lend()
        with self.assertRaisesRegex(UserError, "is Out and cannot become Out"):
            loan.action_lend()
        loan.action_cancel()
        with self.assertRaisesRegex(UserError, "is Cancelled and cannot become Cancelled"):
            loan.action_cancel()

    def test_loan_is_frozen(self):
        loan = self._new_loan()
        loan.action_lend()
        with self.assertRaisesRegex(UserError, "is no longer a draft"):
            loan.quantity = 2
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            loan.with_user(self.user_manager).unlink()
        loan.note = "Rings first"

    def test_extension_needs_a_later_date(self):
        loan = self._new_loan()
        with self.assertRaisesRegex(UserError, "is not out"):
            loan._extend(date(2026, 12, 20), "Longer")
        loan.action_lend()
        with self.assertRaisesRegex(UserError, "is due on 2026-12-02: enter a later date"):
            loan._extend(date(2026, 12, 2), "Longer")
