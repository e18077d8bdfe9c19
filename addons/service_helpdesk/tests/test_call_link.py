# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import RAISED, HelpdeskCase


@tagged("post_install", "-at_install")
class TestCallLink(HelpdeskCase):
    """Calls that belong together: merged, split, followed up, reopened, or reports of one disturbance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._new_call(contact_id=cls.contact.id)
        cls.second = cls._new_call(
            subject="Still leaks", raised_at=RAISED + timedelta(hours=1), contact_id=cls.contact.id
        )

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    def test_all_that_hangs_on_a_call_moves(self):
        line = self._new_work(self.second.sudo(), "labour", 1)
        message = self.second.message_post(body="More details", message_type="comment")
        note = self.second.message_post(body="Between us", message_type="comment", subtype_xmlid="mail.mt_note")
        file = self.env["ir.attachment"].create(
            {"name": "photo.png", "raw": b"x", "res_model": "service.call", "res_id": self.second.id}
        )
        self.second.activity_schedule("mail.mail_activity_data_todo", user_id=self.taker.id, summary="Ring back")
        follow_up = self._new_call(original_id=self.second.id)
        (self.first | self.second).action_merge(self.first.id)
        self.assertEqual((message | note).mapped("res_id"), [self.first.id] * 2)
        self.assertTrue(note.subtype_id.internal, "a note between us stays one")
        self.assertEqual(file.res_id, self.first.id)
        self.assertEqual(line.call_id, self.first)
        self.assertIn("Ring back", self.first.sudo().activity_ids.mapped("summary"))
        self.assertEqual(follow_up.original_id, self.first)
        self.assertTrue(self.second.is_closed)
        self.assertEqual(self.second.sudo().event_ids[-1:].reason, f"Merged into {self.first.name}")
        self.assertEqual(self.first.merged_ids, self.second)
        self.assertFalse(self.first.is_closed)
        self.assertIn("Merged into this call", self._bodies(self.first))

    def test_the_promises_of_the_call_that_remains_stay(self):
        deadline = self._clock(self.first, "resolution").deadline
        (self.first | self.second).action_merge(self.first.id)
        self.assertEqual(self._clock(self.first, "resolution").deadline, deadline)

    def test_a_reply_on_the_merged_call_was_a_reply(self):
        self.second.message_post(
            body="We come today",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.taker.partner_id.id,
        )
        replied = self.second.replied_at
        (self.first | self.second).action_merge(self.first.id)
        self.assertEqual(self.first.replied_at, replied)
        self.assertEqual(self._clock(self.first, "response").state, "met")

    def test_the_customer_is_told_where_it_goes_on_not_that_it_was_cancelled(self):
        (self.first | self.second).action_merge(self.first.id)
        told = self.env["service.notification.sent"].search([("call_id", "=", self.second.id)]).mapped("event")
        self.assertIn("merged", told)
        self.assertNotIn("cancelled", told)

    def test_the_dialog_warns_when_the_later_call_is_kept(self):
        wizard = self.env["service.call.merge"].create({"call_ids": [Command.set((self.first | self.second).ids)]})
        self.assertEqual(wizard.survivor_id, self.first)
        self.assertFalse(wizard.warning)
        wizard.survivor_id = self.second
        self.assertIn(f"{self.first.name} was raised earlier", wizard.warning)

    def test_one_call_is_not_merged(self):
        with self.assertRaisesRegex(UserError, "at least two"):
            self.first.action_merge(self.first.id)

    def test_what_cannot_be_merged_says_why_and_stays(self):
        other = self._new_call(partner_id=self.other_customer.id, equipment_id=False)
        with self.assertRaisesRegex(UserError, "only calls of one customer"):
            (self.first | other).action_merge(self.first.id)
        line = self._new_work(self.second.sudo(), "labour", 1)
        self._validate_work(line)
        with self.assertRaisesRegex(UserError, "validated already"):
            (self.first | self.second).action_merge(self.first.id)
        (self.first | self.second).action_merge(self.second.id)
        self.assertEqual(self.first.merged_into_id, self.second, "the one with validated work may remain")
        with self.assertRaisesRegex(UserError, "was merged into"):
            self.first.action_reopen()
        with self.assertRaisesRegex(UserError, "was merged into"):
            self.first.stage_id = self.second.stage_id
        with self.assertRaisesRegex(UserError, "closed already"):
            (self.first | self.second).action_merge(self.second.id)

    def test_merged_twice_leads_to_the_last(self):
        third = self._new_call(subject="Third")
        (self.first | self.second).action_merge(self.first.id)
        (self.first | third).action_merge(third.id)
        self.assertEqual((self.first | self.second).merged_into_id, third)

    def test_the_dialog_of_one_call_waits_for_the_others(self):
        wizards = self.env["service.call.merge"].with_user(self.taker)
        wizard = wizards.create({"call_ids": [Command.set(self.first.ids)]})
        self.assertFalse(wizard.preview)
        with self.assertRaisesRegex(UserError, "Choose at least two calls"):
            wizard.action_merge()

    def test_the_dialog_proposes_the_earliest_and_shows_what_moves(self):
        self._new_work(self.second.sudo(), "labour", 1)
        wizard = self.env["service.call.merge"].with_user(self.taker).create(
            {"call_ids": [Command.set((self.second | self.first).ids)]}
        )
        self.assertEqual(wizard.survivor_id, self.first)
        self.assertIn("1 work lines", wizard.preview)
        self.assertFalse(wizard.problem)
        self.assertIn(self.first, wizard.candidate_ids)
        action = wizard.action_merge()
        self.assertEqual(action["res_id"], self.first.id)
        self.assertTrue(self.second.is_closed)

    # ------------------------------------------------------------
    # Split, follow-up, reopening
    # ------------------------------------------------------------

    def test_a_part_becomes_a_call_of_its_own(self):
        line = self._new_work(self.first.sudo(), "labour", 1)
        form = Form(self.env["service.call.split"].with_user(self.taker).with_context(default_call_id=self.first.id))
        form.subject = "Door does not close"
        form.equipment_id = self.unit_bare
        wizard = form.save()
        wizard.work_ids = line
        call = self.env["service.call"].browse(wizard.action_split()["res_id"])
        self.assertRecordValues(
            call,
            [
                {
                    "original_id": self.first.id,
                    "original_kind": "split",
                    "equipment_id": self.unit_bare.id,
                    "raised_at": self.first.raised_at,
                    "contact_id": self.contact.id,
                }
            ],
        )
        self.assertEqual(line.call_id, call)

    def _split(self, call, **values):
        wizard = self.env["service.call.split"].with_user(self.taker).create(
            {"call_id": call.id, "subject": "Door does not close", **values}
        )
        return self.env["service.call"].browse(wizard.action_split()["res_id"])

    def test_who_was_answered_was_answered_about_the_part_too(self):
        self.first._register_event("replied", RAISED + timedelta(minutes=5))
        call = self._split(self.first)
        self.assertEqual(call.replied_at, RAISED + timedelta(minutes=5))
        self.assertEqual(self._clock(call, "response").state, "met")
        self.assertEqual(self._clock(call, "resolution").deadline, self._clock(self.first, "resolution").deadline)
        later = self._split(self.first, clock_from="now")
        self.assertFalse(later.replied_at)
        self.assertEqual(self._clock(later, "response").state, "running")

    def test_files_of_the_part_are_copied(self):
        files = self.env["ir.attachment"].create(
            [
                {"name": name, "raw": b"x", "res_model": "service.call", "res_id": call.id}
                for name, call in (("door.png", self.first), ("other.png", self.second))
            ]
        )
        call = self._split(self.first, attachment_ids=[Command.set(files.ids)])
        copied = self.env["ir.attachment"].search([("res_model", "=", "service.call"), ("res_id", "=", call.id)])
        self.assertEqual(copied.mapped("name"), ["door.png"], "not those of another call")
        self.assertEqual(files[0].res_id, self.first.id)
        self.assertFalse(copied.with_user(self.user_portal).sudo(False).has_access("read"))

    def test_the_address_of_who_is_no_contact_goes_along(self):
        call = self._new_call(
            equipment_id=False, partner_id=False, partner_email="who@nowhere.example", partner_phone="0123 456"
        )
        self.assertRecordValues(
            self._split(call), [{"partner_email": "who@nowhere.example", "partner_phone": "0123 456"}]
        )

    def test_a_follow_up_takes_over_who_and_what(self):
        action = self.first.action_follow_up()
        call = Form(self.env["service.call"].with_user(self.taker).with_context(**action["context"])).save()
        self.assertRecordValues(
            call, [{"original_id": self.first.id, "equipment_id": self.unit.id, "subject": "Pump leaks"}]
        )

    def test_late_reopening_is_for_controllers(self):
        self.env.company.service_reopen_days = 7
        self.first.action_complete()
        self.first.sudo()._store({"closed_at": fields.Datetime.now() - timedelta(days=8)})
        with self.assertRaisesRegex(UserError, "log a follow-up call"):
            self.first.action_reopen("again")
        stage = self.env["service.call.stage"].search([("is_allocated", "=", True)], limit=1)
        with self.assertRaisesRegex(UserError, "log a follow-up call"):
            self.first.stage_id = stage
        self.assertTrue(self.first.is_closed)
        self.first.with_user(self.controller).action_reopen("again")
        self.assertFalse(self.first.is_closed)
        self.assertEqual(self.first.sudo().event_ids[-1:].reason, "again")

    # ------------------------------------------------------------
    # Disturbances
    # ------------------------------------------------------------

    def test_reports_of_a_disturbance_are_closed_together(self):
        remedy = self.env["service.fault"].create({"name": "Restarted", "kind": "remedy"})
        disturbance = self._new_call(subject="Network down", remedy_id=remedy.id)
        (self.first | self.second).parent_id = disturbance
        self.assertEqual((disturbance.child_open_count, disturbance.child_count), (2, 2))
        self.second.action_complete()
        disturbance.invalidate_recordset(["child_open_count", "child_count"])
        self.assertEqual((disturbance.child_open_count, disturbance.child_count), (1, 2))
        self.assertEqual(disturbance.action_answer_children()["context"]["default_res_ids"], self.first.ids)
        disturbance.action_complete_children()
        self.assertTrue(self.first.is_closed)
        self.assertEqual(self.first.remedy_id, remedy)
        self.assertFalse(disturbance.is_closed)

    def test_no_disturbance_reports_itself(self):
        self.second.parent_id = self.first
        with self.assertRaisesRegex(ValidationError, "report of itself"):
            self.first.parent_id = self.second
