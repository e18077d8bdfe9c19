# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The story on screen: one call from the phone to the invoice, each role in its own browser session."""
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import ServiceSuiteCase


@tagged("post_install", "-at_install")
class TestTour(ServiceSuiteCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = fields.Date.today()
        lot = cls.env["stock.lot"].create(
            {"name": "STORY-1", "product_id": cls.machine.id, "company_id": cls.company.id}
        )
        cls.unit = cls.env["service.equipment"].create({
            "product_id": cls.machine.id, "lot_id": lot.id, "partner_id": cls.customer.id, "site_id": cls.site.id,
        })
        cls.unit._transition("in_service")
        cls.contract = cls.env["service.contract"].create({
            "partner_id": cls.customer.id, "date_start": today - timedelta(days=1), "pricelist_id": cls.tariff.id,
            "sla_policy_id": cls.policy.id,
            "period_ids": [Command.create({"free_hours": 1})],
            "coverage_ids": [Command.create({
                "equipment_id": cls.unit.id, "price": 100.0, "product_id": cls.fee.id, "term_labour": "from_buckets",
            })],
        })
        cls.contract.action_activate()

    def test_story_on_screen(self):
        self.start_tour("/odoo/service-calls/new", "service_story_call_taker", login="story_call_taker")
        call = self.env["service.call"].search([("subject", "=", "Story: labels are torn")])
        self.assertRecordValues(call, [
            {"partner_id": self.customer.id, "contract_id": self.contract.id, "cover_source": "contract"},
        ])
        self.start_tour(f"/odoo/service-calls/{call.id}", "service_story_controller", login="story_controller")
        visit = call.visit_ids
        self.assertRecordValues(visit, [{"lead_id": self.engineer.id, "state": "confirmed"}])
        self.browser_size = "375x667"
        self.touch_enabled = True
        self.start_tour(f"/odoo/my-visits/{visit.id}", "service_story_engineer", login="story_engineer")
        self.assertRecordValues(visit, [{"state": "done"}])
        self.assertTrue(visit.report_attachment_id)
        self.assertTrue(call.stage_id.is_done)
        self.browser_size = "1366x768"
        self.touch_enabled = False
        self.start_tour("/odoo/service-work-validate", "service_story_validate", login="story_controller")
        self.assertRecordValues(call.work_ids, [{"state": "validated", "quantity_free": 1, "quantity_chargeable": 1}])
        self.start_tour("/odoo/service-billing-runs/new", "service_story_accountant", login="story_accountant")
        invoice = self.env["account.move"].search([("partner_id", "=", self.customer.id)])
        self.assertRecordValues(invoice, [{"move_type": "out_invoice", "state": "draft", "amount_untaxed": 160.0}])
