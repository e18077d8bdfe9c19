# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
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

    def test_filters_by_site_and_state(self):
        plant = self.env["res.partner"].create({"name": "Rossi Second Plant", "parent_id": self.customer.id})
        self._new_unit("ROSSI-2", site_id=plant.id)
        self.authenticate("eq_portal", "eq_portal")

        def serials(query):
            text = self.url_open(f"/my/equipment?{query}").text
            return {name for name in ("ROSSI-1", "ROSSI-2", "ROSSI-OLD", "BIANCHI-1") if name in text}

        self.assertEqual(serials(""), {"ROSSI-1", "ROSSI-2"})
        self.assertEqual(serials(f"site={plant.id}"), {"ROSSI-2"})
        self.assertEqual(serials(f"site={self.other_customer.id}"), {"ROSSI-1", "ROSSI-2"})
        self.assertEqual(serials("filterby=retired"), {"ROSSI-OLD"})
        self.assertEqual(serials("filterby=warranty"), {"ROSSI-1", "ROSSI-2"})
        self.assertEqual(serials("filterby=in_repair"), set())
        self.assertEqual(serials("filterby=all"), {"ROSSI-1", "ROSSI-2", "ROSSI-OLD"})
        self.assertEqual(serials("groupby=site&sortby=serial"), {"ROSSI-1", "ROSSI-2"})
        self.assertEqual(serials("filterby=all&search=a1"), {"ROSSI-1"})
        page = self.url_open("/my/equipment?groupby=site").text
        self.assertLess(page.index("Rossi Plant</th>"), page.index("ROSSI-1"))
        self.assertLess(page.index("Rossi Second Plant</th>"), page.index("ROSSI-2"))

    def test_printed_list(self):
        self.authenticate("eq_portal", "eq_portal")
        response = self.url_open("/my/equipment/print?filterby=all&groupby=site")
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        with self.assertLogs("odoo.http", "WARNING"):
            page = self.url_open(f"/report/html/service_equipment.report_unit_list/{self.foreign.id}")
        self.assertNotIn("BIANCHI-1", page.text)
        self.assertEqual(self.url_open("/my/equipment/print?search=xyz").headers["Content-Type"][:9], "text/html")
        html = self._render("report_unit_list", self.unit + self.retired)
        self.assertIn("ROSSI-1", html)
        self.assertIn("ROSSI-OLD", html)

    def _render(self, report, units, user=None):
        report_model = self.env["ir.actions.report"].with_user(user or self.user_portal)
        return report_model._render_qweb_html(f"service_equipment.{report}", units.ids)[0].decode()

    def test_components_are_a_tree(self):
        inner = self._new_component(self.unit, "M-2", position="Bearing", parent_id=self.component.id)
        self._new_component(self.unit, "M-3", position="Axle")
        tree = [(line["component"].position, line["depth"]) for line in self.unit._get_component_tree()]
        self.assertEqual(tree, [("Axle", 0), ("Drive", 0), ("Bearing", 1)])
        self.component.date_removed = inner.date_removed = "2026-11-01"
        self.assertEqual([line["component"].position for line in self.unit._get_component_tree()], ["Axle"])

    def test_page_prints(self):
        self.authenticate("eq_portal", "eq_portal")
        url = self.unit.access_url
        self.assertEqual(
            self.url_open(f"{url}?report_type=pdf&download=true").headers["Content-Type"], "application/pdf"
        )
        self.assertIn("ROSSI-1", self.url_open(f"{url}?report_type=html").text)
        self.assertNotIn("BIANCHI-1", self.url_open(f"{self.foreign.access_url}?report_type=html").text)
        self.authenticate(None, None)
        self.assertNotIn("ROSSI-1", self.url_open(f"{url}?report_type=html").text)
        token = self.unit._portal_ensure_token()
        self.assertIn("ROSSI-1", self.url_open(f"{url}?report_type=html&access_token={token}").text)

    def test_token_of_one_unit_opens_no_other(self):
        self.authenticate(None, None)
        token = self.unit._portal_ensure_token()
        for path in (self.foreign.access_url, self.retired.access_url):
            page = self.url_open(f"{path}?access_token={token}")
            self.assertNotIn("BIANCHI-1", page.text)
            self.assertNotIn("ROSSI-OLD", page.text)

    def test_earlier_customers_link_is_closed(self):
        token = self.unit._portal_ensure_token()
        self.unit.site_id = False
        self.unit.partner_id = self.customer  # the same one
        self.assertEqual(self.unit.access_token, token)
        self.unit.partner_id = self.other_customer
        self.assertFalse(self.unit.access_token)
        self.authenticate("eq_portal", "eq_portal")
        self.assertNotIn("ROSSI-1", self.url_open(f"{self.unit.access_url}?access_token={token}").text)

    def test_page_hides_what_is_internal(self):
        """Notes, reasons, earlier customers and costs are on no page and no sheet of the customer's."""
        unit = self._new_unit("OWNED-2", partner_id=self.other_customer.id, site_id=False)
        unit.message_post(body="SECRET NOTE", subtype_xmlid="mail.mt_note")
        unit.with_context(tracking_disable=True).write({"partner_id": self.customer.id, "site_id": self.site.id})
        unit.sudo().placement_ids.write({"reason": "SECRET REASON"})
        self.authenticate("eq_portal", "eq_portal")
        for page in (
            self.url_open(unit.access_url).text,
            self.url_open(f"{unit.access_url}?report_type=html").text,
            self._render("report_unit_sheet", unit),
        ):
            self.assertIn("OWNED-2", page)
            for text in ("SECRET", "Bianchi"):
                self.assertNotIn(text, page)

    def test_portal_reads_no_internal_models(self):
        """By API and by report: what a page does not show is closed by the access rules too."""
        unit = self.unit.with_user(self.user_portal)
        records = [
            self.component,
            self.unit.sudo().placement_ids,
            self.env["service.equipment.document"].create(self._prepare_document()),
        ]
        for record in records:
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.user_portal).read(["id", "equipment_id"])
        with self.assertRaises(AccessError):
            unit.read(["placement_ids"])
        note = self.unit.message_post(body="SECRET NOTE", subtype_xmlid="mail.mt_note")
        domain = [("model", "=", "service.equipment"), ("res_id", "=", unit.id)]
        self.assertNotIn(note, self.env["mail.message"].with_user(self.user_portal).search(domain))
        for report in ("report_history", "report_unit_sheet", "report_unit_list"):
            with self.subTest(report=report), self.assertRaises(AccessError):
                self._render(report, self.foreign)
        with self.assertRaises(AccessError):
            self._render("report_history", self.unit)

    def _prepare_document(self, **vals):
        return {"equipment_id": self.unit.id, "name": "Manual.txt", "raw": b"HOW TO", **vals}

    def test_documents(self):
        Document = self.env["service.equipment.document"]
        public = Document.create(self._prepare_document(name="Manual.txt", is_public=True))
        internal = Document.create(self._prepare_document(name="Costs.txt", raw=b"SECRET", is_public=False))
        foreign = Document.create(
            self._prepare_document(equipment_id=self.foreign.id, name="Theirs.txt", raw=b"SECRET", is_public=True)
        )
        self.authenticate("eq_portal", "eq_portal")
        page = self.url_open(self.unit.access_url).text
        self.assertIn("Manual.txt", page)
        self.assertNotIn("Costs.txt", page)
        url = f"{self.unit.access_url}/document"
        self.assertEqual(self.url_open(f"{url}/{public.id}").content, b"HOW TO")
        link = {"type": "url", "url": "https://maker.example/manual", "raw": False}
        linked = Document.create(self._prepare_document(name="Maker", is_public=True, **link))
        response = self.url_open(f"{url}/{linked.id}", allow_redirects=False)
        self.assertEqual(response.headers["Location"], "https://maker.example/manual")
        closed = (
            f"{url}/{internal.id}",
            f"{url}/{foreign.id}",
            f"{self.foreign.access_url}/document/{foreign.id}",
            f"/web/content/{internal.ir_attachment_id.id}",
            f"/web/content/service.equipment.document/{internal.id}/datas",
        )
        for path in closed:
            with self.subTest(path=path):
                self.assertNotIn("SECRET", self.url_open(path).text)
        self.authenticate(None, None)
        self.assertNotIn("HOW TO", self.url_open(f"{url}/{public.id}").text)
        token = self.unit._portal_ensure_token()
        self.assertIn("HOW TO", self.url_open(f"{url}/{public.id}?access_token={token}").text)
        self.assertNotIn("SECRET", self.url_open(f"{url}/{internal.id}?access_token={token}").text)

    def test_tour(self):
        plant = self.env["res.partner"].create({"name": "Rossi Second Plant", "parent_id": self.customer.id})
        self._new_unit("TOUR-1")
        self._new_unit("TOUR-2", site_id=plant.id)
        self.start_tour("/my/equipment", "service_equipment_portal_tour", login="eq_portal")
