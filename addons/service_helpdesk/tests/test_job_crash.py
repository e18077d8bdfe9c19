# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib
import threading
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import SUPERUSER_ID, api
from odoo.fields import Domain
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.service_contract.models import service_batch_mixin
from odoo.addons.service_equipment.tests.crash_common import CrashCase, Killed

SIZE = 5
QUIET = ("odoo.sql_db", "odoo.service.model")


class JobCase(CrashCase):
    """A scheduled action that goes through its records two at a time."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(service_batch_mixin, "BATCH", 2))

    def _run_killed(self, model, name, number, is_after):
        """Run the job, and end it at one of the calls of a method.

        :param str model: to which the method belongs
        :param str name: of the method
        :param int number: which call of it, from 1
        :param bool is_after: end when it has done its work, else before
        """
        owner, calls = self.registry[model], []
        original = getattr(owner, name)

        def die(*args, **kwargs):
            calls.append(name)
            if len(calls) == number and not is_after:
                raise Killed
            result = original(*args, **kwargs)
            if len(calls) == number:
                raise Killed
            return result

        with patch.object(owner, name, die), self.assertRaises(Killed):
            self._run_job()

    def _run_together(self, model, name, work=None):
        """Let two workers run the job at once: neither goes on with a method before the other one has come to it.

        The method is patched before the threads start: patches of two threads would not undo each other.
        """
        owner, barrier, met, failures = self.registry[model], threading.Barrier(2), [], []
        original = getattr(owner, name)

        def meet(*args, **kwargs):
            if not barrier.broken:
                with contextlib.suppress(threading.BrokenBarrierError):
                    # Once they have met, one may wait for what the other one holds.
                    barrier.wait(timeout=5 if met else 60)
                    met.append(name)
            return original(*args, **kwargs)

        def run():
            try:
                (work or self._run_job)()
            except Exception as error:  # noqa: BLE001 - whatever gets out would stop the job
                failures.append(error)
            finally:
                barrier.abort()

        with mute_logger(*QUIET), patch.object(owner, name, meet):
            threads = [threading.Thread(target=run) for _index in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        self.assertFalse(failures)
        self.assertTrue(met, "the two were at it at once")


@tagged("post_install", "-at_install")
class TestReportCrash(JobCase):
    """Monthly reports to customers: each month of each customer is printed and mailed once, whatever happens."""

    def setUp(self):
        super().setUp()
        with self.connect() as env:
            partners = env["res.partner"].create(
                [{"name": f"Crash {number}", "email": f"crash{number}@nowhere.example"} for number in range(SIZE)]
            )
            reports = env["service.customer.report"].create(
                [{"partner_id": partner.id, "day": 1} for partner in partners]
            )
            # By the clock of the company, which may be in another month already.
            last, month = reports[0]._get_last_month(), relativedelta(months=1)
            reports.date_start = last - month
            self._keep(partners)
            self._keep(reports)
        domain = Domain("id", "in", reports.ids) & Domain("date_next", "<=", last + month)
        self.startPatcher(
            patch.object(self.registry["service.customer.report"], "_get_due_domain", lambda reports: domain)
        )

    def _delete_all(self):
        with self.connect() as env:
            env["service.customer.report.month"].search(
                [("report_id", "in", self.ids.get("service.customer.report", []))]
            ).unlink()
        super()._delete_all()

    def _run_job(self):
        with self.connect() as env:
            env["service.customer.report"]._cron_send()

    def _check_each_once(self):
        with self.connect() as env:
            reports = env["service.customer.report"].browse(self.ids["service.customer.report"])
            for report in reports:
                self.assertEqual(len(report.month_ids), 2)
                self.assertFalse(report.message_ids.filtered(lambda message: "failed" in message.body))
                for month in report.month_ids:
                    self.assertTrue(month.sent_at)
                    of_month = [("res_id", "=", month.id)]
                    self.assertEqual(env["mail.mail"].search_count([("model", "=", month._name), *of_month]), 1)
                    self.assertEqual(
                        env["ir.attachment"].search([("res_model", "=", month._name), *of_month]), month.attachment_id
                    )

    def test_killed(self):
        """Before a report is printed, between its print and its mail, and after its mail: the next run goes on."""
        model = "service.customer.report.month"
        for name, number, is_after in (("_print", 2, False), ("_mail", 2, False), ("_mail", 4, True)):
            self._run_killed(model, name, number, is_after)
        self._run_job()
        self._check_each_once()
        self._run_job()
        self._check_each_once()

    def test_two_workers_make_the_same_month(self):
        self._run_together("service.customer.report", "_get_month")
        self._run_job()
        self._check_each_once()

    def test_two_workers_send_the_same_month(self):
        with self.connect() as env:
            for report in env["service.customer.report"].browse(self.ids["service.customer.report"]):
                report._get_month(report.date_start)
        self._run_together("service.customer.report.month", "try_lock_for_update")
        self._run_job()
        self._check_each_once()


@tagged("post_install", "-at_install")
class TestOutboxCrash(JobCase):
    """What people are told: each row of the outbox makes one mail, whatever happens to the job."""

    def setUp(self):
        super().setUp()
        with self.connect() as env:
            partners = env["res.partner"].create(
                [{"name": f"Crash {number}", "email": f"crash{number}@nowhere.example"} for number in range(SIZE)]
            )
            rule = env["service.notification.rule"].create(
                {"event": "stage", "recipient": "customer", "channel": "mail"}
            )
            calls = env["service.call"].create(
                [{"subject": f"Crash {partner.name}", "partner_id": partner.id} for partner in partners]
            )
            self._keep(partners)
            self._keep(rule)
            self._keep(calls)
            env["mail.mail"].search([("model", "=", "service.call"), ("res_id", "in", calls.ids)]).unlink()
            env["service.notification.sent"].search([("call_id", "in", calls.ids)]).unlink()
            calls._notify_event("stage", key="crash")
            rows = env["service.notification.sent"].search([("rule_id", "=", rule.id), ("call_id", "in", calls.ids)])
            self.assertEqual(len(rows), SIZE)
        domain = Domain("id", "in", rows.ids) & Domain("state", "=", "waiting")
        self.startPatcher(
            patch.object(self.registry["service.notification.sent"], "_get_due_domain", lambda rows, now: domain)
        )
        self.row_ids = rows.ids

    def _delete_all(self):
        with self.connect() as env:
            calls = env["service.call"].browse(self.ids.get("service.call", []))
            env["mail.mail"].search([("model", "=", "service.call"), ("res_id", "in", calls.ids)]).unlink()
            env.cr.execute("DELETE FROM service_call_event WHERE call_id = ANY(%s)", [calls.ids])
        super()._delete_all()

    def _run_job(self):
        with self.connect() as env:
            env["service.notification.sent"]._cron_tell()

    def _check_each_once(self):
        with self.connect() as env:
            rows = env["service.notification.sent"].browse(self.row_ids)
            self.assertEqual(rows.mapped("state"), ["told"] * SIZE)
            mails = env["mail.mail"].search([("model", "=", "service.call"), ("res_id", "in", rows.call_id.ids)])
            self.assertEqual(sorted(mails.recipient_ids.ids), sorted(self.ids["res.partner"]))
            self.assertEqual((len(mails), rows.mail_id), (SIZE, mails))

    def test_killed(self):
        """Before a mail is made, and when it is made and its row doesn't say so yet."""
        for number, is_after in ((2, False), (1, True), (2, True)):
            self._run_killed("service.notification.sent", "_deliver_mails", number, is_after)
        self._run_job()
        self._check_each_once()
        self._run_job()
        self._check_each_once()

    def test_two_workers(self):
        self._run_together("service.notification.sent", "_tell")
        self._run_job()
        self._check_each_once()


@tagged("post_install", "-at_install")
class TestLogTwice(JobCase):
    """The same request of another system, twice at once: one call."""

    def test_one_reference_at_once(self):
        with self.connect() as env:
            partner = env["res.partner"].create({"name": "Crash", "ref": "CRASH-LOG"})
            self._keep(partner)
        answers = []

        def log():
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                request = {"subject": "Crash", "customer": "CRASH-LOG", "external_ref": "crash-log-1"}
                answers.append(retrying(lambda: env["service.call"].log(**request), env))

        # Both have looked for the reference before either has made its call.
        self._run_together("service.call", "_prepare_log", log)
        with self.connect() as env:
            calls = env["service.call"].search([("external_ref", "=", "crash-log-1")])
            self.assertEqual(len(calls), 1)
            self.assertEqual({answer["id"] for answer in answers}, set(calls.ids))
        self.assertEqual(sorted(answer["is_new"] for answer in answers), [False, True])

    def _delete_all(self):
        with self.connect() as env:
            calls = env["service.call"].search([("partner_id", "in", self.ids.get("res.partner", []))])
            env.cr.execute("DELETE FROM service_call_event WHERE call_id = ANY(%s)", [calls.ids])
            calls.unlink()
        super()._delete_all()
