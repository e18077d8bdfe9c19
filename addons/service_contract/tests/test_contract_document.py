# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import TODAY, ContractCase


@tagged("post_install", "-at_install")
class TestContractDocument(ContractCase, HttpCase):
    """Documents of a contract: who sees them, what was signed, what ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_contract()
        cls.Document = cls.env["service.contract.document"].with_user(cls.user_contract)
        cls.internal = cls.Document.create({"contract_id": cls.contract.id, "name": "calc.txt", "raw": b"secret"})
        cls.shared = cls.Document.create(
            {"contract_id": cls.contract.id, "name": "annex.txt", "raw": b"for you", "kind": "annex", "is_public": True}
        )
        cls.signed = cls.Document.sudo().create(
            {
                "contract_id": cls.contract.id,
                "name": "signed.txt",
                "raw": b"seal",
                "kind": "contract",
                "is_public": True,
                "is_signed": True,
            }
        )

    def _get_url(self, document, contract=None):
        return f"{(contract or self.contract).access_url}/document/{document.id}"

    def _remind(self):
        with self.enter_registry_test_mode():
            self.env.ref("service_contract.ir_cron_remind_documents").method_direct_trigger()

    def test_file_belongs_to_the_document(self):
        self.assertRecordValues(
            self.internal.ir_attachment_id,
            [{"res_model": "service.contract.document", "res_id": self.internal.id, "public": False}],
        )
        self.assertRecordValues(self.internal, [{"date": TODAY, "kind": "other", "has_prices": False}])
        self.assertEqual(self.contract.with_user(self.user_auditor).document_count, 3)
        action = self.contract.action_view_documents()
        self.assertEqual(len(self.Document.search(action["domain"])), 3)

    def test_links_are_links(self):
        vals = {"contract_id": self.contract.id, "name": "Portal", "type": "url"}
        self.Document.create({**vals, "url": "https://customer.example"})
        with self.assertRaisesRegex(ValidationError, "must begin with https"):
            self.Document.create({**vals, "url": "javascript:alert(1)"})

    def test_engineers_open_no_prices(self):
        """A contract's file is for those who see prices; so are the files of its messages."""
        priced = self.Document.create(
            {"contract_id": self.contract.id, "name": "contract.txt", "raw": b"100.00", "kind": "contract"}
        )
        letter = self.Document.create({"contract_id": self.contract.id, "name": "letter.txt", "kind": "correspondence"})
        self.assertTrue(letter.has_prices, "until somebody says otherwise")
        letter.has_prices = False
        self.assertTrue(letter.with_user(self.user_reader).has_access("read"))
        mail = self.contract.message_post(body="Our contract", attachments=[("offer.txt", b"100.00")])
        for user, is_seen in ((self.user_reader, False), (self.user_auditor, True), (self.user_contract, True)):
            with self.subTest(user=user.login):
                self.assertEqual(priced.with_user(user).has_access("read"), is_seen)
                self.assertEqual(priced.ir_attachment_id.with_user(user).has_access("read"), is_seen)
                self.assertEqual(mail.attachment_ids.with_user(user).has_access("read"), is_seen)
                self.assertEqual(bool(mail.attachment_ids.with_user(user)._get_raw_access_token()), is_seen)
                self.assertTrue(self.shared.with_user(user).has_access("read"))
        with self.assertRaises(AccessError):
            self.contract.with_user(self.user_reader).read(["access_token"])
        self.authenticate("ct_reader", "ct_reader")
        self.assertEqual(self.url_open(self._get_url(self.shared)).content, b"for you")
        self.assertNotIn(b"seal", self.url_open(self._get_url(self.signed)).content)

    def test_signed_documents_stay(self):
        own = self.signed.with_user(self.user_contract)
        for vals in ({"raw": b"forged"}, {"name": "x"}, {"kind": "annex"}, {"is_signed": False}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "it stays as it is"):
                own.write(vals)
        with self.assertRaisesRegex(UserError, "it stays as it is"):
            own.unlink()
        with self.assertRaises(AccessError):
            own.ir_attachment_id.with_user(self.user_contract).write({"raw": b"forged"})
        with self.assertRaises(AccessError):
            own.ir_attachment_id.with_user(self.user_contract).unlink()
        own.is_public = False
        self.assertEqual(own.raw, b"seal")
        with self.assertRaisesRegex(UserError, "by customers in the portal only"):
            self.internal.is_signed = True
        with self.assertRaisesRegex(UserError, "by customers in the portal only"):
            self.Document.create({"contract_id": self.contract.id, "name": "x", "raw": b"x", "is_signed": True})

    def test_customer_gets_what_is_shared(self):
        self.authenticate("ct_portal", "ct_portal")
        page = self.url_open(self.contract.access_url).text
        self.assertIn("annex.txt", page)
        self.assertNotIn("calc.txt", page)
        self.assertEqual(self.url_open(self._get_url(self.shared)).content, b"for you")
        for url in (
            self._get_url(self.internal),
            f"/web/content/{self.internal.ir_attachment_id.id}",
            f"/web/content/{self.shared.ir_attachment_id.id}",
            f"/web/content/service.contract.document/{self.internal.id}/raw",
            f"{self._get_url(self.internal)}?access_token={self.contract._portal_ensure_token()}",
        ):
            with self.subTest(url=url):
                self.assertNotIn(b"secret", self.url_open(url).content)
        env = self.env(user=self.user_portal)
        with self.assertRaises(AccessError):
            env["service.contract.document"].search([])
        with self.assertRaises(AccessError):
            self.internal.ir_attachment_id.with_env(env).read(["raw"])
        with self.assertRaises(AccessError):
            self.contract.with_env(env).read(["document_ids"])

    def test_other_customers_get_nothing(self):
        foreign = self._new_contract(partner_id=self.other_customer.id)
        theirs = self.Document.create(
            {"contract_id": foreign.id, "name": "theirs.txt", "raw": b"theirs", "is_public": True}
        )
        self.authenticate("ct_portal", "ct_portal")
        for url in (self._get_url(theirs, foreign), self._get_url(theirs)):
            with self.subTest(url=url):
                self.assertNotIn(b"theirs", self.url_open(url).content)
        self.authenticate(None, None)
        token = foreign._portal_ensure_token()
        self.assertEqual(self.url_open(f"{self._get_url(theirs, foreign)}?access_token={token}").content, b"theirs")
        self.assertNotIn(b"for you", self.url_open(f"{self._get_url(self.shared)}?access_token={token}").content)

    def test_upload(self):
        self.authenticate("ct_user", "ct_user")
        page = self.url_open(
            f"/service/contract/{self.contract.id}/document",
            data={"csrf_token": Request.csrf_token(self)},
            files=[("ufile", ("a.txt", b"one", "text/plain")), ("ufile", ("b.txt", b"two", "text/plain"))],
        )
        self.assertIn("2 file(s) added", page.json()["success"])
        self.assertEqual(self.contract.document_count, 5)
        self.authenticate("ct_reader", "ct_reader")
        page = self.url_open(
            f"/service/contract/{self.contract.id}/document",
            data={"csrf_token": Request.csrf_token(self)},
            files=[("ufile", ("c.txt", b"three", "text/plain"))],
        )
        self.assertIn("error", page.json())

    def test_reminder(self):
        """The responsible is told once for each last day, a month ahead."""
        document = self.shared
        document.date_end = date(2026, 5, 15)
        late = self.Document.create(
            {"contract_id": self.contract.id, "name": "late.txt", "raw": b"x", "date_end": "2026-05-16"}
        )
        self._remind()
        self._remind()
        self.assertRecordValues(
            self.contract.activity_ids,
            [{"user_id": self.user_contract.id, "date_deadline": date(2026, 5, 15), "summary": "annex.txt ends"}],
        )
        document.date_end = date(2026, 5, 10)
        self.assertFalse(document.is_reminded or late.is_reminded)
        self._remind()
        self.assertEqual(len(self.contract.activity_ids), 2)

    def test_files_go_with_their_contract(self):
        draft = self._new_contract(activate=False)
        document = self.Document.create({"contract_id": draft.id, "name": "x", "raw": b"x"})
        file = document.ir_attachment_id.sudo()
        draft.unlink()
        self.assertFalse(file.exists())
