# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib
import threading
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.service_equipment.tests.crash_common import CrashCase, Killed
from odoo.addons.service_helpdesk.models import service_sla_clock

CALLS = 7


@tagged("post_install", "-at_install")
class TestClockCrash(CrashCase):
    """Due deadlines with real transactions: killed half-way, or two workers at once, each thing is done once."""

    def setUp(self):
        super().setUp()
        with self.connect() as env:
            policy = env["service.sla.policy"].create(
                {"name": "Crash", "target_ids": [Command.create({"metric": "response", "budget_minutes": 60})]}
            )
            partner = env["res.partner"].create({"name": "Crash"})
            contract = env["service.contract"].create(
                {
                    "partner_id": partner.id,
                    "date_start": date(2020, 1, 1),
                    "date_end": date(2099, 12, 31),
                    "sla_policy_id": policy.id,
                    "coverage_ids": [Command.create({})],
                }
            )
            contract.action_activate()
            rule = env["service.escalation.rule"].create(
                {"name": "Crash", "policy_id": policy.id, "basis": "after", "minutes": 5, "priority_to": "3"}
            )
            at = fields.Datetime.now() - timedelta(hours=3)
            calls = env["service.call"].create(
                [{"subject": f"Crash {number}", "partner_id": partner.id, "raised_at": at} for number in range(CALLS)]
            )
            for records in (partner, policy, contract, rule, calls):
                self._keep(records)
            self.assertEqual(calls.mapped("sla_state"), ["missed"] * CALLS)
        self._limit_job()

    def _limit_job(self):
        """Let the job see the calls of this test alone, two at a time.

        Patched here and not around each run: two threads that patch one class leave it patched.
        """
        domain = [("call_id", "in", self.ids["service.call"]), ("next_wakeup_at", "<=", fields.Datetime.now())]
        clocks = self.registry["service.sla.clock"]
        self.startPatcher(patch.object(service_sla_clock, "WAKE_BATCH", 2))
        self.startPatcher(patch.object(clocks, "_get_wake_domain", lambda clocks, now: domain))

    def _delete_all(self):
        # Steps of escalation and running contracts are not deleted by hand.
        with self.connect() as env:
            env.cr.execute("DELETE FROM service_escalation_step WHERE call_id = ANY(%s)", [self.ids["service.call"]])
            contract = env["service.contract"].browse(self.ids["service.contract"])
            account, contract.analytic_account_id = contract.analytic_account_id, False
            account.unlink()
            contract.action_cancel()
        super()._delete_all()

    def _run_job(self):
        """Run the job on a connection of its own."""
        with self.connect() as env:
            env["service.sla.clock"]._cron_wake()

    def _assert_each_once(self):
        with self.connect() as env:
            calls = env["service.call"].browse(self.ids["service.call"])
            for call in calls:
                bodies = " ".join(call.message_ids.mapped("body"))
                self.assertEqual(bodies.count("Response missed"), 1)
                self.assertEqual(bodies.count("Escalation: Response"), 1)
                self.assertEqual((len(call.escalation_step_ids), call.priority), (1, "3"))
            self.assertFalse(calls.clock_ids.filtered("next_wakeup_at"))

    def test_killed_between_and_within_batches(self):
        """Before the work of the second batch, and after that of the third: the next run does what is left."""
        clocks = self.registry["service.sla.clock"]
        wake, done = clocks._wake, []

        def die_before(due, now):
            if done:
                raise Killed
            done.append(due.ids)
            return wake(due, now)

        def die_after(due, now):
            wake(due, now)
            done.append(due.ids)
            if len(done) == 3:
                raise Killed

        for killer in (die_before, die_after):
            with patch.object(clocks, "_wake", killer), self.assertRaises(Killed):
                self._run_job()
        self._run_job()
        self._assert_each_once()

    def test_two_workers_at_once(self):
        barrier, met, failures = threading.Barrier(2), [], []
        clocks = self.registry["service.sla.clock"]
        take = clocks._take_due

        def take_together(clocks, domain):
            due = take(clocks, domain)
            if not barrier.broken:
                with contextlib.suppress(threading.BrokenBarrierError):
                    # Once they have met, one may wait for what the other one holds.
                    barrier.wait(timeout=5 if met else 60)
                    met.append(due)
            return due

        def work():
            try:
                self._run_job()
            except Exception as error:  # noqa: BLE001 - whatever gets out would stop the job
                failures.append(error)
            finally:
                barrier.abort()

        with mute_logger("odoo.sql_db"), patch.object(clocks, "_take_due", take_together):
            threads = [threading.Thread(target=work) for _index in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        self.assertFalse(failures)
        self.assertTrue(met, "the two were at it at once")
        self._run_job()
        self._assert_each_once()

    def test_a_bulk_close_that_is_killed_leaves_nothing_half_done(self):
        calls = self.registry["service.call"]

        def die(calls, kind, at):
            raise Killed

        with patch.object(calls, "_after_event", die), self.assertRaises(Killed), self.connect() as env:
            env["service.call"].browse(self.ids["service.call"]).action_complete()
        with self.connect() as env:
            found = env["service.call"].browse(self.ids["service.call"])
            self.assertFalse(found.filtered("is_closed"))
            self.assertEqual(set(found.event_ids.mapped("kind")), {"raised"})
            found.action_complete()
        with self.connect() as env:
            found = env["service.call"].browse(self.ids["service.call"])
            self.assertEqual(found.mapped("is_closed"), [True] * CALLS)
            self.assertEqual(len(found.event_ids), 2 * CALLS)
