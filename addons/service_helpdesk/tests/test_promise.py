# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestPromise(HelpdeskCase):
    """What was agreed by hand stands beside the deadlines of the contract, and nothing moves it."""

    def setUp(self):
        super().setUp()
        self.call = self._new_call()
        self.agreed = self._at("2026-11-18 12:30:00")

    def test_the_earlier_of_both_is_next(self):
        contract = self.call.next_deadline
        self.call.promised_at = self.agreed
        self.assertEqual(self.call.next_deadline, self.agreed)
        self.assertEqual(self.call.deadline_words, "due in 30 min")
        other = self._new_call()
        self.assertLess(self.call.queue_rank, other.queue_rank)
        self.call.promised_at = "2027-01-01 10:00:00"
        self.assertEqual(self.call.next_deadline, contract)
        self.call.promised_at = False
        self.assertEqual(self.call.next_deadline, contract)

    def test_nothing_moves_it(self):
        self.call.promised_at = self.agreed
        self.call.action_pause("Waits for the part")
        self.assertRecordValues(self.call, [{"promised_at": self.agreed, "next_deadline": self.agreed}])
        self.call.action_resume()
        self.call.priority = "3"
        self.policy.target_ids.budget_minutes = 30 * 60
        self.call._replay_clocks()
        self.call.equipment_id = self.unit_bare
        self.assertRecordValues(self.call, [{"promised_at": self.agreed, "next_deadline": self.agreed}])

    def test_a_call_that_nothing_covers_can_have_one(self):
        call = self._new_call(equipment_id=self.unit_bare.id, promised_at=self.agreed)
        self.assertEqual(call.next_deadline, self.agreed)
        call.action_complete()
        self.assertFalse(call.next_deadline)
        call.action_reopen()
        self.assertEqual(call.next_deadline, self.agreed)

    def test_the_customer_reads_it(self):
        call = self._new_call(contact_id=self.contact.id, promised_at=self.agreed)
        self.assertEqual(call.with_user(self.user_portal).promised_at, self.agreed)
        promises = call.sudo()._get_portal_promises()
        self.assertEqual((promises[0]["what"], promises[0]["label"]), ("Agreed with you", "promised"))
        self.assertIn("Agreed with you by", call.sudo()._get_portal_deadline()["words"])
        call.promised_at = fields.Datetime.now()
        call.action_complete()
        self.assertNotIn("Agreed with you", [promise["what"] for promise in call.sudo()._get_portal_promises()])

    def _get_tasks(self, call):
        activity_type = self.env.ref("service_helpdesk.mail_activity_type_agreed")
        tasks = call.activity_ids.filtered(lambda task: task.activity_type_id == activity_type)
        return [(task.user_id, task.date_deadline) for task in tasks]

    def test_whoever_has_the_call_has_a_task_for_the_day(self):
        call = self.call.with_user(self.taker)
        call.promised_at = self.agreed
        day = self.agreed.date()
        self.assertEqual(self._get_tasks(self.call), [(self.taker, day)], "nobody has it: who agreed sees to it")
        self.call.with_user(self.controller).user_id = self.engineer
        self.assertEqual(self._get_tasks(self.call), [(self.engineer, day)])
        call.promised_at = "2026-11-20 23:30:00"
        self.engineer.tz = "Europe/Rome"
        call.promised_at = "2026-11-20 23:40:00"
        self.assertEqual(self._get_tasks(self.call), [(self.engineer, fields.Date.to_date("2026-11-21"))])
        self.call.with_user(self.engineer).action_complete()
        self.assertEqual(self._get_tasks(self.call), [])
        self.call.with_user(self.controller).action_reopen()
        self.assertEqual(len(self._get_tasks(self.call)), 1)
        call.promised_at = False
        self.assertEqual(self._get_tasks(self.call), [])

    def test_a_merged_call_leaves_its_date_to_the_one_that_remains(self):
        first, second, third = (self._new_call() for _index in range(3))
        second.with_user(self.taker).promised_at = self.agreed
        (first | second).with_user(self.taker).action_merge(first.id)
        self.assertEqual(first.promised_at, self.agreed)
        self.assertEqual(self._get_tasks(first), [(self.taker, self.agreed.date())])
        third.promised_at = "2027-01-01 10:00:00"
        (first | third).with_user(self.taker).action_merge(first.id)
        self.assertEqual(first.promised_at, self.agreed, "the earlier one stays")
        self.assertEqual(len(self._get_tasks(first)), 1)

    def test_instants_that_nothing_can_be_counted_of(self):
        call = self.call.with_user(self.taker)
        for name in ("promised_at", "raised_at"):
            for value in ("0001-01-01 00:00:00", "9999-12-31 23:59:59"):
                with self.subTest(name, value=value), self.assertRaisesRegex(UserError, "a day from 1900 to 2199"):
                    call.write({name: value})
            with self.subTest(name), self.assertRaisesRegex(UserError, "tomorrow is not a date"):
                call.write({name: "tomorrow"})

    def test_not_before_the_call_was_raised(self):
        with self.assertRaisesRegex(ValidationError, "before it was raised"):
            self.call.promised_at = "2026-11-18 08:00:00"
