# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MONDAY, PlanningCase


@tagged("post_install", "-at_install")
@freeze_time(f"{MONDAY} 07:00:00")
class TestServiceVisitPlan(PlanningCase):
    def test_values_follow_from_the_call(self):
        visit = self.new_visit(self.new_call())
        self.assertRecordValues(
            visit,
            [
                {
                    "state": "provisional",
                    "partner_id": self.customer.id,
                    "commercial_partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "site_tz": "Europe/Rome",
                    "contact_phone": "+39 06 555 01",
                    "engineer_ids": self.engineer.ids,
                }
            ],
        )
        self.assertRegex(visit.name, r"^VISIT/\d{5}$")
        self.assertIn("Via del Mare 7", visit.site_address)
        self.assertIn("Via+del+Mare+7", visit.site_map_link)

    def test_many_visits_have_many_numbers(self):
        call = self.new_call()
        visits = self.env["service.visit"].create(
            [{"call_ids": [Command.set(call.ids)], "date_start": f"{MONDAY} {hour:02}:00:00"} for hour in range(8, 12)]
        )
        self.assertEqual(len(set(visits.mapped("name"))), 4)
        self.assertEqual(visits[0].date_end, datetime(2026, 4, 13, 9, 0))

    def test_plan_from_the_call_confirms_at_once(self):
        call = self.new_call()
        action = call.with_user(self.dispatcher).action_plan_visit()
        self.assertEqual(action["res_model"], "service.visit")
        form = Form(
            self.env["service.visit"]
            .with_user(self.dispatcher)
            .with_context(**action["context"], default_date_start=f"{MONDAY} 09:00:00"),
            view="service_planning.service_visit_view_form_quick",
        )
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.site_id, self.site)
        form.lead_id = self.engineer
        visit = form.save()
        self.assertEqual(visit.state, "confirmed")
        self.assertEqual(call.visit_ids, visit)
        self.assertEqual(call.assigned_user_ids, self.engineer_user)
        self.assertTrue(call.stage_id.is_planned)
        self.assertEqual(call.event_ids.filtered(lambda event: event.kind == "planned").at, fields.Datetime.now())

    def test_plan_is_refused_for_calls_that_cannot_be_visited(self):
        call = self.new_call()
        stranger = self.new_call(partner_id=self.other_customer.id, site_id=False)
        with self.assertRefused(UserError, "one customer"):
            (call | stranger).with_user(self.dispatcher).action_plan_visit()
        with self.assertRefused(UserError, "has no customer"):
            self.new_call(partner_id=False, site_id=False).with_user(self.dispatcher).action_plan_visit()
        call.action_complete()
        with self.assertRefused(UserError, "is closed"):
            call.with_user(self.dispatcher).action_plan_visit()

    def test_a_visit_serves_open_calls_of_one_customer(self):
        call = self.new_call()
        stranger = self.new_call(partner_id=self.other_customer.id, site_id=False)
        with self.assertRefused(ValidationError, "calls of one customer"):
            self.new_visit(call | stranger)
        call.action_complete()
        with self.assertRefused(ValidationError, "is closed"):
            self.new_visit(call)

    def test_end_before_start(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.new_visit(self.new_call(), date_end=f"{MONDAY} 07:00:00")

    def test_overlap_is_refused_by_name(self):
        call = self.new_call()
        first = self.new_visit(call)
        with self.assertRefused(ValidationError, f"Elena Engineer can't make visit .*overlaps visit {first.name}"):
            self.new_visit(call, hour=9)
        with self.assertRefused(ValidationError, "Elena Engineer"):
            self.new_visit(call, hour=9, lead_id=self.other_engineer.id, crew_ids=[Command.set(self.engineer.ids)])
        adjacent = self.new_visit(call, hour=10)
        with self.assertRefused(ValidationError, "overlaps"):
            adjacent.date_start = f"{MONDAY} 09:30:00"

    def test_overlap_inside_a_long_visit_that_is_not_the_neighbour(self):
        call = self.new_call()
        self.new_visit(call, hour=8, date_end=f"{MONDAY} 18:00:00")
        with self.assertRefused(ValidationError, "overlaps"):
            self.new_visit(call, hour=15)

    def test_cancelled_and_done_visits_leave_the_time_free(self):
        call = self.new_call()
        self.new_visit(call).action_cancel()
        visit = self.new_visit(call)
        visit.action_confirm()
        visit.action_start_work()
        visit.solved_call_ids = False
        visit.action_complete()
        self.assertTrue(self.new_visit(call))

    def test_overlap_of_a_batch(self):
        call = self.new_call()
        values = {
            "call_ids": [Command.set(call.ids)],
            "lead_id": self.engineer.id,
            "date_start": f"{MONDAY} 08:00:00",
            "date_end": f"{MONDAY} 10:00:00",
        }
        with self.assertRefused(ValidationError, "overlaps"):
            self.env["service.visit"].create([values, {**values, "date_start": f"{MONDAY} 09:00:00"}])

    def test_engineer_must_be_a_person_and_known_when_confirmed(self):
        call = self.new_call()
        crane = self.env["resource.resource"].create({"name": "Crane", "resource_type": "material"})
        with self.assertRefused(ValidationError, "Crane is not a person"):
            self.new_visit(call, lead_id=crane.id)
        visit = self.new_visit(call, lead_id=False)
        with self.assertRefused(ValidationError, "needs an engineer"):
            visit.action_confirm()

    def test_a_visit_cannot_be_born_done(self):
        with self.assertRefused(UserError, "provisional or confirmed"):
            self.new_visit(self.new_call(), state="done")

    def test_delete(self):
        visit = self.new_visit(self.new_call())
        visit.action_confirm()
        with self.assertRefused(UserError, "cancel it"):
            visit.unlink()
        visit.action_cancel()
        self.assertTrue(visit.unlink())

    def test_duplicate_has_no_engineer_and_no_history(self):
        visit = self.new_visit(self.new_call())
        visit.action_confirm()
        twin = visit.copy()
        self.assertRecordValues(twin, [{"state": "provisional", "lead_id": False, "call_ids": visit.call_ids.ids}])
        self.assertNotEqual(twin.name, visit.name)

    def test_cancel_takes_the_call_back(self):
        call = self.new_call()
        call.action_allocate(user_id=self.dispatcher.id)
        visit = self.new_visit(call)
        visit.action_confirm()
        self.assertTrue(call.stage_id.is_planned)
        visit.action_cancel()
        self.assertTrue(call.stage_id.is_allocated)
        self.assertFalse(call.assigned_user_ids)

    def test_cancel_keeps_the_call_planned_while_another_visit_stands(self):
        call = self.new_call()
        visits = self.new_visit(call) | self.new_visit(call, hour=12)
        visits.action_confirm()
        visits[0].action_cancel()
        self.assertTrue(call.stage_id.is_planned)

    def test_closing_a_call_calls_off_its_visits(self):
        first, second = self.new_call(), self.new_call()
        alone = self.new_visit(first)
        shared = self.new_visit(first | second, hour=12)
        first.with_user(self.dispatcher).action_cancel()
        self.assertEqual(alone.state, "cancelled")
        self.assertEqual(shared.state, "provisional")


@tagged("post_install", "-at_install")
class TestServiceVisitSteps(PlanningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(f"{MONDAY} 06:30:00"):
            cls.call = cls.new_call()
            cls.visit = cls.new_visit(cls.call)
            cls.visit.action_confirm()
        cls.visit = cls.visit.with_user(cls.engineer_user)

    def events(self, call=None):
        return [(event.kind, event.at) for event in (call or self.call).sudo().event_ids.sorted(lambda event: event.id)]

    def test_coming_visits_of_a_merged_call_serve_the_one_that_remains(self):
        first, second = self.new_call(), self.new_call()
        visit = self.new_visit(second, hour=12)
        done = self.new_visit(second, hour=16)
        done.sudo().state = "done"
        (first | second).action_merge(first.id)
        self.assertEqual(visit.call_ids, first)
        self.assertEqual(visit.state, "provisional")
        self.assertEqual(done.call_ids, second)

    def test_steps_tell_the_call_when_they_happened(self):
        with freeze_time(f"{MONDAY} 07:30:00"):
            self.visit.action_start_travel()
            self.assertTrue(self.call.stage_id.is_travel)
        with freeze_time(f"{MONDAY} 08:00:00"):
            self.visit.action_start_work()
            self.assertTrue(self.call.stage_id.is_working)
        with freeze_time(f"{MONDAY} 11:00:00"):
            self.visit.action_complete()
        self.assertTrue(self.call.stage_id.is_done)
        self.assertEqual(self.call.closed_at, datetime(2026, 4, 13, 11, 0))
        self.assertEqual(
            self.events()[-4:],
            [
                ("planned", datetime(2026, 4, 13, 6, 30)),
                ("travel", datetime(2026, 4, 13, 7, 30)),
                ("arrived", datetime(2026, 4, 13, 8, 0)),
                ("completed", datetime(2026, 4, 13, 11, 0)),
            ],
        )
        self.assertRecordValues(
            self.visit,
            [
                {
                    "state": "done",
                    "travel_started_at": datetime(2026, 4, 13, 7, 30),
                    "work_started_at": datetime(2026, 4, 13, 8, 0),
                    "completed_at": datetime(2026, 4, 13, 11, 0),
                }
            ],
        )

    @freeze_time(f"{MONDAY} 12:00:00")
    def test_steps_entered_later_keep_their_true_instants(self):
        self.visit.action_start_travel(at=f"{MONDAY} 07:30:00")
        self.visit.action_start_work(at=f"{MONDAY} 08:00:00")
        self.visit.action_complete(at=f"{MONDAY} 11:00:00")
        self.assertEqual(self.events()[-1], ("completed", datetime(2026, 4, 13, 11, 0)))

    @freeze_time(f"{MONDAY} 12:00:00")
    def test_impossible_instants(self):
        with self.assertRefused(UserError, "in the future"):
            self.visit.action_start_travel(at=f"{MONDAY} 12:00:01")
        self.visit.action_start_travel(at=f"{MONDAY} 08:00:00")
        with self.assertRefused(UserError, "before the previous step"):
            self.visit.action_start_work(at=f"{MONDAY} 07:59:00")

    @freeze_time(f"{MONDAY} 12:00:00")
    def test_travel_is_optional_and_steps_are_guarded(self):
        with self.assertRefused(UserError, "is in state Confirmed and can't go to Done"):
            self.visit.action_complete()
        self.visit.action_start_work()
        with self.assertRefused(UserError, "can't go to Travel"):
            self.visit.action_start_travel()
        with self.assertRefused(UserError, "can't go to Cancelled"):
            self.visit.action_cancel()
        self.visit.action_complete()
        with self.assertRefused(UserError, "can't go to Done"):
            self.visit.action_complete()

    @freeze_time(f"{MONDAY} 12:00:00")
    def test_two_calls_one_solved(self):
        with freeze_time(f"{MONDAY} 06:30:00"):
            calls = self.new_call() | self.new_call()
            visit = self.new_visit(calls, hour=14)
            visit.action_confirm()
        visit = visit.with_user(self.engineer_user)
        visit.action_start_work()
        self.assertEqual(visit.solved_call_ids, calls, "by default all calls are solved")
        visit.solved_call_ids = calls[0]
        visit.action_complete()
        self.assertEqual(calls.mapped("is_closed"), [True, False])
        self.assertTrue(calls[1].stage_id.is_working)

    @freeze_time(f"{MONDAY} 12:00:00")
    def test_call_stays_open_while_another_visit_is_open(self):
        other = self.new_visit(self.call, hour=14)
        self.visit.action_start_work()
        self.visit.action_complete()
        self.assertFalse(self.call.is_closed)
        other.action_confirm()
        other.action_start_work()
        other.action_complete()
        self.assertTrue(self.call.is_closed)

    @freeze_time(f"{MONDAY} 12:00:00")
    def test_a_call_closed_meanwhile_does_not_stop_the_engineer(self):
        self.visit.action_start_work()
        self.call.action_complete()
        self.visit.action_complete()
        self.assertEqual(self.visit.state, "done")

    @freeze_time(f"{MONDAY} 12:00:00")
    def test_travel_ends_a_pause_of_the_call(self):
        self.call.action_pause(reason="Waiting for access")
        self.visit.action_start_travel()
        self.assertFalse(self.call.is_paused)

    def test_the_engineer_cannot_change_the_plan_or_forge_steps(self):
        for values in ({"lead_id": self.other_engineer.id}, {"date_start": f"{MONDAY} 09:00:00"}):
            with self.assertRefused(AccessError, "Only a dispatcher"):
                self.visit.write(values)
        for user in (self.engineer_user, self.dispatcher):
            with self.assertRefused(AccessError, "by its buttons only"):
                self.visit.with_user(user).write({"state": "done"})
