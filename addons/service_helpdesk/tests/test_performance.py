# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
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
