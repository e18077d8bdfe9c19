# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .notification_common import NotificationCase

BATCH_LOG = "odoo.addons.service_contract.models.service_batch_mixin"
SENT = "odoo.addons.service_helpdesk.models.service_notification_sent.ServiceNotificationSent"


@tagged("post_install", "-at_install")
class TestNotificationRules(NotificationCase):
    """Conditions, delays, and what happens to a rule that fails."""

    def test_customers_are_told_by_mail_and_never_of_what_happens_inside(self):
        with self.assertRaisesRegex(ValidationError, "Customers are not told of what happens inside: Note added"):
            self._rule("note_added", "contact", "mail")
        with self.assertRaisesRegex(ValidationError, "by e-mail only"):
            self._rule("created", "customer", "inbox")

    def test_bad_input(self):
        with self.assertRaisesRegex(ValidationError, "Name the users"):
            self._rule("created", "users")
        with self.assertRaisesRegex(ValidationError, "Choose the type"):
            self._rule("created", "owner", is_silent=True)
        with self.assertRaisesRegex(ValidationError, "before it happens"):
            self._rule("created", "owner", delay_minutes=-1)

    def test_a_type_of_call_has_its_own_rules(self):
        template = self.env["mail.template"].create(
            {
                "name": "Installation",
                "model_id": self.env["ir.model"]._get_id("service.call"),
                "subject": "We install",
                "body_html": "<p>Welcome</p>",
            }
        )
        self._rule("created", "contact", "mail")
        own = self._rule("created", "contact", "mail", type_id=self.preventive_type.id, template_id=template.id)
        fault = self._new_call(contact_id=self.contact.id)
        call = self._new_call(contact_id=self.contact.id, type_id=self.preventive_type.id)
        self._tell()
        self.assertEqual(self._mails(fault).subject[:6], "[CALL/")
        self.assertEqual(self._mails(call).mapped("subject"), ["We install"])
        own.is_silent = True
        call = self._new_call(contact_id=self.contact.id, type_id=self.preventive_type.id)
        self._tell()
        self.assertFalse(self._mails(call))

    def test_changes_are_told_together(self):
        self._rule("priority", "owner", delay_minutes=10)
        call = self._new_call(user_id=self.engineer.id)
        with freeze_time("2026-11-18 12:00:00"):
            call.priority = "2"
        with freeze_time("2026-11-18 12:05:00"):
            call.priority = "3"
        self._tell("2026-11-18 12:09:00")
        self.assertFalse(self._inbox(self.engineer))
        self._tell("2026-11-18 12:10:00")
        self._tell("2026-11-18 12:20:00")
        self.assertEqual(len(self._inbox(self.engineer)), 1)
        self.assertIn("The priority is now Urgent.", self._inbox(self.engineer).mail_message_id.body)
        self.assertEqual(len(self._told(call)), 2)

    def test_only_in_working_hours(self):
        self.env.company.resource_calendar_id = self.calendar
        self._rule("priority", "owner", is_in_hours=True)
        call = self._new_call(user_id=self.engineer.id)
        with freeze_time("2026-11-20 18:00:00"):
            # A Friday evening; Monday at 9 is 8 in UTC.
            call.priority = "3"
        self.assertEqual(call.sudo().notification_ids.due_at, self._at("2026-11-23 08:00:00"))
        self._tell("2026-11-22 12:00:00")
        self.assertFalse(self._told(call))
        self._tell("2026-11-23 08:00:00")
        self.assertTrue(self._told(call))

    def test_a_call_that_waits_for_somebody(self):
        self._rule("unassigned", "manager", delay_minutes=30)
        self._rule("unassigned", "leader", "activity", delay_minutes=30)
        with freeze_time("2026-11-18 12:00:00"):
            taken, waiting = self._new_call(team_id=self.team.id), self._new_call(team_id=self.team.id)
        taken.user_id = self.engineer
        self._tell("2026-11-18 12:31:00")
        self.assertFalse(taken.sudo().notification_ids)
        self.assertEqual(waiting.sudo().activity_ids.user_id, self.manager)
        self.assertIn(self.manager.partner_id, waiting.sudo().notification_ids.message_id.partner_ids)
        waiting.user_id = self.engineer
        self.assertFalse(waiting.sudo().activity_ids, "the to-do is done when its reason is gone")
        with freeze_time("2026-11-18 14:00:00"):
            waiting.user_id = False
        self._tell("2026-11-18 14:31:00")
        self.assertEqual(waiting.sudo().activity_ids.user_id, self.manager)

    def test_a_team_with_times_of_its_own_is_told_by_them(self):
        self._rule("unassigned", "manager")
        self.team.unassigned_leader_minutes = 60
        call = self._new_call(team_id=self.team.id)
        self.assertFalse(call.sudo().notification_ids)

    def test_a_closed_call_settles_its_to_dos(self):
        self._rule("owner", "owner", "activity")
        call = self._new_call(user_id=self.engineer.id)
        self._tell()
        self.assertTrue(call.sudo().activity_ids)
        call.action_complete()
        self.assertFalse(call.sudo().activity_ids)

    def test_the_same_is_told_once(self):
        self._rule("hours_exceeded", "owner")
        call = self._new_call(user_id=self.engineer.id)
        for _attempt in range(2):
            call._notify_event("hours_exceeded", bodies={call.id: "9 of 8 hours"}, key="100")
        call._notify_event("hours_exceeded", key="120")
        self._tell()
        self.assertEqual(len(self._inbox(self.engineer)), 2)
        bodies = " ".join(self._inbox(self.engineer).mail_message_id.mapped("body"))
        self.assertEqual(bodies.count("9 of 8 hours"), 1)

    def test_a_text_that_fails_stops_nobody(self):
        broken = self._rule("completed", "contact", "mail")
        self._rule("completed", "owner")
        # It fails on one call only: a text that fails on any is not saved.
        failing = "<p t-if=\"object.subject == 'Breaks it'\" t-out=\"object.no_such_field\"/>"
        broken.template_id.sudo().body_html = failing
        call = self._new_call(subject="Breaks it", contact_id=self.contact.id, user_id=self.engineer.id)
        call.action_complete()
        self.assertTrue(call.is_closed)
        with mute_logger(BATCH_LOG, "odoo.addons.mail.models.mail_render_mixin"):
            self._tell()
        self.assertEqual(self._told(call), [("completed", self.engineer.name, "inbox")])
        self.assertTrue(broken.error)
        failed = call.sudo().notification_ids.filtered(lambda row: row.state == "failed")
        self.assertEqual(failed.partner_id, self.contact)
        self.assertIn("could not be told", self._bodies(call))
        broken.template_id.sudo().body_html = "<p t-out=\"object.subject\"/>"
        with self.assertRaises(AccessError):
            failed.with_user(self.taker).action_retry()
        failed.with_user(self.manager).action_retry()
        self._tell()
        self.assertIn(("completed", self.contact.name, "mail"), self._told(call))
        self.assertFalse(broken.error)

    def test_the_database_lets_nobody_be_told_twice(self):
        self._rule("owner", "owner")
        call = self._new_call(user_id=self.engineer.id)
        row = call.sudo().notification_ids
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            row.copy()

    def test_an_acknowledgement_that_fails_loses_no_call(self):
        rule = self._rule("created", "contact", "mail")
        with (
            patch(f"{SENT}._tell", side_effect=ValueError("broken on purpose")),
            mute_logger(BATCH_LOG),
        ):
            call = self._new_call(contact_id=self.contact.id)
            self._tell()
        self.assertTrue(call.exists())
        self.assertEqual((call.sudo().notification_ids.state, rule.error), ("failed", "broken on purpose"))

    def test_a_customers_rule_without_text_sends_nothing(self):
        rule = self._rule("completed", "contact", "mail")
        rule.template_id = False
        call = self._new_call(contact_id=self.contact.id)
        call.action_complete()
        with mute_logger(BATCH_LOG):
            self._tell()
        self.assertFalse(self._mails(call))
        self.assertIn("no text", rule.error)


@tagged("post_install", "-at_install")
class TestNotificationCost(NotificationCase):
    """One query per batch, none when nothing is configured."""

    def _count(self, function):
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_nothing_configured_costs_nothing(self):
        calls = self._new_call() | self._new_call()
        calls._notify_event("completed")
        self.assertEqual(self._count(lambda: calls._notify_event("completed")), 0)

    def test_claims_are_one_query_per_batch(self):
        for recipient in ("owner", "team", "leader", "controllers"):
            self._rule("completed", recipient)
        calls = self.env["service.call"].union(
            *(self._new_call(user_id=self.engineer.id, team_id=self.team.id) for _index in range(12))
        )
        calls._notify_event("completed", key="warm")
        small = self._count(lambda: calls[:4]._notify_event("completed", key="1"))
        large = self._count(lambda: calls._notify_event("completed", key="2"))
        self.assertLessEqual(large, small + 1, f"{small} queries for 4, {large} for 12")
