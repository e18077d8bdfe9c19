# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TODAY, ContractCase


@tagged("post_install", "-at_install")
class TestPackage(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_contract(
            rows=[{"equipment_id": cls.unit_1.id, "price": 100.0}],
            term_labour="from_buckets",
        )
        cls.package = cls.env["service.entitlement.package"].create(
            {"name": "10 hours", "quantity": 10.0, "price": 500.0, "validity_months": 3, "top_up_percent": 20.0}
        )

    def _sell(self, package=None, user=None, **kwargs):
        contract = self.contract.with_user(user or self.user_contract)
        return contract.action_sell_package((package or self.package).id, **kwargs)

    def _consume(self, quantity, day=TODAY):
        """Take from the contract as somebody who may only read it."""
        entitlements = self.env["service.entitlement"].with_user(self.user_reader)
        return entitlements._consume("hours", quantity, day, self.contract)

    def _run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("service_contract.ir_cron_remind_quotas").method_direct_trigger()
        self.env.invalidate_all()

    def _get_alerts(self):
        return self.contract.activity_ids.mapped("summary")

    # ------------------------------------------------------------------
    # Sale
    # ------------------------------------------------------------------

    def test_sale_makes_quota_and_price(self):
        value = self.contract.amount_total
        bucket = self._sell()
        self.assertRecordValues(
            bucket,
            [
                {
                    "name": "10 hours",
                    "source": "package",
                    "package_id": self.package.id,
                    "quantity": 10.0,
                    "unit": "hours",
                    "date_start": TODAY,
                    "date_end": date(2026, 7, 14),
                }
            ],
        )
        self.assertRecordValues(
            bucket.package_coverage_ids,
            [{"price": 500.0, "interval_unit": "once", "date_start": TODAY, "date_end": TODAY}],
        )
        self.assertEqual(self.contract.amount_total, value + 500.0)
        self.assertIn("Package sold: 10 hours", self.contract.message_ids[0].body)

    def test_several_at_a_price_by_hand(self):
        bucket = self._sell(count=3, price=450.0, date="2026-05-31")
        self.assertRecordValues(
            bucket,
            [
                {
                    "name": "10 hours x 3",
                    "quantity": 30.0,
                    "date_start": date(2026, 5, 31),
                    "date_end": date(2026, 8, 30),
                }
            ],
        )
        self.assertEqual(bucket.package_coverage_ids.price, 1350.0)

    def test_sale_is_no_amendment(self):
        self._sell()
        self.assertFalse(self.contract.amendment_ids)

    def test_contract_shows_current_quotas_with_totals(self):
        late, soon = self._sell(), self._sell(date="2026-04-01")
        self._consume(3.5)
        contract = self.contract.with_user(self.user_reader)
        self.assertEqual(set(contract.current_entitlement_ids), set(late | soon))
        self.assertRecordValues(
            contract, [{"quota_summary": "16.5 of 20 hours", "past_entitlement_count": 0}]
        )
        with freeze_time("2026-07-05 09:00:00"):
            contract.invalidate_recordset()
            self.assertEqual(contract.current_entitlement_ids, late)
            self.assertRecordValues(contract, [{"quota_summary": "10 of 10 hours", "past_entitlement_count": 1}])

    def test_sale_taken_back(self):
        value = self.contract.amount_total
        bucket = self._sell()
        with self.assertRaisesRegex(UserError, "take the sale back"):
            bucket.unlink()
        bucket.action_take_back_sale()
        self.assertRecordValues(bucket, [{"quantity": 0.0, "quantity_left": 0.0}])
        self.assertEqual(self.contract.amount_total, value)
        self.assertFalse(self.contract.amendment_ids)
        used = self._sell()
        self._consume(1.0)
        with self.assertRaisesRegex(UserError, "no untouched package"):
            used.action_take_back_sale()
        with self.assertRaises(AccessError):
            used.with_user(self.user_reader).action_take_back_sale()

    def test_customer_reads_his_quotas(self):
        bucket = self._sell()
        self.env.flush_all()
        self.env.invalidate_all()
        contract = self.contract.with_user(self.user_portal)
        self.assertRecordValues(contract, [{"quota_summary": "10 of 10 hours", "past_entitlement_count": 0}])
        quotas = contract.entitlement_ids
        seen = [name for name, field in bucket._fields.items() if quotas._has_field_access(field, "read")]
        self.assertNotIn("package_id", seen)
        for name in seen:
            self.env.invalidate_all()
            with self.subTest(field=name):
                quotas.read([name])

    def test_gift_is_not_billed(self):
        self.assertFalse(self._sell(price=0.0).package_coverage_ids)

    def test_valid_until_the_contract_ends(self):
        self.package.validity_months = 0
        self.assertEqual(self._sell().date_end, date(2026, 12, 31))

    def test_price_in_the_currency_of_the_contract(self):
        currency = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "X",
                "rounding": 0.05,
                "rate_ids": [Command.create({"name": "2026-01-01", "rate": 1.333, "company_id": self.company.id})],
            }
        )
        contract = self._new_contract(currency_id=currency.id)
        bucket = contract.action_sell_package(self.package.id)
        self.assertAlmostEqual(bucket.package_coverage_ids.price, 666.50)

    def test_package_is_no_cover(self):
        """Hours for one unit don't put another one under the contract."""
        self._sell()
        self.assertEqual(self._resolve(equipment_id=self.unit_1.id)["contract_id"], self.contract.id)
        self.assertFalse(self._resolve(equipment_id=self.unit_2.id)["contract_id"])
        # Nor do the customer's page and the printed contract call it something covered.
        self.assertEqual(self.contract._get_promised_rows().equipment_id, self.unit_1)
        self.assertEqual(len(self.contract._get_promised_rows()), 1)

    def test_copied_contract_gets_no_package(self):
        self._sell()
        copied = self.contract.copy()
        self.assertEqual(copied.coverage_ids.mapped("price"), [100.0])
        self.assertFalse(copied.entitlement_ids)

    def test_earliest_expiry_first(self):
        late = self._sell(date="2026-04-10")
        self.package.validity_months = 1
        soon = self._sell()
        consumptions, rest = self._consume(12.0)
        self.assertRecordValues(
            consumptions, [{"entitlement_id": soon.id, "quantity": 10.0}, {"entitlement_id": late.id, "quantity": 2.0}]
        )
        self.assertEqual(rest, 0.0)

    def test_bad_input_changes_nothing(self):
        draft = self._new_contract(activate=False)
        for message, sale in [
            ("does not run on", lambda: self._sell(date="2027-01-01")),
            ("does not run on", lambda: draft.action_sell_package(self.package.id)),
            ("how many packages", lambda: self._sell(count=0)),
            ("cannot be negative", lambda: self._sell(price=-1.0)),
        ]:
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message):
                sale()
        other = self.env["res.company"].create({"name": "Second"})
        self.package.company_id = other
        with self.assertRaises(UserError):
            self._sell()
        self.assertFalse(self.contract.entitlement_ids)

    def test_rights(self):
        for user in (self.user_reader, self.user_auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._sell(user=user)
        self.assertNotIn("price", self.package.with_user(self.user_reader).fields_get())
        self.assertIn("price", self.package.with_user(self.user_auditor).fields_get())

    def test_wizard_shows_what_it_gives_and_costs(self):
        wizard = Form(
            self.env["service.entitlement.sell"].with_user(self.user_contract).with_context(active_id=self.contract.id)
        )
        wizard.package_id = self.package
        wizard.count = 2
        self.assertEqual(
            (wizard.price, wizard.amount, wizard.quantity, wizard.date_end), (500.0, 1000.0, 20.0, date(2026, 7, 14))
        )
        wizard.save().action_confirm()
        self.assertEqual(self.contract.entitlement_ids.quantity, 20.0)

    # ------------------------------------------------------------------
    # Top-up
    # ------------------------------------------------------------------

    def test_top_up_is_offered_once(self):
        self._sell()
        self._consume(7.5)
        self.assertFalse(self._get_alerts())
        self._consume(0.5)
        offer = "10 hours: 2 hours left, offer another package"
        self.assertIn(offer, self._get_alerts())
        self._consume(1.0)
        self.assertEqual(self._get_alerts().count(offer), 1)
        self.assertEqual(len([text for text in self._get_alerts() if "offer" in text]), 1)

    def test_no_top_up_while_another_one_waits(self):
        self._sell()
        self._sell()
        self._consume(9.5)
        self.assertFalse([text for text in self._get_alerts() if "offer" in text])

    def test_top_up_by_itself(self):
        """The work that outruns a package goes on with the next one, which an engineer may set off."""
        self.contract.auto_top_up = True
        first = self._sell()
        self._consume(7.0)
        consumptions, rest = self._consume(4.5, day=date(2026, 4, 20))
        second = self.contract.entitlement_ids - first
        self.assertRecordValues(
            second, [{"package_id": self.package.id, "date_start": date(2026, 4, 20), "quantity_left": 8.5}]
        )
        self.assertEqual((consumptions.mapped("quantity"), rest), ([3.0, 1.5], 0.0))
        self.assertEqual(second.package_coverage_ids.price, 500.0)

    def test_one_package_per_work_at_most(self):
        self.contract.auto_top_up = True
        self._sell()
        _consumptions, rest = self._consume(45.0)
        self.assertEqual((len(self.contract.entitlement_ids), rest), (2, 25.0))

    def test_no_sale_by_itself_after_the_term(self):
        self.contract.auto_top_up = True
        bucket = self._sell(date="2026-12-01")
        self._consume(10.0, day=date(2027, 1, 5))
        self.assertEqual(self.contract.entitlement_ids, bucket)
        self.assertTrue([text for text in self._get_alerts() if "offer" in text])

    # ------------------------------------------------------------------
    # Lapse
    # ------------------------------------------------------------------

    def test_reminder_before_a_package_lapses(self):
        used_up = self._sell()
        self._consume(10.0)
        self._sell()
        self._consume(3.0)
        self.contract.activity_ids.unlink()
        self._run_cron()
        self.assertFalse(self._get_alerts())
        with freeze_time("2026-06-20 10:00"):
            self._run_cron()
            self._run_cron()
        self.assertEqual(self._get_alerts(), ["10 hours: 7 hours lapse on 07/14/2026"])
        self.assertEqual(self.contract.activity_ids.date_deadline, date(2026, 7, 14))
        self.assertFalse(used_up.date_reminded)

    def test_rolls_over_to_the_next_package(self):
        self.package.rollover_percent = 50.0
        first = self._sell()
        self._consume(4.0)
        self.package.validity_months = 6
        second = self._sell()
        self._run_cron()
        self.assertEqual(second.quantity, 10.0, "not before it lapses")
        with freeze_time("2026-07-15 10:00"):
            self._run_cron()
            self._run_cron()
        self.assertRecordValues(first, [{"quantity_left": 3.0, "rolled_to_id": second.id}])
        self.assertRecordValues(second, [{"quantity": 13.0, "quantity_rolled": 3.0}])

    def test_one_that_fails_does_not_stop_the_others(self):
        bad, good = self._sell(), self._sell()
        model = type(self.env["service.entitlement"])
        origin = model._remind_lapse

        def _remind_lapse(buckets):
            if bad in buckets:
                raise ValueError("broken")
            return origin(buckets)

        self.patch(model, "_remind_lapse", _remind_lapse)
        with freeze_time("2026-06-20 10:00"), mute_logger("odoo.addons.service_contract.models.service_batch_mixin"):
            self._run_cron()
        self.assertTrue(good.date_reminded)
        self.assertIn("broken", " ".join(self.contract.message_ids.mapped("body")))
