# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import MONDAY, PlanningCase


@tagged("post_install", "-at_install")
@freeze_time(f"{MONDAY} 07:00:00")
class TestServicePlanningPerformance(PlanningCase):
    """Queries must grow with the number of visits by little more than their own rows.

    Planning costs four for each visit: its call is read, and the rows of its engineers, its solved calls and the users
    who work on its call are written.
    """

    def plan(self, count, first_day):
        """Return the queries that it takes to plan `count` visits in one batch."""
        calls = self.env["service.call"].create(
            [
                {"subject": f"Call {index}", "partner_id": self.customer.id, "site_id": self.site.id}
                for index in range(count)
            ]
        )
        begin = datetime(2026, 5, 1, 6) + timedelta(days=first_day)
        values = [
            {
                "call_ids": [Command.set(call.ids)],
                "lead_id": self.engineer.id,
                "date_start": begin + timedelta(hours=2 * index),
            }
            for index, call in enumerate(calls)
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        visits = self.env["service.visit"].with_user(self.dispatcher).create(values)
        self.env.flush_all()
        return visits, self.cr.sql_log_count - before

    def test_planning_a_batch(self):
        self.plan(2, 0)  # warm caches
        _visits, small = self.plan(20, 10)
        _visits, large = self.plan(40, 100)
        self.assertLessEqual((large - small) / 20, 4.0, f"{small} queries for 20 visits, {large} for 40")

    def test_confirming_a_batch(self):
        counts = []
        for count, first_day in ((20, 10), (40, 100)):
            visits, _queries = self.plan(count, first_day)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            visits.action_confirm()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(
            (counts[1] - counts[0]) / 20, 3.0, f"{counts[0]} queries for 20 visits, {counts[1]} for 40"
        )
