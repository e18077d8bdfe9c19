# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from .common import TODAY, ContractCase

YEAR_END, NEXT_YEAR_END = date(2026, 12, 31), date(2027, 12, 31)


@tagged("post_install", "-at_install")
class TestRenewal(ContractCase):
    """What a renewal makes, and what it keeps."""

    def test_history(self):
        contract = self._new_story_contract(renewal_increase=5.0)
        self.assertEqual(contract.renewal_indexation, "percent", "a percentage that stands there is meant")
        contract.action_renew()
        self.assertRecordValues(
            contract.renewal_ids,
            [
                {
                    "date": TODAY,
                    "user_id": self.user_contract.id,
                    "is_automatic": False,
                    "date_end_old": date(2027, 3, 11),
                    "date_start": date(2027, 3, 12),
                    "date_end": date(2028, 3, 11),
                    "term_months": 12,
                    "indexation": "percent",
                    "increase": 5.0,
                    "amount_old": 2400.0,
                    "amount_new": 2520.0,
                }
            ],
        )
        self.assertEqual(contract.renewal_ids.period_ids, contract.period_ids[1])
        contract.write({"renewal_increase": 9.0})
        self.assertEqual(contract.renewal_ids.increase, 5.0, "what was carried out does not follow the rule")
        with self.assertRaises(AccessError):
            contract.renewal_ids.increase = 1.0

    def test_second_renewal_starts_from_the_first(self):
        contract = self._new_story_contract(renewal_increase=10.0)
        contract.action_renew()
        contract.action_renew()
        rows = contract.coverage_ids.filtered(lambda row: row.equipment_id == self.unit_1).sorted("date_start")
        self.assertEqual(rows.mapped("price"), [100.0, 110.0, 121.0])
        self.assertEqual(rows[1:].origin_id, rows[0])
        self.assertEqual(contract.renewal_ids.sorted().mapped("date_end"), [date(2029, 3, 11), date(2028, 3, 11)])
        self.assertEqual(contract.date_term_start, date(2028, 3, 12))

    def test_a_contract_without_periods_goes_on_by_its_last_term(self):
        contract = self._new_contract()
        for last_day in (date(2027, 12, 31), date(2028, 12, 31), date(2029, 12, 31)):
            contract.action_renew()
            self.assertEqual(contract.date_end, last_day)

    def test_lengths_of_terms(self):
        for start, end, months, ends in [
            (date(2024, 2, 29), date(2025, 2, 27), 0, [date(2026, 2, 27), date(2027, 2, 27), date(2028, 2, 28)]),
            (date(2026, 1, 31), date(2026, 2, 27), 0, [date(2026, 3, 30), date(2026, 4, 29), date(2026, 5, 30)]),
            (date(2026, 1, 1), date(2026, 1, 30), 0, [date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 30)]),
            (date(2026, 4, 1), date(2026, 4, 30), 0, [date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)]),
            (date(2023, 1, 1), date(2025, 12, 31), 12, [date(2026, 12, 31), date(2027, 12, 31)]),
        ]:
            with self.subTest(start=start, end=end):
                contract = self._new_contract(date_start=start, date_end=end, renewal_months=months)
                for last_day in ends:
                    contract.action_renew()
                    self.assertEqual(contract.date_end, last_day)

    def test_every_period_of_the_term_is_made_again(self):
        contract = self._new_contract(
            renewal_increase=10.0,
            period_ids=[
                Command.create(
                    {"date_start": date(2026, 1, 1), "date_end": date(2026, 6, 30), "free_calls": 3, "price": 300.0}
                ),
                Command.create(
                    {"date_start": date(2026, 7, 1), "date_end": date(2026, 12, 31), "free_hours": 5, "price": 99.99}
                ),
            ],
        )
        contract.action_renew()
        self.assertRecordValues(
            contract.period_ids[2:],
            [
                {"date_start": date(2027, 1, 1), "date_end": date(2027, 6, 30), "free_calls": 3, "price": 330.0},
                {"date_start": date(2027, 7, 1), "date_end": date(2027, 12, 31), "free_calls": 0, "price": 109.99},
            ],
        )
        flat = contract.coverage_ids.filtered(lambda row: row.period_id in contract.period_ids[2:])
        self.assertEqual(flat.mapped("price"), [330.0, 109.99])
        self.assertEqual(
            contract.entitlement_ids.filtered(lambda bucket: bucket.date_start.year == 2027).mapped("unit"),
            ["calls", "hours"],
        )

    def test_a_shorter_term_gets_its_part_of_the_period(self):
        contract = self._new_contract(
            renewal_months=6,
            period_ids=[Command.create({"free_hours": 10, "price": 365.0})],
        )
        contract.action_renew()
        self.assertRecordValues(
            contract.period_ids[1:],
            [{"date_start": date(2027, 1, 1), "date_end": date(2027, 6, 30), "free_hours": 4.96, "price": 181.0}],
        )

    def test_what_ended_before_does_not_go_on(self):
        contract = self._new_contract(
            rows=[
                {"equipment_id": self.unit_1.id, "price": 10.0},
                {"equipment_id": self.unit_2.id, "price": 10.0, "date_end": date(2026, 6, 30)},
                {"equipment_id": self.unit_3.id, "price": 10.0, "interval_unit": "once"},
            ],
            renewal_increase=5.0,
        )
        contract.action_renew()
        self.assertEqual(
            contract.coverage_ids.filtered(lambda row: row.date_end > YEAR_END).equipment_id, self.unit_1
        )

    def test_a_fixed_price_stays(self):
        contract = self._new_contract(
            rows=[
                {"equipment_id": self.unit_1.id, "price": 100.0},
                {"equipment_id": self.unit_2.id, "price": 100.0, "is_price_fixed": True},
            ],
            renewal_increase=3.0,
        )
        self.assertRecordValues(contract, [{"renewal_amount": 2400.0, "renewal_amount_new": 2436.0}])
        contract.action_renew()
        rows = contract.coverage_ids.filtered(lambda row: row.date_end == NEXT_YEAR_END)
        self.assertEqual(rows.sorted("price").mapped("price"), [100.0, 103.0])
        self.assertTrue(rows.filtered(lambda row: row.equipment_id == self.unit_2).date_start == date(2026, 1, 1))

    def test_roll_over_when_renewed_after_the_end(self):
        contract = self._new_contract(
            date_start=date(2025, 1, 1),
            date_end=date(2025, 12, 31),
            period_ids=[Command.create({"free_hours": 10, "rollover_percent": 50})],
        )
        contract.action_renew()
        self.assertRecordValues(contract.period_ids, [{"state": "closed"}, {"state": "open"}])
        self.assertEqual(contract.entitlement_ids.sorted("date_start").mapped("quantity_left"), [5.0, 15.0])

    def test_roll_over_when_renewed_ahead(self):
        """The old period stays open for its work; what is left goes over when it is closed."""
        contract = self._new_contract(period_ids=[Command.create({"free_hours": 10, "rollover_percent": 50})])
        contract.action_renew()
        self.assertEqual(contract.entitlement_ids.sorted("date_start").mapped("quantity_left"), [10.0, 10.0])
        with freeze_time("2026-12-20 09:00:00"):
            self.env["service.entitlement"]._consume("hours", 4.0, date(2026, 12, 20), contract)
        with freeze_time("2027-01-10 09:00:00"):
            contract.period_ids[0].action_close()
        self.assertEqual(contract.entitlement_ids.sorted("date_start").mapped("quantity_left"), [3.0, 13.0])

    def test_a_suspended_contract_stays_so(self):
        contract = self._new_contract()
        contract.action_suspend()
        contract.action_renew()
        self.assertRecordValues(contract, [{"state": "suspended", "date_end": NEXT_YEAR_END}])

    def test_refused(self):
        draft = self._new_contract(activate=False)
        with self.assertRaisesRegex(UserError, "is Draft and cannot be renewed"):
            draft.action_renew()
        ending = self._new_contract()
        ending.action_cancel(date="2026-06-30")
        with self.assertRaisesRegex(UserError, "ends on 06/30/2026: withdraw the termination"):
            ending.action_renew()
        contract = self._new_contract()
        contract.action_renew(date_end="2026-12-31")
        with self.assertRaisesRegex(UserError, "has been renewed meanwhile: it runs until 12/31/2027"):
            contract.action_renew(date_end="2026-12-31")
        self.assertEqual(len(contract.renewal_ids), 1)

    def test_the_database_refuses_a_second_renewal_of_a_term(self):
        contract = self._new_contract()
        contract.action_renew()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            contract.renewal_ids.sudo().copy()

    def test_amounts_follow_what_is_covered(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 100.0}], renewal_increase=5.0)
        self.assertRecordValues(contract, [{"renewal_amount": 1200.0, "renewal_amount_new": 1260.0}])
        contract.renewal_months = 6
        self.assertRecordValues(contract, [{"renewal_amount": 600.0, "renewal_amount_new": 630.0}])
        contract.coverage_ids.action_end("2026-06-30")
        self.assertRecordValues(contract, [{"renewal_amount": 0.0, "renewal_amount_new": 0.0}])

    def test_preview_is_what_happens_and_changes_nothing(self):
        contract = self._new_story_contract(renewal_increase=2.5)
        preview = contract.renewal_preview()
        self.assertFalse(contract.renewal_ids)
        self.assertEqual(preview["problem"], "")
        self.assertEqual([row["price_new"] for row in preview["rows"]], [102.5, 102.5])
        contract.action_renew()
        renewal = contract.renewal_ids
        self.assertEqual(
            (preview["date_start"], preview["date_end"], preview["amount_old"], preview["amount_new"]),
            (str(renewal.date_start), str(renewal.date_end), renewal.amount_old, renewal.amount_new),
        )
        self.assertEqual(contract.renewal_preview()["warnings"], ["Renewed already: its present term has not begun."])

    def test_many_units_cost_few_queries(self):
        """The rows are written in batches: three times as many units do not take three times the queries."""
        counts = []
        for number in (4, 12):
            rows = [{"name": f"Scope {index}", "price": 10.0 + index} for index in range(number)]
            contract = self._new_contract(rows=rows, renewal_increase=5.0)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            contract.action_renew()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 16, counts)

    def test_migration_keeps_the_term_and_the_percentage(self):
        contract = self._new_story_contract(renewal_increase=5.0)
        contract.action_renew()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM service_contract_renewal WHERE contract_id = %s", [contract.id])
        self.env.cr.execute(
            "UPDATE service_contract SET date_term_start = date_start, renewal_indexation = 'none' WHERE id = %s",
            [contract.id],
        )
        self.env.invalidate_all()
        script = load_script(file_path("service_contract/migrations/19.0.1.1.0/post-renewal.py"), "post_renewal")
        for _run in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertRecordValues(
            contract,
            [
                {
                    "date_term_start": date(2027, 3, 12),
                    "renewal_indexation": "percent",
                    "renewal_percent": 5.0,
                    "renewal_amount": 2520.0,
                    "renewal_amount_new": 2646.0,
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestRenewalStage(ContractCase):
    """What has been decided about the next term."""

    def test_decisions(self):
        contract = self._new_contract()
        contract.action_offer_renewal()
        contract.action_confirm_renewal()
        self.assertRecordValues(contract, [{"renewal_stage": "confirmed", "renewal_confirmed_on": TODAY}])
        with self.assertRaisesRegex(UserError, "is Confirmed and cannot become Offered"):
            contract.action_offer_renewal()
        contract.action_end_renewal()
        self.assertRecordValues(contract, [{"renewal_stage": "ending", "renewal_confirmed_on": False}])
        contract.action_reopen_renewal()
        contract.action_confirm_renewal()
        contract.action_renew()
        self.assertRecordValues(contract, [{"renewal_stage": "decide", "renewal_confirmed_on": False}])

    def test_a_card_moved_is_the_same_decision(self):
        contract = self._new_contract()
        contract.renewal_stage = "confirmed"
        self.assertEqual(contract.renewal_confirmed_on, TODAY)
        with self.assertRaisesRegex(UserError, "is Confirmed and cannot become Offered"):
            contract.renewal_stage = "offered"
        with self.assertRaisesRegex(UserError, "does not run: there is no renewal"):
            self._new_contract(activate=False).renewal_stage = "confirmed"

    def test_a_contract_that_ends_by_its_terms(self):
        contract = self._new_contract(renewal_mode="none")
        self.assertEqual(contract.renewal_stage, "ending")
        with self.assertRaisesRegex(UserError, "ends by its terms"):
            contract.action_reopen_renewal()
        contract.renewal_mode = "manual"
        self.assertEqual(contract.renewal_stage, "decide")

    def test_offer_opens_the_message_in_the_customers_language(self):
        self.customer.email = "rossi@example.com"
        contract = self._new_contract(rows=[{"price": 100.0}], renewal_increase=5.0)
        action = contract.action_offer_renewal()
        self.assertEqual(contract.renewal_stage, "offered")
        Composer = self.env["mail.compose.message"].with_user(self.user_contract)
        composer = Form(Composer.with_context(**action["context"]))
        self.assertIn("runs until", composer.body)
        self.assertIn("1,260.00", composer.body)
        self.assertIn("12/31/2027", composer.body)

    def test_readers_decide_nothing(self):
        contract = self._new_contract().with_user(self.user_reader)
        for action in ("action_offer_renewal", "action_confirm_renewal", "action_end_renewal"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(contract, action)()
        with self.assertRaises(AccessError):
            contract.with_user(self.user_portal).read(["renewal_stage"])
