# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import TODAY, ContractCase


@tagged("post_install", "-at_install")
class TestEntitlement(ContractCase):
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

    def _new_bucket(self, **vals):
        return self.env["service.entitlement"].create(
            {
                "contract_id": self.contract.id,
                "name": "Package",
                "unit": "hours",
                "quantity": 10.0,
                "date_start": date(2026, 3, 12),
                "date_end": date(2027, 3, 11),
                **vals,
            }
        )

    def test_take_and_give_back(self):
        consumptions, rest = self._consume(3.0, prepare={"note": "Call A"})
        self.assertEqual(rest, 0.0)
        self.assertRecordValues(
            consumptions,
            [{"entitlement_id": self.hours.id, "quantity": 3.0, "date": TODAY, "note": "Call A", "unit": "hours"}],
        )
        self.assertRecordValues(self.hours, [{"quantity_used": 3.0, "quantity_left": 1.0, "used_percent": 75.0}])
        back = consumptions.with_user(self.user_reader)._reverse()
        self.assertRecordValues(back, [{"quantity": -3.0, "date": TODAY, "reversal_of_id": consumptions.id}])
        self.assertEqual(self.hours.quantity_used, 0.0)
        self.assertFalse(consumptions._reverse(), "given back once")
        self.assertFalse(back._reverse(), "a return is not given back")
        self.assertEqual(self.hours.quantity_used, 0.0)

    def test_what_outruns_the_bucket_remains(self):
        self._consume(3.0)
        consumptions, rest = self._consume(2.0)
        self.assertEqual((consumptions.quantity, rest), (1.0, 1.0))
        consumptions, rest = self._consume(0.25)
        self.assertEqual((len(consumptions), rest), (0, 0.25))
        self.assertEqual(self._consume(0.0), (self.env["service.consumption"], 0.0))

    def test_split_over_buckets_in_order_of_expiry(self):
        package = self._new_bucket(date_end=date(2026, 6, 30), quantity=1.5)
        consumptions, rest = self._consume(6.0)
        self.assertRecordValues(
            consumptions,
            [
                {"entitlement_id": package.id, "quantity": 1.5},
                {"entitlement_id": self.hours.id, "quantity": 4.0},
            ],
        )
        self.assertEqual(rest, 0.5)

    def test_bucket_named_by_hand_comes_first(self):
        package = self._new_bucket()
        consumptions, _rest = self._consume(1.0, preferred=package)
        self.assertEqual(consumptions.entitlement_id, package)

    def test_overdraft(self):
        package = self._new_bucket(allow_overdraft=True, quantity=1.0)
        consumptions, rest = self._consume(7.0)
        self.assertEqual(rest, 0.0)
        self.assertEqual(set(consumptions.mapped("quantity")), {4.0, 3.0})
        self.assertEqual(package.quantity_left, -2.0)

    def test_bucket_is_that_of_the_day_of_the_work(self):
        package = self._new_bucket(date_end=date(2026, 3, 31))
        consumptions, _rest = self._consume(1.0, day=date(2026, 3, 31))
        self.assertEqual(consumptions.entitlement_id, package)
        consumptions, _rest = self._consume(1.0, day=date(2026, 4, 1))
        self.assertEqual(consumptions.entitlement_id, self.hours)
        consumptions, rest = self._consume(1.0, day=date(2027, 3, 12))
        self.assertEqual((len(consumptions), rest), (0, 1.0))

    def test_bucket_for_some_call_types(self):
        complaint = self.env.ref("service_contract.call_type_complaint")
        package = self._new_bucket(date_end=date(2026, 12, 31), call_type_ids=[Command.link(complaint.id)])
        consumptions, _rest = self._consume(1.0, call_type=self.call_type)
        self.assertEqual(consumptions.entitlement_id, self.hours)
        consumptions, _rest = self._consume(1.0, call_type=complaint)
        self.assertEqual(consumptions.entitlement_id, package)

    def test_work_in_a_closed_period_is_refused(self):
        self.contract.period_ids.action_close()
        with self.assertRaisesRegex(UserError, "closed period of contract"):
            self._consume(1.0)
        with self.assertRaisesRegex(UserError, "is closed and cannot change"):
            self.contract.period_ids.free_hours = 9.0
        with self.assertRaisesRegex(UserError, "is closed already"):
            self.contract.period_ids.action_close()

    def test_decimals_stay_exact(self):
        for _index in range(40):
            self._consume(0.1)
        self.assertEqual(self.hours.quantity_used, 4.0)
        self.assertEqual(self._consume(0.1)[1], 0.1)

    def test_consumption_stands(self):
        consumption = self._consume(1.0)[0].sudo()
        with self.assertRaisesRegex(UserError, "can only be given back"):
            consumption.quantity = 2.0
        with self.assertRaisesRegex(UserError, "can only be given back"):
            consumption.unlink()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.hours.unlink()

    def test_used_quantity_is_not_typed(self):
        with self.assertRaisesRegex(UserError, "follows from its consumption"):
            self.hours.with_user(self.user_contract).quantity_used = 3.0
        with self.assertRaisesRegex(UserError, "follows from its consumption"):
            self._new_bucket(quantity_used=3.0)

    def test_the_database_guards_the_bucket(self):
        with self.assertRaisesRegex(UserError, "does not have that much left"):
            self.hours._add_used(self.hours._to_decimal(5))
        with self.assertRaisesRegex(UserError, "does not have that much left"):
            self.hours._add_used(self.hours._to_decimal(-1))

    def test_negative_quantity_is_refused(self):
        with self.assertRaisesRegex(UserError, "negative quantity"):
            self._consume(-1.0)

    def test_package_before_the_contract_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "begins before contract"):
            self._new_bucket(date_start=date(2026, 3, 1))

    def test_changed_quota_of_a_period_changes_its_bucket(self):
        period = self.contract.period_ids
        period.free_hours = 6.0
        self.assertEqual(self.hours.quantity, 6.0)
        period.hours_maintained = 5.0
        self.assertEqual(self.contract.entitlement_ids.mapped("unit"), ["calls", "hours", "hours_maintained"])
        with self.assertRaisesRegex(UserError, "the dates and the price of its periods stand"):
            period.price = 10.0

    def test_responsible_is_told_once_per_threshold(self):
        self._consume(3.0)
        self.assertFalse(self.contract.activity_ids)
        consumptions, _rest = self._consume(0.5)
        self.assertEqual(self.contract.activity_ids.mapped("summary"), ["Free Hours: 88 % used"])
        consumptions._reverse()
        self._consume(0.5)
        self.assertEqual(len(self.contract.activity_ids), 1)
        self._consume(0.5)
        self.assertEqual(len(self.contract.activity_ids), 2)
        self.assertEqual(self.contract.activity_ids.user_id, self.user_contract)
