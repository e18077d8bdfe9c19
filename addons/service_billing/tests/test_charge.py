# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-12 09:00:00")
class TestCharge(BillingCommon):

    def setUp(self):
        super().setUp()
        self.contract = self._new_contract(self.units[:1])
        self.run = self._run("2026-03-12")
        self.charge = self.run.charge_ids
        self.invoice = self.run.move_ids.with_user(self.accountant)

    def test_ledger_is_append_only(self):
        with self.assertRaises(UserError):
            self.charge.sudo().write({"amount": 1.0})
        with self.assertRaises(UserError):
            self.charge.sudo().unlink()

    def test_state_follows_the_invoice(self):
        self.assertEqual(self.charge.state, "draft")
        self.invoice.action_post()
        self.assertEqual(self.charge.state, "posted")
        self.invoice.button_draft()
        self.assertEqual(self.charge.state, "draft")
        self.assertFalse(self._run("2026-03-12").charge_ids, "an invoice that was reset still holds its charges")
        self.invoice.button_cancel()
        self.assertEqual(self.charge.state, "cancelled")

    def test_cancelled_draft_is_billed_anew(self):
        self.invoice.button_cancel()
        again = self._run("2026-03-12").charge_ids
        self.assertRecordValues(again, [{"amount": 64.52, "revision": 1, "state": "draft"}])
        with self.assertRaises(UserError):
            self.invoice.button_draft()

    def test_cancelled_invoice_may_be_reopened_until_billed_anew(self):
        self.invoice.button_cancel()
        self.invoice.button_draft()
        self.assertEqual(self.charge.state, "draft")
        self.assertFalse(self._run("2026-03-12").charge_ids)

    def test_cancelled_first_revision_while_a_correction_stands(self):
        self.contract.coverage_ids.action_end(date="2026-03-21")
        self.contract.credit_policy = "credit_note"
        correction = self._run("2026-03-20").charge_ids
        self.assertEqual(correction.revision, 2)
        self.invoice.button_cancel()
        again = self._run("2026-03-20").charge_ids
        self.assertRecordValues(again, [{"amount": 64.52, "revision": 1}])
        with self.assertRaises(UserError):
            self.invoice.button_draft()

    def test_deleted_draft_is_billed_anew(self):
        self.invoice.unlink()
        self.assertRecordValues(self.charge, [{"state": "cancelled", "move_id": False, "move_line_id": False}])
        self.assertEqual(self._amounts(self._run("2026-03-12")), [64.52])

    def test_deleted_line_is_billed_anew(self):
        self.invoice.invoice_line_ids.unlink()
        self.assertEqual(self.charge.state, "cancelled")
        self.assertEqual(self._amounts(self._run("2026-03-12")), [64.52])

    def test_copied_invoice_carries_no_charge(self):
        self.assertFalse(self.invoice.copy().service_charge_ids)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_the_same_period_twice(self):
        values = self.charge.copy_data()[0]
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env["service.charge"].sudo().create({**values, "move_line_id": self.charge.move_line_id.id})
