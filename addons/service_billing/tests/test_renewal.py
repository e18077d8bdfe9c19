# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestRenewalBilling(BillingCommon):
    """A renewal is dated rows, so the ledger bills it without knowing of it."""

    def test_new_price_from_the_first_new_day(self):
        """March 2027 was billed to its old last day: what the renewal adds is a slice at the new price."""
        contract = self._new_contract(self.units[:1], renewal_increase=3.0)
        with freeze_time("2027-03-05 10:00:00"):
            self._run("2027-03-01", contract)
            self.assertEqual(self._get_billed(contract), 1200.0)
            contract.action_renew()
            self.assertEqual(self._amounts(self._run("2027-03-01", contract)), [66.45])  # 103.00 - 36.55
            self.assertFalse(self._run("2027-03-01", contract).charge_ids, "a second run adds nothing")
            self.assertEqual(self._amounts(self._run("2027-04-01", contract)), [103.0])

    def test_a_renewal_without_increase_goes_on(self):
        contract = self._new_contract(self.units[:1])
        with freeze_time("2027-03-05 10:00:00"):
            self._run("2027-03-01", contract)
            contract.action_renew()
            self.assertEqual(self._amounts(self._run("2027-03-01", contract)), [64.52])
        self.assertEqual(self._get_billed(contract), 1264.52)

    def test_the_whole_renewed_term_is_its_value(self):
        contract = self._new_contract(self.units[:1], renewal_increase=3.0)
        with freeze_time("2027-03-05 10:00:00"):
            contract.action_renew()
            self._run("2028-03-11", contract)
        self.assertEqual(self._get_billed(contract), 1200.0 + contract.renewal_ids.amount_new)
        self.assertEqual(self._get_billed(contract), contract.amount_total)

    def _get_billed(self, contract):
        return contract.currency_id.round(sum(contract.charge_ids.mapped("amount")))
