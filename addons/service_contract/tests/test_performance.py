# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common import NOW, TODAY, ContractCase


@tagged("post_install", "-at_install")
class TestPerformance(ContractCase):
    """Queries at n and at 2n: the fixed part and the slope."""

    def _count_queries(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_resolving_is_a_handful_of_queries(self):
        """The same number for 50 and for 100 calls, each with its own customer, unit, site and hour."""
        zone = self.env["service.zone"].create({"name": "Line"})
        requests = []
        for index in range(100):
            customer = self.env["res.partner"].create({"name": f"Customer {index}"})
            unit = self._new_unit(f"PERF-{index}", partner_id=customer.id, site_id=customer.id, zone_id=zone.id)
            self._new_contract(
                partner_id=customer.id,
                rows=[
                    {"equipment_id": unit.id},
                    {"zone_ids": [Command.link(zone.id)], "categ_ids": [Command.link(self.category.id)]},
                    {"time_frame_calendar_id": self.calendar.id, "product_ids": [Command.link(self.product.id)]},
                ],
                sla_policy_id=self.policy.id,
            )
            requests.append(
                {
                    "partner_id": customer.id,
                    "equipment_id": unit.id,
                    "call_type_id": self.call_type.id,
                    "at": NOW + timedelta(hours=index),
                }
            )
        coverage = self.env["service.coverage"].with_user(self.user_reader)
        self._count_queries(lambda: coverage.resolve(requests))  # warms the caches of rules and groups
        counts = [self._count_queries(lambda size=size: coverage.resolve(requests[:size])) for size in (50, 100)]
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[0], 30)

    def test_activation_in_batches(self):
        """The slope of activating contracts of three rows and one period."""

        def activate(count):
            contracts = self.env["service.contract"].browse()
            for _index in range(count):
                contracts |= self._new_contract(
                    rows=[{"price": 10.0}] * 3,
                    activate=False,
                    period_ids=[Command.create({"free_hours": 4, "free_calls": 2, "price": 5.0})],
                )
            return self._count_queries(contracts.action_activate)

        activate(1)
        few, many = activate(5), activate(10)
        self.assertLess((many - few) / 5, 20)

    def test_consuming(self):
        """One consumption is a fixed number of queries, whatever the contract has used before."""
        contract = self._new_contract(period_ids=[Command.create({"free_hours": 1000})])

        def consume():
            self.env["service.entitlement"]._consume("hours", 1.0, TODAY, contract)

        first = self._count_queries(consume)
        for _index in range(20):
            consume()
        self.assertLessEqual(self._count_queries(consume), first)
        self.assertLess(first, 25)

    def test_a_contract_of_many_units(self):
        """Activating, opening, and changing one row cost as many queries with 80 units as with 40."""
        form = self.env.ref("service_contract.service_contract_view_form")
        views = self.env["service.contract"].with_user(self.user_contract).get_view(form.id, "form")
        readable = self.env["service.contract"].with_user(self.user_contract).fields_get()
        names = [name for name in views["models"]["service.contract"] if name in readable]
        counts = []
        for size in (40, 80, 40, 80):  # the first turn fills the caches of the registry
            contract = self._new_contract(rows=[{"price": 10.0}] * size, activate=False)
            row = contract.coverage_ids[0]
            counts.append(
                (
                    self._count_queries(contract.action_activate),
                    self._count_queries(lambda contract=contract: contract.read(names)),
                    self._count_queries(lambda row=row: row.action_end("2026-06-30")),
                )
            )
            self.assertAlmostEqual(contract.amount_total, size * 120 - 60)
        self.assertEqual(counts[2], counts[3])
