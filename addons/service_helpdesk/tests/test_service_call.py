# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import file_path

from .common import RAISED, HelpdeskCase


@tagged("post_install", "-at_install")
class TestServiceCall(HelpdeskCase):
    """Logging a call, its events and its stages."""

    def test_logging_finds_customer_site_and_cover(self):
        call = self._new_call()
        self.assertRegex(call.name, r"^CALL/\d{5}$")
        self.assertRecordValues(
            call,
            [
                {
                    "partner_id": self.customer.id,
                    "commercial_partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "product_id": self.product.id,
                    "site_tz": "Europe/Rome",
                    "coverage_id": self.coverage.id,
                    "contract_id": self.contract.id,
                    "cover_source": "contract",
                    "sla_policy_id": self.policy.id,
                    "calendar_id": self.calendar.id,
                    "is_closed": False,
                    "channel": "phone",
                }
            ],
        )
        self.assertTrue(call.stage_id.is_initial)
        self.assertEqual(call.event_ids.mapped("kind"), ["raised"])
        self.assertEqual(call.event_ids.at, RAISED)
        self.assertEqual(call.payer_terms["labour"], {"payer": "contract", "term": "from_buckets", "discount": 0.0})
        self.assertIn(self.contract.name, call.cover_reason)
        self.assertEqual(
            call.payer_summary, "Contract pays: Labour, Travel time, Distance, Expense, Call-out; Customer pays: Part"
        )
        self.assertTrue(call.cover_explanation)

    def test_the_form_shows_cover_before_saving(self):
        form = Form(self.env["service.call"].with_user(self.taker))
        form.subject = "Pump leaks"
        form.equipment_id = self.unit
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.cover_source, "contract")
        call = form.save()
        self.assertEqual(call.coverage_id, self.coverage)
        self.assertFalse(call.priority_is_manual)

    def test_numbers_of_a_batch_are_unique_and_in_a_row(self):
        calls = (
            self.env["service.call"]
            .with_user(self.taker)
            .create([{"subject": f"Call {index}", "partner_id": self.customer.id} for index in range(5)])
        )
        numbers = [int(name.split("/")[1]) for name in calls.mapped("name")]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 5)))

    def test_copy_is_a_new_call(self):
        call = self._new_call()
        call.action_complete()
        copy = call.copy()
        self.assertNotEqual(copy.name, call.name)
        self.assertRecordValues(copy, [{"is_closed": False, "closed_at": False, "cover_source": "contract"}])
        self.assertTrue(copy.stage_id.is_initial)

    def test_unit_of_another_customer_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "belongs to Rossi Spa, not to Bianchi Srl"):
            self._new_call().partner_id = self.other_customer

    def test_one_creation_note_and_no_follower_but_the_contact(self):
        call = self._new_call(contact_id=self.contact.id)
        notes = call.message_ids.filtered(lambda message: message.message_type == "notification")
        self.assertEqual(len(notes), 1)
        self.assertEqual(call.message_partner_ids, self.contact)

    def test_stages_follow_events(self):
        call = self._new_call().with_user(self.controller)
        self.assertTrue(call.action_allocate(user_id=self.engineer.id))
        self.assertTrue(call.stage_id.is_allocated)
        for kind, flag in (("planned", "is_planned"), ("travel", "is_travel"), ("arrived", "is_working")):
            call._register_event(kind)
            self.assertTrue(call.stage_id[flag], kind)
        call.action_complete()
        self.assertTrue(call.stage_id.is_done)
        self.assertTrue(call.is_closed)
        self.assertEqual(
            call.event_ids.mapped("kind"),
            ["raised", "allocated", "planned", "travel", "arrived", "completed"],
        )

    def test_each_stage_is_optional(self):
        self.env["service.call.stage"].search([]).filtered(
            lambda stage: stage.is_allocated or stage.is_planned or stage.is_travel,
        ).active = False
        call = self._new_call().with_user(self.controller)
        call.action_allocate(user_id=self.engineer.id)
        self.assertTrue(call.stage_id.is_initial)
        call._register_event("arrived")
        self.assertTrue(call.stage_id.is_working)

    def test_a_later_event_never_moves_a_call_back(self):
        call = self._new_call()
        call._register_event("arrived")
        call._register_event("planned")
        self.assertTrue(call.stage_id.is_working)

    def test_pause_and_resume_go_back_to_where_it_was(self):
        call = self._new_call()
        call._register_event("planned")
        call.action_pause(reason="Waits for the customer")
        self.assertTrue(call.stage_id.is_pause)
        self.assertTrue(call.is_paused)
        self.assertEqual(call.event_ids[-1].reason, "Waits for the customer")
        call.action_resume()
        self.assertTrue(call.stage_id.is_planned)
        self.assertFalse(call.is_paused)

    def test_work_that_begins_ends_a_pause(self):
        call = self._new_call()
        call.action_pause()
        call._register_event("travel")
        self.assertEqual(call.event_ids.mapped("kind"), ["raised", "paused", "resumed", "travel"])
        self.assertFalse(call.is_paused)

    def test_dragging_to_a_stage_writes_its_event(self):
        call = self._new_call()
        stages = {stage._get_event_kind(): stage for stage in self.env["service.call.stage"].search([])}
        stages["paused"].pause_reason_id = self.env["service.pause.reason"].create({"name": "Customer decides"})
        call.stage_id = stages["arrived"]
        call.stage_id = stages["paused"]
        call.stage_id = stages["travel"]
        call.stage_id = stages["completed"]
        call.stage_id = stages["allocated"]
        self.assertEqual(
            call.event_ids.mapped("kind"),
            [
                "raised",
                "arrived",
                "paused",
                "resumed",
                "travel",
                "completed",
                "reopened",
                "allocated",
            ],
        )
        self.assertEqual(call.stage_id, stages["allocated"])
        self.assertFalse(call.is_closed)

    def test_reopen_goes_back_to_where_it_was(self):
        call = self._new_call()
        call._register_event("arrived")
        call.action_complete()
        call.action_reopen()
        self.assertTrue(call.stage_id.is_working)
        self.assertFalse(call.closed_at)

    def test_what_cannot_happen_is_refused_by_name(self):
        call = self._new_call()
        with self.assertRaisesRegex(UserError, "is not on hold"):
            call.action_resume()
        with self.assertRaisesRegex(UserError, "is not closed"):
            call.action_reopen()
        with self.assertRaisesRegex(UserError, "before it was raised"):
            call._register_event("arrived", at=self._at("2026-11-18 08:00:00"))
        call.action_pause()
        with self.assertRaisesRegex(UserError, "already on hold"):
            call.action_pause()
        call.action_cancel()
        for action in (call.action_complete, call.action_pause, call.action_mark_workaround):
            with self.assertRaisesRegex(UserError, "is closed: reopen it first"):
                action()

    def test_the_log_is_never_changed(self):
        event = self._new_call().event_ids.sudo()
        with self.assertRaisesRegex(UserError, "never changed"):
            event.at = RAISED
        with self.assertRaisesRegex(UserError, "never changed"):
            event.unlink()

    def test_a_stage_stands_for_one_step(self):
        with self.assertRaisesRegex(ValidationError, "one step only"):
            self.env["service.call.stage"].create({"name": "Both", "is_done": True, "is_pause": True})

    def test_stage_of_another_type_is_refused(self):
        stage = self.env["service.call.stage"].create({"name": "PM only", "type_ids": self.preventive_type.ids})
        with self.assertRaisesRegex(UserError, "PM only is not used by calls of type"):
            self._new_call().stage_id = stage

    def test_taking_a_call_allocates_it_once(self):
        call = self._new_call()
        call.action_assign_to_me()
        self.assertEqual(call.user_id, self.taker)
        call.user_id = self.controller
        self.assertEqual(call.event_ids.mapped("kind"), ["raised", "allocated"])

    def test_linked_calls(self):
        call = self._new_call()
        follow_up = self._new_call(original_id=call.id)
        self.assertEqual((call.linked_ids, call.linked_count), (follow_up, 1))
        with self.assertRaisesRegex(ValidationError, "cannot follow from itself"):
            call.original_id = follow_up

    def test_raised_instant_is_corrected_in_the_log(self):
        call = self._new_call()
        call.raised_at = self._at("2026-11-18 08:00:00")
        raised, correction = call.event_ids.sorted("id")
        self.assertEqual((correction.kind, correction.corrects_id), ("raised", raised))
        # From 09:00 in Rome, 16 hours end with the next day.
        self.assertEqual(self._clock(call, "resolution").deadline, self._at("2026-11-19 16:00:00"))

    @freeze_time("2026-11-18 12:00:00")
    def test_queue(self):
        late = self._new_call(subject="late", raised_at=self._at("2026-11-18 11:00:00"))
        early = self._new_call(subject="early")
        undated = self._new_call(subject="undated", equipment_id=self.unit_bare.id)
        urgent = self._new_call(subject="urgent", equipment_id=self.unit_bare.id, priority="3")
        done = self._new_call(subject="done", priority="3")
        done.action_complete()
        calls = late | early | undated | urgent | done
        self.assertEqual(
            self.env["service.call"].search([("id", "in", calls.ids)]).mapped("subject"),
            ["urgent", "early", "late", "undated", "done"],
        )
        self.assertIn("No. ", early.queue_explanation)
        self.assertFalse(done.queue_explanation)

    def test_zone_weight_moves_a_call_up(self):
        zone = self.env["service.zone"].create({"name": "Hall 1", "weight": 5})
        first = self._new_call(equipment_id=self.unit_bare.id)
        self.unit.zone_id = zone
        self.policy.target_ids.unlink()
        second = self._new_call()
        self.assertLess(second.queue_rank, first.queue_rank)
        self.assertIn("zone 5", second.queue_explanation)
        self.assertNotIn("zone", first.queue_explanation)

    def test_what_is_in_no_zone_is_as_heavy_as_an_ordinary_zone(self):
        self.policy.target_ids.unlink()
        light, ordinary = self.env["service.zone"].create(
            [{"name": "Store", "weight": 0}, {"name": "Hall 2", "weight": 1}]
        )
        unzoned = self._new_call(equipment_id=self.unit_bare.id)
        self.unit.zone_id = ordinary
        later = self._new_call(raised_at=self._at("2026-11-18 10:00:00"))
        self.assertLess(unzoned.queue_rank, later.queue_rank, "the older one first")
        self.unit.zone_id = light
        self.assertLess(unzoned.queue_rank, later.queue_rank)
        self.assertIn("zone 0", later.queue_words)
        self.assertNotIn("zone", unzoned.queue_words)

    def test_the_queue_of_an_older_database(self):
        unzoned = self._new_call()
        self.unit_bare.zone_id = self.env["service.zone"].create({"name": "Store", "weight": 0})
        light = self._new_call(equipment_id=self.unit_bare.id)
        ranks = (unzoned.queue_rank, light.queue_rank)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE service_call SET queue_rank = replace(queue_rank, '-9998.99-', '-9999.99-') WHERE id = %s",
            [unzoned.id],
        )
        script = load_script(file_path("service_helpdesk/migrations/19.0.1.1.0/post-queue.py"), "post_queue")
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
            self.env.invalidate_all()
            self.assertEqual((unzoned.queue_rank, light.queue_rank), ranks)

    def test_history_of_a_successor_tells_calls_to_those_who_may_read_them(self):
        call = self._new_call()
        successor = self.env["service.equipment"].create(
            {
                "product_id": self.unit.product_id.id,
                "partner_id": self.unit.partner_id.id,
                "predecessor_id": self.unit.id,
                "date_taken_over": "2026-11-18",
            }
        )
        for user, titles in ((self.taker, [call.display_name]), (self.user_equipment, [])):
            with self.subTest(user=user.login):
                history = successor.with_user(user).history()
                self.assertEqual([entry["title"] for entry in history if entry["kind"] == "call"], titles)

    def test_history_of_the_unit_has_its_calls(self):
        call = self._new_call()
        history = self.unit.with_user(self.taker).history()
        self.assertEqual([entry["title"] for entry in history if entry["kind"] == "call"], [call.display_name])
        self.assertEqual(self.unit.with_user(self.taker).call_count, 1)
        self.assertFalse(
            [entry for entry in self.unit.with_user(self.user_equipment).history() if entry["kind"] == "call"]
        )

    def test_customer_sees_his_own_calls_of_the_unit_only(self):
        call = self._new_call()

        def titles():
            return [entry["title"] for entry in self.unit.sudo()._get_portal_history()]

        self.assertIn(call.display_name, titles())
        self.unit.partner_id = self.env["res.partner"].create({"name": "Tenant", "is_company": True})
        self.assertNotIn(call.display_name, titles())
