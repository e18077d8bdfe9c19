# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..engine.duty import next_due
from .common import TODAY, ContractCase

PROFILE = settings(derandomize=True, deadline=None, max_examples=200)


@tagged("post_install", "-at_install")
class TestDutyEngine(BaseCase):
    def test_worked_cases(self):
        for first, months, after, expected in [
            (date(2026, 3, 31), 3, date(2026, 3, 31), date(2026, 6, 30)),
            (date(2026, 3, 31), 3, date(2026, 6, 30), date(2026, 9, 30)),
            (date(2026, 3, 31), 3, date(2026, 9, 30), date(2026, 12, 31)),
            (date(2024, 2, 29), 12, date(2024, 2, 29), date(2025, 2, 28)),
            (date(2024, 2, 29), 12, date(2027, 2, 28), date(2028, 2, 29)),
            (date(2026, 6, 1), 1, None, date(2026, 6, 1)),
        ]:
            with self.subTest(first=first, after=after):
                self.assertEqual(next_due(first, months, after), expected)

    @PROFILE
    @given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 24), st.integers(0, 60))
    def test_never_chained(self, first, months, count):
        due = None
        for _index in range(count):
            due = next_due(first, months, due)
        if due:
            self.assertEqual(due, first + relativedelta(months=months * (count - 1)))


