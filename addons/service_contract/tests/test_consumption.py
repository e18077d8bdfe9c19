# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date
from decimal import Decimal

import psycopg2
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger
from odoo.tools.misc import file_path

from .common import TODAY, ContractCase

PROFILE = settings(derandomize=True, deadline=None, max_examples=25)


class LedgerCase(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_story_contract()
        cls.calls, cls.hours = cls.contract.entitlement_ids

    def _consume(self, quantity, unit="hours", day=TODAY, **kwargs):
        """Take from the contract as somebody who may only read it."""
        return (
            self.env["service.entitlement"]
            .with_user(self.user_reader)
            ._consume(unit, quantity, day, self.contract, **kwargs)
        )

    def _get_ledger(self, bucket):
        """Return (kind, change, balance) of the rows of a bucket, oldest first."""
        rows = self.env["service.consumption"].with_user(self.user_reader).search([("entitlement_id", "=", bucket.id)])
        return [(row.kind, row.change, row.balance) for row in rows.sorted("id")]

    def _assert_ledger_adds_up(self, bucket):
        rows = bucket.consumption_ids
        grants = rows.filtered("is_grant")
        self.assertAlmostEqual(bucket.quantity, sum(grants.mapped("change")), 2)
        self.assertAlmostEqual(bucket.quantity_used, sum((rows - grants).mapped("quantity")), 2)
        self.assertAlmostEqual(bucket.quantity_left, rows.sorted("id")[-1].balance, 2)


@tagged("post_install", "-at_install")
class TestConsumption(LedgerCase):
    """The ledger of a quota: every change is a row, and the balance of the last one is what is left."""

    def test_ledger_ends_at_what_is_left(self):
        taken, _rest = self._consume(3.0)
        self._consume(0.5)
        taken._reverse()
        self.contract.period_ids.free_hours = 6.0
        self.assertEqual(
            self._get_ledger(self.hours),
            [
                ("granted", 4.0, 4.0),
                ("taken", -3.0, 1.0),
                ("taken", -0.5, 0.5),
                ("returned", 3.0, 3.5),
                ("granted", 2.0, 5.5),
            ],
        )
        self.assertEqual(self.hours.quantity_left, 5.5)
        self._assert_ledger_adds_up(self.hours)

    def test_balances_of_many_buckets_are_one_query(self):
        for _index in range(5):
            self._consume(0.5)
            self._consume(0.25, unit="calls")
        rows = self.env["service.consumption"].search([("contract_id", "=", self.contract.id)])
        rows.mapped("quantity")
        self.env.flush_all()
        with self.assertQueryCount(1):
            balances = rows.mapped("balance")
        self.assertEqual((max(balances), balances.count(1.5)), (4.0, 2))

    def test_ledger_opens_from_bucket_and_contract(self):
        self._consume(1.0)
        action = self.hours.with_user(self.user_reader).action_open_consumption()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self.hours.consumption_ids)
        action = self.contract.with_user(self.user_reader).action_open_consumption()
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]), self.contract.entitlement_ids.consumption_ids
        )

    def test_pivot_by_month_and_unit(self):
        self._consume(1.0)
        self._consume(0.5, day=date(2026, 5, 2))
        self._consume(1.0, unit="calls")
        rows = self.env["service.consumption"]._read_group(
            [("contract_id", "=", self.contract.id), ("is_grant", "=", False)], ["date:month", "unit"], ["quantity:sum"]
        )
        self.assertEqual(
            {(month.month, unit): quantity for month, unit, quantity in rows},
            {(4, "hours"): 1.0, (4, "calls"): 1.0, (5, "hours"): 0.5},
        )

    def test_portal_sees_no_ledger(self):
        self._consume(1.0)
        rows = self.hours.consumption_ids.with_user(self.user_portal)
        with self.assertRaises(AccessError):
            rows.read(["note"])


