# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.service_contract.models import service_batch_mixin
from odoo.addons.service_equipment.tests.crash_common import CrashCase

LOG = "odoo.addons.service_contract.models.service_batch_mixin"
SIZE = 5


@tagged("post_install", "-at_install")
class TestBatch(CrashCase):
    """The rounds of a scheduled action on a real connection, two records at a time: duties are dated, that is all."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(service_batch_mixin, "BATCH", 2))
        self.attempts = []
        with self.connect() as env:
            partner = env["res.partner"].create({"name": "Batch"})
            obligation = env["service.obligation"].create({"name": "Batch", "kind": "report"})
            contract = env["service.contract"].create(
                {
                    "partner_id": partner.id,
                    "date_start": date(2026, 1, 1),
                    "date_end": date(2026, 12, 31),
                    "obligation_ids": [Command.create({"obligation_id": obligation.id})] * SIZE,
                }
            )
            for records in (partner, obligation, contract, contract.obligation_ids):
                self._keep(records)
            self.duty_ids = contract.obligation_ids.ids

    def _run(self, trouble):
        """Date the duties in batches; ``trouble(duties)`` may raise."""

        def set_date(duties):
            self.attempts.append([self.duty_ids.index(duty.id) for duty in duties])
            duties.date_reminded = date(2026, 6, 1)
            trouble(duties)

        domain = Domain("id", "in", self.duty_ids) & Domain("date_reminded", "=", False)
        with self.connect() as env, mute_logger(LOG):
            env["service.contract.obligation"]._do_in_batches([(domain, set_date)])

    def _get_done(self):
        with self.connect() as env:
            duties = env["service.contract.obligation"].browse(self.duty_ids)
            return [index for index, duty in enumerate(duties) if duty.date_reminded]

    def test_a_batch_in_which_somebody_was_faster_is_done_again(self):
        def conflict_once(duties):
            if len(self.attempts) == 2:
                raise SerializationFailure

        self._run(conflict_once)
        self.assertEqual(self.attempts, [[0, 1], [2, 3], [2, 3], [4]])
        self.assertEqual(self._get_done(), [0, 1, 2, 3, 4])

    def test_conflicts_without_end_end_the_job_and_keep_what_was_done(self):
        def conflict(duties):
            if len(self.attempts) > 1:
                raise SerializationFailure

        with self.assertRaises(SerializationFailure):
            self._run(conflict)
        self.assertEqual(len(self.attempts), 2 + service_batch_mixin.MAX_CONFLICTS)
        self.assertEqual(self._get_done(), [0, 1])

    def test_what_fails_fails_alone_and_says_so(self):
        def refuse_third(duties):
            if self.duty_ids[2] in duties.ids:
                raise ValueError("ink is out")

        self._run(refuse_third)
        self.assertEqual(self.attempts, [[0, 1], [2, 3], [2], [3], [4]])
        self.assertEqual(self._get_done(), [0, 1, 3, 4])
        with self.connect() as env:
            duties = env["service.contract.obligation"].browse(self.duty_ids)
            told = ["ink is out" in " ".join(duty.message_ids.mapped("body")) for duty in duties]
        self.assertEqual(told, [False, False, True, False, False])

    def test_a_conflict_while_they_go_one_by_one_is_nobodys_failure(self):
        def trouble(duties):
            if len(self.attempts) == 1:
                raise ValueError("together it fails")
            if len(self.attempts) == 3:
                raise SerializationFailure

        self._run(trouble)
        self.assertEqual(self.attempts, [[0, 1], [0], [1], [0, 1], [2, 3], [4]])
        self.assertEqual(self._get_done(), [0, 1, 2, 3, 4])
        with self.connect() as env:
            duties = env["service.contract.obligation"].browse(self.duty_ids)
            self.assertNotIn("failed here", " ".join(duties.message_ids.mapped("body")))
