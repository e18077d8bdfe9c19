# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import doctest
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.service_helpdesk.engine import notification

from .common import HelpdeskCase

BATCH_LOG = "odoo.addons.service_contract.models.service_batch_mixin"
SENT = "odoo.addons.service_helpdesk.models.service_notification_sent.ServiceNotificationSent"


class NotificationCase(HelpdeskCase):
    """A company whose matrix is empty; tests switch on what they look at."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.env["service.notification.rule"]
        cls.rules.search([]).active = False
        (cls.engineer | cls.controller | cls.manager | cls.taker).notification_type = "inbox"

    @classmethod
    def _rule(cls, event, recipient, channel="inbox", **vals):
        return cls.rules.create({"event": event, "recipient": recipient, "channel": channel, **vals})

    def _told(self, call, event=None):
        """Who was told of a call, by which channel."""
        rows = call.sudo().notification_ids.filtered(lambda row: row.state == "told")
        rows = rows.filtered(lambda row: not event or row.event == event)
        return sorted((row.event, row.partner_id.name or row.email, row.channel) for row in rows)

    def _inbox(self, user):
        return self.env["mail.notification"].search(
            [("res_partner_id", "=", user.partner_id.id), ("notification_type", "=", "inbox")]
        )

    def _mails(self, call):
        return self.env["mail.mail"].search([("model", "=", "service.call"), ("res_id", "=", call.id)])


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


@tagged("post_install", "-at_install")
class TestNotificationRecipients(NotificationCase):
    """Whom the rules name, and who is left out."""

    def test_recipients(self):
        colleague = self._new_user("hd_colleague", "service_helpdesk.group_service_helpdesk_user")
        self.contract.user_id = self.controller
        call = self._new_call(contact_id=self.contact.id, team_id=self.team.id, user_id=self.taker.id)
        call.assigned_user_ids = self.engineer
        call.message_subscribe((colleague.partner_id | self.contact).ids)
        expected = {
            "contact": self.contact,
            "customer": self.customer,
            "owner": self.taker.partner_id,
            "assigned": self.engineer.partner_id,
            "team": self.engineer.partner_id,
            "controllers": self.controller.partner_id,
            "leader": self.manager.partner_id,
            "responsible": self.controller.partner_id,
        }
        for role, partners in expected.items():
            with self.subTest(role=role):
                self.assertEqual(call._get_recipients(role)[call.id], partners)
        self.assertIn(self.manager.partner_id, call._get_recipients("manager")[call.id])
        followers = call._get_recipients("followers")[call.id]
        self.assertIn(colleague.partner_id, followers)
        self.assertNotIn(self.contact, followers, "a customer who follows hears of nothing that happens inside")

    def test_managers_of_another_company_are_not_told(self):
        other = self.env["res.company"].create({"name": "Second Company"})
        self.manager.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        call = self._new_call()
        self.assertNotIn(self.manager.partner_id, call._get_recipients("manager")[call.id])
        self._rule("owner", "users", user_ids=[Command.set(self.taker.ids)])
        self.assertFalse(call.sudo()._get_named_partners(self.manager.ids))

    def test_named_users(self):
        self._rule("owner", "users", user_ids=[Command.set(self.controller.ids)])
        call = self._new_call()
        call.user_id = self.engineer
        self._tell()
        self.assertEqual(self._told(call), [("owner", self.controller.name, "inbox")])

    def test_one_mail_per_mail_box(self):
        self._rule("completed", "contact", "mail")
        self._rule("completed", "customer", "mail")
        self._rule("completed", "owner", "mail")
        self.customer.email = "Both <PORTAL@rossi.example>"
        self.contact.email = "portal@rossi.example"
        self.engineer.email = "portal@rossi.example"
        call = self._new_call(contact_id=self.contact.id, user_id=self.engineer.id)
        call.action_complete()
        self._tell()
        self.assertEqual(self._told(call), [("completed", self.contact.name, "mail")])

    def test_an_unknown_sender_is_written_to_at_his_address(self):
        self._rule("created", "contact", "mail", is_author_told=True)
        call = self.env["service.call"].create({"subject": "Help", "partner_email": "stranger@nowhere.example"})
        self._tell()
        mail = self._mails(call)
        self.assertEqual((mail.email_to, mail.recipient_ids.ids), ("stranger@nowhere.example", []))
        self.assertEqual(self._told(call), [("created", "stranger@nowhere.example", "mail")])

    def test_machines_hear_nothing_colleagues_do(self):
        self._rule("created", "contact", "mail")
        self._rule("created", "team")
        call = self._new_call(contact_id=self.contact.id, is_automatic=True, team_id=self.team.id)
        self._tell()
        self.assertEqual(self._told(call), [("created", self.engineer.name, "inbox")])

    def test_an_address_that_sends_mails_back_gets_no_more(self):
        self._rule("created", "contact", "mail")
        self.contact.message_bounce = 5
        call = self._new_call(contact_id=self.contact.id)
        self.assertFalse(self._mails(call))
        row = call.sudo().notification_ids
        self.assertEqual((row.state, row.outcome), ("failed", f"Mails to {self.contact.email} come back."))

    def test_how_a_person_wants_to_be_told(self):
        self._rule("owner", "owner")
        self.engineer.notification_type = "email"
        call = self._new_call(user_id=self.engineer.id)
        self._tell()
        self.assertEqual(self._told(call), [("owner", self.engineer.name, "mail")])
        self.engineer.with_user(self.engineer).is_service_inbox_wanted = False
        other = self._new_call(user_id=self.engineer.id)
        self._tell()
        self.assertFalse(self._told(other))

    def test_nobody_switches_off_for_another(self):
        with self.assertRaises(AccessError):
            self.engineer.with_user(self.taker).is_service_inbox_wanted = False

    def test_the_mail_to_colleagues(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.controller.lang = "it_IT"
        template = self.env.ref("service_helpdesk.mail_template_service_call_notice")
        template.with_context(lang="it_IT").subject = "[{{ object.name }}] avviso"
        self._rule("completed", "controllers", "mail")
        self._rule("completed", "leader", "mail")
        call = self._new_call(contact_id=self.contact.id, team_id=self.team.id)
        call.action_complete()
        self._tell()
        mails = self._mails(call)
        self.assertEqual(
            {mail.recipient_ids: mail.subject for mail in mails},
            {
                self.controller.partner_id: f"[{call.name}] avviso",
                self.manager.partner_id: f"[{call.name}] Completed: Pump leaks",
            },
        )
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})
        for mail in mails:
            self.assertIn(f"/odoo/service-calls/{call.id}", mail.body_html)
            self.assertIn(self.unit.display_name, mail.body_html)
            self.assertFalse(
                mail.mail_message_id.with_user(self.user_portal).has_access("read"),
                "a customer never reads what colleagues are told",
            )

    def test_the_mail_to_customers_has_a_link_for_those_who_can_log_in(self):
        self._rule("created", "contact", "mail")
        guest = self.env["res.partner"].create(
            {"name": "Guest", "parent_id": self.customer.id, "email": "guest@rossi.example"}
        )
        for contact, has_link in ((self.contact, True), (guest, False)):
            call = self._new_call(contact_id=contact.id)
            self._tell()
            self.assertEqual(f"/my/calls/{call.id}" in self._mails(call).body_html, has_link)
            self.assertNotIn("/odoo/", self._mails(call).body_html)


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
class TestNotificationMatrix(NotificationCase):
    """The screen, and the matrix with which a company begins."""

    def test_a_new_company_begins_with_the_default_matrix(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        rules = self.rules.search([("company_id", "=", company.id)])
        self.assertIn(("created", "contact", "mail"), rules.mapped(lambda r: (r.event, r.recipient, r.channel)))
        self.assertTrue(all(rules.mapped("template_id")))
        self.assertFalse(self.rules._create_default_matrix(company), "given once")
        rules.active = False
        self.assertFalse(self.rules._create_default_matrix(company), "what was switched off stays off")

    def _cell(self, type_id=False):
        matrix = self.rules.with_user(self.manager).get_matrix(type_id)
        cell = matrix["cells"].get("created.owner", {}).get("mail", {"state": "off", "is_inherited": False})
        return cell["state"], cell["is_inherited"]

    def _toggle(self, type_id=False):
        self.rules.with_user(self.manager).toggle_cell("created", "owner", "mail", type_id)
        return self._cell(type_id)

    def test_a_click_switches_on_and_off_and_keeps_what_was_set(self):
        self.assertEqual(self._toggle(), ("on", False))
        rule = self.rules.search([("event", "=", "created"), ("recipient", "=", "owner"), ("channel", "=", "mail")])
        rule.delay_minutes = 7
        self.assertEqual(self._toggle(), ("off", False))
        self.assertEqual(self._toggle(), ("on", False))
        self.assertEqual((rule.active, rule.delay_minutes), (True, 7))

    def test_a_click_for_one_type(self):
        type_id = self.preventive_type.id
        self.assertEqual(self._toggle(type_id), ("on", False))
        self.assertEqual(self._cell(), ("off", False))
        self.assertEqual(self._toggle(type_id), ("off", False))
        self.assertEqual(self._toggle(), ("on", False))
        self.assertEqual(self._cell(type_id), ("on", True))
        self.assertEqual(self._toggle(type_id), ("off", False))
        self.assertEqual(self._cell(), ("on", False))
        self.assertEqual(self._toggle(type_id), ("on", True))

    def test_named_users_begin_with_oneself(self):
        self.rules.with_user(self.manager).toggle_cell("created", "users", "inbox")
        rule = self.rules.search([("recipient", "=", "users")])
        self.assertEqual(rule.user_ids, self.manager)
        rows = self.rules.with_user(self.manager).get_cell_rules("created", "users")
        self.assertEqual([row["condition"] for row in rows], [self.manager.name])

    def test_only_managers_change_the_matrix(self):
        self.assertFalse(self.rules.with_user(self.taker).get_matrix()["can_write"])
        with self.assertRaises(AccessError):
            self.rules.with_user(self.taker).toggle_cell("created", "owner", "mail")


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


@tagged("post_install", "-at_install")
class TestNotificationTour(NotificationCase, HttpCase):
    def test_matrix(self):
        """A manager switches a cell on, and off again for one type of call."""
        self.start_tour("/odoo/service-notification-matrix", "service_notification_tour", login="hd_manager")
        rules = self.rules.search([("event", "=", "created"), ("recipient", "=", "owner"), ("channel", "=", "mail")])
        self.assertRecordValues(
            rules.sorted("id"),
            [{"type_id": False, "is_silent": False}, {"type_id": rules.type_id.id, "is_silent": True}],
        )
