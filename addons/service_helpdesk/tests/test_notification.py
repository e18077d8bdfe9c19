# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import doctest

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.service_helpdesk.engine import notification

from .notification_common import NotificationCase


@tagged("post_install", "-at_install")
class TestNotificationEngine(NotificationCase):
    @mute_logger("odoo.sql_db")
    def test_trouble_of_what_came_before_is_not_hidden(self):
        """A conflict with somebody else must reach the server, which repeats the request."""
        rows, ran = self.env["service.notification.sent"].search([], limit=1), []
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env["service.pause.reason"].search([], limit=1).remind_days = -1
            rows._do_or_tell(ran.append)
        self.assertFalse(ran)

    def test_doctests(self):
        self.assertFalse(doctest.testmod(notification).failed)


@tagged("post_install", "-at_install")
class TestNotificationEvents(NotificationCase):
    """What of a call's life is told."""

    def test_a_new_owner_hears_of_it_once_in_his_inbox(self):
        self._rule("owner", "owner")
        call = self._new_call()
        call.user_id = self.engineer
        self.assertFalse(self._inbox(self.engineer), "told by the job, not while somebody waits")
        self._tell()
        self._tell()
        message = self._inbox(self.engineer).mail_message_id
        self.assertEqual(len(message), 1)
        self.assertEqual(message.subject, f"[{call.name}] Owner changed: Pump leaks")
        self.assertIn(f"{self.engineer.name} owns the call now.", message.body)
        self.assertEqual(message.author_id, self.taker.partner_id)

    def test_nobody_is_told_of_what_he_did_himself(self):
        rule = self._rule("priority", "owner")
        call = self._new_call(user=self.controller)
        call.user_id = self.controller
        call.priority = "2"
        self._tell()
        self.assertFalse(self._inbox(self.controller))
        rule.is_author_told = True
        call.priority = "3"
        self._tell()
        self.assertIn("The priority is now Urgent.", self._inbox(self.controller).mail_message_id.body)

    def test_a_step_is_told_once_in_each_life_of_a_call(self):
        self._rule("stage", "owner")
        call = self._new_call()
        call.user_id = self.engineer
        stages = self.env["service.call.stage"]
        planned = stages.search([("is_planned", "=", True)], limit=1)
        working = stages.search([("is_working", "=", True)], limit=1)
        for stage in (planned, working, planned):
            call.stage_id = stage
        self._tell()
        subjects = self._inbox(self.engineer).mail_message_id.mapped("subject")
        for stage in (planned, working):
            self.assertEqual(subjects.count(f"[{call.name}] {stage.name}: Pump leaks"), 1)
        call.action_complete()
        call.action_reopen()
        call.stage_id = working
        call.stage_id = planned
        self._tell()
        subjects = self._inbox(self.engineer).mail_message_id.mapped("subject")
        self.assertEqual(subjects.count(f"[{call.name}] {planned.name}: Pump leaks"), 2)

    def test_customers_hear_at_the_steps_that_are_switched_on(self):
        planned = self.env["service.call.stage"].search([("is_planned", "=", True)], limit=1)
        self._rule("stage", "contact", "mail", stage_ids=[Command.set(planned.ids)])
        for event in ("completed", "reopened"):
            self._rule(event, "contact", "mail")
        call = self._new_call(contact_id=self.contact.id)
        call._register_event("travel")
        call.stage_id = planned
        call.action_complete()
        call.action_reopen()
        with freeze_time("2026-11-18 15:00:00"):
            call.action_complete()
        self._tell("2026-11-18 15:01:00")
        mails = self._mails(call).sorted("id")
        self.assertEqual(
            sorted(mails.mapped("subject")),
            sorted(
                f"[{call.name}] {title}: Pump leaks"
                for title in (planned.name, "Completed", "Open again", "Completed")
            ),
        )
        self.assertEqual(mails.recipient_ids, self.contact)

    def test_events_of_the_log(self):
        for event in ("allocated", "completed", "cancelled", "reopened"):
            self._rule(event, "leader")
        call = self._new_call(team_id=self.team.id)
        call.action_allocate(user_id=self.engineer.id)
        self._tell()
        call.action_complete()
        call.action_reopen()
        call.action_cancel()
        self._tell()
        self.assertEqual(
            [event for event, _who, _how in self._told(call)], ["allocated", "cancelled", "completed", "reopened"]
        )

    def test_notes_are_for_colleagues(self):
        self._rule("note_added", "owner")
        self._rule("note_changed", "owner")
        call = self._new_call(contact_id=self.contact.id, user_id=self.engineer.id)
        note = call.message_post(body="He owes us money", message_type="comment", subtype_xmlid="mail.mt_note")
        self._tell()
        told = self._inbox(self.engineer).mail_message_id.filtered(lambda message: "owes us" in message.body)
        self.assertEqual(len(told), 1)
        call._message_update_content(note, body="He paid")
        self._tell()
        self.assertEqual(self._told(call, "note_changed"), [("note_changed", self.engineer.name, "inbox")])
        self.assertNotIn(self.contact, call.sudo().notification_ids.partner_id)
        portal = self.env["mail.message"].with_user(self.user_portal)
        self.assertFalse(
            portal.search([("model", "=", "service.call"), ("res_id", "=", call.id), ("body", "ilike", "owes us")])
        )

    def test_who_wrote(self):
        self._rule("customer_replied", "owner")
        self._rule("replied", "leader")
        call = self._new_call(contact_id=self.contact.id, user_id=self.engineer.id, team_id=self.team.id)
        call.message_post(
            body="Still leaks", author_id=self.contact.id, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        call.message_post(body="We come", message_type="comment", subtype_xmlid="mail.mt_comment")
        call.message_post(body="Nobody said this", message_type="notification")
        self._tell()
        self.assertEqual(
            self._told(call),
            [
                ("customer_replied", self.engineer.name, "inbox"),
                ("replied", self.manager.name, "inbox"),
            ],
        )

    def test_a_deadline_is_told_once_per_clock(self):
        self._rule("warned", "controllers")
        self._rule("missed", "leader", "activity")
        call = self._new_call(team_id=self.team.id)
        for at in ("2026-11-18 12:00:00", "2026-11-18 13:00:01", "2026-11-18 13:00:01"):
            with freeze_time(at), self.enter_registry_test_mode():
                self.env.ref("service_helpdesk.ir_cron_sla_wake").method_direct_trigger()
            self._tell(at)
        self.assertEqual(
            self._told(call),
            [("missed", self.manager.name, "activity"), ("warned", self.controller.name, "inbox")],
        )
        activity = call.sudo().activity_ids
        today = self._at("2026-11-18").date()
        self.assertRecordValues(activity, [{"user_id": self.manager.id, "date_deadline": today}])
        self.assertIn("A deadline was missed", activity.summary)

    def test_a_call_raised_closed_or_imported_is_told_to_nobody(self):
        self._rule("created", "contact", "mail")
        done = self.env["service.call.stage"].search([("is_done", "=", True)], limit=1)
        closed = self._new_call(contact_id=self.contact.id, stage_id=done.id)
        imported = (
            self.env["service.call"]
            .with_user(self.taker)
            .with_context(import_file=True)
            .create({"subject": "Old", "contact_id": self.contact.id})
        )
        self._tell()
        self.assertFalse((closed | imported).sudo().notification_ids)
