# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import http
from odoo.tests import HttpCase, tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestSolutionPortal(HelpdeskCase, HttpCase):
    """Customers find what is published for them, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_portal.password = "hd_portal_password"
        cls.public = cls._new_solution("Pump leaks at the seal", is_public=True, internal_note="<p>Ask Rossi</p>")
        cls.internal = cls._new_solution("Pump noise, for us")
        cls.draft = cls.env["service.solution"].create({"title": "Pump draft", "remedy": "x", "is_public": True})

    @classmethod
    def _new_solution(cls, title, **vals):
        values = {"title": title, "remedy": "<p>New seal</p>", "lang": "en_US", **vals}
        solution = cls.env["service.solution"].create(values)
        solution.action_publish()
        return solution

    def setUp(self):
        super().setUp()
        self.authenticate(self.user_portal.login, "hd_portal_password")

    def test_list_and_search_show_public_ones_only(self):
        for url in ("/my/solutions", "/my/solutions?search=leaking+pumps"):
            page = self.url_open(url).text
            self.assertIn("Pump leaks at the seal", page)
            self.assertNotIn("for us", page)
            self.assertNotIn("Pump draft", page)
        self.assertIn("Nothing fits", self.url_open("/my/solutions?search=zzz").text)

    def test_page_without_internal_notes(self):
        page = self.url_open(f"/my/solutions/{self.public.id}")
        self.assertIn("New seal", page.text)
        self.assertNotIn("Ask Rossi", page.text)
        for solution in (self.internal, self.draft):
            self.assertEqual(self.url_open(f"/my/solutions/{solution.id}").status_code, 404)

    def test_each_reader_is_counted_once(self):
        url = f"/my/solutions/{self.public.id}/result"
        for helped in ("1", "0"):
            self.url_open(url, data={"helped": helped, "csrf_token": http.Request.csrf_token(self)})
        self.assertRecordValues(
            self.public.use_ids, [{"result": "failed", "partner_id": self.user_portal.partner_id.id}]
        )
        refused = self.url_open(
            f"/my/solutions/{self.internal.id}/result",
            data={"helped": "1", "csrf_token": http.Request.csrf_token(self)},
        )
        self.assertEqual(refused.status_code, 404)
        self.assertFalse(self.internal.use_ids)

    def test_suggested_while_typing(self):
        found = self.url_open(
            "/my/solutions/suggest",
            data=json.dumps({"params": {"text": "my pump", "equipment_id": self.unit.id}}),
            headers={"Content-Type": "application/json"},
        ).json()["result"]
        self.assertEqual([each["title"] for each in found], ["Pump leaks at the seal"])

    def test_files_of_a_solution_stay_with_us(self):
        attachment = self.env["ir.attachment"].create(
            {"name": "cost.txt", "raw": b"secret", "res_model": "service.solution", "res_id": self.public.id}
        )
        self.assertNotIn(b"secret", self.url_open(f"/web/content/{attachment.id}").content)
