# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading
from datetime import date, datetime

import psycopg2

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import ValidationError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.service_equipment.tests.crash_common import CrashCase

DAY = date(2026, 4, 15)


@tagged("post_install", "-at_install")
class TestConcurrency(CrashCase):
    """Two connections take from one bucket at the same time: it is never overdrawn.

    The transactions are real, so that what they write is committed and taken away again in the end.
    """

    def setUp(self):
        super().setUp()
        with self.connect() as env:
            contract = env["service.contract"].create(
                {
                    "partner_id": env["res.partner"].create({"name": "Concurrent"}).id,
                    "date_start": date(2026, 1, 1),
                    "date_end": date(2026, 12, 31),
                    "coverage_ids": [Command.create({})],
                    "period_ids": [Command.create({"free_hours": 4})],
                }
            )
            contract.action_activate()
            self.contract_id = contract.id
            self.bucket_id = contract.entitlement_ids.id
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self.connect() as env:
            contract = env["service.contract"].browse(self.contract_id)
            partner, account = contract.partner_id, contract.analytic_account_id
            contract.analytic_account_id = False
            contract.action_cancel()
            env.cr.execute("DELETE FROM service_consumption WHERE contract_id = %s", [contract.id])
            contract.unlink()
            account.unlink()
            partner.unlink()

    def _take(self, env, hours):
        contract = env["service.contract"].browse(self.contract_id)
        return env["service.entitlement"]._consume("hours", hours, DAY, contract)

    def _get_used(self):
        with self.connect() as env:
            env.cr.execute(
                "SELECT quantity_used, (SELECT SUM(quantity) FROM service_consumption"
                "    WHERE entitlement_id = e.id AND NOT is_grant)"
                "  FROM service_entitlement e WHERE id = %s",
                [self.bucket_id],
            )
            return tuple(map(float, env.cr.fetchone()))

    def test_second_connection_is_refused_and_retried(self):
        """Both have seen 4 hours left. The second one fails, and finds 1 hour when it tries again."""
        with self.connect() as first, self.connect() as second:
            for env in (first, second):
                self.assertEqual(env["service.entitlement"].browse(self.bucket_id).quantity_left, 4.0)
            consumptions, rest = self._take(first, 3.0)
            self.assertEqual((consumptions.quantity, rest), (3.0, 0.0))
            first.cr.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.SerializationFailure):
                self._take(second, 3.0)
            second.cr.rollback()
            second.invalidate_all()
            consumptions, rest = self._take(second, 3.0)
            self.assertEqual((consumptions.quantity, rest), (1.0, 2.0))
        self.assertEqual(self._get_used(), (4.0, 4.0))

    def test_many_at_once_never_overdraw(self):
        """Eight requests want 0.75 hours each of four, in transactions that Odoo retries as it does for requests.

        All of them are answered: no serialization failure gets out. What is taken is what there is, to the last bit.
        """
        rests, failures = [], []
        barrier = threading.Barrier(8)

        def take_some():
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["service.entitlement"].browse(self.bucket_id).quantity_left  # noqa: B018 - all see 4 hours
                    barrier.wait(timeout=30)
                    rests.append(retrying(lambda: self._take(env, 0.75)[1], env))
            except Exception as error:  # noqa: BLE001 - whatever gets out would reach the user
                failures.append(error)

        with mute_logger("odoo.sql_db", "odoo.service.model"):
            threads = [threading.Thread(target=take_some) for _index in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=60)
        self.assertFalse(failures)
        self.assertEqual(sorted(rests), [0.0] * 5 + [0.5] + [0.75] * 2)
        self.assertEqual(self._get_used(), (4.0, 4.0))


@tagged("post_install", "-at_install")
class TestDowntimeConcurrency(CrashCase):
    """Two connections say at the same time that a unit is down: the register has it once."""

    def setUp(self):
        super().setUp()
        with self.connect() as env:
            partner = env["res.partner"].create({"name": "Concurrent"})
            product = env["product.product"].create({"name": "Concurrent Pump"})
            self.unit_id = env["service.equipment"].create({"partner_id": partner.id, "product_id": product.id}).id
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self.connect() as env:
            unit = env["service.equipment"].browse(self.unit_id)
            partner, product = unit.partner_id, unit.product_id
            env["service.downtime"].search([("equipment_id", "=", unit.id)]).unlink()
            unit.unlink()
            product.unlink()
            partner.unlink()

    def _enter(self, env):
        return env["service.downtime"].create({"equipment_id": self.unit_id, "started_at": datetime(2026, 4, 15, 8)})

    def test_the_second_one_is_retried_and_sees_the_first(self):
        with self.connect() as first, self.connect() as second:
            for env in (first, second):
                self.assertFalse(env["service.downtime"].search([("equipment_id", "=", self.unit_id)]))
            self._enter(first)
            first.cr.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.SerializationFailure):
                self._enter(second)
            second.cr.rollback()
            second.invalidate_all()
            with self.assertRaisesRegex(ValidationError, "overlaps"):
                self._enter(second)
            second.cr.rollback()
