# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import file_path
from odoo.tools.sql import column_exists

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestCallType(HelpdeskCase):
    """Each type has its own fields, stages, defaults and rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fault_type = cls.env["service.call.type"].create({"name": "Fault", "code": "FAULT"})
        faults = cls.env["service.fault"].create(
            [{"name": kind, "code": f"T-{kind}", "kind": kind} for kind in ("symptom", "cause", "remedy")]
        )
        cls.symptom, cls.cause, cls.remedy = faults

    def _log(self, user=None, **values):
        return self._new_call(user, type_id=self.fault_type.id, **values)

    # ------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------

    def test_nothing_is_asked_for_by_itself(self):
        self._log().action_complete()

    def test_what_must_be_known_to_log_it(self):
        self.fault_type.write({"need_contact": "log", "need_symptom": "log", "need_cause": "complete"})
        before = self.env["service.call"].search_count([])
        with self.assertRaisesRegex(ValidationError, "fill in: Contact, Symptom"), self.env.cr.savepoint():
            self._log()
        self.assertEqual(self.env["service.call"].search_count([]), before)
        call = self._log(contact_id=self.contact.id, symptom_id=self.symptom.id)
        self.assertFalse(call.sudo().needs_triage)

    def test_what_must_be_known_to_complete_it(self):
        self.fault_type.write({"need_cause": "complete", "need_remedy": "complete"})
        call = self._log()
        with self.assertRaisesRegex(UserError, "Cause, Remedy"):
            call.action_complete()
        self.assertFalse(call.is_closed)
        call.write({"cause_id": self.cause.id, "remedy_id": self.remedy.id})
        call.action_complete()
        self.assertTrue(call.is_closed)

    def test_a_call_without_result_needs_nothing(self):
        self.fault_type.need_remedy = "complete"
        call = self._log()
        call.action_cancel()
        self.assertTrue(call.is_closed)

    def test_mails_and_customers_are_never_refused(self):
        self.fault_type.need_symptom = "log"
        call = self.env["service.call"].sudo().create({"subject": "By mail", "type_id": self.fault_type.id})
        self.assertTrue(call.needs_triage)
        call = (
            self.env["service.call"]
            .with_user(self.user_portal)
            ._create_from_portal("It leaks", "", self.unit.id, self.fault_type.id)
        )
        self.assertTrue(call.sudo().needs_triage)
        self.assertEqual(call.sudo().type_id, self.fault_type)

    def test_the_form_says_what_is_still_to_be_asked(self):
        self.fault_type.need_symptom = "log"
        form = Form(self.env["service.call"].with_user(self.taker))
        form.subject = "Pump leaks"
        form.equipment_id = self.unit
        form.type_id = self.fault_type
        self.assertEqual([problem["code"] for problem in form.intake_problems], ["missing"])
        form.symptom_id = self.symptom
        self.assertFalse(form.intake_problems)

    def test_the_rules_in_a_line(self):
        self.fault_type.write({"need_contact": "log", "need_remedy": "complete"})
        self.assertEqual(self.fault_type.rule_summary, "To log the call: Contact; To complete it: Remedy")

    # ------------------------------------------------------------
    # Defaults
    # ------------------------------------------------------------

    def test_defaults_of_new_calls(self):
        self.fault_type.write({"team_id": self.team.id, "default_channel": "person", "default_priority": "2"})
        call = self._log(equipment_id=False, partner_id=self.customer.id)
        self.assertRecordValues(
            call, [{"team_id": self.team.id, "channel": "person", "priority": "2", "priority_is_manual": False}]
        )
        self.assertEqual(self._log(priority="3", channel="phone").priority, "3")

    def test_defaults_on_the_form(self):
        self.fault_type.write({"team_id": self.team.id, "default_channel": "person", "default_priority": "2"})
        form = Form(self.env["service.call"].with_user(self.taker))
        form.type_id = self.fault_type
        self.assertEqual((form.team_id, form.channel, form.priority), (self.team, "person", "2"))
        self.assertFalse(form.priority_is_manual)

    def test_the_team_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= other
        self.fault_type.team_id = self.team
        call = self.env["service.call"].create(
            {"subject": "There", "type_id": self.fault_type.id, "partner_id": self.customer.id, "company_id": other.id}
        )
        self.assertNotEqual(call.team_id, self.team)

    def test_the_type_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= other
        theirs = self.env["service.call.type"].create(
            {"name": "Theirs", "code": "THEIRS", "sequence": -1, "company_id": other.id}
        )
        self.assertNotEqual(self._new_call().type_id, theirs)
        common = {"subject": "Pump", "partner_id": self.customer.id}
        here, there = self.env["service.call"].create([common, {**common, "company_id": other.id}])
        self.assertNotEqual(here.type_id, theirs)
        self.assertEqual(there.type_id, theirs)

    # ------------------------------------------------------------
    # Own fields, complaints, the portal
    # ------------------------------------------------------------

    def test_own_fields(self):
        self.fault_type.call_properties_definition = [{"name": "room", "string": "Room", "type": "char"}]
        call = self._log(properties={"room": "B12"})
        self.assertEqual(call.properties["room"], "B12")
        self.assertFalse(self._new_call().properties)
        call.type_id = self.call_type
        self.assertFalse(call.properties)

    def test_customers_do_not_read_own_fields(self):
        self.fault_type.call_properties_definition = [{"name": "room", "string": "Room", "type": "char"}]
        call = self._log(properties={"room": "B12"}, contact_id=self.contact.id)
        self.assertNotIn("properties", call.with_user(self.user_portal).fields_get())

    def test_a_complaint_follows_from_a_call_and_somebody_is_told(self):
        complaint = self.env.ref("service_contract.call_type_complaint")
        complaint.write({"is_complaint": True, "need_original": "log"})
        self.contract.user_id = self.manager
        with self.assertRaisesRegex(ValidationError, "Original Call"), self.env.cr.savepoint():
            self._new_call(type_id=complaint.id)
        call = self._new_call(type_id=complaint.id, original_id=self._new_call().id)
        activity = call.sudo().activity_ids
        self.assertEqual(activity.user_id, self.manager)

    def test_a_new_complaint_type_asks_for_the_original_call(self):
        form = Form(self.env["service.call.type"].with_user(self.manager))
        form.name = "Protest"
        form.code = "PROT"
        form.is_complaint = True
        self.assertEqual(form.need_original, "log")

    def test_types_that_customers_may_choose(self):
        self.assertFalse(self.env.ref("service_contract.call_type_maintenance").is_portal)
        self.assertTrue(self.fault_type.is_portal)

    def test_own_stages(self):
        stage = self.env["service.call.stage"].create(
            {"name": "Reported", "is_initial": True, "sequence": 1, "type_ids": [Command.link(self.fault_type.id)]}
        )
        self.assertEqual(self._log().stage_id, stage)
        self.assertNotEqual(self._new_call().stage_id, stage)

    def test_archived_stages_and_types(self):
        stages = self.env["service.call.stage"]
        archived, own = stages.create(
            [
                {"name": "Old", "is_initial": True, "sequence": 0, "active": False},
                {"name": "Own", "is_initial": True, "sequence": 1, "type_ids": [Command.link(self.fault_type.id)]},
            ]
        )
        self.fault_type.active = False
        found = dict(stages.with_context(active_test=False)._get_by_flag("is_initial"))
        self.assertNotIn(archived.id, found, "whoever asks first, it is kept for all")
        self.assertEqual(found[own.id], set(self.fault_type.ids))
        self.assertNotEqual(self._new_call().stage_id, own, "the stage of an archived type is not one of all types")

    def test_estimates_are_not_negative(self):
        with self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017, PT027 - of the database
            self.fault_type.default_hours = -1
            self.env.flush_all()

    def test_the_upgrade_gives_the_shipped_types_their_rules(self):
        cr = self.env.cr
        self.env.flush_all()
        for column in ("is_complaint", "is_portal", "need_original"):
            cr.execute(f"ALTER TABLE service_call_type DROP COLUMN {column}")
        script = load_script(file_path("service_helpdesk/migrations/19.0.1.1.0/pre-intake.py"), "pre_intake")
        script.migrate(cr, "19.0.1.0.0")
        script.migrate(cr, "19.0.1.0.0")
        self.assertTrue(column_exists(cr, "service_call_type", "need_original"))
        self.env.invalidate_all()
        complaint = self.env.ref("service_contract.call_type_complaint")
        self.assertRecordValues(
            complaint | self.env.ref("service_contract.call_type_maintenance"),
            [
                {"is_complaint": True, "need_original": "log", "is_portal": True},
                {"is_complaint": False, "need_original": False, "is_portal": False},
            ],
        )
