# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from freezegun import freeze_time

from odoo import SUPERUSER_ID, Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestRenewalJob(ContractCase):
    """The daily job: reminders, and contracts that renew by themselves."""

    def _run(self, day, contracts):
        """Run the daily job as the scheduler does, on a day."""
        with freeze_time(f"{day} 09:00:00"):
            due = contracts.sudo().search(contracts._get_due_domain(date.fromisoformat(day)))
            for contract in due & contracts:
                contract.with_user(SUPERUSER_ID)._update_life_or_tell()

    def _get_activities(self, contract):
        return contract.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref("service_contract.mail_activity_type_renewal")
        )

    def test_reminders_once_each(self):
        contract = self._new_contract(notice_days=30, renewal_reminder_days="90, 60, 30", end_alert_days=0)
        # the notice is on 1 December
        for day, due, deadline in [
            ("2026-09-01", date(2026, 9, 2), None),
            ("2026-09-02", date(2026, 10, 2), date(2026, 12, 1)),
            ("2026-09-03", date(2026, 10, 2), date(2026, 12, 1)),
            ("2026-11-05", date(2026, 12, 1), date(2026, 12, 1)),
            ("2026-12-01", False, date(2026, 12, 31)),
            ("2026-12-02", False, date(2026, 12, 31)),
        ]:
            with self.subTest(day=day):
                self._run(day, contract)
                self.assertEqual(contract.date_renewal_due, due)
                self.assertEqual(self._get_activities(contract).mapped("date_deadline"), [deadline] if deadline else [])
        self.assertEqual(self._get_activities(contract).user_id, self.user_contract)

    def test_a_reminder_that_was_done_does_not_come_back(self):
        contract = self._new_contract(notice_days=30, end_alert_days=0)
        self._run("2026-12-01", contract)
        self._get_activities(contract).action_done()
        self._run("2026-12-05", contract)
        self.assertFalse(self._get_activities(contract))

    def test_the_next_term_is_reminded_of_again(self):
        contract = self._new_contract(notice_days=30)
        self._run("2026-12-01", contract)
        contract.action_renew()
        self.assertFalse(self._get_activities(contract), "renewed: nothing is left to do")
        self.assertEqual(contract.date_renewal_due, date(2027, 12, 1))
        self._run("2027-12-01", contract)
        self.assertEqual(len(self._get_activities(contract)), 1)

    def test_the_customer_is_written_to_in_his_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.write({"email": "rossi@example.com", "lang": "fr_FR"})
        template = self.env.ref("service_contract.mail_template_renewal_offer")
        template.with_context(lang="fr_FR").subject = "Contrat {{ object.name }}"
        contract = self._new_contract(notice_days=30, renewal_mail=True, renewal_reminder_days="30")
        self._run("2026-11-01", contract)
        self._run("2026-11-02", contract)
        mails = self.env["mail.mail"].search(
            [("res_id", "=", contract.id), ("recipient_ids", "in", self.customer.ids)]
        )
        self.assertRecordValues(mails, [{"subject": f"Contrat {contract.name}", "state": "outgoing"}])

    def test_reminders_are_days(self):
        for text in ("soon", "30, -5", "30 60"):
            with self.subTest(text=text), self.assertRaisesRegex(ValidationError, "enter days, such as 90, 60, 30"):
                self._new_contract(activate=False, renewal_reminder_days=text)

    def test_renews_by_itself_once(self):
        contract = self._new_contract(renewal_mode="automatic", notice_days=30)
        self._run("2026-11-30", contract)
        self.assertFalse(contract.renewal_ids)
        for _run in range(2):
            self._run("2026-12-01", contract)
        self.assertRecordValues(
            contract.renewal_ids,
            [{"is_automatic": True, "date": date(2026, 12, 1), "date_end": date(2027, 12, 31)}],
        )

    def test_a_late_job_catches_up(self):
        contract = self._new_contract(
            renewal_mode="automatic",
            renewal_increase=10.0,
            rows=[{"price": 100.0}],
            date_start=date(2026, 1, 1),
            date_end=date(2026, 1, 31),
            notice_days=5,
        )
        self._run("2026-04-15", contract)
        self.assertEqual(
            contract.renewal_ids.sorted("date_start").mapped("date_end"),
            [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)],
        )
        self.assertEqual(contract.coverage_ids.sorted("date_start").mapped("price"), [100.0, 110.0, 121.0, 133.1])
        self.assertEqual(contract.state, "active")

    def test_stops_where_an_index_value_is_missing(self):
        """What could be renewed is; the value that is missing is told once, and tried again every day."""
        index = self.env["service.price.index"].create(
            {
                "name": "Consumer prices",
                "value_ids": [
                    Command.create({"date": date(2026, 1, 1), "value": 100.0}),
                    Command.create({"date": date(2026, 2, 1), "value": 101.0}),
                ],
            }
        )
        contract = self._new_contract(
            renewal_mode="automatic",
            renewal_indexation="index",
            price_index_id=index.id,
            rows=[{"price": 100.0}],
            date_end=date(2026, 1, 31),
            notice_days=5,
        )
        other = self._new_contract(renewal_mode="automatic", date_end=date(2026, 1, 31), notice_days=5)
        for day in ("2026-02-25", "2026-02-26"):
            self._run(day, contract | other)
        self.assertRecordValues(
            contract | other, [{"date_end": date(2026, 2, 28)}, {"date_end": date(2026, 3, 31)}]
        )
        self.assertIn("index Consumer prices has no value for 03/01/2026", contract.renewal_problem)
        self.assertEqual(len(self._get_activities(contract)), 1)
        notes = contract.message_ids.filtered(lambda message: "Not renewed by itself" in (message.body or ""))
        self.assertEqual(len(notes), 1)
        index.value_ids = [Command.create({"date": date(2026, 3, 1), "value": 102.01})]
        self._run("2026-02-27", contract)
        self.assertRecordValues(contract, [{"date_end": date(2026, 3, 31), "renewal_problem": False}])
        self.assertEqual(contract.coverage_ids.sorted("date_start").mapped("price"), [100.0, 101.0, 102.01])
        self.assertFalse(self._get_activities(contract))

    def test_somebody_has_to_decide(self):
        """Blocked, suspended, not confirmed, or often enough: told, not renewed."""
        suspended = self._new_contract(renewal_mode="automatic")
        suspended.action_suspend()
        blocked = self._new_contract(renewal_mode="automatic", is_payment_blocked=True)
        unconfirmed = self._new_contract(renewal_mode="automatic", renewal_needs_confirmation=True)
        limited = self._new_contract(renewal_mode="automatic", renewal_limit=1)
        self._run("2026-12-01", limited)
        contracts = suspended | blocked | unconfirmed
        self._run("2026-12-01", contracts)
        self._run("2027-12-01", limited)
        self.assertEqual(
            (contracts | limited).mapped("renewal_problem"),
            [
                "The contract is suspended.",
                "The contract is blocked for payment.",
                "The customer has not confirmed the next term.",
                "The contract has renewed by itself as often as it may.",
            ],
        )
        self.assertEqual([len(self._get_activities(contract)) for contract in contracts | limited], [1, 1, 1, 1])
        unconfirmed.action_confirm_renewal()
        blocked.is_payment_blocked = False
        self._run("2026-12-10", contracts)
        self.assertEqual(
            contracts.mapped("date_end"), [date(2026, 12, 31), date(2027, 12, 31), date(2027, 12, 31)]
        )

    def test_a_contract_that_will_end_is_left_alone(self):
        ending = self._new_contract(renewal_mode="automatic", renewal_reminder_days="30")
        ending.action_end_renewal()
        cancelled = self._new_contract(renewal_mode="automatic")
        cancelled.action_cancel(date="2026-12-31")
        self._run("2026-12-05", ending | cancelled)
        self.assertFalse((ending | cancelled).renewal_ids)
        self.assertFalse(self._get_activities(ending))
        self._run("2027-01-05", ending | cancelled)
        self.assertEqual((ending | cancelled).mapped("state"), ["expired", "cancelled"])
