# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import file_path, mute_logger

from .test_loan import LoanCase

REMINDERS = "odoo.addons.service_equipment.models.service_loan_reminder"


@tagged("post_install", "-at_install")
class TestLoanReminder(LoanCase):
    """A loan due on Wednesday 2 December 2026; the responsible is told two days before, and when it is missed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"email": "office@rossi.example", "lang": "en_US"})
        cls.cron = cls.env.ref("service_equipment.ir_cron_remind_loans")

    def _new_lent(self, number, **vals):
        lot = self._new_lot(f"LENT-{number}", self.product, self.shelf)
        loan = self._new_loan(lot_id=lot.id, **vals)
        loan.action_lend()
        return loan

    def _run(self, day):
        with freeze_time(f"{day} 05:00:00"), self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _get_mails(self, loan):
        """Return what was queued for the customer of a loan."""
        mails = self.env["mail.mail"].search([("model", "=", "service.loan"), ("res_id", "=", loan.id)])
        return mails.filtered(lambda mail: self.customer in mail.recipient_ids)

    def test_once_before_and_once_after(self):
        loan = self._new_lent(1)
        for day, count in (
            ("2026-11-29", 0),
            ("2026-11-30", 1),
            ("2026-12-01", 1),
            ("2026-12-02", 1),
            ("2026-12-03", 2),
            ("2026-12-04", 2),
        ):
            self._run(day)
            with self.subTest(day=day):
                self.assertEqual(len(loan.activity_ids), count)
        self.assertRecordValues(
            loan.activity_ids.sorted("id"),
            [
                {"user_id": self.user_equipment.id, "date_deadline": date(2026, 12, 2), "summary": summary}
                for summary in (
                    "Due back soon: Pump LENT-1 at Rossi Spa",
                    "Overdue: Pump LENT-1 at Rossi Spa",
                )
            ],
        )
        self.assertFalse(self._get_mails(loan))

    def test_site_in_a_later_time_zone(self):
        self.site.tz = "America/Los_Angeles"
        loan = self._new_lent(1)
        for day in ("2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"):
            self._run(day)
        self.assertEqual(len(loan.activity_ids), 2)

    def test_late_start_reminds_once(self):
        loan = self._new_lent(1)
        self._run("2026-12-05")
        self._run("2026-12-05")
        self.assertEqual(loan.activity_ids.mapped("summary"), ["Overdue: Pump LENT-1 at Rossi Spa"])

    def test_another_due_date_reminds_again(self):
        loan = self._new_lent(1)
        self._run("2026-11-30")
        loan._extend(date(2026, 12, 10), "Longer")
        self.assertFalse(loan.activity_ids)
        self._run("2026-12-04")
        self.assertFalse(loan.activity_ids)
        self._run("2026-12-08")
        self.assertEqual(loan.activity_ids.date_deadline, date(2026, 12, 10))

    def test_days_of_the_company(self):
        self.company.service_loan_reminder_days = 5
        loan = self._new_lent(1)
        self._run("2026-11-27")
        self.assertTrue(loan.activity_ids)

    def test_customer_is_written_to_when_wanted(self):
        self.company.service_loan_mail_overdue = True
        loan = self._new_lent(1)
        self._run("2026-11-30")
        self.assertFalse(self._get_mails(loan))
        self._run("2026-12-03")
        self._run("2026-12-04")
        mail = self._get_mails(loan)
        self.assertRecordValues(mail, [{"state": "outgoing", "recipient_ids": self.customer.ids}])
        self.assertIn(f"Please return our loan equipment {loan.name}", mail.subject)
        self.assertIn("Pump LENT-1", mail.body_html)

    def test_returned_is_not_reminded_of(self):
        loan = self._new_lent(1)
        self._return(loan)
        self._run("2026-12-05")
        self.assertFalse(loan.activity_ids)

    def test_return_ends_the_reminder(self):
        loan = self._new_lent(1)
        self._run("2026-11-30")
        self._return(loan)
        self.assertFalse(loan.activity_ids)

    @mute_logger(REMINDERS)
    def test_one_bad_loan_stops_nobody(self):
        loans = self._new_lent(1) + self._new_lent(2) + self._new_lent(3)
        bad = loans[1]
        remind = type(loans)._get_reminder

        def fail(loan, is_missed):
            if loan == bad:
                raise ValueError("Broken")
            return remind(loan, is_missed)

        with patch.object(type(loans), "_get_reminder", fail):
            self._run("2026-11-30")
        self.assertEqual([len(loan.activity_ids) for loan in loans], [1, 0, 1])
        self.assertIn("Nobody could be reminded of this loan: Broken", bad.message_ids[0].body)
        self._run("2026-11-30")
        self.assertEqual([len(loan.activity_ids) for loan in loans], [1, 1, 1])

    def test_companies_without_the_place_get_it_on_upgrade(self):
        company = self.env["res.company"].create({"name": "Old Company"})
        company.service_loan_location_id = False
        script = load_script(
            file_path("service_equipment/migrations/19.0.1.1.0/post-loan.py"), "service_equipment_post_loan"
        )
        for _run in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
            self.env.invalidate_all()
        self.assertEqual(company.service_loan_location_id.company_id, company)
        self.assertEqual(
            self.env["stock.location"].search_count([("name", "=", "Loan Equipment"), ("company_id", "=", company.id)]),
            2,
        )
        self.assertEqual(self.company.service_loan_location_id, self.loans)
