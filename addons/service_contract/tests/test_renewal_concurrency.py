# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

LAST_DAY = date(2026, 12, 31)


@tagged("post_install", "-at_install")
class TestRenewalConcurrency(BaseCase):
    """Two people, or two workers of the job, renew one contract on real connections: it is renewed once.

    What they write is committed, and deleted by SQL in the end: renewals have no other way.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            contract = env["service.contract"].create(
                {
                    "partner_id": env["res.partner"].create({"name": "Raced Customer"}).id,
                    "date_start": date(2026, 1, 1),
                    "date_end": LAST_DAY,
                    "renewal_mode": "automatic",
                    "renewal_increase": 5.0,
                    "coverage_ids": [Command.create({"price": 100.0})],
                    "period_ids": [Command.create({"free_hours": 4})],
                }
            )
            contract.action_activate()
            self.contract_id = contract.id
        self.addCleanup(self._delete_all)

    def _get_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _get_contract(self, cr):
        return self._get_env(cr)["service.contract"].browse(self.contract_id)

    def _delete_all(self):
        with self.registry.cursor() as cr:
            contract = self._get_contract(cr)
            partner, account = contract.partner_id, contract.analytic_account_id
            contract.message_ids.unlink()
            contract.activity_ids.unlink()
            cr.execute("DELETE FROM service_contract WHERE id = %s", [self.contract_id])
            contract.invalidate_recordset()
            account.unlink()
            partner.unlink()

    def _get_renewed(self):
        """Return the last days of the renewals, and the prices of the rows in order."""
        with self.registry.cursor() as cr:
            contract = self._get_contract(cr)
            return (
                contract.renewal_ids.sorted("date_start").mapped("date_end"),
                contract.coverage_ids.sorted("date_start").mapped("price"),
            )

    def test_the_second_is_told_to_wait(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            self._get_contract(first).action_renew()
            with self.assertRaisesRegex(UserError, "Somebody else is changing contract"):
                self._get_contract(second).action_renew(date_end=LAST_DAY)
            second.rollback()
            first.commit()
            with self.assertRaisesRegex(UserError, "has been renewed meanwhile"):
                self._get_contract(second).action_renew(date_end=LAST_DAY)
        self.assertEqual(self._get_renewed(), ([date(2027, 12, 31)], [100.0, 105.0]))

    def test_who_saw_the_contract_before_finds_it_renewed(self):
        """The second transaction has read the old last day: the database stops it, and the retry is refused."""
        with self.registry.cursor() as first, self.registry.cursor() as second:
            self.assertEqual(self._get_contract(second).date_end, LAST_DAY)
            self._get_contract(first).action_renew()
            first.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                self._get_contract(second).action_renew(date_end=LAST_DAY)
            second.rollback()
            self._get_contract(second).invalidate_recordset()
            with self.assertRaisesRegex(UserError, "has been renewed meanwhile"):
                self._get_contract(second).action_renew(date_end=LAST_DAY)
        self.assertEqual(len(self._get_renewed()[0]), 1)

    def test_two_workers_of_the_job(self):
        """Four workers at once, each tried again as the scheduler does: one renewal."""

        def work():
            for _attempt in range(20):
                try:
                    with self.registry.cursor() as cr:
                        contract = self._get_contract(cr)
                        contract._update_life()
                    return
                except (SerializationFailure, UserError):
                    continue

        with freeze_time("2026-12-05 09:00:00"), mute_logger("odoo.sql_db"):
            threads = [threading.Thread(target=work) for _index in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        self.assertEqual(self._get_renewed(), ([date(2027, 12, 31)], [100.0, 105.0]))