@tagged("post_install", "-at_install")
class TestCorrection(LedgerCase):
    """A correction by hand: added quota, or quota taken away, with a reason."""

    def _correct(self, quantity, reason="Goodwill", date=None, user=None):
        return self.hours.with_user(user or self.user_contract).action_correct(quantity, reason, date)

    def test_add(self):
        row = self._correct(2.0)
        self.assertRecordValues(
            row, [{"kind": "correction", "change": 2.0, "balance": 6.0, "note": "Goodwill", "date": TODAY}]
        )
        self.assertRecordValues(self.hours, [{"quantity": 6.0, "quantity_used": 0.0, "quantity_corrected": 2.0}])
        self._assert_ledger_adds_up(self.hours)

    def test_take_away(self):
        row = self._correct(-1.5, date="2026-03-20")
        self.assertRecordValues(row, [{"change": -1.5, "balance": 2.5, "date": date(2026, 3, 20)}])
        self.assertRecordValues(self.hours, [{"quantity": 4.0, "quantity_used": 1.5}])

    def test_changed_quota_keeps_the_correction(self):
        self._correct(2.0)
        self.contract.period_ids.free_hours = 5.0
        self.assertEqual(self.hours.quantity, 7.0)

    def test_take_back(self):
        for quantity in (2.0, -1.0):
            with self.subTest(quantity=quantity):
                row = self._correct(quantity).with_user(self.user_contract)
                row.action_reverse()
                self.assertRecordValues(self.hours, [{"quantity": 4.0, "quantity_used": 0.0}])
                with self.assertRaisesRegex(UserError, "Only a correction that stands"):
                    row.action_reverse()
        self._assert_ledger_adds_up(self.hours)

    def test_used_correction_is_not_taken_back(self):
        row = self._correct(2.0).with_user(self.user_contract)
        self._consume(5.0)
        with self.assertRaisesRegex(UserError, "does not have that much left"):
            row.action_reverse()

    def test_work_is_not_taken_back_by_hand(self):
        row = self._consume(1.0)[0].with_user(self.user_contract)
        with self.assertRaisesRegex(UserError, "Only a correction that stands"):
            row.action_reverse()

    def test_bad_input_changes_nothing(self):
        for quantity, reason, day, message in [
            (0.0, "Goodwill", None, "Enter how much"),
            (1.0, " ", None, "Enter why"),
            (1.0, "Goodwill", "2026-03-11", "is not a day of"),
            (1.0, "Goodwill", "2027-03-12", "is not a day of"),
            (-4.5, "Goodwill", None, "does not have that much left"),
        ]:
            with self.subTest(message=message, day=day), self.assertRaisesRegex(UserError, message):
                self._correct(quantity, reason, day)
        self.assertEqual(self._get_ledger(self.hours), [("granted", 4.0, 4.0)])

    def test_closed_period_is_frozen(self):
        row = self._correct(1.0).with_user(self.user_contract)
        taken = self._consume(1.0)[0]
        self.contract.period_ids.action_close()
        for change in (lambda: self._correct(1.0), row.action_reverse, taken._reverse):
            with self.assertRaisesRegex(UserError, "closed period"):
                change()

    def test_only_contract_managers_correct(self):
        row = self._correct(1.0)
        for user in (self.user_reader, self.user_auditor):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self._correct(1.0, user=user)
                with self.assertRaises(AccessError):
                    row.with_user(user).action_reverse()

    def test_wizard_shows_what_will_be_left(self):
        wizard = Form(
            self.env["service.entitlement.correct"].with_user(self.user_contract).with_context(active_id=self.hours.id)
        )
        self.assertEqual((wizard.date, wizard.quantity_left), (TODAY, 4.0))
        wizard.direction = "take"
        wizard.quantity = 1.0
        wizard.reason = "Counted twice"
        self.assertEqual(wizard.quantity_after, 3.0)
        wizard.save().action_confirm()
        self.assertEqual(self.hours.quantity_left, 3.0)
        wizard.quantity = -1.0
        with self.assertRaisesRegex(UserError, "without a sign"):
            wizard.save().action_confirm()


