# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import TODAY, ContractCase


@tagged("post_install", "-at_install")
class TestPortal(ContractCase, HttpCase):
    """What the customer sees, and what not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_story_contract(note="<p>SECRET margin</p>")
        cls.env["service.entitlement"]._consume("hours", 3.0, TODAY, cls.contract)
        cls.draft = cls._new_contract(activate=False)
        cls.foreign = cls._new_contract(partner_id=cls.other_customer.id)
        cls.contract.message_post(body="SECRET talk", subtype_xmlid="mail.mt_note")
        cls.file = cls.env["ir.attachment"].create(
            {"name": "secret.txt", "raw": b"SECRET", "res_model": "service.contract", "res_id": cls.contract.id}
        )

    def test_list(self):
        self.authenticate("ct_portal", "ct_portal")
        page = self.url_open("/my/contracts?sortby=nonsense")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.contract.name, page.text)
        self.assertNotIn(self.draft.name, page.text)
        self.assertNotIn(self.foreign.name, page.text)

    def test_page(self):
        self.authenticate("ct_portal", "ct_portal")
        page = self.url_open(self.contract.access_url)
        self.assertEqual(page.status_code, 200)
        for text in (self.contract.name, "P-1", "Free Hours", "From quota", "within 4 working hours", "Active"):
            self.assertIn(text, page.text)
        self.assertIn("1 of 4", page.text)
        for text in ("SECRET", "100.00"):
            self.assertNotIn(text, page.text)

    def test_closed_to_others(self):
        self.authenticate("ct_portal", "ct_portal")
        for url in (
            self.foreign.access_url,
            self.draft.access_url,
            f"{self.foreign.access_url}?access_token=guess",
            "/my/contracts/999999",
            f"/web/content/{self.file.id}",
        ):
            with self.subTest(url=url):
                page = self.url_open(url)
                self.assertNotIn(self.foreign.name, page.text)
                self.assertNotIn(self.draft.name, page.text)
                self.assertNotIn("SECRET", page.text)

    def test_visitor_needs_a_token(self):
        self.authenticate(None, None)
        self.assertNotIn(self.contract.name, self.url_open(self.contract.access_url).text)
        token = self.contract._portal_ensure_token()
        self.assertIn(self.contract.name, self.url_open(f"{self.contract.access_url}?access_token={token}").text)
        token = self.draft._portal_ensure_token()
        self.assertNotIn(self.draft.name, self.url_open(f"{self.draft.access_url}?access_token={token}").text)

    def test_employee_without_contracts_sees_an_empty_list(self):
        self.authenticate("ct_employee", "ct_employee")
        self.assertIn("no service contracts", self.url_open("/my/contracts").text)

    def test_records_files_and_prices_by_api(self):
        """The same with a portal user's own key: records, fields and files."""
        env = self.env(user=self.user_portal)
        self.assertEqual(env["service.contract"].search([]), self.contract.with_env(env))
        rows = env["service.coverage"].search([])
        self.assertEqual(rows.contract_id, self.contract.with_env(env))
        self.assertEqual(env["service.contract.period"].search([]).contract_id, self.contract.with_env(env))
        self.assertEqual(env["service.entitlement"].search([]).contract_id, self.contract.with_env(env))
        for records, field_name in [
            (rows, "price"),
            (self.contract.with_env(env), "amount_total"),
            (self.contract.with_env(env), "note"),
        ]:
            with self.subTest(field_name), self.assertRaises(AccessError):
                records.read([field_name])
        with self.assertRaises(AccessError):
            env["service.contract.suspension"].search([])
        with self.assertRaises(AccessError):
            self.file.with_env(env).read(["raw"])
        with self.assertRaises(AccessError):
            self.contract.with_env(env).action_cancel()
