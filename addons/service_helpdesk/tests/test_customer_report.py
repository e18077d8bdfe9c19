# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime, timedelta
from unittest.mock import patch

from lxml import html

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from .common import RAISED, HelpdeskCase

NOVEMBER = date(2026, 11, 1)
# When the report of November is due.
DUE = datetime(2026, 12, 3, 8, 0)


class CustomerReportCase(HelpdeskCase):
    """A customer who gets a report on the third of each month, from November 2026 on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact.email = "contact@customer.example"
        cls.report = (
            cls.env["service.customer.report"]
            .with_user(cls.taker)
            .create({"partner_id": cls.customer.id, "recipient_ids": cls.contact.ids, "date_start": NOVEMBER})
        )

    def _print(self, report=None):
        month = (report or self.report)._get_month(NOVEMBER)
        document, _type = self.env["ir.actions.report"]._render_qweb_html(
            "service_helpdesk.service_customer_report_print", month.ids
        )
        return html.fromstring(document)

    def _text(self, report=None):
        return " ".join(self._print(report).text_content().split())

    def _run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("service_helpdesk.ir_cron_customer_report").method_direct_trigger()


@tagged("post_install", "-at_install")
class TestCustomerReport(CustomerReportCase):
    # ------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------

    def test_calls_and_promises(self):
        call = self._new_call(subject="Motor is hot")
        with freeze_time(RAISED + timedelta(hours=3)):
            call.action_complete()
        late = self._new_call(subject="Belt slips")
        with freeze_time(RAISED + timedelta(days=8)):
            late.action_complete()
            document = self._print()
        rows = document.xpath("//table[@name='calls']/tbody/tr")
        self.assertEqual(len(rows), 2)
        first, second = (" ".join(row.text_content().split()) for row in rows)
        self.assertIn(call.name, first)
        self.assertIn("Motor is hot", first)
        self.assertIn("Met", first)
        # The site is in Rome.
        self.assertIn("18 Nov 10:00", first)
        self.assertIn("Missed", second)
        kept = [
            [" ".join(cell.text_content().split()) for cell in row.xpath("td")]
            for row in document.xpath("//table[@name='kept']/tbody/tr")
        ]
        self.assertEqual(kept[1], ["Resolution", "2", "1", "1", "0", "50.0 %"])

    def test_an_empty_month_says_so(self):
        self.assertIn("You made no call in this month.", self._text())

    def test_a_month_begins_and_ends_at_midnight_of_the_company(self):
        self.env.company.partner_id.tz = "Europe/Rome"
        inside = self._new_call(raised_at=datetime(2026, 10, 31, 23, 30))
        before = self._new_call(raised_at=datetime(2026, 10, 31, 22, 30))
        text = self._text()
        self.assertIn(inside.name, text)
        rows = self._print().xpath("//table[@name='calls']/tbody/tr")
        self.assertNotIn(before.name, " ".join(row.text_content() for row in rows))

    def test_quotas_and_hours(self):
        call = self._new_call(team_id=self.team.id)
        self._validate_work(self._new_work(call, "labour", 3))
        text = self._text()
        self.assertIn("Labour3.00 h", text)
        bucket = self.contract.entitlement_ids.filtered(lambda bucket: bucket.unit == "hours")
        row = self._print().xpath(f"//table[@name='quotas']//tr[contains(., '{bucket.name}')]")
        self.assertTrue(row)

    def test_parts_can_be_left_out(self):
        self._new_call()
        self.report.write({"shows_calls": False, "shows_open": False})
        document = self._print()
        self.assertFalse(document.xpath("//table[@name='calls']"))
        self.assertFalse(document.xpath("//table[@name='open']"))
        self.assertTrue(document.xpath("//table[@name='kept']"))

    def test_contracts_and_sites_narrow_it(self):
        covered, bare = self._new_call(), self._new_call(equipment_id=self.unit_bare.id)
        self.report.contract_ids = self.contract
        text = self._text()
        self.assertIn(covered.name, text)
        self.assertNotIn(bare.name, text)

    def test_other_customers_and_companies_stay_out(self):
        other = self.env["res.partner"].create({"name": "Other Customer"})
        strange = self._new_call(equipment_id=False, partner_id=other.id, subject="Strange")
        company = self.env["res.company"].create({"name": "Second"})
        foreign = self.env["service.call"].create(
            {"subject": "Foreign", "partner_id": self.customer.id, "company_id": company.id, "raised_at": RAISED}
        )
        text = self._text()
        self.assertNotIn(strange.subject, text)
        self.assertNotIn(foreign.subject, text)

    def test_it_is_for_the_customers_eyes(self):
        call = self._new_call(team_id=self.team.id, user_id=self.controller.id, description="<p>Secret words</p>")
        call.message_post(body="Internal note", subtype_xmlid="mail.mt_note")
        line = self._new_work(call, "labour", 3, name="Work in words")
        line.sudo().product_id.standard_price = 77.77
        self._validate_work(line)
        text = self._text()
        for secret in ("Internal note", "Secret words", "77", self.controller.name, self.engineer.name):
            self.assertNotIn(secret, text)

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    def test_the_job_sends_each_month_once(self):
        self._new_call()
        self._run_job()
        self.assertFalse(self.report.month_ids, "November has not ended")
        with freeze_time(DUE - timedelta(days=1)):
            self._run_job()
        self.assertFalse(self.report.month_ids, "its day has not come")
        with freeze_time(DUE):
            self._run_job()
            self._run_job()
        month = self.report.month_ids
        self.assertRecordValues(month, [{"date_month": NOVEMBER, "sent_at": DUE}])
        self.assertEqual(month.sudo().attachment_id.res_id, month.id)
        mails = self.env["mail.mail"].search([("model", "=", month._name), ("res_id", "=", month.id)])
        self.assertEqual(len(mails), 1)
        self.assertEqual(mails.recipient_ids, self.contact)
        self.assertEqual(mails.attachment_ids, month.sudo().attachment_id)
        self.assertEqual(self.report.date_next, date(2027, 1, 3))

    def test_months_that_were_missed_are_sent_too(self):
        with freeze_time(datetime(2027, 2, 10)):
            self._run_job()
        self.assertEqual(
            sorted(self.report.month_ids.mapped("date_month")), [NOVEMBER, date(2026, 12, 1), date(2027, 1, 1)]
        )

    def test_one_bad_customer_does_not_stop_the_others(self):
        bad_customer = self.env["res.partner"].create({"name": "Nobody", "is_company": True})
        bad = self.report.copy({"partner_id": bad_customer.id, "recipient_ids": [Command.clear()]})
        with freeze_time(DUE), mute_logger("odoo.addons.service_contract.models.service_batch_mixin"):
            self._run_job()
        self.assertTrue(self.report.month_ids.sent_at)
        self.assertFalse(bad.month_ids)
        self.assertIn("Nobody of Nobody can receive the report", bad.message_ids[0].body)
        bad_customer.email = "now@customer.example"
        bad.recipient_ids = bad_customer
        with freeze_time(DUE + timedelta(days=1)):
            self._run_job()
        self.assertTrue(bad.month_ids.sent_at, "tried again the next day")

    def test_a_failed_print_leaves_nothing_behind(self):
        months = self.registry["service.customer.report.month"]
        printing = patch.object(months, "_print", side_effect=ValueError("paper"))
        with freeze_time(DUE), printing, mute_logger("odoo.addons.service_contract.models.service_batch_mixin"):
            self._run_job()
        self.assertFalse(self.report.month_ids)
        self.assertIn("paper", self.report.message_ids[0].body)

    def test_sent_by_hand_it_is_not_sent_again(self):
        with freeze_time(DUE - timedelta(days=2)):
            self.report.action_send()
            with self.assertRaisesRegex(UserError, "was sent already"):
                self.report.action_send()
        with freeze_time(DUE):
            self._run_job()
        self.assertEqual(len(self.report.month_ids), 1)
        self.report.month_ids.action_send_again()
        mails = self.env["mail.mail"].search(
            [("model", "=", self.report.month_ids._name), ("res_id", "in", self.report.month_ids.ids)]
        )
        self.assertEqual(len(mails), 2)

    def test_an_archived_report_is_not_sent(self):
        self.report.active = False
        with freeze_time(DUE):
            self._run_job()
        self.assertFalse(self.report.month_ids)

    def test_it_speaks_the_customers_language(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.report.lang = "it_IT"
        with freeze_time(DUE):
            self.report.action_send()
        self.assertIn("novembre 2026", self.report.month_ids.sudo().attachment_id.name)

    # ------------------------------------------------------------
    # Bad input
    # ------------------------------------------------------------

    def test_a_recipient_belongs_to_the_customer(self):
        stranger = self.env["res.partner"].create({"name": "Stranger", "email": "stranger@other.example"})
        with self.assertRaisesRegex(ValidationError, "Stranger does not belong to"):
            self.report.recipient_ids = stranger

    def test_a_contract_belongs_to_the_customer(self):
        other = self.env["res.partner"].create({"name": "Other"})
        dates = {"date_start": date(2026, 1, 1), "date_end": date(2026, 12, 31)}
        contract = self.env["service.contract"].create({"partner_id": other.id, **dates})
        with self.assertRaisesRegex(ValidationError, "does not belong to"):
            self.report.contract_ids = contract


@tagged("post_install", "-at_install")
class TestCustomerReportPortal(CustomerReportCase, HttpCase):
    """What the customer finds in the portal."""

    def setUp(self):
        super().setUp()
        with freeze_time(DUE):
            self.report.action_send()
        self.month = self.report.month_ids

    def _authenticate_portal(self):
        user = self.user_portal
        user.password = "portal-password"  # noqa: S105 - of a test
        self.authenticate(user.login, "portal-password")

    def test_the_recipient_downloads_it(self):
        self._authenticate_portal()
        page = self.url_open("/my/service-reports").text
        self.assertIn("November 2026", page)
        response = self.url_open(f"/my/service-reports/{self.month.id}")
        self.assertEqual(response.headers["Content-Type"].split(";")[0], "application/pdf")

    def test_others_do_not(self):
        self.report.recipient_ids = self.customer
        self._authenticate_portal()
        self.assertIn("No report was sent to you yet", self.url_open("/my/service-reports").text)
        response = self.url_open(f"/my/service-reports/{self.month.id}")
        self.assertNotEqual(response.headers["Content-Type"].split(";")[0], "application/pdf")
        attachment = self.month.sudo().attachment_id
        self.assertEqual(self.url_open(f"/web/content/{attachment.id}").status_code, 404)
