# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date
from decimal import Decimal

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

    def test_what_was_used_stays_what_it_is(self):
        """A ledger of four hours does not become one of calls, of another contract, or of other days."""
        bucket = self._new_bucket(quantity=5.0).with_user(self.user_contract)
        bucket.write({"unit": "km", "date_end": date(2026, 12, 31)})
        self.assertEqual(bucket.consumption_ids.unit, "km", "nothing was taken yet")
        bucket.write({"unit": "hours"})
        bucket.action_correct(-1.0, "Typed twice", TODAY)
        other = self._new_story_contract()
        for vals in ({"unit": "calls"}, {"contract_id": other.id}, {"period_id": self.contract.period_ids.id}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "stays what it is"):
                bucket.write(vals)
        for vals in ({"date_start": date(2026, 4, 16)}, {"date_end": "2026-04-14"}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "used from .* its days must include"):
                bucket.write(vals)
        bucket.write({"unit": "hours", "date_start": TODAY, "date_end": TODAY, "name": "Spring"})
        self.assertRecordValues(
            bucket, [{"unit": "hours", "contract_id": self.contract.id, "quantity_left": 4.0, "date_end": TODAY}]
        )

    def test_the_database_guards_the_bucket(self):
        with self.assertRaisesRegex(UserError, "does not have that much left"):
            self.hours._change(used=Decimal(5))
        with self.assertRaisesRegex(UserError, "does not have that much left"):
            self.hours._change(used=Decimal(-1))
        self._consume(3.0)
        with self.assertRaisesRegex(UserError, "does not have that much left"):
            self.hours._change(granted=Decimal(-2))
        self.assertRecordValues(self.hours, [{"quantity": 4.0, "quantity_used": 3.0}])

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

    def test_work_in_several_units(self):
        money = self._new_bucket(unit="money", quantity=100.0)
        km = self._new_bucket(unit="km", quantity=30.0)
        consumptions, rest = self._consume(40.004, unit="money")
        self.assertEqual((consumptions.quantity, rest, money.quantity_left), (40.0, 0.0, 60.0))
        consumptions, rest = self._consume(45.5, unit="km")
        self.assertEqual((consumptions.quantity, rest, km.quantity_left), (30.0, 15.5, 0.0))
        self.assertEqual(self._consume(1.0, unit="visits")[1], 1.0)

    # ------------------------------------------------------------------
    # Alerts
    # ------------------------------------------------------------------

    def _get_alerts(self):
        return self.contract.activity_ids.mapped("summary")

    def test_responsible_is_told_once_per_threshold(self):
        """One open activity says how far the quota is used."""
        self._consume(3.0)
        self.assertFalse(self.contract.activity_ids)
        self._consume(0.25)
        self.assertEqual(self._get_alerts(), ["Free Hours: 81 % used"])
        self._consume(0.25)
        self.assertEqual(self._get_alerts(), ["Free Hours: 81 % used"], "once")
        self._consume(0.5)
        self.assertEqual(self._get_alerts(), ["Free Hours: 100 % used"])
        self.assertEqual(self.contract.activity_ids.user_id, self.user_contract)
        self.assertEqual(self.hours.alerted_percent, 100)

    def test_exceeded_hours_are_told(self):
        self._consume(4.0)
        self._consume(1.5)
        self.assertEqual(self._get_alerts(), ["Free Hours: used up, and more was needed"])
        self.contract.activity_ids.action_done()
        self._consume(1.5)
        self.assertFalse(self._get_alerts(), "once")

    def test_exceeded_overdraft_is_told(self):
        package = self._new_bucket(allow_overdraft=True, quantity=2.0, date_end=date(2026, 6, 30))
        self._consume(7.5)
        self.assertIn("Package: exceeded by 1.5 hours", self._get_alerts())
        self.assertEqual(package.alerted_percent, 101)

    def test_given_back_work_resets_the_alert(self):
        consumptions, _rest = self._consume(4.0)
        self.contract.activity_ids.action_done()
        consumptions._reverse()
        self.assertEqual(self.hours.alerted_percent, 0)
        self._consume(3.5)
        self.assertEqual(self._get_alerts(), ["Free Hours: 88 % used"], "told again when it gets there again")

    def test_more_quota_resets_the_alert(self):
        self._consume(4.0)
        self.contract.period_ids.free_hours = 5.0
        self.assertEqual(self._get_alerts(), ["Free Hours: 80 % used"], "what is open says what is true now")
        self.contract.period_ids.free_hours = 8.0
        self.assertEqual((self._get_alerts(), self.hours.alerted_percent), ([], 0))

    def test_thresholds_of_company_and_bucket(self):
        self.company.service_quota_alert_percents = "50"
        self.calls.alert_percents = "100"
        self._consume(2.0)
        self._consume(1.0, unit="calls")
        self.assertEqual(self._get_alerts(), ["Free Hours: 50 % used"])
        self._consume(1.0, unit="calls")
        self.assertEqual(len(self._get_alerts()), 2)
        with self.assertRaisesRegex(ValidationError, "enter them like 80, 100"):
            self.calls.alert_percents = "many"
        with self.assertRaisesRegex(ValidationError, "enter them like 80, 100"):
            self.company.service_quota_alert_percents = "0, 80"

    def test_alert_in_the_language_of_the_responsible(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.user_contract.lang = "it_IT"
        self.env.ref("service_contract.mail_activity_type_quota").with_context(lang="it_IT").summary = "Quota"
        asked = []
        origin = type(self.env["service.entitlement"])._get_alert_text

        def _get_alert_text(bucket, level):
            asked.append(bucket.env.lang)
            return origin(bucket, level)

        self.patch(type(self.env["service.entitlement"]), "_get_alert_text", _get_alert_text)
        self._consume(4.0)
        self.assertEqual(asked, ["it_IT"])

    def test_running_out_filter(self):
        self._consume(3.5)
        found = self.env["service.entitlement"].search(
            [("alerted_percent", ">", 0), ("contract_id", "=", self.contract.id)]
        )
        self.assertEqual(found, self.hours)
