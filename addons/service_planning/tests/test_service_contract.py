# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.tests import tagged

from .common import MONDAY, PlanningCase


@tagged("post_install", "-at_install")
class TestServiceContract(PlanningCase):
    """The visits of a contract's calls: counted, the next one, and on its history."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.env["service.contract"].create(
            {
                "partner_id": cls.customer.id,
                "date_start": "2026-01-01",
                "date_end": "2026-12-31",
                "coverage_ids": [Command.create({})],
            }
        )
        cls.contract.action_activate()
        calls = cls.new_call() | cls.new_call()
        cls.visit = cls.new_visit(calls, hour=8)
        cls.later = cls.new_visit(calls[0], hour=12)
        other = cls.new_call(partner_id=cls.other_customer.id, site_id=False)
        cls.foreign = cls.new_visit(other, hour=14)

    def test_count_and_next(self):
        contract = self.contract.with_user(self.dispatcher)
        self.assertRecordValues(contract, [{"visit_count": 2, "next_visit_at": self.visit.date_start}])
        self.visit.action_cancel()
        contract.invalidate_recordset()
        self.assertEqual(contract.next_visit_at, self.later.date_start)
        action = contract.action_view_visits()
        self.assertEqual(self.env["service.visit"].search(action["domain"]), self.visit | self.later)

    def test_history(self):
        contract = self.contract.with_user(self.dispatcher)
        self.assertFalse(contract.history(kinds=["visit"]))
        self.visit.sudo().state = "done"
        self.assertEqual(
            [(entry["date"], entry["title"], entry["res_id"]) for entry in contract.history(kinds=["visit"])],
            [(MONDAY, self.visit.name, self.visit.id)],
        )
