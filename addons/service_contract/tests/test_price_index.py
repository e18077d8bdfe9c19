# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestPriceIndex(ContractCase):
    """Contracts whose prices follow a table of published values."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.index = cls.env["service.price.index"].with_user(cls.user_manager).create(
            {
                "name": "Consumer prices",
                "value_ids": [
                    Command.create({"date": date(2025, 10, 1), "value": 108.9}),
                    Command.create({"date": date(2026, 1, 1), "value": 110.2}),
                    Command.create({"date": date(2026, 10, 1), "value": 112.4}),
                ],
            }
        )

    def _new_indexed_contract(self, rows=None, **vals):
        rows = rows or [{"equipment_id": self.unit_1.id, "price": 100.0}]
        return self._new_contract(
            rows=rows,
            **{
                "renewal_indexation": "index",
                "price_index_id": self.index.id,
                "index_lag_months": 3,
                "index_share": 75.0,
                "index_cap": 3.0,
                **vals,
            },
        )

    def test_a_value_holds_until_the_next_is_due(self):
        other = self.index.copy({"interval_months": 3})
        days = [
            (index, day)
            for index in (self.index, other)
            for day in (date(2025, 9, 30), date(2025, 10, 1), date(2025, 10, 31), date(2025, 11, 1), date(2026, 1, 5))
        ]
        found = self.env["service.price.index"]._get_values(days)
        self.assertEqual(
            [found[key].value for key in days],
            [0.0, 108.9, 108.9, 0.0, 110.2, 0.0, 108.9, 108.9, 108.9, 110.2],
        )
        self.assertRecordValues(self.index, [{"date_last": date(2026, 10, 1), "value_last": 112.4}])

    def test_reading_values_costs_the_same_for_many_contracts(self):
        contracts = self.env["service.contract"]
        for _number in range(4):
            contracts |= self._new_indexed_contract(activate=False)
        self.env.flush_all()
        counts = []
        for batch in (contracts[:1], contracts[:1], contracts):  # the first one fills the caches of rights
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch.with_user(self.user_contract)._get_indexations()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_renewal_by_the_index(self):
        """Three quarters of the price follow 108.9 -> 112.4: 2.4105 %, below the cap of 3 %."""
        contract = self._new_indexed_contract(
            rows=[
                {"equipment_id": self.unit_1.id, "price": 100.0},
                {"equipment_id": self.unit_2.id, "price": 37.0},
                {"equipment_id": self.unit_3.id, "price": 50.0, "is_price_fixed": True},
            ],
            period_ids=[Command.create({"price": 1000.0})],
        )
        self.assertRecordValues(
            contract,
            [
                {
                    "renewal_percent": 2.4105,
                    "is_index_missing": False,
                    "renewal_amount": 12 * 187.0 + 1000.0,
                    "renewal_amount_new": 12 * (102.41 + 37.89 + 50.0) + 1024.11,
                }
            ],
        )
        contract.action_renew()
        rows = contract.coverage_ids.filtered(lambda row: row.date_end == date(2027, 12, 31) and not row.period_id)
        self.assertRecordValues(
            rows.sorted(lambda row: row.equipment_id.id),
            [
                {"price": 102.41, "date_start": date(2027, 1, 1), "equipment_id": self.unit_1.id},
                {"price": 37.89, "date_start": date(2027, 1, 1), "equipment_id": self.unit_2.id},
                {"price": 50.0, "date_start": date(2026, 1, 1), "equipment_id": self.unit_3.id},
            ],
        )
        self.assertRecordValues(
            contract.renewal_ids,
            [
                {
                    "indexation": "index",
                    "increase": 2.4105,
                    "index_base_date": date(2025, 10, 1),
                    "index_base_value": 108.9,
                    "index_date": date(2026, 10, 1),
                    "index_value": 112.4,
                    "index_factor": 1.03214,
                    "amount_old": 3244.0,
                    "amount_new": 3307.71,
                    "amount_difference": 63.71,
                }
            ],
        )
        self.assertEqual(contract.index_base_date, date(2026, 10, 1), "the next one starts from here")

    def test_history_does_not_follow_the_table(self):
        contract = self._new_indexed_contract()
        contract.action_renew()
        self.index.value_ids.filtered(lambda value: value.value == 112.4).value = 200.0
        self.env.flush_all()
        self.assertRecordValues(contract.renewal_ids, [{"index_value": 112.4, "increase": 2.4105}])

    def test_the_cap_and_the_step(self):
        contract = self._new_indexed_contract(index_share=100.0, renewal_price_step=0.5)
        contract.coverage_ids.flush_recordset()
        contract.action_renew()
        self.assertEqual(contract.renewal_ids.increase, 3.0)
        self.assertEqual(contract.coverage_ids.sorted("date_start")[-1].price, 103.0)
        contract = self._new_indexed_contract(index_cap=0.0, index_share=100.0, renewal_price_step=0.5)
        contract.action_renew()
        self.assertEqual(contract.renewal_ids.increase, 3.214)
        self.assertEqual(contract.coverage_ids.sorted("date_start")[-1].price, 103.0, "103.21 in steps of 0.50")

    def test_the_base_may_be_named(self):
        contract = self._new_indexed_contract(index_base_date=date(2026, 1, 15), index_share=100.0)
        contract.action_renew()
        self.assertRecordValues(
            contract.renewal_ids, [{"index_base_date": date(2026, 1, 1), "index_base_value": 110.2, "increase": 1.9964}]
        )

    def test_a_missing_value_refuses_and_changes_nothing(self):
        contract = self._new_indexed_contract(index_lag_months=1)
        self.assertRecordValues(contract, [{"is_index_missing": True, "renewal_percent": 0.0}])
        self.index.value_ids = [Command.create({"date": date(2025, 12, 1), "value": 109.5})]
        # expected by the last value that is known: 112.4
        self.assertRecordValues(contract, [{"is_index_missing": True, "renewal_percent": 1.9863}])
        with self.assertRaisesRegex(UserError, "index Consumer prices has no value for 12/01/2026, enter it first"):
            contract.action_renew()
        self.index.value_ids = [Command.create({"date": date(2026, 12, 1), "value": 113.0})]
        self.assertRecordValues(contract, [{"is_index_missing": False, "date_end": date(2026, 12, 31)}])
        self.assertFalse(contract.renewal_ids)
        contract.action_renew()
        self.assertEqual(contract.renewal_ids.index_value, 113.0)

    def test_an_increase_agreed_by_hand_needs_no_value(self):
        contract = self._new_indexed_contract(index_lag_months=1)
        contract._renew(increase=1.5)
        self.assertRecordValues(contract.renewal_ids, [{"indexation": "agreed", "increase": 1.5, "index_value": 0.0}])
        self.assertEqual(contract.index_base_date, date(2026, 12, 1), "the next renewal counts from this one")

    def test_bad_values_are_refused(self):
        Value = self.env["service.price.index.value"]
        for error, values in [
            (UniqueViolation, {"index_id": self.index.id, "date": date(2026, 1, 1), "value": 1.0}),
            (CheckViolation, {"index_id": self.index.id, "date": date(2026, 2, 1), "value": 0.0}),
            (CheckViolation, {"index_id": self.index.id, "date": date(2026, 2, 1), "value": -1.0}),
        ]:
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(error),
                self.env.cr.savepoint(),
            ):
                Value.create(values)
        for values in [
            {"renewal_indexation": "index"},
            {"index_share": 101.0},
            {"index_cap": -1.0},
            {"index_cap": 2.0, "index_floor": 3.0},
            {"renewal_increase": -101.0},
            {"renewal_months": -1},
            {"renewal_price_step": -0.5},
        ]:
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self._new_contract(activate=False, **values)

    def test_the_form_asks_for_what_the_rule_needs(self):
        with Form(self.env["service.contract"].with_user(self.user_contract)) as form:
            form.partner_id = self.customer
            form.renewal_indexation = "index"
            form.price_index_id = self.index
        self.assertEqual(form.record.index_share, 100.0)

    def test_readers_see_no_values(self):
        contract = self._new_indexed_contract()
        contract.action_renew()
        self.env.flush_all()
        self.env.invalidate_all()
        as_reader = contract.with_user(self.user_reader)
        self.assertEqual(as_reader.renewal_ids.date_end, date(2027, 12, 31))
        for record, field in [
            (as_reader, "renewal_amount"),
            (as_reader, "renewal_percent"),
            (as_reader, "price_index_id"),
            (as_reader.renewal_ids, "amount_new"),
            (as_reader.renewal_ids, "increase"),
        ]:
            with self.subTest(field=field), self.assertRaises(AccessError):
                record.read([field])
        with self.assertRaises(AccessError):
            as_reader.renewal_preview()
        with self.assertRaises(AccessError):
            self.index.with_user(self.user_contract).name = "Mine"