@tagged("post_install", "-at_install")
class TestRollOver(LedgerCase):
    """What is left goes over once, and comes back when a period is opened again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_contract(
            period_ids=[
                Command.create(
                    {
                        "date_start": start,
                        "date_end": end,
                        "free_hours": hours,
                        "rollover_percent": 50,
                    }
                )
                for start, end, hours in [
                    (date(2026, 1, 1), date(2026, 4, 30), 10),
                    (date(2026, 5, 1), date(2026, 8, 31), 10),
                    (date(2026, 9, 1), date(2026, 12, 31), 0),
                ]
            ]
        )
        cls.first, cls.second, cls.third = cls.contract.period_ids
        cls.bucket, cls.next_bucket = cls.contract.entitlement_ids

    def test_what_came_over_rolls_over_with_the_rest(self):
        self._consume(3.0)
        self.first.action_close()
        self.assertRecordValues(
            self.bucket + self.next_bucket,
            [
                {"quantity_left": 3.5, "quantity_rolled": 0.0, "rolled_to_id": self.next_bucket.id},
                {"quantity_left": 13.5, "quantity_rolled": 3.5, "rolled_to_id": False},
            ],
        )
        self._consume(0.5, day=date(2026, 5, 4))
        self.second.action_close()
        self.assertRecordValues(
            self.third.entitlement_ids,
            [{"unit": "hours", "quantity": 6.5, "quantity_rolled": 6.5, "date_start": date(2026, 9, 1)}],
        )
        for bucket in self.contract.entitlement_ids:
            self._assert_ledger_adds_up(bucket)

    def test_rolls_over_once(self):
        self.bucket._roll_over()
        self.bucket._roll_over()
        self.assertEqual(self.next_bucket.quantity, 15.0)

    def test_undone_when_the_period_is_opened_again(self):
        self.first.action_close()
        self.bucket._undo_roll_over()
        self.assertRecordValues(
            self.bucket + self.next_bucket,
            [
                {"quantity_left": 10.0, "rolled_to_id": False},
                {"quantity_left": 10.0, "rolled_to_id": False},
            ],
        )
        self.bucket._roll_over()
        self.assertEqual(self.next_bucket.quantity, 15.0, "and once more when it is closed again")

    def test_not_undone_when_it_was_used(self):
        self.first.action_close()
        self._consume(11.0, day=date(2026, 5, 4))
        with self.assertRaisesRegex(UserError, "has been used in"):
            self.bucket._undo_roll_over()

    def test_changed_quota_keeps_what_came_over(self):
        self.first.action_close()
        self.second.free_hours = 12.0
        self.assertEqual(self.next_bucket.quantity, 17.0)

    def test_follower_that_comes_later(self):
        """A period that was closed as the last one rolls over when the contract is renewed."""
        for period in self.contract.period_ids:
            period.action_close()
        last = self.third.entitlement_ids
        self.assertEqual((last.quantity_left, last.rolled_to_id), (7.5, self.env["service.entitlement"]))
        self.contract.action_renew()
        renewed = self.contract.period_ids.filtered(lambda period: period.date_start.year == 2027)[0].entitlement_ids
        self.assertEqual((last.rolled_to_id, renewed.quantity_rolled), (renewed, 3.75))

    def test_percent_is_one(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation), self.cr.savepoint():
            self.bucket.rollover_percent = 120
            self.bucket.flush_recordset()


@tagged("post_install", "-at_install")
class TestLedgerProperties(LedgerCase):
    def test_any_sequence_of_work_and_undoing(self):
        """No balance is ever negative, the ledger adds up, and undoing everything restores exactly."""
        package = self.env["service.entitlement"].create(
            {
                "contract_id": self.contract.id,
                "name": "Package",
                "unit": "hours",
                "quantity": 2.5,
                "date_start": date(2026, 3, 12),
                "date_end": date(2026, 6, 30),
            }
        )
        buckets = self.hours + package

        @PROFILE
        @given(st.lists(st.tuples(st.booleans(), st.decimals(0, 4, places=2), st.integers(0, 5)), max_size=8))
        def check(steps):
            taken = self.env["service.consumption"]
            for is_undone, quantity, index in steps:
                if is_undone and taken:
                    taken[index % len(taken)]._reverse()
                else:
                    rows, rest = self._consume(float(quantity))
                    self.assertEqual(Decimal(str(round(sum(rows.mapped("quantity")) + rest, 2))), quantity)
                    taken |= rows
                for bucket in buckets:
                    self.assertGreaterEqual(bucket._to_bucket().left, 0)
            for bucket in buckets:
                self._assert_ledger_adds_up(bucket)
                self.assertGreaterEqual(min(row[2] for row in self._get_ledger(bucket)), 0)
            taken._reverse()
            self.assertEqual(buckets.mapped("quantity_used"), [0.0, 0.0])

        check()


@tagged("post_install", "-at_install")
class TestLedgerMigration(LedgerCase):
    def test_ledger_of_old_quotas(self):
        """Quotas that were made before the ledger knew grants get them, with a balance that begins with them."""
        contract = self._new_contract(
            period_ids=[
                Command.create(
                    {"date_start": start, "date_end": end, "free_hours": 10, "rollover_percent": 50}
                )
                for start, end in [(date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 12, 31))]
            ]
        )
        bucket, following = contract.entitlement_ids
        taken, _rest = self.env["service.entitlement"]._consume("hours", 3.0, TODAY, contract)
        self.env["service.entitlement"]._consume("hours", 1.0, TODAY, contract)
        taken._reverse()
        contract.period_ids[0].action_close()
        self.env.flush_all()
        self.cr.execute("DELETE FROM service_consumption WHERE is_grant")
        self.cr.execute("UPDATE service_consumption SET kind = 'taken', counterpart_id = NULL, create_date = now()")
        self.cr.execute("UPDATE service_entitlement SET rolled_to_id = NULL, create_date = '2026-01-01'")
        self.cr.execute("ALTER TABLE service_entitlement ADD COLUMN IF NOT EXISTS quantity_rolled numeric")
        self.cr.execute(SQL("UPDATE service_entitlement SET quantity_rolled = 4.5 WHERE id = %s", following.id))
        script = load_script(file_path("service_contract/migrations/19.0.1.1.0/post-quota.py"), "post_quota")
        for _run in range(2):
            script.migrate(self.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertRecordValues(bucket, [{"quantity_left": 4.5, "rolled_to_id": following.id}])
        self.assertRecordValues(following, [{"quantity": 14.5, "quantity_rolled": 4.5, "rolled_to_id": False}])
        rows = bucket.consumption_ids.sorted("create_date, id")
        self.assertEqual(
            [(row.kind, row.change, row.balance) for row in rows],
            [
                ("granted", 10.0, 10.0),
                ("taken", -3.0, 7.0),
                ("taken", -1.0, 6.0),
                ("returned", 3.0, 9.0),
                ("rolled", -4.5, 4.5),
            ],
        )
