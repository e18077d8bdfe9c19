# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-12 09:00:00")
class TestPerformance(BillingCommon):
    """How queries grow with the number of contracts: measured at n and at 2n."""

    def _count_queries(self, count):
        customers = self.env["res.partner"].create([
            {"name": f"Customer {number}", "is_company": True} for number in range(count)
        ])
        contracts = self.env["service.contract"].union(*(
            self._new_contract(self._new_units(3, customer=customer), partner_id=customer.id) for customer in customers
        ))
        run = self.env["service.billing.run"].with_user(self.accountant).create({
            "date": "2026-03-12", "contract_ids": contracts.ids,
        })
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        run.action_run()
        self.env.flush_all()
        self.assertEqual(len(run.move_ids), count)
        return self.env.cr.sql_log_count - before

    def test_billing(self):
        self._count_queries(1)  # fills what is cached per registry and user
        small, large = self._count_queries(8), self._count_queries(16)
        self.assertLessEqual((large - small) / 8, 0.5, "queries per further contract")

    def test_nothing_due(self):
        contracts = self.env["service.contract"].union(*(self._new_contract(self.units) for _number in range(8)))
        self._run("2026-03-12")
        counts = []
        for part in (contracts[:4], contracts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run("2026-03-12", part)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 4, "looking at contracts with nothing due costs no queries each")