@tagged("post_install", "-at_install")
class TestObligation(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_contract()
        cls.report = cls.env["service.obligation"].create(
            {"name": "Report", "kind": "report", "recurrence": "months", "interval_months": 3, "reminder_days": 10}
        )
        cls.duty = cls._new_duty(cls.report)

    @classmethod
    def _new_duty(cls, obligation, **vals):
        """Add a duty to the contract as its manager."""
        return (
            cls.env["service.contract.obligation"]
            .with_user(cls.user_contract)
            .create({"contract_id": cls.contract.id, "obligation_id": obligation.id, **vals})
        )

    def _remind(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("service_contract.ir_cron_remind_obligations").method_direct_trigger()
        self.env.invalidate_all()

    def _search_status(self, status):
        domain = [("contract_id", "=", self.contract.id), ("status", "=", status)]
        return self.env["service.contract.obligation"].with_user(self.user_reader).search(domain)

    def test_terms_come_from_the_catalogue(self):
        self.assertRecordValues(
            self.duty,
            [
                {
                    "name": "Report",
                    "kind": "report",
                    "interval_months": 3,
                    "reminder_days": 10,
                    "user_id": self.user_contract.id,
                    "date_first": date(2026, 3, 31),
                    "date_due": date(2026, 3, 31),
                    "date_reminder": date(2026, 3, 21),
                    "status": "overdue",
                }
            ],
        )

    def test_done_moves_on_from_the_nominal_date(self):
        """Done on 15 April for 31 March: next due 30 June, whatever the day."""
        fulfilment = self.duty.action_done(note="Sent by mail")
        self.assertRecordValues(
            fulfilment,
            [
                {
                    "date_due": date(2026, 3, 31),
                    "date_done": TODAY,
                    "days_late": 15,
                    "user_id": self.user_contract.id,
                    "note": "Sent by mail",
                }
            ],
        )
        self.assertRecordValues(self.duty, [{"date_due": date(2026, 6, 30), "date_done": TODAY, "status": "open"}])
        with freeze_time("2026-06-25"):
            self.duty.invalidate_recordset()
            self.assertEqual(self.duty.status, "due")
            self.duty.action_done(date="2026-06-24")
        self.assertEqual((self.duty.date_due, self.duty.date_done), (date(2026, 9, 30), date(2026, 6, 24)))

    def test_duties_end_with_the_contract_and_go_on_when_it_is_renewed(self):
        with freeze_time("2026-12-31 08:00"):
            for _index in range(4):
                self.duty.action_done()
            self.assertRecordValues(self.duty, [{"date_due": False, "state": "open", "status": "done"}])
            with self.assertRaisesRegex(UserError, "Nothing of Report is due"):
                self.duty.action_done()
        self.contract.action_renew()
        self.assertEqual(self.duty.date_due, date(2027, 3, 31))

    def test_done_once(self):
        duty = self._new_duty(self.report, recurrence="once", date_first=date(2026, 5, 1))
        self.assertEqual(duty.date_due, date(2026, 5, 1))
        duty.action_done()
        self.assertRecordValues(duty, [{"state": "done", "status": "done", "date_due": False, "date_done": TODAY}])
        duty.action_undo_done()
        self.assertRecordValues(
            duty, [{"state": "open", "status": "open", "date_due": date(2026, 5, 1), "date_done": False}]
        )

    def test_undo_done(self):
        self.duty.action_done()
        self.duty.action_undo_done()
        self.assertRecordValues(self.duty, [{"date_due": date(2026, 3, 31), "date_done": False, "status": "overdue"}])
        with self.assertRaisesRegex(UserError, "was not done yet"):
            self.duty.action_undo_done()

    def test_evidence(self):
        self.duty.is_evidence_needed = True
        with self.assertRaisesRegex(UserError, "Attach the evidence"):
            self.duty.action_done()
        attachment = self.env["ir.attachment"].with_user(self.user_contract).create({"name": "report.pdf", "raw": b"x"})
        self.duty.action_done(attachment_ids=attachment.ids)
        self.assertEqual(self.duty.message_ids[0].attachment_ids, attachment)
        with self.assertRaisesRegex(UserError, "Attach the evidence"):
            self.duty.action_done()

    def test_waive_needs_a_reason(self):
        with self.assertRaisesRegex(UserError, "Enter why"):
            self.duty.action_waive("  ")
        self.duty.action_waive("Customer declined")
        self.assertRecordValues(
            self.duty, [{"state": "waived", "status": "waived", "waive_reason": "Customer declined", "date_due": False}]
        )
        with self.assertRaisesRegex(UserError, "Nothing of Report is due"):
            self.duty.action_done()
        self.duty.action_reopen()
        self.assertRecordValues(self.duty, [{"state": "open", "waive_reason": False, "date_due": date(2026, 3, 31)}])

    def test_bad_input_changes_nothing(self):
        with self.assertRaisesRegex(UserError, "cannot have been done on 2026-04-16"):
            self.duty.action_done(date="2026-04-16")
        with self.assertRaisesRegex(AccessError, "by its buttons only"):
            self.duty.state = "done"
        self.assertFalse(self.duty.fulfilment_ids)

    def test_standing_duty_follows_the_figures(self):
        duty = self._new_duty(self.env.ref("service_contract.obligation_availability"))
        self.assertRecordValues(
            duty, [{"date_due": False, "status": "open", "is_measured": True, "measured_state": "none"}]
        )
        model = type(self.env["service.contract.obligation"])
        found = {}
        self.patch(model, "_get_measured_state", lambda records: {row: found[row.id] for row in records})
        for state, text in [("kept", "99.1 % of 98 %"), ("missed", "97.8 % of 98 %")]:
            found[duty.id] = (state, text)
            self.contract.action_measure_obligations()
            self.assertRecordValues(duty, [{"status": state, "measured_text": text}])
            self.assertEqual(self._search_status(state), duty)
        with self.assertRaisesRegex(UserError, "Nothing of System availability is due"):
            duty.action_done()

    def test_measured_by_the_regime(self):
        """June 2026 of rules.md 9: 7 h down of 312 h, 97.756 % of 98 %."""
        regime = self.env["service.regime"].create(
            {
                "name": "Gold",
                "calendar_id": self._new_calendar(hours=((8, 20),), weekdays=range(6)).id,
                "target_ids": [Command.create({"metric": "availability", "target": 98.0})],
            }
        )
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id}], regime_id=regime.id)
        availability = self._new_duty(
            self.env.ref("service_contract.obligation_availability"), contract_id=contract.id
        )
        maintenance = self._new_duty(
            self.env.ref("service_contract.obligation_maintenance"), contract_id=contract.id
        )
        with freeze_time("2026-07-15 09:00:00"):
            self.env["service.downtime"].create(
                {
                    "equipment_id": self.unit_1.id,
                    "started_at": datetime(2026, 6, 11, 13),
                    "ended_at": datetime(2026, 6, 12, 8),
                }
            )
            (availability | maintenance).action_measure()
        self.assertRecordValues(
            availability,
            [{"status": "missed", "measured_text": "Availability 97.76 % of 98 % in June 2026"}],
        )
        self.assertEqual(maintenance.measured_state, "none", "nothing was judged")

    def test_search_by_status(self):
        due = self._new_duty(self.report, date_first=date(2026, 4, 20))
        later = self._new_duty(self.report, date_first=date(2026, 7, 1))
        once = self._new_duty(self.report, recurrence="once", date_first=TODAY)
        once.action_done()
        waived = self._new_duty(self.report)
        waived.action_waive("Not wanted")
        every = self.contract.obligation_ids
        for status, expected in [
            ("overdue", self.duty), ("due", due), ("open", later), ("done", once), ("waived", waived),
        ]:
            with self.subTest(status=status):
                self.assertEqual(self._search_status(status), expected)
                self.assertEqual(every.filtered(lambda row, status=status: row.status == status), expected)

    # ------------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------------

    def test_reminded_once_per_due_date(self):
        self._remind()
        activity = self.duty.activity_ids
        self.assertRecordValues(
            activity, [{"user_id": self.user_contract.id, "date_deadline": date(2026, 3, 31)}]
        )
        self._remind()
        self.assertEqual(self.duty.activity_ids, activity, "once")
        self.duty.action_done()
        self.assertFalse(self.duty.activity_ids)
        self._remind()
        self.assertFalse(self.duty.activity_ids, "the next one is ten days before 30 June")
        with freeze_time("2026-06-20 10:00"):
            self._remind()
            self.assertEqual(self.duty.activity_ids.date_deadline, date(2026, 6, 30))

    def test_no_reminder_of_what_does_not_run(self):
        draft = self._new_contract(activate=False)
        draft.obligation_ids = [Command.create({"obligation_id": self.report.id})]
        waived = self._new_duty(self.report)
        waived.action_waive("Not wanted")
        self._remind()
        self.assertFalse((draft.obligation_ids | waived).activity_ids)

    def test_one_that_fails_does_not_stop_the_others(self):
        bad = self._new_duty(self.report)
        model = type(self.env["service.contract.obligation"])
        origin = model._remind

        def _remind(records):
            if bad in records:
                raise ValueError("broken")
            return origin(records)

        self.patch(model, "_remind", _remind)
        with mute_logger("odoo.addons.service_contract.models.service_batch_mixin"):
            self._remind()
        self.assertTrue(self.duty.activity_ids)
        self.assertIn("broken", bad.message_ids[0].body)

    def test_reminding_costs_the_same_for_many(self):
        def count(number):
            for _index in range(number):
                self._new_duty(self.report)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._remind()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2)
        first, second = count(10), count(20)
        self.assertLessEqual(second - first, 10)

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_readers_see_and_do_nothing(self):
        duty = self.duty.with_user(self.user_reader)
        self.assertEqual(duty.status, "overdue")
        for action in (duty.action_done, duty.action_undo_done, lambda: duty.action_waive("No"), duty.action_measure):
            with self.assertRaises(AccessError):
                action()

    def test_copied_contract_owes_the_same(self):
        self.duty.action_done()
        copied = self.contract.with_user(self.user_contract).copy()
        self.assertRecordValues(
            copied.obligation_ids,
            [{"name": "Report", "state": "open", "date_done": False, "date_first": date(2027, 3, 31)}],
        )

    def test_wizard(self):
        wizard = (
            self.env["service.obligation.done"]
            .with_user(self.user_contract)
            .with_context(active_ids=self.duty.ids)
            .create({"note": "Sent"})
        )
        wizard.action_confirm()
        self.assertEqual(self.duty.fulfilment_ids.note, "Sent")
        wizard.write({"is_waived": True, "note": "Declined"})
        wizard.action_confirm()
        self.assertEqual(self.duty.waive_reason, "Declined")
