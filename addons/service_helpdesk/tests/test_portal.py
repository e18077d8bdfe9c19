# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..controllers.files import read_files
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

    def test_list_by_what_the_customer_knows(self):
        self.own.customer_reference = "PO-4711"
        for query in ("search=PO-4711", "search=4711&search_in=reference", "search=HD-1001&search_in=serial"):
            self.assertIn("Own call", self.url_open(f"/my/calls?{query}").text)
        self.assertNotIn("Own call", self.url_open("/my/calls?search=HD-1001&search_in=reference").text)
        self.assertNotIn("Call of a colleague", self.url_open("/my/calls?filterby=mine").text)
        for groupby, title in (("unit", "Pump HD-1001"), ("site", "Rossi Plant")):
            self.assertIn(title, self.url_open(f"/my/calls?groupby={groupby}").text)

    def test_calls_that_wait_for_the_customer(self):
        Reason = self.env["service.pause.reason"]
        asked, part, told = Reason.create(
            [
                {"name": "A question", "waits_for": "customer"},
                {"name": "A part", "waits_for": "part"},
                {"name": "The key", "waits_for": "access", "stops_clocks": False},
            ]
        )
        self.own.action_pause(reason_id=asked.id)
        self.colleagues.action_pause(reason_id=part.id)
        key = self._new_call(subject="Key", contact_id=self.contact.id)
        (self.foreign | key).action_pause(reason_id=told.id)
        waiting = self.url_open("/my/calls?filterby=waiting").text
        self.assertIn("Own call", waiting)
        self.assertIn(key.name, waiting, "also while deadlines run on")
        self.assertIn("Waiting for you", waiting)
        for text in ("Call of a colleague", "Foreign call"):
            self.assertNotIn(text, waiting)
        hold = self.url_open("/my/calls?filterby=hold").text
        self.assertIn("Call of a colleague", hold)
        self.assertNotIn("Own call", hold)
        self.assertIn("We wait for you", self.url_open(self.own.access_url).text)
        self.assertNotIn("A question", self.url_open(self.own.access_url).text)
        self.own.action_complete()
        self.assertNotIn("We wait for you", self.url_open(self.own.access_url).text)

    def test_a_merged_call_leads_to_the_one_that_remains(self):
        other = self._new_call(subject="It remains", contact_id=self.own.contact_id.id)
        self.own.action_merge(other.id)
        page = self.url_open(self.own.access_url).text
        self.assertIn(f"/my/calls/{other.id}", page)
        self.assertIn("goes on as", page)
        self.assertEqual(self.own.sudo()._get_portal_state()["label"], "Merged")
        self.assertNotIn("Report it again", page)
        self._act(self.own, "reopen", reason="Still broken")
        self.assertTrue(self.own.is_closed)
        with self.assertRaisesRegex(UserError, "goes on as"):
            self.own._reopen_from_portal(self.own.contact_id, "Still broken")

    def test_calls_that_follow_as_far_as_he_may_read_them(self):
        (self.colleagues | self.foreign).sudo()._store({"original_id": self.own.id})
        page = self.url_open(self.own.access_url).text
        self.assertIn("Call of a colleague", page)
        self.assertNotIn("Foreign call", page)

    def test_empty_list(self):
        self.foreign.action_complete()
        self.authenticate("hd_portal_b", "hd_portal_b")
        self.assertIn("Nothing is open", self.url_open("/my/calls").text)
        self.assertIn("No call matches", self.url_open("/my/calls?search=nonsense").text)

    def test_page_shows_promises_in_plain_words(self):
        page = self.url_open(self.own.access_url).text
        for text in ("Own call", "HD-1001", "We answered", "It is solved", "by 20 Nov 2026", "promised", "Received"):
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
        self._tell()
        self.assertTrue(self.env["mail.mail"].search([("model", "=", "service.call"), ("res_id", "=", call.id)]))

    def test_new_call_with_all_that_can_be_entered(self):
        self._post_call(
            site_id=self.site.id,
            priority_wish="3",
            customer_reference=" PO-1 ",
            original_id=self.own.id,
            form_token="token-1",
        )
        call = self.env["service.call"].search([("subject", "=", "Motor hums")])
        self.assertRecordValues(
            call,
            [
                {
                    "site_id": self.site.id,
                    "customer_reference": "PO-1",
                    "original_id": self.own.id,
                    "priority_wish": "3",
                    "priority": "1",
                    "contact_id": self.contact.id,
                }
            ],
        )
        self.assertIn("Belongs together", self.url_open(self.own.access_url).text)

    def test_a_wish_for_less_is_granted(self):
        self._post_call(equipment_id=self.unit.id, priority_wish="0")
        self.assertEqual(self.env["service.call"].search([("subject", "=", "Motor hums")]).priority, "0")

    def test_what_is_not_his_is_left_out(self):
        foreign_site = self.env["res.partner"].create(
            {"name": "Bianchi Plant", "parent_id": self.other_customer.id, "is_service_site": True}
        )
        self._post_call(
            site_id=foreign_site.id, original_id=self.foreign.id, priority_wish="9", type_id=self.preventive_type.id
        )
        call = self.env["service.call"].search([("subject", "=", "Motor hums")])
        self.assertFalse(call.original_id)
        self.assertFalse(call.site_id)
        self.assertFalse(call.priority_wish)
        self.assertNotIn("Foreign call", self.url_open(f"/my/calls/new?original_id={self.foreign.id}").text)

    def test_sent_twice_makes_one_call(self):
        for _click in range(2):
            response = self._post_call(form_token="token-2", files=[("attachments", ("a.txt", b"A", "text/plain"))])
            self.assertIn("We have received your call", response.text)
        call = self.env["service.call"].search([("subject", "=", "Motor hums")])
        self.assertEqual(len(call), 1)
        self.assertEqual(self._bodies(call).count("Files"), 1)
        self.authenticate("hd_portal_b", "hd_portal_b")
        response = self._post_call(form_token="token-2")
        self.assertIn("This form was used already", response.text)
        self.assertNotIn(call.name, response.text, "another one's token opens nothing")

    def test_files_that_are_refused(self):
        for names, sentence in ((["a.exe"], "are not taken"), ([f"{n}.txt" for n in range(11)], "at most 10 files")):
            files = [("attachments", (name, b"A", "application/octet-stream")) for name in names]
            self.assertIn(sentence, self._post_call(files=files).text)
        with patch("odoo.addons.service_helpdesk.controllers.portal_new.read_files", lambda: read_files(10, 3, 5)):
            for contents, sentence in (([b"1234"], "is larger than"), ([b"123", b"123"], "in all")):
                files = [("attachments", ("a.txt", content, "text/plain")) for content in contents]
                self.assertIn(sentence, self._post_call(files=files).text)
        self.assertFalse(self.env["service.call"].search([("subject", "=", "Motor hums")]))

    def test_unit_picker(self):
        def find(text):
            return self._rpc("/my/calls/units", text=text)

        self.assertEqual({unit["id"] for unit in find("")}, {self.unit.id, self.unit_bare.id})
        for text in ("hd-1001", "  HD-1001 "):
            (unit,) = find(text)
            self.assertEqual(unit["name"], "Pump HD-1001")
            self.assertEqual(unit["site"], "Rossi Plant")
            self.assertEqual({call["subject"] for call in unit["calls"]}, {"Own call", "Call of a colleague"})
        self.assertEqual(len(find("rossi plant")), 2)
        self.assertFalse(find("BIANCHI"))
        self.own.action_complete()
        (unit,) = find("HD-1001")
        self.assertEqual([call["subject"] for call in unit["calls"]], ["Call of a colleague"])
        page = self.url_open(f"/my/calls/new?equipment_id={self.unit.id}").text
        self.assertIn("You already have an open call on this unit", page)
        self.assertIn("Call of a colleague", page)

    def _rpc(self, url, **params):
        response = self.url_open(
            url, data=json.dumps({"params": params}), headers={"Content-Type": "application/json"}
        )
        return response.json()["result"]

    # ------------------------------------------------------------
    # Closing and opening again
    # ------------------------------------------------------------

    def _act(self, call, action, **values):
        return self.url_open(
            f"/my/calls/{call.id}/{action}", data={"csrf_token": http.Request.csrf_token(self), **values}
        )

    def test_closing(self):
        page = self._act(self.own, "close", remark="Thanks <b>all</b>").text
        self.assertIn("Thank you for telling us", page)
        self.assertTrue(self.own.is_closed)
        event = self.own.event_ids.filtered(lambda event: event.kind == "completed")
        self.assertRecordValues(event, [{"user_id": self.user_portal.id, "reason": "Rossi Portal: it works again."}])
        self.assertIn("Thanks &lt;b&gt;all", self._bodies(self.own))
        self.assertIn("is closed already", self._act(self.own, "close").text)

    def test_closing_where_we_have_something_to_add(self):
        self.call_type.need_cause = "complete"
        self.own.user_id = self.engineer
        self._act(self.own, "close")
        self.assertFalse(self.own.is_closed)
        self.assertIn("It works again.", self._bodies(self.own))
        self.assertEqual(self.own.activity_ids.user_id, self.engineer)

    def test_opening_again(self):
        self.own.action_complete()
        self.assertIn("It still does not work", self.url_open(self.own.access_url).text)
        self.assertIn("Say what is still wrong", self._act(self.own, "reopen", reason=" ").text)
        page = self._act(self.own, "reopen", reason="Hums again").text
        self.assertIn("The call is open again", page)
        self.assertFalse(self.own.is_closed)
        self.assertIn("Hums again", self._bodies(self.own))
        self.assertIn("is open: write a message", self._act(self.own, "reopen", reason="x").text)

    def test_too_late_to_open_again(self):
        self.own.action_complete()
        self.company.service_reopen_days = 0
        self.own.sudo()._store({"closed_at": self.own.closed_at - timedelta(hours=1)})
        page = self.url_open(self.own.access_url).text
        self.assertIn(f"/my/calls/new?original_id={self.own.id}", page)
        self.assertIn("closed long ago", self._act(self.own, "reopen", reason="Hums").text)
        self.assertTrue(self.own.is_closed)
        self.assertIn("It follows from", self.url_open(f"/my/calls/new?original_id={self.own.id}").text)

    def test_only_by_post_and_only_his_own(self):
        token = self.own._portal_ensure_token()
        for action in ("close", "reopen", "rate"):
            self.assertEqual(self.url_open(f"/my/calls/{self.own.id}/{action}").status_code, 405)
            with mute_logger("odoo.http"):
                refused = self.url_open(f"/my/calls/{self.own.id}/{action}", data={"reason": "x"})
            self.assertEqual(refused.status_code, 400, "no token of the session")
            for access_token in ("", "guess", token):
                self._act(self.foreign, action, reason="x", rate="1", access_token=access_token)
        self.assertFalse(self.own.is_closed or self.foreign.is_closed)

    def test_with_the_link_of_a_mail(self):
        self.authenticate(None, None)
        self._act(self.own, "close", access_token=self.own._portal_ensure_token())
        self.assertTrue(self.own.is_closed)
        self.assertIn("Rossi Portal: it works again", str(self.own.event_ids.mapped("reason")))

    def test_colleagues_of_ours_need_the_right(self):
        self.authenticate("hd_engineer", "hd_engineer")
        self._act(self.own, "close")
        self.assertFalse(self.own.is_closed)

    # ------------------------------------------------------------
    # Words
    # ------------------------------------------------------------

    def test_steps_in_the_customers_words(self):
        call = self.own.sudo()
        for event, label in (
            ("allocated", "In good hands"),
            ("paused", "On hold"),
            ("arrived", "Being worked on"),
            ("completed", "Solved"),
        ):
            call._register_event(event)
            with self.subTest(event=event):
                self.assertEqual(call._get_portal_state()["label"], label)
        progress = call._get_portal_progress()
        self.assertEqual(
            [step["label"] for step in progress], ["Received", "In good hands", "Being worked on", "Solved"]
        )
        self.assertTrue(all(step["is_done"] for step in progress))

    def test_promises(self):
        call = self.colleagues.sudo()
        self.assertEqual([promise["label"] for promise in call._get_portal_promises()], ["promised", "promised"])
        self.assertIn("We answer by 18 Nov 2026", call._get_portal_deadline()["words"])
        with freeze_time("2026-11-18 14:00:00"):
            self.assertTrue(call._get_portal_deadline()["is_late"])
        call._register_event("replied")
        self.assertEqual([promise["label"] for promise in call._get_portal_promises()], ["kept", "promised"])
        call.action_complete()
        self.assertIsNone(call._get_portal_deadline())

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
