# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged
from odoo.tests.common import BaseCase
from odoo.tools import mute_logger

DATE = "2026-03-12"


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Two workers, and a crash, on real connections with real commits; the data is deleted afterwards."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.company_id = env.company.id
            if not env["account.journal"].search_count([("type", "=", "sale"), ("company_id", "=", self.company_id)]):
                self.skipTest("The main company has no sales journal.")
            customer = env["res.partner"].create({"name": "Two Workers Ltd", "is_company": True})
            contract = env["service.contract"].create({
                "partner_id": customer.id,
                "date_start": "2026-03-12",
                "date_end": "2027-03-11",
                "date_anchor": "2026-03-01",
                "coverage_ids": [Command.create({"name": "Whole plant", "price": 100.0})],
            })
            contract.action_activate()
            self.contract_id = contract.id
            self.partner_id = customer.id
            self.account_id = contract.analytic_account_id.id
        self.addCleanup(self._delete_all)

    def _delete_all(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["account.move"].search([("partner_id", "=", self.partner_id)]).unlink()
            cr.execute("SELECT service_billing_run_id FROM service_billing_run_service_contract_rel "
                       "WHERE service_contract_id = %s", [self.contract_id])
            runs = tuple(row[0] for row in cr.fetchall()) or (0,)
            cr.execute("DELETE FROM service_charge WHERE contract_id = %s", [self.contract_id])
            cr.execute("DELETE FROM service_billing_run WHERE id IN %s", [runs])
            cr.execute("DELETE FROM service_contract WHERE id = %s", [self.contract_id])
            env.invalidate_all()
            env["account.analytic.account"].browse(self.account_id).unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _new_run(self, cr):
        env = api.Environment(cr, SUPERUSER_ID, {})
        return env["service.billing.run"].create({
            "date": DATE, "company_id": self.company_id, "contract_ids": [Command.set([self.contract_id])],
        })

    def _get_billed(self):
        """Return the amounts that stand in the ledger, and the number of invoices, as a new connection sees them."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            charges = env["service.charge"].search([
                ("contract_id", "=", self.contract_id), ("state", "!=", "cancelled"),
            ])
            invoices = env["account.move"].search_count([("partner_id", "=", self.partner_id)])
            return charges.mapped("amount"), invoices

    def test_contract_locked_by_another_worker_is_skipped(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            self._new_run(first).action_run()
            run = self._new_run(second)
            run.action_run()
            self.assertFalse(run.charge_ids)
            self.assertEqual(run.error_ids.contract_id.id, self.contract_id)
        self.assertEqual(self._get_billed(), ([64.52], 1))

    @mute_logger("odoo.sql_db")
    def test_worker_with_an_older_snapshot_is_stopped_by_the_index(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            run = self._new_run(second)
            run.flush_recordset()
            self._new_run(first).action_run()
            first.commit()
            run.action_run()
            self.assertFalse(run.charge_ids)
            self.assertEqual(len(run.error_ids), 1)
        self.assertEqual(self._get_billed(), ([64.52], 1))

    def test_crash_after_the_invoice(self):
        with self.registry.cursor() as cr:
            run = self._new_run(cr)
            with (
                patch.object(self.registry["service.charge"], "create", side_effect=RuntimeError("killed")),
                self.assertRaises(RuntimeError),
            ):
                run.action_run()
            cr.rollback()
        self.assertEqual(self._get_billed(), ([], 0))
        for _worker in range(2):
            with self.registry.cursor() as cr:
                self._new_run(cr).action_run()
        self.assertEqual(self._get_billed(), ([64.52], 1))
