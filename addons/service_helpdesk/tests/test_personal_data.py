# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import io
import json
import zipfile

from markupsafe import Markup

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .common import HelpdeskCase

NAME = "Filiberto Zamparelli"
EMAIL = "filiberto.zamparelli@rossi.example"
PHONE = "+39 0549 771 662"


@tagged("post_install", "-at_install")
class TestPersonalData(HelpdeskCase):
    """What calls hold about a person is shown, exported and erased; figures stay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.env["res.partner"].create(
            {"name": NAME, "parent_id": cls.customer.id, "email": EMAIL, "phone": PHONE}
        )
        cls.call = cls._new_call(
            contact_id=cls.person.id,
            subject=f"{NAME} says: pump leaks",
            description=f"<p>Call Zamparelli  Filiberto at 0549.771662 or <b>{EMAIL.upper()}</b></p>",
        )
        cls.call.with_user(cls.controller).write({"subject": f"Pump leaks, ask {NAME}"})
        message = cls.call.sudo().message_post(
            body="My pump leaks, Filiberto Zamparelli",
            author_id=cls.person.id,
            email_from=f'"{NAME}" <{EMAIL}>',
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            attachments=[("photo of Filiberto.txt", b"a secret photo")],
        )
        cls.message_id = message.id
        cls.call.sudo().message_post(
            body=f"Dear {NAME}, we come.", partner_ids=cls.person.ids, subtype_xmlid="mail.mt_comment"
        )
        cls.call.sudo().activity_schedule(
            "mail.mail_activity_data_todo", summary=f"Phone {NAME}", note=PHONE, user_id=cls.taker.id
        )
        cls.work = cls._new_work(cls.call, "labour", 2, name=f"Talked to {NAME}, {PHONE}")
        cls.by_mail = cls.env["service.call"].create(
            {"subject": "Noise", "description": "<p>Yours, Filiberto</p>", "channel": "email", "partner_email": EMAIL}
        )
        cls.other = cls._new_call(subject="Somebody else", contact_id=cls.contact.id)

    def _request(self, user=None, **values):
        values = values or {"partner_id": self.person.id}
        return self.env["service.personal.data"].with_user(user or self.manager).create(values)

    def _scan(self, calls, words):
        """Return the columns of text in the whole database that hold one of the words in rows of these calls."""
        self.env.flush_all()
        cr, hits = self.env.cr, []
        pattern = "|".join(words)
        hanging = {
            "mail_message": SQL("model = 'service.call' AND res_id IN %s", tuple(calls.ids)),
            "mail_activity": SQL("res_model = 'service.call' AND res_id IN %s", tuple(calls.ids)),
            "ir_attachment": SQL("res_model = 'service.call' AND res_id IN %s", tuple(calls.ids)),
            "rating_rating": SQL("res_model = 'service.call' AND res_id IN %s", tuple(calls.ids)),
            "service_call": SQL("id IN %s", tuple(calls.ids)),
        }
        of_messages = SQL(
            "mail_message_id IN (SELECT id FROM mail_message WHERE model = 'service.call' AND res_id IN %s)",
            tuple(calls.ids),
        )
        hanging.update(dict.fromkeys(("mail_mail", "mail_tracking_value", "mail_notification"), of_messages))
        cr.execute(
            """
            SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name = 'call_id' AND table_name LIKE 'service_%'
            """
        )
        for table, column in cr.fetchall():
            hanging[table] = SQL("%s IN %s", SQL.identifier(column), tuple(calls.ids))
        for table, condition in hanging.items():
            cr.execute(
                """
                SELECT column_name FROM information_schema.columns
                 WHERE table_name = %s AND data_type IN ('text', 'character varying', 'jsonb', 'json')
                """,
                [table],
            )
            for (column,) in cr.fetchall():
                cr.execute(
                    SQL(
                        "SELECT 1 FROM %s WHERE %s AND %s::text ~* %s LIMIT 1",
                        SQL.identifier(table),
                        condition,
                        SQL.identifier(column),
                        pattern,
                    )
                )
                if cr.fetchone():
                    hits.append(f"{table}.{column}")
        return hits

    def test_what_is_held(self):
        request = self._request()
        counts = {line.res_model: line.count for line in request.line_ids}
        self.assertEqual(counts["service.call"], 2)
        self.assertEqual(counts["mail.message"], 1)
        self.assertEqual(counts["ir.attachment"], 1)
        self.assertEqual(counts["mail.followers"], 1)
        self.assertTrue(request.has_data)
        can_open = {line.res_model: line.can_open for line in request.line_ids if line.count}
        self.assertTrue(can_open["service.call"])
        self.assertFalse(can_open.get("mail.mail"))
        action = request.line_ids.filtered(lambda line: line.res_model == "service.call").action_open()
        self.assertEqual(self.env["service.call"].search(action["domain"]), self.call | self.by_mail)

    def test_the_form_lists_it_at_once(self):
        form = Form(self.env["service.personal.data"].with_user(self.manager))
        form.partner_id = self.person
        self.assertEqual(form.email, EMAIL)
        self.assertEqual(form.line_ids._records[0]["count"], 2)

    def test_export(self):
        request = self._request()
        action = request.action_export()
        self.assertEqual(action["type"], "ir.actions.act_url")
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(request.export_file))) as archive:
            data = json.loads(archive.read("personal-data.json"))
            page = archive.read("personal-data.html").decode()
            (file,) = [name for name in archive.namelist() if name.startswith("files/")]
            self.assertEqual(archive.read(file), b"a secret photo")
        self.assertEqual({call["number"] for call in data["calls"]}, {self.call.name, self.by_mail.name})
        self.assertIn("My pump leaks", data["messages"][0]["text"])
        self.assertIn("My pump leaks", page)
        self.assertNotIn("Somebody else", page)

    def test_nothing_is_left(self):
        """No name, address, number or word of the person is left in any column of text."""
        calls = self.call | self.by_mail
        words = ["Filiberto", "Zamparelli", "771[ .]?662", "secret photo", "My pump leaks"]
        self.assertGreater(len(self._scan(calls, words)), 8)
        self._request().action_erase()
        self.assertEqual(self._scan(calls, words), [])
        self.assertFalse(self.call.contact_id)
        self.assertFalse(self.env["ir.attachment"].search([("name", "ilike", "Filiberto")]))
        message = self.env["mail.message"].browse(self.message_id)
        self.assertRecordValues(message, [{"author_id": False, "email_from": "Erased person", "subject": False}])
        self.assertNotIn(self.person, self.call.sudo().message_partner_ids)

    def test_figures_stay(self):
        names = ["raised_at", "closed_at", "sla_state", "priority", "name", "stage_id"]
        before = self.call.read(names)
        clocks = self.call.clock_ids.read(["deadline", "state"])
        self._request().action_erase()
        self.assertEqual(self.call.read(names), before)
        self.assertEqual(self.call.clock_ids.read(["deadline", "state"]), clocks)
        self.assertRecordValues(self.work, [{"quantity": 2.0, "name": "Talked to Erased person, Erased person"}])
        self.assertIn("Pump leaks, ask Erased person", self.call.subject)

    def test_calls_of_others_stay(self):
        self._request().action_erase()
        self.assertRecordValues(self.other, [{"subject": "Somebody else", "contact_id": self.contact.id}])
        self.assertEqual(self.person.name, NAME)

    def test_somebody_who_is_no_contact(self):
        self._request(email=EMAIL).action_erase()
        self.assertRecordValues(self.by_mail, [{"partner_email": False, "subject": "Erased person"}])
        self.assertEqual(self._scan(self.call | self.by_mail, [EMAIL]), [])

    def test_a_similar_address_is_not_his(self):
        longer = self._new_call(subject="x" + EMAIL, contact_id=self.person.id)
        self._request().action_erase()
        self.assertEqual(longer.subject, "x" + EMAIL)

    def test_a_name_with_signs(self):
        self.person.name = "Seán (John) O'Brien & Söhne"
        self.call.sudo().message_post(body="Dear Seán (John) O'Brien & Söhne: yes")
        self._request().action_erase()
        self.assertNotIn("Brien", self._bodies(self.call))

    def _erase_words(self, words, **values):
        request = self._request(**values)
        request.words = words
        request.action_erase()

    def test_names_that_stand_alone(self):
        """First name, last name and nickname: in messages, subject, description, tracking values and file names."""
        for subject in ("FILIBERTO waits, so does Berto", "Zamparelli's pump leaks"):
            self.call.with_user(self.controller).write({"subject": subject})
            # Now what was changed is tracked.
            self.env.cr.flush()
        self.call.sudo().description = "<p>Ask <b>Filiberto</b>&nbsp;(zamparelli), 2 pumps at 10:30</p>"
        self.call.sudo().message_post(
            body="Berto called, Filiberto-Maria too", attachments=[("photo_zamparelli.berto.txt", b"x")]
        )
        calls = self.call | self.by_mail
        words = ["Filiberto", "Zamparelli", r"\mBerto"]
        self.assertIn("mail_tracking_value.old_value_char", self._scan(calls, words))
        request = self._request()
        self.assertEqual(request.words, "Filiberto, Zamparelli", "what is offered")
        self._erase_words(request.words + " , Berto,")
        self.assertEqual(self._scan(calls, words), [])
        self.assertEqual(self.call.subject, "Erased person's pump leaks")
        self.assertIn("2 pumps at 10:30", self.call.description)
        self.assertIn("<b>Erased person</b>", self.call.description)
        self.assertTrue(self.env["ir.attachment"].search([("name", "=", "photo_Erased person.Erased person.txt")]))

    def test_words_that_are_not_offered_any_more_stay(self):
        self.call.sudo().message_post(body="Berto called")
        self._erase_words("Nobody")
        self.assertIn("Berto called", self._bodies(self.call))

    def test_only_whole_words(self):
        texts = ("Bertolino", "Roberto", "ask berto@rossi.example", "mail x@berto.example or berto.x@rossi.example")
        for text in texts:
            self.call.sudo().message_post(body=text)
        self._erase_words("berto")
        for text in texts:
            self.assertIn(text, self._bodies(self.call))

    def test_words_of_machines_stay(self):
        """Words that are also numbers of documents, models, markup or keys erase what people read, and no more."""
        self.call.sudo().message_post(body=Markup("<p class='call'>The call of Span: <span>div</span> &amp; code</p>"))
        number, explanation = self.call.name, self.call.cover_explanation
        self.call.invalidate_recordset()
        self._erase_words("call, div, span, class, amp, service, code, row, reason")
        self.assertEqual((self.call.name, self.call.cover_explanation), (number, explanation))
        bodies = self._bodies(self.call)
        self.assertRegex(bodies, "The Erased person of Erased person: <span>Erased person</span> &amp; Erased person")
        self.assertTrue(self.call.message_ids, "messages are still of this call")
        self.assertTrue(self.env["service.coverage"].render_explanation(self.call.cover_explanation))

    def test_words_in_calls_of_others_stay(self):
        self.other.sudo().message_post(body="Filiberto called")
        self._request().action_erase()
        self.assertIn("Filiberto called", self._bodies(self.other))

    def test_words_that_are_too_short(self):
        for words in ("Al", "Filiberto, 12345", "a1b2"):
            with self.assertRaisesRegex(UserError, "is too short"):
                self._erase_words(words)
        self.assertIn(NAME, self._bodies(self.call))
        self.assertFalse(self.env["service.personal.log"].search([("user_id", "=", self.manager.id)]))

    def test_figures_stay_beside_words(self):
        names = ["raised_at", "closed_at", "sla_state", "priority", "name", "stage_id", "queue_rank", "site_tz"]
        before, clocks = self.call.read(names), self.call.clock_ids.read(["deadline", "state"])
        self._erase_words("Filiberto, pump, Europe, call")
        self.assertEqual((self.call.read(names), self.call.clock_ids.read(["deadline", "state"])), (before, clocks))
        self.assertEqual(self.work.quantity, 2)

    def test_the_log_holds_nothing_of_the_person(self):
        self._request().action_erase()
        log = self.env["service.personal.log"].search([], limit=1)
        self.assertRecordValues(log, [{"kind": "erase", "user_id": self.manager.id, "call_count": 2}])
        self.assertIn(self.call.name, log.call_numbers)
        request = self.env["service.personal.data"].search([], limit=1)
        self.assertFalse(request.line_ids)

    def test_twice(self):
        self._request().action_erase()
        with self.assertRaisesRegex(UserError, "hold nothing"):
            self._request().action_erase()

    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "is a company"):
            self._request(partner_id=self.customer.id)
        with self.assertRaisesRegex(UserError, "Pick a person"):
            self._request(email="not an address").action_erase()
        self.assertIn(NAME, self._bodies(self.call))

    def test_managers_only(self):
        for user in (self.taker, self.controller, self.engineer, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._request(user)

    def test_other_companies_are_not_touched(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= other
        there = self.env["service.call"].create(
            {"subject": "There", "partner_id": self.customer.id, "contact_id": self.person.id, "company_id": other.id}
        )
        self._request().action_erase()
        self.assertEqual(there.contact_id, self.person)
