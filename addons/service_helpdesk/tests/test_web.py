# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers import web as web_controller
from ..models.service_web_hit import LIMITS
from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestWebForm(HelpdeskCase, HttpCase):
    """Anybody may report a problem; nobody learns anything by it, and no robot gets far."""

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        # A form that was just opened is old enough, but for the test of that.
        self.startPatch(patch.object(web_controller, "MIN_SECONDS", 0))

    def startPatch(self, patcher):
        self.addCleanup(patcher.stop)
        return patcher.start()

    def _open(self, url="/service/new"):
        page = self.url_open(url).text
        return re.search(r'name="form_token" value="([^"]+)"', page).group(1)

    def _send(self, url="/service/new", files=None, form_token=None, **values):
        data = {
            "csrf_token": Request.csrf_token(self),
            "form_token": form_token or self._open(url),
            "name": "Anna Neri",
            "email": "anna@neri.example",
            "subject": "Pump is silent",
            "website_url": "",
            **values,
        }
        return self.url_open(url, data=data, files=files)

    def _calls(self):
        return self.env["service.call"].search([("channel", "=", "web")])

    def test_a_call(self):
        response = self._send(
            company="Neri Srl",
            phone="+39 06 1234",
            serial="hd-1001",
            description="Since <b>today</b>",
            files=[("attachments", ("photo.txt", b"PHOTO", "text/plain"))],
        )
        call = self._calls()
        self.assertIn(f"<strong>{call.name}</strong>", response.text)
        self.assertRecordValues(
            call,
            [
                {
                    "subject": "Pump is silent",
                    "partner_id": False,
                    "contact_id": False,
                    "equipment_id": False,
                    "partner_email": "anna@neri.example",
                    "partner_phone": "+39 06 1234",
                    "needs_triage": True,
                    "company_id": self.company.id,
                    "proposed_contact_id": False,
                    "proposed_equipment_id": self.unit.id,
                }
            ],
        )
        for text in ("Since &lt;b&gt;today", "Anna Neri", "Neri Srl", "hd-1001"):
            self.assertIn(text, call.description)
        message = call.message_ids.filtered("attachment_ids")
        self.assertEqual(message.attachment_ids.mapped("name"), ["photo.txt"])
        self.assertEqual(message.email_from, "anna@neri.example")

    def test_nothing_is_told_of_what_we_know(self):
        answers = set()
        for email, serial in (
            ("portal@rossi.example", "HD-1001"),
            ("nobody@nowhere.example", "HD-1001"),
            ("portal@rossi.example", "NONE-1"),
            ("nobody@nowhere.example", ""),
        ):
            text = self._send(email=email, serial=serial).text
            text = text.replace(self._calls()[:1].name, "") if self._calls() else text
            for call in self._calls():
                text = text.replace(call.name, "NUMBER")
            answers.add(re.sub(r'csrf_token: "[^"]*"|value="[^"]*"|nonce="[^"]*"', "", text))
            for secret in ("Rossi", "Pump HD", "Plant"):
                self.assertNotIn(secret, text)
        self.assertEqual(len(self._calls()), 4)

    def test_whoever_types_a_customers_address_is_not_the_customer(self):
        """What is sent under another's name is proposed to us, and shown to no customer."""
        self._send(email="Portal@Rossi.example", serial="HD-1001")
        call = self._calls()
        self.assertRecordValues(
            call,
            [
                {
                    "contact_id": False,
                    "partner_id": False,
                    "commercial_partner_id": False,
                    "needs_triage": True,
                    "proposed_contact_id": self.contact.id,
                    "proposed_equipment_id": self.unit.id,
                }
            ],
        )
        self.assertFalse(call.message_partner_ids & self.contact)
        with self.assertRaises(AccessError):
            call.with_user(self.user_portal).read(["subject"])
        call.with_user(self.taker).action_accept_proposal()
        self.assertRecordValues(
            call,
            [
                {
                    "contact_id": self.contact.id,
                    "partner_id": self.customer.id,
                    "equipment_id": self.unit.id,
                    "needs_triage": False,
                    "proposed_contact_id": False,
                }
            ],
        )
        self.assertTrue(call.coverage_id, "its cover is found once it is known whose it is")
        self.assertEqual(call.with_user(self.user_portal).subject, "Pump is silent")

    def test_a_proposal_that_contradicts_itself(self):
        foreign = self._new_unit("BIANCHI-9", partner_id=self.other_customer.id, site_id=False)
        self._send(email="portal@rossi.example", serial="BIANCHI-9")
        call = self._calls().with_user(self.taker)
        self.assertEqual(call.proposed_equipment_id, foreign)
        with self.assertRaisesRegex(UserError, "choose customer and equipment by hand"):
            call.action_accept_proposal()
        self.assertFalse(call.partner_id)

    def test_colleagues_are_no_customers(self):
        self._send(email=self.taker.email)
        self.assertFalse(self._calls().proposed_contact_id)

    def test_robots(self):
        with patch.object(web_controller, "_logger") as logger:
            page = self._send(website_url="https://spam.example").text
        self.assertIn("Thank you", page)
        logger.info.assert_called_once()
        self.assertFalse(self._calls())
        self.assertFalse(self.env["service.web.hit"].search([]))

    def test_too_fast_too_old_or_forged(self):
        with patch.object(web_controller, "MIN_SECONDS", 3):
            self.assertIn("very fast", self._send().text)
        token = self._open()
        with patch.object(web_controller, "MAX_SECONDS", -1):
            self.assertIn("open for too long", self._send(form_token=token).text)
        stamp, nonce, signature = token.split("-")
        for forged in (f"{int(stamp) - 60}-{nonce}-{signature}", "1-2-3", "x", "--"):
            self.assertIn("open for too long", self._send(form_token=forged).text)
        self.assertFalse(self._calls())
        with mute_logger("odoo.http"):
            self.assertEqual(self._send(csrf_token="guess").status_code, 400)
        self.assertFalse(self._calls())

    def test_what_was_typed_stays(self):
        for values, sentence in (
            ({"name": " "}, "Tell us your name"),
            ({"email": "no address"}, "e-mail address at which we can answer"),
            ({"email": "a@x.example, b@x.example"}, "one e-mail address"),
            ({"subject": ""}, "Say in a few words"),
        ):
            page = self._send(description="Since &amp; today", **values).text
            self.assertIn(sentence, page)
            self.assertIn("Since", page)
        self.assertFalse(self._calls())

    def test_files(self):
        for names, sentence in ((["a.exe"], "are not taken"), ([f"{n}.txt" for n in range(6)], "at most 5 files")):
            files = [("attachments", (name, b"A", "text/plain")) for name in names]
            self.assertIn(sentence, self._send(files=files).text)
        with patch.object(web_controller, "MAX_FILE_SIZE", 2):
            files = [("attachments", ("a.txt", b"ABC", "text/plain"))]
            self.assertIn("is larger than", self._send(files=files).text)
        self.assertFalse(self._calls())

    def test_sent_twice(self):
        token = self._open()
        files = [("attachments", ("photo.txt", b"PHOTO", "text/plain"))]
        pages = [self._send(form_token=token, files=files).text for _click in range(2)]
        call = self._calls()
        self.assertEqual(len(call), 1)
        self.assertEqual(len(call.message_ids.attachment_ids), 1)
        for page in pages:
            self.assertIn(call.name, page)

    def test_limits(self):
        with patch.dict(LIMITS, {"address": 3, "email": 2}):
            self.assertEqual([self._send().status_code for _form in range(3)], [200, 200, 429])
            page = self._send(email="other@neri.example")
            self.assertEqual(page.status_code, 429, "the address has sent too many")
            self.assertIn("try again later", page.text)
        self.assertEqual(len(self._calls()), 2)

    def test_who_sent_is_not_kept(self):
        self._send()
        hits = self.env["service.web.hit"].search([])
        self.assertEqual(len(hits), 2)
        for hit in hits:
            self.assertNotIn("neri", hit.key)
            self.assertNotIn("127.0.0.1", hit.key)
        with freeze_time("2026-11-21 12:00:00"):
            self.env["service.web.hit"]._gc_hits()
        self.assertFalse(hits.exists())

    def test_switched_off(self):
        self.company.service_web_form = False
        for url in ("/service/new", f"/service/new/{self.team._get_web_token()}"):
            self.assertEqual(self.url_open(url).status_code, 404)
            self.assertEqual(self._send(url, form_token="x").status_code, 404)
        self.assertFalse(self.team.web_form_url)

    def test_the_form_of_a_team(self):
        other = self.env["res.company"].create({"name": "Second Company"})
        self.env.user.company_ids |= other
        team = self.env["service.team"].create({"name": "Second Team", "company_id": other.id})
        url = f"/service/new/{team._get_web_token()}"
        self.assertTrue(team.web_form_url.endswith(url))
        self.assertIn("Second Company", self.url_open(url).text)
        self._send(url)
        self.assertRecordValues(self._calls(), [{"team_id": team.id, "company_id": other.id}])
        own_token = self.team._get_web_token()
        for token in ("x", str(team.id), f"{team.id}-{own_token.split('-')[1]}", f"{team.id}-", "99999999999999-a"):
            self.assertEqual(self.url_open(f"/service/new/{token}").status_code, 404)
        self.assertIn("open for too long", self._send(url, form_token=self._open()).text, "the token is the form's")
        team.active = False
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_customers_with_a_log_in(self):
        self.authenticate("eq_portal", "eq_portal")
        self.assertTrue(self.url_open("/service/new").url.endswith("/my/calls/new"))

    def test_nobody_reads_the_counters(self):
        for user in (self.user_portal, self.taker, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.env["service.web.hit"].with_user(user).search([])
