# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import RAISED, HelpdeskCase


@tagged("post_install", "-at_install")
class TestPerformance(HelpdeskCase):
    """Queries at n and 2n: the slope per record is what counts."""

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _log_calls(self, count):
        return (
            self.env["service.call"]
            .with_user(self.taker)
            .create(
                [
                    {"subject": f"Call {index}", "equipment_id": self.unit.id, "raised_at": RAISED}
                    for index in range(count)
                ]
            )
        )

    def _assert_slope(self, function, limit):
        function(1)
        small, large = self._count(lambda: function(10)), self._count(lambda: function(20))
        slope = (large - small) / 10
        self.assertLessEqual(slope, limit, f"{small} queries for 10, {large} for 20")

    def test_logging_calls(self):
        self.customer.email = self.unit.partner_id.email = False
        self._assert_slope(self._log_calls, 0.5)

    def test_resolving_again(self):
        calls = self._log_calls(20)
        self._assert_slope(lambda count: calls[:count]._resolve_cover(), 0.2)

    def test_answers_that_are_the_same_are_stored_at_once(self):
        calls = self.env.registry["service.call"]
        store, stored = calls._store, []

        def watch(records, vals):
            stored.append(len(records) if "coverage_id" in vals else 0)
            return store(records, vals)

        with patch.object(calls, "_store", watch):
            logged = self.env["service.call"].create(
                [
                    {"subject": "Pump leaks", "equipment_id": unit.id, "raised_at": RAISED}
                    for unit in (self.unit, self.unit_bare, self.unit)
                ]
            )
        self.assertEqual(sorted(filter(None, stored)), [1, 2])
        self.assertEqual(logged.mapped("contract_id"), self.contract)
        self.assertEqual([call.coverage_id for call in logged][::2], [self.coverage] * 2)
        self.assertEqual(logged[0].clock_ids.contract_id, self.contract, "clocks know it too")
        logged[0].equipment_id = self.unit_bare
        self.assertFalse(logged[0].clock_ids.contract_id)

    def test_each_call_of_a_batch_is_checked_for_its_company(self):
        company = self.env["res.company"].create({"name": "Another"})
        other = self.env["service.team"].create({"name": "Theirs", "company_id": company.id})
        values = {"subject": "Pump leaks", "equipment_id": self.unit.id, "raised_at": RAISED, "team_id": self.team.id}
        calls = self.env["service.call"]
        with self.assertRaisesRegex(UserError, "belongs to another company"), self.env.cr.savepoint():
            calls.create([values, {**values, "team_id": other.id}, values])
        logged = calls.create([values, values])
        with self.assertRaisesRegex(UserError, "belongs to another company"), self.env.cr.savepoint():
            logged.team_id = other
        self.env.invalidate_all()
        self.assertEqual(logged.team_id, self.team)

    def test_replaying_clocks(self):
        calls = self._log_calls(20)
        self._assert_slope(lambda count: calls[:count]._replay_clocks(), 0.2)

    def test_registering_events(self):
        calls = self._log_calls(31)
        parts = {1: calls[:1], 10: calls[1:11], 20: calls[11:31]}
        self._assert_slope(lambda count: parts[count]._register_event("planned"), 1.0)

    def test_a_page_of_the_queue(self):
        self._log_calls(20)
        calls = self.env["service.call"].with_user(self.taker)

        def read(count):
            calls.search_read(
                [("is_closed", "=", False)],
                ["name", "partner_id", "deadline_words", "sla_state"],
                limit=count,
            )

        self._assert_slope(read, 0.1)
