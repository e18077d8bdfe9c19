# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestProfit(BillingCommon):

    def test_story(self):
        """Steps 6 to 8 of the story: what is billed at three dates, and what the contract earns."""
        self.customer.with_company(self.company).property_product_pricelist = self.pricelist
        self._product("distance").with_company(self.company).standard_price = 0.3
        with freeze_time("2026-03-12 09:00:00"):
            contract = self._new_contract()
        first, second = self.units
        runs = [self._run("2026-03-12"), self._run("2026-04-01")]
        with freeze_time("2026-04-20 09:00:00"):
            on_first = self._validated_work(self._new_call(first), labour=3, travel=0.5, distance=20, part=1)
            on_second = self._validated_work(self._new_call(second), labour=2, travel=0.5, distance=20)
            uncovered = self._validated_work(self._new_call(), callout=1, labour=1, travel=0.5, distance=20)
            contract.coverage_ids.filtered(lambda row: row.equipment_id == second).action_end(date="2026-04-10")
        self.assertEqual(on_first.mapped("quantity_chargeable"), [0.0, 0.0, 0.0, 1.0])
        self.assertEqual(on_second.mapped("quantity_chargeable"), [1.0, 0.0, 0.0])
        self.assertEqual(uncovered.mapped("quantity_chargeable"), [1.0, 1.0, 0.5, 20.0])
        self.assertEqual(on_first.mapped("cost"), [90.0, 15.0, 6.0, 45.0])
        self.assertEqual(on_second.mapped("cost"), [60.0, 15.0, 6.0])
        runs.append(self._run("2026-05-01"))
        self.assertEqual([sorted(self._amounts(run)) for run in runs], [
            [64.52, 64.52],
            [100.0, 100.0],
            [-66.67, 10.0, 20.0, 50.0, 60.0, 60.0, 72.0, 100.0],
        ])
        self.assertEqual(
            {move.amount_untaxed: move.service_charge_ids.contract_id for move in runs[-1].move_ids},
            {165.33: contract, 140.0: contract.browse()})
        accountant_contract = contract.with_user(self.accountant)
        self.assertEqual(accountant_contract.profit()["revenue"], 0.0, "drafts earn nothing")
        for run in runs:
            run.move_ids.with_user(self.accountant).action_post()
        self.assertEqual(
            accountant_contract.profit(date_to="2026-05-31"),
            {"revenue": 494.37, "cost": 237.0, "profit": 257.37, "currency": self.company.currency_id.name})
        self.assertEqual(
            accountant_contract.profit(date_from="2026-04-01", date_to="2026-04-30"),
            {"revenue": 200.0, "cost": 237.0, "profit": -37.0, "currency": self.company.currency_id.name})
        self.assertRecordValues(accountant_contract, [{"revenue": 494.37, "cost": 237.0, "profit_amount": 257.37}])

    def test_only_who_may_see_costs(self):
        with freeze_time("2026-03-12 09:00:00"):
            contract = self._new_contract()
        for user in (self.contract_user, self.controller, self.engineer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                contract.with_user(user).profit()
