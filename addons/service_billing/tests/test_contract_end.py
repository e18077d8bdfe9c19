# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestContractEnds(BillingCommon):
    """What we buy is never invoiced; an end that is planned is billed to its day, and not beyond."""

    def test_supplier_contract_is_never_billed(self):
        supplier = self.env["res.partner"].create({"name": "Pump Works"})
        contract = self._new_contract(self.units[:1], kind="supplier", partner_id=supplier.id)
        self.assertFalse(contract.billing_plan())
        for run in (self._run("2026-04-01"), self._run("2027-04-01", contract)):
            self.assertFalse(run.move_ids)
        self.assertFalse(contract.charge_ids)
        self.assertEqual(contract.profit()["revenue"], 0.0)

    def test_planned_end_is_billed_to_its_day(self):
        contract = self._new_contract(self.units[:1])
        with freeze_time("2026-05-05 10:00:00"):
            self._run("2026-05-01")
            contract.action_cancel(date="2026-06-15")
            self.assertEqual((contract.state, contract.is_ending), ("active", True))
            self._run("2026-06-01")
        self.assertEqual(self._get_billed(contract), 264.52 + 50.0)
        self.assertEqual(self._get_billed(contract), contract.amount_total)

    def test_withdrawn_end_is_billed_again(self):
        contract = self._new_contract(self.units[:1])
        with freeze_time("2026-05-05 10:00:00"):
            contract.action_cancel(date="2026-06-15")
            self._run("2026-06-01")
            contract.action_withdraw_cancellation()
            self._run("2026-06-01")
        self.assertEqual(self._get_billed(contract), 364.52)

    def test_planned_suspension_is_not_billed(self):
        contract = self._new_contract(self.units[:1])
        with freeze_time("2026-05-05 10:00:00"):
            contract.action_suspend(date="2026-06-01", date_end="2026-06-15")
            self._run("2026-06-01")
            self.assertEqual(self._get_billed(contract), 264.52 + 50.0)
            contract.suspension_ids.action_withdraw()
            self._run("2026-06-01")
        self.assertEqual(self._get_billed(contract), 364.52)

    def _get_billed(self, contract):
        return contract.currency_id.round(sum(contract.charge_ids.mapped("amount")))
