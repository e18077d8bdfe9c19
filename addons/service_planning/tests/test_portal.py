# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.tests import HttpCase, new_test_user, tagged

from .common import MONDAY, PlanningCase


@tagged("post_install", "-at_install")
@freeze_time(f"{MONDAY} 11:00:00")
class TestPortal(PlanningCase, HttpCase):
    """The customer sees the visits of own calls and their reports; a subcontractor sees own visits only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contact = cls.env["res.partner"].create(
            {"name": "Carla Customer", "parent_id": cls.customer.id, "service_sees_all_calls": True}
        )
        stranger = cls.env["res.partner"].create({"name": "Sandro Stranger", "parent_id": cls.other_customer.id})
        new_test_user(cls.env, login="planning_customer", groups="base.group_portal", partner_id=contact.id)
        new_test_user(cls.env, login="planning_stranger", groups="base.group_portal", partner_id=stranger.id)
        subcontractor = new_test_user(
            cls.env, login="planning_sub", groups="service_planning.group_service_planning_subcontractor"
        )
        cls.subcontractor = cls.new_engineer("Sven Sub", subcontractor)
        with freeze_time(f"{MONDAY} 06:30:00"):
            cls.call = cls.new_call()
            cls.visit = cls.new_visit(cls.call)
            cls.visit.action_confirm()
            other_call = cls.new_call(subject="Other pump")
            cls.sub_visit = cls.new_visit(other_call, hour=10, lead_id=cls.subcontractor.id)
            cls.sub_visit.action_confirm()
        cls.visit.action_start_work(at=f"{MONDAY} 08:00:00")
        cls.visit.action_complete(at=f"{MONDAY} 10:00:00")
        cls.report_url = f"/my/visits/{cls.visit.id}/report"

    def test_customer_sees_visit_and_report(self):
        self.authenticate("planning_customer", "planning_customer")
        page = self.url_open(f"/my/calls/{self.call.id}").text
        self.assertIn(self.report_url, page)
        self.assertIn(self.engineer.name, page)
        report = self.url_open(self.report_url)
        self.assertEqual(report.status_code, 200)
        self.assertEqual(report.content, self.visit.report_attachment_id.raw)

    def test_provisional_visits_are_not_shown(self):
        provisional = self.new_visit(self.call.copy(), hour=14)
        self.authenticate("planning_customer", "planning_customer")
        self.assertNotIn("service_call_visits", self.url_open(f"/my/calls/{provisional.call_ids.id}").text)

    def test_others_see_nothing(self):
        for login in ("planning_stranger", "planning_sub"):
            with self.subTest(login=login):
                self.authenticate(login, login)
                self.assertEqual(self.url_open(self.report_url).status_code, 404)
                self.assertNotIn(self.visit.name, self.url_open(f"/my/visits/{self.visit.id}").text)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(self.report_url).url)

    def test_customer_has_no_list_of_visits(self):
        self.authenticate("planning_customer", "planning_customer")
        self.assertNotIn("/my/visits", self.url_open("/my/visits").url)
        self.assertNotIn(self.visit.name, self.url_open(f"/my/visits/{self.visit.id}").text)

    def test_subcontractor_sees_own_visits_only(self):
        self.authenticate("planning_sub", "planning_sub")
        page = self.url_open("/my/visits").text
        self.assertIn(f"/my/visits/{self.sub_visit.id}", page)
        self.assertNotIn(f"/my/visits/{self.visit.id}", page)
        page = self.url_open(f"/my/visits/{self.sub_visit.id}").text
        self.assertIn("Other pump", page)
        self.assertIn("Via del Mare 7", page)
