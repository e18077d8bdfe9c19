# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestTour(PlanningCase, HttpCase):
    browser_size = "375x667"
    touch_enabled = True

    def test_engineer_on_the_phone(self):
        """An engineer opens today's visit, sets out, works, records labour and completes, with the thumb."""
        now = fields.Datetime.now().replace(second=0)
        call = self.new_call(raised_at=now - timedelta(hours=2))
        visit = self.env["service.visit"].with_user(self.dispatcher).create(
            {"call_ids": call.ids, "lead_id": self.engineer.id, "date_start": now, "date_end": now + timedelta(hours=2)}
        )
        visit.action_confirm()
        self.start_tour("/odoo/my-visits", "service_visit_engineer", login=self.engineer_user.login)
        self.assertRecordValues(visit, [{"state": "done", "result": "Seal replaced"}])
        self.assertRecordValues(visit.work_ids, [{"kind": "labour", "quantity": 1.5, "state": "submitted"}])
        self.assertTrue(visit.report_attachment_id)
        self.assertTrue(call.is_closed)

    def test_engineer_gets_the_phone_form(self):
        form = self.env.ref("service_planning.service_visit_view_form_engineer")
        visits = self.env["service.visit"]
        self.assertEqual(visits.with_user(self.engineer_user).get_formview_id(), form.id)
        self.assertNotEqual(visits.with_user(self.dispatcher).get_formview_id(), form.id)
