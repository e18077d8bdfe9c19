# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-01 09:00:00")
class TestAmendment(BillingCommon):
    """Amendments in the middle of a period that is billed already: the worked amounts of rules.md 5."""

    def _amend(self, contract, date, *lines):
        amendment = self.env["service.contract.amendment"].create({
            "contract_id": contract.id,
            "date": date,
            "line_ids": [Command.create(line) for line in lines],
        })
        amendment.action_apply()
        return amendment

    def test_unit_added(self):
        contract = self._new_contract(self.units[:1], date_start="2026-03-01", date_end="2027-02-28")
        self.assertEqual(self._amounts(self._run("2026-03-01")), [100.0])
        self._amend(contract, "2026-03-12", {"equipment_id": self.units[1].id, "price": 100.0})
        self.assertEqual(self._amounts(self._run("2026-03-12")), [64.52])

    def test_unit_removed(self):
        contract = self._new_contract(self.units[:1], date_start="2026-03-01", date_end="2027-02-28")
        self._run("2026-06-01")
        row = contract.coverage_ids
        self._amend(contract, "2026-06-11", {"action": "remove", "coverage_id": row.id})
        contract.credit_policy = "credit_note"
        self.assertEqual(self._amounts(self._run("2026-06-11")), [-66.67])

    def test_unit_at_another_price(self):
        contract = self._new_contract(self.units[:1], date_start="2026-03-01", date_end="2027-02-28")
        self._run("2026-07-01")
        self._amend(
            contract, "2026-07-16", {"action": "reprice", "coverage_id": contract.coverage_ids.id, "price": 130.0}
        )
        self.assertAlmostEqual(sum(self._amounts(self._run("2026-07-16"))), 15.49)

    def test_unit_moved_to_another_contract(self):
        term = {"date_start": "2026-03-01", "date_end": "2027-02-28", "credit_policy": "credit_note"}
        contract, target = self._new_contract(self.units[:1], **term), self._new_contract(self.units[1:], **term)
        self._run("2026-06-01")
        self._amend(contract, "2026-06-11", {
            "action": "move", "coverage_id": contract.coverage_ids.id, "target_contract_id": target.id, "price": 90.0,
        })
        run = self._run("2026-06-11")
        self.assertEqual(
            {charge.contract_id: charge.amount for charge in run.charge_ids}, {contract: -66.67, target: 60.0}
        )

    def test_what_an_amendment_foresees_is_what_the_plan_bills(self):
        """Whatever the way of counting by days, and however the price recurs."""
        for mode in ("days", "30_360"):
            for unit in ("week", "month", "quarter", "year"):
                contract = self._new_contract(self.units, proration=mode, is_active=False)
                contract.coverage_ids.interval_unit = unit
                contract.action_activate()
                before = sum(line["amount"] for line in contract.billing_plan())
                first, second = contract.coverage_ids[:2]
                amendment = self._amend(
                    contract,
                    "2026-06-11",
                    {"action": "remove", "coverage_id": first.id},
                    {"action": "reprice", "coverage_id": second.id, "price": 130.0},
                    {"name": "Helpdesk", "price": 70.0, "interval_unit": unit},
                )
                after = sum(line["amount"] for line in contract.billing_plan())
                with self.subTest(mode=mode, unit=unit):
                    self.assertAlmostEqual(after - before, amendment.amount_difference)
                    self.assertAlmostEqual(amendment.amount_after, after)
