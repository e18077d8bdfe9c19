# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestPortal(HelpdeskCase, HttpCase):
    """What a customer sees and does, and what stays closed to him: by list, id, token and file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._new_call(subject="Own call", contact_id=cls.contact.id)
        cls.colleagues = cls._new_call(subject="Call of a colleague")
        cls.foreign_unit = cls._new_unit("BIANCHI-9", partner_id=cls.other_customer.id, site_id=False)
        cls.foreign = cls._new_call(subject="Foreign call", equipment_id=cls.foreign_unit.id)
        cls.foreign.message_post(body="FOREIGN REPLY", message_type="comment", subtype_xmlid="mail.mt_comment")
        cls.user_foreign = new_test_user(cls.env, "hd_portal_b", groups="base.group_portal", email="b@bianchi.example")
        cls.user_foreign.partner_id.parent_id = cls.other_customer
        cls.note = cls.own.message_post(
            body="INTERNAL NOTE",
            subtype_xmlid="mail.mt_note",
            attachments=[("secret.txt", b"SECRET")],
        )
        cls.reply = cls.own.message_post(
            body="PUBLIC REPLY",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("manual.txt", b"MANUAL")],
        )

    def setUp(self):
        super().setUp()
        self.authenticate("eq_portal", "eq_portal")

    def test_list(self):
        page = self.url_open("/my/calls").text
        for text in ("Own call", "Call of a colleague", self.own.name):
            self.assertIn(text, page)
        self.assertNotIn("Foreign call", page)
        self.assertIn("Own call", self.url_open("/my/calls?search=own&filterby=open&sortby=deadline").text)
        self.assertNotIn("Own call", self.url_open("/my/calls?filterby=closed").text)
        self.assertEqual(self.url_open("/my/calls/page/99?sortby=x&filterby=y").status_code, 200)

    def test_counter(self):
        response = self.url_open(
            "/my/counters",
            data=json.dumps({"params": {"counters": ["service_call_count"]}}),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(response.json()["result"]["service_call_count"], 2)

    def test_page_shows_deadlines(self):
        page = self.url_open(self.own.access_url).text
        for text in ("Own call", "HD-1001", "Response", "Resolution", "18 Nov 2026"):
            self.assertIn(text, page)
        for text in ("INTERNAL NOTE", "secret.txt", self.contract.name):
            self.assertNotIn(text, page)

    def test_foreign_call_is_closed_by_id_and_by_guessed_token(self):
        for query in ("", "?access_token=guess"):
            response = self.url_open(f"/my/calls/{self.foreign.id}{query}")
            self.assertNotIn("Foreign call", response.text)
        with self.assertRaises(AccessError):
            self.foreign.with_user(self.user_portal).check_access("read")

    def test_a_token_opens_one_call_only(self):
        self.authenticate(None, None)
        token = self.own._portal_ensure_token()
        self.assertIn("Own call", self.url_open(f"{self.own.access_url}?access_token={token}").text)
        self.assertNotIn(
            "Call of a colleague",
            self.url_open(f"{self.colleagues.access_url}?access_token={token}").text,
        )

    def _fetch_messages(self, call, **params):
        """What the portal's message thread gets to show, as JSON."""
        response = self.url_open(
            "/mail/thread/messages",
            data=json.dumps(
                {
                    "params": {
                        "thread_model": "service.call",
                        "thread_id": call.id,
                        **params,
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        return response.json()["result"]

    def _open_files(self, call):
        """The files that the message thread of ``call`` offers, opened as it does: {name: content}."""
        files = self._fetch_messages(call)["data"].get("ir.attachment", [])
        return {
            file["name"]: self.url_open(f"/web/content/{file['id']}?access_token={file['raw_access_token']}").content
            for file in files
        }

    def test_messages_without_internal_notes(self):
        messages = str(self._fetch_messages(self.own))
        self.assertIn("PUBLIC REPLY", messages)
        self.assertNotIn("INTERNAL NOTE", messages)
        self.assertNotIn("FOREIGN REPLY", str(self._fetch_messages(self.foreign)))
        self.assertNotIn(self.note, self.env["mail.message"].with_user(self.user_portal).search([]))

    def test_files_of_internal_notes_stay_closed(self):
        secret, manual = self.note.attachment_ids, self.reply.attachment_ids
        self.assertEqual(self._open_files(self.own), {"manual.txt": b"MANUAL"})
        for url in (
            f"/web/content/{secret.id}?download=1",
            f"/web/content/{secret.id}?access_token=guess",
            f"/web/image/{secret.id}",
            f"/web/content/ir.attachment/{secret.id}/datas",
            f"/web/content/{secret.id}?access_token={self.own._portal_ensure_token()}",
            f"/web/content/{secret.id}?access_token={manual._get_raw_access_token()}",
        ):
            self.assertNotIn(b"SECRET", self.url_open(url).content, url)
        with self.assertRaises(AccessError):
            secret.with_user(self.user_portal).read(["datas"])
        self.authenticate("hd_portal_b", "hd_portal_b")
        self.assertNotIn(b"MANUAL", self.url_open(f"/web/content/{manual.id}?download=1").content)

    def test_what_is_ours_cannot_be_read_field_by_field(self):
        own = self.own.with_user(self.user_portal)
        self.assertEqual(own.subject, "Own call")
        self.assertIn(own, self.env["service.call"].with_user(self.user_portal).search([]))
        for name in ("cover_reason", "payer_terms", "queue_rank", "contract_id", "work_ids", "needs_triage"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                own.read([name])
        for model in ("service.work", "service.sla.clock", "service.call.event", "service.team"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.user_portal).search([])
        with self.assertRaises(AccessError):
            own.subject = "changed"
        with self.assertRaises(AccessError):
            own.action_complete()

    def test_answering_in_the_portal(self):
        self.own.with_user(self.user_portal).message_post(body="Any news?", subtype_xmlid="mail.mt_comment")
        self.assertIn("Any news?", self._bodies(self.own))

    def _post_call(self, files=None, **values):
        return self.url_open(
            "/my/calls/new",
            data={
                "csrf_token": http.Request.csrf_token(self),
                "subject": "Motor hums",
                "description": "Since <b>Monday</b>",
                **values,
            },
            files=files,
        )

    def test_new_call(self):
        page = self.url_open(f"/my/calls/new?equipment_id={self.unit.id}").text
        self.assertIn("HD-1001", page)
        self.assertNotIn("BIANCHI-9", page)
        response = self._post_call(
            equipment_id=self.unit.id,
            files=[("attachments", ("photo.txt", b"PHOTO", "text/plain"))],
        )
        self.assertIn("Motor hums", response.text)
        call = self.env["service.call"].search([("subject", "=", "Motor hums")])
        self.assertRecordValues(
            call,
            [
                {
                    "channel": "portal",
                    "contact_id": self.contact.id,
                    "partner_id": self.customer.id,
                    "equipment_id": self.unit.id,
                    "coverage_id": self.coverage.id,
                    "site_id": self.site.id,
                }
            ],
        )
        self.assertIn("&lt;b&gt;", call.description)
        self.assertTrue(call.clock_ids)
        photo = self.env["ir.attachment"].search([("res_model", "=", "service.call"), ("res_id", "=", call.id)])
        self.assertEqual(photo.name, "photo.txt")
        self.assertEqual(self._open_files(call), {"photo.txt": b"PHOTO"})
        self.assertTrue(self.env["mail.mail"].search([("model", "=", "service.call"), ("res_id", "=", call.id)]))

    def test_new_call_refuses_nonsense_with_a_sentence_and_keeps_what_was_typed(self):
        for values, sentence in (
            ({"subject": "  "}, "Say in a few words"),
            ({"equipment_id": self.foreign_unit.id}, "not one of yours"),
        ):
            page = self._post_call(**values).text
            self.assertIn(sentence, page)
            self.assertIn("Since &lt;b&gt;Monday", page)
        self.assertFalse(self.env["service.call"].search([("subject", "=", "Motor hums")]))
        self.assertEqual(self._post_call(equipment_id="abc", type_id="-1").status_code, 200)
