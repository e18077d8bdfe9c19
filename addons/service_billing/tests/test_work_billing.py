# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15 09:00:00")
class TestWorkBilling(BillingCommon):

    def test_uncovered_work_at_the_customers_tariff(self):
        self.customer.with_company(self.company).property_product_pricelist = self.pricelist
        call = self._new_call()
        works = self._validated_work(call, callout=1, labour=1, travel=0.5, distance=20)
        self.assertEqual(works.mapped("is_to_bill"), [True] * 4)
        run = self._run("2026-05-01")
        self.assertEqual(sorted(self._amounts(run)), [10.0, 20.0, 50.0, 60.0])
        self.assertRecordValues(run.move_ids, [{"amount_untaxed": 140.0, "partner_id": self.customer.id}])
        self.assertEqual(works.mapped("is_to_bill"), [False] * 4)
        self.assertFalse(self._run("2026-05-01").charge_ids)

    def test_discount_of_the_coverage(self):
        contract = self._new_contract()
        work = self._validated_work(self._new_call(self.units[0]), part=1)
        self.assertEqual(work.contract_id, contract)
        charge = self._run("2026-04-15").charge_ids.filtered("work_id")
        self.assertRecordValues(charge, [{
            "price_unit": 80.0, "discount": 10.0, "amount": 72.0, "contract_id": contract.id,
            "equipment_id": self.units[0].id, "product_id": self.part.id,
        }])
        self.assertEqual(charge.move_line_id.price_subtotal, 72.0)
        self.assertEqual(
            charge.move_line_id.analytic_distribution, {str(contract.analytic_account_id.id): 100.0})

    def test_tariff_of_the_row_beats_the_contract(self):
        contract = self._new_contract()
        tariff = self.pricelist.copy({"name": "Row tariff"})
        tariff.item_ids.filtered(lambda item: item.product_id == self.part).fixed_price = 50.0
        contract.coverage_ids[0].pricelist_id = tariff
        self._validated_work(self._new_call(self.units[0]), part=1)
        self.assertEqual(self._run("2026-04-15").charge_ids.filtered("work_id").amount, 45.0)

    def test_free_work_is_not_billed(self):
        self._new_contract()
        works = self._validated_work(self._new_call(self.units[0]), labour=3, travel=0.5, distance=20)
        self.assertFalse(any(works.mapped("is_to_bill")))
        self.assertFalse(self._run("2026-04-15").charge_ids.work_id)

    def test_later_work_waits_for_a_later_run(self):
        self.customer.with_company(self.company).property_product_pricelist = self.pricelist
        self._validated_work(self._new_call(), date="2026-04-14", labour=1)
        self.assertFalse(self._run("2026-04-13").charge_ids)
        self.assertEqual(self._amounts(self._run("2026-04-14")), [60.0])

    def test_billed_work_keeps_its_validation(self):
        work = self._validated_work(self._new_call(), labour=1)
        invoice = self._run("2026-04-15").move_ids
        with self.assertRaises(UserError):
            work.with_user(self.controller).action_unvalidate()
        invoice.with_user(self.accountant).button_cancel()
        work.with_user(self.controller).action_unvalidate()
        self.assertRecordValues(work, [{"state": "submitted", "is_to_bill": False}])
        with self.assertRaises(UserError, msg="its charge would stand on work that is not validated"):
            invoice.with_user(self.accountant).button_draft()

    def test_cost_is_the_engineers_own(self):
        self._product("labour").standard_price = 99.0
        work = self._validated_work(self._new_call(), labour=2, travel=0.5, part=1)
        self.assertEqual(work.mapped("cost"), [60.0, 15.0, 45.0])

    def test_cost_without_hourly_cost_is_the_products(self):
        self.resource.employee_id.hourly_cost = 0.0
        self._product("labour").with_company(self.company).standard_price = 25.0
        self.assertEqual(self._validated_work(self._new_call(), labour=2).cost, 50.0)
