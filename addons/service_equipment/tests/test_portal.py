# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import HttpCase, tagged

from .common import EquipmentCase


@tagged("post_install", "-at_install")
class TestPortal(EquipmentCase, HttpCase):
    """What the customer sees, and what not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("ROSSI-1", asset_code="A1")
        cls.component = cls._new_component(cls.unit, "M-1", position="Drive")
        cls.foreign = cls._new_unit("BIANCHI-1", partner_id=cls.other_customer.id, site_id=False)
        cls.retired = cls._new_unit("ROSSI-OLD")
        cls.retired.action_retire()

    def test_list(self):
        self.authenticate("eq_portal", "eq_portal")
        page = self.url_open("/my/equipment")
        self.assertEqual(page.status_code, 200)
        self.assertIn("ROSSI-1", page.text)
        self.assertNotIn("BIANCHI-1", page.text)
        self.assertNotIn("ROSSI-OLD", page.text)

    def test_list_searches_and_survives_nonsense(self):
        self.authenticate("eq_portal", "eq_portal")
        self.assertIn("ROSSI-1", self.url_open("/my/equipment?search=rossi&search_in=serial&sortby=warranty").text)
        for query in ("search=xyz", "search=A1&search_in=serial"):
            self.assertIn("No unit matches", self.url_open(f"/my/equipment?{query}").text)
        page = self.url_open("/my/equipment/page/99?sortby=nonsense&search_in=nonsense")
        self.assertEqual(page.status_code, 200)

    def test_page(self):
        self.authenticate("eq_portal", "eq_portal")
        page = self.url_open(self.unit.access_url)
        self.assertEqual(page.status_code, 200)
        for text in ("ROSSI-1", "Pump", "Drive", "M-1", "Rossi Plant"):
            self.assertIn(text, page.text)

    def test_foreign_unit_is_closed(self):
        self.authenticate("eq_portal", "eq_portal")
        for url in (self.foreign.access_url, f"{self.foreign.access_url}?access_token=guess", "/my/equipment/999999"):
            with self.subTest(url=url):
                page = self.url_open(url)
                self.assertNotIn("BIANCHI-1", page.text)
                self.assertTrue(page.url.rstrip("/").endswith("/my") or "/my/home" in page.url)

    def test_visitor_needs_a_token(self):
        self.authenticate(None, None)
        self.assertNotIn("ROSSI-1", self.url_open(self.unit.access_url).text)
        token = self.unit._portal_ensure_token()
        self.assertIn("ROSSI-1", self.url_open(f"{self.unit.access_url}?access_token={token}").text)

    def test_user_without_register_sees_an_empty_list(self):
        self.authenticate("eq_employee", "eq_employee")
        page = self.url_open("/my/equipment")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("ROSSI-1", page.text)

    def test_home_counter(self):
        self.authenticate("eq_portal", "eq_portal")
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["service_equipment_count"]})
        self.assertEqual(counters["service_equipment_count"], 1)
