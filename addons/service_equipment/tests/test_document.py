# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64

from odoo.exceptions import AccessError, ValidationError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import EquipmentCase

PIXEL = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


@tagged("post_install", "-at_install")
class TestDocument(EquipmentCase, HttpCase):
    """Photos and documents of a unit, and who sees them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("P-1")
        cls.Document = cls.env["service.equipment.document"].with_user(cls.user_equipment)
        cls.internal = cls.Document.create({"equipment_id": cls.unit.id, "name": "cost.txt", "raw": b"secret"})
        cls.manual = cls.Document.create(
            {"equipment_id": cls.unit.id, "name": "manual.txt", "raw": b"handbook", "kind": "manual", "is_public": True}
        )

    def _upload(self, unit, *files):
        return self.url_open(
            f"/service/equipment/{unit.id}/document",
            data={"csrf_token": Request.csrf_token(self)},
            files=[("ufile", file) for file in files],
        )

    def test_file_belongs_to_the_document(self):
        for document in (self.internal, self.manual):
            self.assertRecordValues(
                document.ir_attachment_id,
                [{"res_model": "service.equipment.document", "res_id": document.id, "public": False}],
            )
        self.assertEqual(self.unit.with_user(self.user_auditor).document_count, 2)
        action = self.unit.with_user(self.user_equipment).action_view_documents()
        self.assertEqual(self.Document.search(action["domain"]), self.manual + self.internal)
        self.assertEqual(self.internal.with_user(self.user_auditor).raw, b"secret")

    def test_photos_are_recognised(self):
        photo = self.Document.create({"equipment_id": self.unit.id, "name": "x.png", "raw": PIXEL})
        self.assertEqual((photo.kind, self.internal.kind), ("photo", "other"))

    def test_links_are_links(self):
        vals = {"equipment_id": self.unit.id, "name": "Site", "type": "url"}
        self.Document.create({**vals, "url": "https://vendor.example/manual"})
        with self.assertRaisesRegex(ValidationError, "must begin with https"):
            self.Document.create({**vals, "url": "javascript:alert(1)"})
        with self.assertRaisesRegex(ValidationError, "must begin with https"):
            self.manual.write({"type": "url", "url": "ftp://vendor.example"})

    def test_file_goes_with_its_document(self):
        files = self.internal.ir_attachment_id + self.manual.ir_attachment_id
        self.internal.with_user(self.user_manager).unlink()
        self.assertEqual(files.sudo().exists(), self.manual.ir_attachment_id)
        draft = self.env["service.equipment"].create({"product_id": self.product.id})
        document = self.Document.create({"equipment_id": draft.id, "name": "x", "raw": b"x"})
        file = document.ir_attachment_id.sudo()
        draft.with_user(self.user_manager).unlink()
        self.assertFalse(file.exists())

    def test_customer_gets_public_documents_only(self):
        unit = self.unit.with_user(self.user_portal)
        documents = unit._get_portal_documents()
        self.assertEqual(documents.ids, self.manual.ids)
        self.assertEqual(documents.raw, b"handbook")
        with self.assertRaises(AccessError):
            unit.read(["document_ids"])
        foreign = self._new_unit("P-2", partner_id=self.other_customer.id, site_id=False)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_portal)._get_portal_documents()

    def test_customer_reads_no_internal_document(self):
        for document in (self.internal, self.manual):
            own = document.with_user(self.user_portal)
            with self.assertRaises(AccessError):
                own.read(["name"])
            with self.assertRaises(AccessError):
                own.ir_attachment_id.with_user(self.user_portal).read(["raw"])
        with self.assertRaises(AccessError):
            self.Document.with_user(self.user_portal).search([])
        domain = [("id", "in", (self.internal + self.manual).ir_attachment_id.ids)]
        self.assertFalse(self.env["ir.attachment"].with_user(self.user_portal).search(domain))

    def test_customer_downloads_no_internal_file(self):
        note = self.env["ir.attachment"].create(
            {"name": "note.txt", "raw": b"secret", "res_model": "service.equipment", "res_id": self.unit.id}
        )
        self.authenticate("eq_portal", "eq_portal")
        for file in self.internal.ir_attachment_id + self.manual.ir_attachment_id + note:
            for url in (
                f"/web/content/{file.id}",
                f"/web/content/ir.attachment/{file.id}/datas",
                f"/web/image/{file.id}",
                f"/web/content/service.equipment.document/{self.internal.id}/raw",
            ):
                with self.subTest(url=url):
                    page = self.url_open(url)
                    self.assertNotIn(b"secret", page.content)
                    self.assertNotIn(b"handbook", page.content)
        self.authenticate("eq_user", "eq_user")
        self.assertEqual(self.url_open(f"/web/content/{note.id}").content, b"secret")
        self.assertEqual(self.url_open(f"/web/content/{self.internal.ir_attachment_id.id}").content, b"secret")

    def test_picture_of_the_unit_is_seen(self):
        self.unit.image_1920 = base64.b64encode(PIXEL)
        self.authenticate("eq_portal", "eq_portal")
        page = self.url_open(f"/web/image/service.equipment/{self.unit.id}/image_128")
        self.assertEqual(page.headers["Content-Type"], "image/png")

    def test_upload(self):
        self.authenticate("eq_user", "eq_user")
        page = self._upload(self.unit, ("a.png", PIXEL, "image/png"), ("b.txt", b"words", "text/plain"))
        self.assertEqual(page.json(), {"success": "2 file(s) added."})
        added = self.unit.document_ids - self.internal - self.manual
        self.assertRecordValues(
            added.sorted("name"),
            [
                {"name": "a.png", "kind": "photo", "is_public": False, "create_uid": self.user_equipment.id},
                {"name": "b.txt", "kind": "other", "is_public": False, "create_uid": self.user_equipment.id},
            ],
        )

    def test_upload_is_refused(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        foreign = self._new_unit(company_id=company.id)
        for login, unit in (("eq_user", foreign), ("eq_portal", self.unit), ("eq_employee", self.unit)):
            self.authenticate(login, login)
            with self.subTest(login=login):
                page = self._upload(unit, ("b.txt", b"words", "text/plain"))
                self.assertIn("error", page.json())
        self.assertEqual(self.unit.document_ids, self.manual + self.internal)
