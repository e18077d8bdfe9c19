# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestWorkValidation(HelpdeskCase):
    """What is seen before validation, decided by hand, validated in bulk and refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls._new_call(team_id=cls.team.id)
        cls.hours_quota = cls.contract.entitlement_ids.filtered(lambda quota: quota.unit == "hours")

    def _lines(self, *hours, call=None, **vals):
        lines = self.env["service.work"].with_user(self.engineer)
        for quantity in hours:
            lines |= self._new_work(call or self.call, "labour", quantity, **vals)
        return lines

    def _submitted(self, *hours, **vals):
        lines = self._lines(*hours, **vals)
        lines.action_submit()
        return lines.with_user(self.controller)

    # Who will pay

    def test_the_preview_is_what_validation_does(self):
        lines = self._submitted(3, 2)
        travel = self._new_work(self.call, "travel", 0.5).with_user(self.controller)
        travel.with_user(self.engineer).action_submit()
        bare = self._submitted(1, call=self._new_call(equipment_id=self.unit_bare.id, team_id=self.team.id))
        every = lines | travel | bare
        before = {line: (line.preview_free, line.preview_chargeable) for line in every}
        self.assertEqual(list(before.values()), [(3, 0), (1, 1), (0.5, 0), (0, 1)])
        self.assertEqual(self.hours_quota.quantity_used, 0, "a preview takes nothing")
        self.assertIn("(4 left)", lines[0].charge_preview)
        self.assertTrue(bare.charge_preview.startswith("Chargeable: "))
        every.action_validate()
        for line in every:
            self.assertEqual((line.quantity_free, line.quantity_chargeable), before[line])
            self.assertIn(line.charge_reason, line.charge_preview)

    def test_the_engineer_sees_the_preview_while_he_types(self):
        with Form(
            self.env["service.work"].with_user(self.engineer).with_context(default_call_id=self.call.id),
            "service_helpdesk.service_work_view_form_quick",
        ) as form:
            form.kind = "labour"
            form.quantity = 5
            self.assertIn("4 free, 1 chargeable", form.charge_preview)

    def test_the_call_shows_free_and_chargeable_hours(self):
        self._lines(3, 2)
        self.assertEqual((self.call.hours_free, self.call.hours_chargeable), (4, 1))

    def test_one_batch_is_charged_like_one_after_the_other(self):
        calls = self.call | self._new_call(team_id=self.team.id) | self._new_call(team_id=self.team.id)
        lines = self.env["service.work"]
        for call in calls:
            for kind, quantity in (("labour", 1.5), ("travel", 1), ("callout", 1)):
                lines |= self._new_work(call, kind, quantity)
        lines.with_user(self.engineer).action_submit()
        together = lines.with_user(self.controller)
        together.action_validate()
        outcome = [(line.quantity_free, line.quantity_chargeable, line.charge_reason) for line in together]
        together.action_unvalidate()
        self.assertEqual(self.hours_quota.quantity_used, 0)
        for line in together:
            line.action_validate()
        self.assertEqual(
            [(line.quantity_free, line.quantity_chargeable, line.charge_reason) for line in together], outcome
        )
        self.assertEqual(sum(line.quantity_chargeable for line in together), 2.5, "the third call has no free call")

    # Decided by hand

    def test_a_controller_decides_by_hand(self):
        free, charged = self._submitted(1, 1)
        with self.assertRaises(AccessError):
            free.with_user(self.engineer).action_decide("free", "He is my friend")
        with self.assertRaisesRegex(ValidationError, "Say why"):
            free.decision = "free"
        free.action_decide("free", "Our mistake")
        charged.action_decide("chargeable", "Misuse")
        self.assertEqual(charged.charge_preview, "Chargeable: Decided by hand: Misuse")
        (free | charged).action_validate()
        self.assertRecordValues(
            free | charged,
            [
                {"payer": "goodwill", "quantity_free": 1, "quantity_chargeable": 0},
                {"payer": "customer", "quantity_free": 0, "quantity_chargeable": 1},
            ],
        )
        self.assertEqual((free | charged).decided_by_id, self.controller)
        self.assertEqual(self.hours_quota.quantity_used, 0)
        with self.assertRaisesRegex(UserError, "take the validation back first"):
            free.action_decide(False, "")

    def test_nobody_writes_state_or_outcome_by_hand(self):
        line = self._lines(1)
        for values in ({"state": "validated"}, {"quantity_free": 1}, {"payer": "warranty"}, {"unit_cost": 0.01}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                line.write(values)
        with self.assertRaises(AccessError):
            self._lines(1, state="validated")
        with self.assertRaises(AccessError):
            self._lines(1, quantity_free=1)

    # In bulk

    def test_one_bad_line_does_not_stop_the_others(self):
        lines = self._submitted(1, 1, 1)
        bad = lines[1]
        Work = self.env.registry["service.work"]

        def get_unit_cost(line):
            if line == bad:
                raise UserError("No cost")  # pylint: disable=translation-required
            return 10.0

        with patch.object(Work, "_get_unit_cost", get_unit_cost):
            with self.assertRaises(UserError):
                lines.action_validate()
            notice = lines.action_validate_each()
        self.assertEqual(lines.mapped("state"), ["validated", "submitted", "validated"])
        self.assertEqual(bad.validation_error, "No cost")
        self.assertIn("No cost", bad.exception_text)
        self.assertIn("2 lines validated, 1 not", notice["params"]["message"])
        self.assertEqual(self.hours_quota.quantity_used, 2, "what the bad line took was given back")
        bad.action_validate()
        self.assertFalse(bad.validation_error)

    def test_a_closed_period_is_said_when_work_is_entered(self):
        self.contract.period_ids.sudo().action_close()
        with self.assertRaisesRegex(UserError, "closed period"):
            self._lines(1)

    def test_queries_of_a_batch(self):
        self._submitted(1)
        counts = []
        for size in (10, 40):
            lines = self._submitted(*[0.01] * size)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines.action_validate_each()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(lines.mapped("state")), {"validated"})
        self.assertLessEqual((counts[1] - counts[0]) / 30, 0.5, counts)

    # Own work, receipts

    def test_own_work_is_validated_by_another(self):
        self.env.company.service_work_needs_second_person = True
        resource = self.env["resource.resource"].create({"name": "Manager", "user_id": self.manager.id})
        line = self.env["service.work"].with_user(self.manager).create(
            {"call_id": self.call.id, "kind": "labour", "quantity": 1, "resource_id": resource.id}
        )
        line.action_submit()
        with self.assertRaisesRegex(UserError, "your own work"):
            line.action_validate()
        line.with_user(self.controller).action_validate()
        self.assertEqual(line.state, "validated")

    def test_an_expense_needs_its_receipt(self):
        self.env.company.service_expense_needs_receipt = True
        line = self._new_work(self.call, "expense", 1, expense_amount=24.5)
        line.action_submit()
        self.assertIn("No receipt", line.exception_text)
        with self.assertRaisesRegex(UserError, "no receipt"):
            line.with_user(self.controller).action_validate()
        receipt = self.env["ir.attachment"].with_user(self.engineer).create(
            {"name": "receipt.txt", "datas": base64.b64encode(b"24.50")}
        )
        line.with_user(self.engineer).action_draft()
        line.write({"attachment_ids": [(4, receipt.id)]})
        line.action_submit()
        self.assertEqual(line.with_user(self.controller).attachment_ids.mapped("name"), ["receipt.txt"])
        line.with_user(self.controller).action_validate()
        self.assertEqual(line.sudo().cost, 24.5)

    # Refused

    def test_refused_work_comes_back_with_a_task(self):
        lines = self._submitted(1, 2)
        with self.assertRaisesRegex(UserError, "Say what is wrong"):
            lines.action_refuse()
        action = lines.action_open_refuse()
        wizard = self.env["service.work.refuse"].with_user(self.controller).with_context(**action["context"])
        wizard.create({"reason": "Who was there?"}).action_confirm()
        self.assertEqual(set(lines.mapped("state")), {"refused"})
        self.assertEqual(set(lines.mapped("refusal_reason")), {"Who was there?"})
        activity = self.call.sudo().activity_ids.filtered(lambda activity: activity.user_id == self.engineer)
        self.assertEqual(len(activity), 1, "one task for both lines")
        lines.with_user(self.engineer).action_draft()
        self.assertFalse(any(lines.mapped("refusal_reason")))

    def test_controllers_are_told_once_per_call_and_day(self):
        with patch.object(self.env.registry["service.call"], "_notify_event") as notify:
            self._submitted(1)
            self._submitted(2)
            self.assertEqual([call.args[0] for call in notify.call_args_list].count("work_to_validate"), 1)
            self.call.sudo().date_work_told = date(2026, 11, 17)
            self._submitted(0.1)
            self.assertEqual([call.args[0] for call in notify.call_args_list].count("work_to_validate"), 2)

    # What looks odd

    def test_the_future_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "future"):
            self._lines(1, date=date(2026, 11, 19))
        with self.assertRaisesRegex(ValidationError, "future"):
            self._lines(1, start_at=self._at("2026-11-18 11:00"), end_at=self._at("2026-11-18 12:30"))

    def test_from_and_to_give_quantity_and_day(self):
        line = self._lines(1)
        line.write({"start_at": self._at("2026-11-17 23:15"), "end_at": self._at("2026-11-18 01:00")})
        self.assertRecordValues(line, [{"quantity": 1.75, "date": date(2026, 11, 18)}])

    def test_what_looks_odd_is_told(self):
        self.resource.calendar_id = self.calendar
        self.env.company.service_travel_norm = 1
        times = {"start_at": self._at("2026-11-18 09:00"), "end_at": self._at("2026-11-18 10:00")}
        first, second = self._lines(1, **times), self._lines(1, **times)
        late = self._lines(1, start_at=self._at("2026-11-17 17:00"), end_at=self._at("2026-11-17 18:00"))
        weekend = self._lines(1, date=date(2026, 11, 15))
        travel = self._new_work(self.call, "travel", 1.5)
        bare = self._lines(1, call=self._new_call(equipment_id=self.unit_bare.id, team_id=self.team.id))
        for line, text in (
            (first, "Overlaps"),
            (second, "Overlaps"),
            (late, "Before the call was raised; Outside working hours"),
            (weekend, "Outside working hours"),
            (travel, "Travel longer than 1 h"),
            (bare, "Not covered"),
        ):
            with self.subTest(text=text):
                self.assertIn(text, line.exception_text)
                self.assertTrue(line.has_exception)
        self.assertFalse(self._lines(0.5).exception_text)

    # Own days

    def test_gaps_of_the_day_show(self):
        self.resource.calendar_id = self.calendar
        line = self._lines(3)
        self.assertEqual(line.day_words, "3 of 8 h, 5 h missing")
        self._lines(5)
        line.invalidate_recordset(["day_words"])
        self.assertEqual(line.day_words, "8 of 8 h")

    def test_last_day_is_copied(self):
        Work = self.env["service.work"].with_user(self.engineer)
        with self.assertRaisesRegex(UserError, "no work on open calls"):
            Work.action_copy_last_day()
        self._lines(3, date=date(2026, 11, 16), name="Old")
        self._lines(2, date=date(2026, 11, 17), name="Pump")
        Work.action_copy_last_day()
        copied = Work.search([("date", "=", date(2026, 11, 18))])
        self.assertRecordValues(copied, [{"name": "Pump", "quantity": 2, "state": "draft"}])
        with self.assertRaisesRegex(UserError, "entered work today already"):
            Work.action_copy_last_day()
