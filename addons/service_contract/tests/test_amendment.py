# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import NOW, ContractCase


@tagged("post_install", "-at_install")
class TestAmendment(ContractCase):
    """Changes in the middle of the term. The contract of the story runs from 12 March 2026, counted from 1 March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_story_contract()
        cls.row_1, cls.row_2 = cls.contract.coverage_ids

    def _new_amendment(self, *lines, date="2026-06-10", contract=None, **vals):
        return (
            self.env["service.contract.amendment"]
            .with_user(self.user_contract)
            .create(
                {
                    "contract_id": (contract or self.contract).id,
                    "date": date,
                    "line_ids": [Command.create(line) for line in lines],
                    **vals,
                }
            )
        )

    # ------------------------------------------------------------------
    # What it does
    # ------------------------------------------------------------------

    def test_add_remove_and_reprice_at_once(self):
        amendment = self._new_amendment(
            {"action": "add", "equipment_id": self.unit_3.id, "price": 50.0, "like_coverage_id": self.row_1.id},
            {"action": "remove", "coverage_id": self.row_1.id},
            {"action": "reprice", "coverage_id": self.row_2.id, "price": 130.0},
            date="2026-06-11",
            reason="Letter of 1 June",
        )
        self.assertRecordValues(
            amendment.line_ids,
            [
                {
                    "name": self.unit_3.display_name,
                    "price_before": 0.0,
                    "amount_difference": 451.07,
                    "effect": "Covered from 06/11/2026 to 03/11/2027",
                },
                # June's twenty days, and nine months less the twenty days of March that the term does not have
                {
                    "name": self.unit_1.display_name,
                    "price_before": 100.0,
                    "amount_difference": -902.15,
                    "effect": "Last day 06/10/2026 instead of 03/11/2027",
                },
                {
                    "name": self.unit_2.display_name,
                    "price_before": 100.0,
                    "amount_difference": 270.65,
                    "effect": "New price from 06/11/2026 to 03/11/2027",
                },
            ],
        )
        self.assertEqual(self.contract.amount_total, 2400.0, "a draft changes nothing")
        amendment.action_apply()
        following = self.contract.coverage_ids.filtered(lambda row: row.origin_id == self.row_2)
        added = self.contract.coverage_ids - self.row_1 - self.row_2 - following
        self.assertRecordValues(
            self.row_1 | self.row_2 | following | added,
            [
                {
                    "equipment_id": self.unit_1.id,
                    "date_end": date(2026, 6, 10),
                    "price": 100.0,
                    "amendment_id": False,
                    "end_amendment_id": amendment.id,
                },
                {
                    "equipment_id": self.unit_2.id,
                    "date_end": date(2026, 6, 10),
                    "price": 100.0,
                    "amendment_id": False,
                    "end_amendment_id": amendment.id,
                },
                {
                    "equipment_id": self.unit_2.id,
                    "date_end": date(2027, 3, 11),
                    "price": 130.0,
                    "amendment_id": amendment.id,
                    "end_amendment_id": False,
                },
                {
                    "equipment_id": self.unit_3.id,
                    "date_end": date(2027, 3, 11),
                    "price": 50.0,
                    "amendment_id": amendment.id,
                    "end_amendment_id": False,
                },
            ],
        )
        self.assertEqual(added.date_start, date(2026, 6, 11))
        self.assertEqual((added.term_labour, added.discount_part), ("from_buckets", 10.0), "those of the like row")
        self.assertRecordValues(
            amendment,
            [
                {
                    "state": "applied",
                    "applied_by_id": self.user_contract.id,
                    "applied_at": NOW,
                    "amount_before": 2400.0,
                    "amount_difference": -180.43,
                    "amount_after": 2219.57,
                    "summary": "Add: 1, Remove: 1, New Price: 1",
                }
            ],
        )
        self.assertEqual(self.contract.amount_total, 2219.57)
        self.assertIn(amendment.name, self.contract.message_ids[0].body)

    def test_move_to_another_contract(self):
        target = self._new_contract(rows=(), activate=False)
        target.coverage_ids = [Command.create({"equipment_id": self.unit_3.id, "price": 10.0})]
        target.action_activate()
        amendment = self._new_amendment(
            {"action": "move", "coverage_id": self.row_1.id, "target_contract_id": target.id, "price": 80.0},
            reason="New agreement",
        )
        self.assertEqual(amendment.line_ids.effect, f"Last day here 06/09/2026, then in {target.name}")
        before = target.amount_total
        amendment.action_apply()
        self.assertEqual(self.row_1.date_end, date(2026, 6, 9))
        self.assertEqual(self.row_1.end_amendment_id, amendment)
        moved = target.coverage_ids.filtered(lambda row: row.equipment_id == self.unit_1)
        self.assertRecordValues(
            moved,
            [
                {
                    "date_start": date(2026, 6, 10),
                    "date_end": date(2026, 12, 31),
                    "price": 80.0,
                    "term_labour": "from_buckets",
                }
            ],
        )
        self.assertEqual(amendment.line_ids.new_coverage_id, moved)
        counterpart = target.amendment_ids
        self.assertRecordValues(
            counterpart,
            [
                {
                    "state": "applied",
                    "source_id": amendment.id,
                    "reason": "New agreement",
                    "amount_before": before,
                    "amount_after": target.amount_total,
                }
            ],
        )
        self.assertEqual(moved.amendment_id, counterpart)
        self.assertAlmostEqual(counterpart.amount_difference, target.amount_total - before)

    def test_scope_is_added_with_what_it_says(self):
        amendment = self._new_amendment(
            {
                "name": "Pumps in the plant",
                "categ_ids": [Command.set(self.category.ids)],
                "site_ids": [Command.set(self.site.ids)],
                "call_type_ids": [Command.set(self.call_type.ids)],
                "time_frame_calendar_id": self.calendar.id,
                "sla_policy_id": self.policy.id,
                "priority": "3",
                "price": 600.0,
                "interval_unit": "year",
                "date_end": date(2026, 12, 31),
            }
        )
        amendment.action_apply()
        self.assertRecordValues(
            amendment.line_ids.new_coverage_id,
            [
                {
                    "name": "Pumps in the plant",
                    "equipment_id": False,
                    "categ_ids": self.category.ids,
                    "site_ids": self.site.ids,
                    "call_type_ids": self.call_type.ids,
                    "time_frame_calendar_id": self.calendar.id,
                    "sla_policy_id": self.policy.id,
                    "priority": "3",
                    "price": 600.0,
                    "interval_count": 1,
                    "interval_unit": "year",
                    "date_start": date(2026, 6, 10),
                    "date_end": date(2026, 12, 31),
                }
            ],
        )

    def test_preview_equals_what_comes(self):
        """In each way of counting, what a draft foresees is what the contract is worth more or less afterwards."""
        for mode in ("days", "30_360"):
            for unit in ("week", "month", "quarter", "year"):
                contract = self._new_contract(
                    rows=[{"equipment_id": self.unit_1.id, "price": 100.0, "interval_unit": unit}] * 2, proration=mode
                )
                first, second = contract.coverage_ids
                amendment = self._new_amendment(
                    {"action": "remove", "coverage_id": first.id},
                    {"action": "reprice", "coverage_id": second.id, "price": 130.0},
                    {"equipment_id": self.unit_2.id, "price": 70.0, "interval_unit": unit},
                    contract=contract,
                )
                foreseen = amendment.amount_difference
                amendment.action_apply()
                with self.subTest(mode=mode, unit=unit):
                    self.assertAlmostEqual(amendment.amount_after - amendment.amount_before, foreseen)

    # ------------------------------------------------------------------
    # The direct ways write one too
    # ------------------------------------------------------------------

    def test_ending_and_repricing_rows_are_amendments(self):
        (self.row_1 | self.row_2).action_end("2026-05-31", reason="Sold")
        self.assertRecordValues(
            self.contract.amendment_ids,
            [
                {
                    "state": "applied",
                    "date": date(2026, 6, 1),
                    "reason": "Sold",
                    "summary": "Remove: 2",
                    "amount_difference": -2 * 935.48,
                }
            ],
        )
        self.row_1.action_end("2026-05-31")
        self.assertEqual(len(self.contract.amendment_ids), 1, "it ends on that day already")
        following = self.row_2.action_reprice("2026-05-01", 90.0)
        self.assertRecordValues(
            self.contract.amendment_ids,
            [{"date": date(2026, 6, 1), "summary": "Remove: 2"}, {"date": date(2026, 5, 1), "summary": "New Price: 1"}],
        )
        self.assertEqual(following.amendment_id, self.contract.amendment_ids[1])

    def test_new_rows_of_a_running_contract_are_amendments(self):
        with Form(self.contract) as form, form.coverage_ids.new() as row:
            row.equipment_id = self.unit_3
            row.date_start = date(2026, 5, 1)
            row.price = 100.0
        added = self.contract.coverage_ids - self.row_1 - self.row_2
        amendment = self.contract.amendment_ids
        self.assertRecordValues(
            amendment,
            [{"state": "applied", "date": date(2026, 5, 1), "amount_before": 2400.0, "amount_after": 3435.48}],
        )
        self.assertEqual(added.amendment_id, amendment)
        self.assertRecordValues(
            amendment.line_ids, [{"equipment_id": self.unit_3.id, "price": 100.0, "new_coverage_id": added.id}]
        )

    def test_drafts_need_no_amendment(self):
        contract = self._new_contract(activate=False)
        contract.coverage_ids = [Command.create({"equipment_id": self.unit_1.id, "price": 1.0})]
        contract.coverage_ids.action_end("2026-06-30")
        contract.action_activate()
        self.assertFalse(contract.amendment_ids)

    def test_renewal_and_cancellation_are_no_amendments(self):
        self.contract.renewal_increase = 5.0
        self.contract.action_renew()
        self.contract.action_cancel(date="2026-06-30")
        self.assertFalse(self.contract.amendment_ids)

    def test_days_and_prices_of_begun_rows_are_not_written(self):
        for field_name, value in [("price", 1.0), ("date_start", "2026-04-01"), ("date_end", "2026-04-01")]:
            with self.subTest(field_name), self.assertRaisesRegex(UserError, "has begun"):
                self.row_1[field_name] = value
        amendment = self._new_amendment()
        with self.assertRaises(AccessError):
            self.row_1.amendment_id = amendment
        with self.assertRaises(AccessError):
            self.row_1.create({"contract_id": self.contract.id, "origin_id": self.row_1.id})

    # ------------------------------------------------------------------
    # What is said and refused
    # ------------------------------------------------------------------

    def test_warnings(self):
        self.unit_3.sudo().action_retire()
        foreign = self._new_unit("P-4", partner_id=self.other_customer.id, site_id=self.other_customer.id)
        amendment = self._new_amendment(
            {"equipment_id": self.unit_1.id},
            {"equipment_id": self.unit_3.id},
            {"action": "remove", "coverage_id": self.row_2.id},
        )
        self.assertRecordValues(
            amendment.line_ids,
            [
                {"warning": f"Covered by {self.contract.name} on the same days."},
                {"warning": "The unit is retired."},
                {"warning": False},
            ],
        )
        self.assertTrue(amendment.has_warnings)
        line = amendment.line_ids.new({"amendment_id": amendment.id, "equipment_id": foreign.id})
        self.assertEqual(line.warning, "The unit belongs to Bianchi Srl.")

    def test_refusals(self):
        draft = self._new_contract(activate=False)
        other = self._new_contract(rows=[{"equipment_id": self.unit_3.id, "price": 1.0}])
        self.row_2.action_end("2026-04-30")
        remove = {"action": "remove", "coverage_id": self.row_1.id}
        move = {"action": "move", "coverage_id": self.row_1.id}
        cases = [
            ([], {}, "changes nothing yet"),
            ([remove], {"date": "2026-03-01"}, "outside the term"),
            ([remove], {"date": "2027-03-13"}, "outside the term"),
            ([{"action": "remove", "coverage_id": self.row_2.id}], {}, "ends on 04/30/2026 already"),
            ([{"action": "reprice", "coverage_id": self.row_2.id}], {}, "ends on 04/30/2026 already"),
            ([remove, remove], {}, "stands in two lines"),
            ([{"equipment_id": self.unit_3.id, "date_end": "2028-01-01"}], {}, "outside the term"),
            ([{**move, "target_contract_id": other.id}], {"date": "2027-02-01"}, "does not run on that day"),
            ([{**move, "target_contract_id": draft.id}], {}, "is not active"),
            ([{"equipment_id": self.unit_3.id}], {"contract_id": draft.id}, "has not begun"),
        ]
        for lines, vals, message in cases:
            amendment = self._new_amendment(*lines, **vals)
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message):
                amendment.action_apply()
            self.assertEqual(amendment.state, "draft")
            self.assertEqual(self.row_1.date_end, date(2027, 3, 11))

    def test_bad_lines(self):
        other = self._new_contract(rows=[{"equipment_id": self.unit_3.id, "price": 1.0}])
        cases = [
            ({"action": "remove"}, "Choose what contract"),
            ({"action": "remove", "coverage_id": other.coverage_ids.id}, "Choose what contract"),
            ({"action": "move", "coverage_id": self.row_1.id}, "Choose the other contract"),
            (
                {"action": "move", "coverage_id": self.row_1.id, "target_contract_id": self.contract.id},
                "Choose the other contract",
            ),
            ({"date_end": "2026-04-01"}, "cannot end on 04/01/2026, before it is added"),
        ]
        for line, message in cases:
            with self.subTest(line=line), self.assertRaisesRegex(ValidationError, message):
                self._new_amendment(line)
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017
            self._new_amendment({"equipment_id": self.unit_3.id, "price": -1.0})

    def test_closed_period_is_refused(self):
        contract = self._new_contract(
            rows=[{"equipment_id": self.unit_1.id, "price": 100.0}],
            period_ids=[
                Command.create({"date_start": "2026-01-01", "date_end": "2026-03-31"}),
                Command.create({"date_start": "2026-04-01", "date_end": "2026-12-31"}),
            ],
        )
        contract.period_ids[0].action_close()
        row = contract.coverage_ids
        for change in (
            lambda: row.action_end("2026-03-15"),
            lambda: row.action_reprice("2026-03-15", 1.0),
            lambda: self._new_amendment({"price": 1.0}, contract=contract, date="2026-03-15").action_apply(),
        ):
            with self.assertRaisesRegex(UserError, "closed period"):
                change()
        row.action_end("2026-03-31")
        self.assertEqual(row.date_end, date(2026, 3, 31), "the first day without cover is in the open one")

    def test_a_wrong_line_leaves_nothing(self):
        """All or nothing, even when it is the last line that fails."""
        currency = self.env["res.currency"].create({"name": "XXT", "symbol": "x"})
        target = self._new_contract(
            rows=[{"equipment_id": self.unit_3.id, "price": 1.0}], currency_id=currency.id
        )
        amendment = self._new_amendment(
            {"action": "remove", "coverage_id": self.row_1.id},
            {"action": "move", "coverage_id": self.row_2.id, "target_contract_id": target.id},
        )
        with self.assertRaisesRegex(UserError, "in another currency"):
            amendment.action_apply()
        self.assertEqual(self.row_1.date_end, date(2027, 3, 11))

    def test_applied_stays_as_it_is(self):
        amendment = self._new_amendment({"action": "remove", "coverage_id": self.row_1.id})
        amendment.action_apply()
        for change in (
            lambda: amendment.write({"date": "2026-07-01"}),
            lambda: amendment.line_ids.write({"price": 1.0}),
            lambda: amendment.line_ids.create({"amendment_id": amendment.id, "equipment_id": self.unit_3.id}),
            amendment.line_ids.unlink,
            amendment.unlink,
        ):
            with self.assertRaisesRegex(UserError, "is Applied and stays as it is"):
                change()
        with self.assertRaisesRegex(UserError, "is Applied and cannot become Applied"):
            amendment.action_apply()
        with self.assertRaisesRegex(UserError, "cannot become Cancelled"):
            amendment.action_cancel()

    def test_rows_that_changed_since_the_draft(self):
        amendment = self._new_amendment({"action": "remove", "coverage_id": self.row_1.id})
        self.row_1.action_end("2026-07-31")
        self.assertEqual(amendment.line_ids.effect, "Last day 06/09/2026 instead of 07/31/2026")
        amendment.action_apply()
        self.assertEqual(amendment.line_ids.effect, "Last day 06/09/2026 instead of 07/31/2026")
        self.assertAlmostEqual(amendment.amount_difference, -(70 + 100))
        self.assertAlmostEqual(amendment.amount_after - amendment.amount_before, -(70 + 100))

    def test_laid_aside_and_taken_up(self):
        amendment = self._new_amendment({"action": "remove", "coverage_id": self.row_1.id})
        amendment.action_cancel()
        with self.assertRaisesRegex(UserError, "cannot become Applied"):
            amendment.action_apply()
        amendment.action_reset()
        amendment.action_apply()
        self.assertEqual(self.row_1.date_end, date(2026, 6, 9))

    def test_roles(self):
        amendment = self._new_amendment({"action": "reprice", "coverage_id": self.row_1.id, "price": 130.0})
        for user in (self.user_reader, self.user_auditor):
            with self.assertRaises(AccessError):
                amendment.with_user(user).action_apply()
        with self.assertRaises(AccessError):
            amendment.state = "applied"
        amendment.action_apply()
        seen = amendment.with_user(self.user_reader)
        self.assertEqual(seen.line_ids.effect, "New price from 06/10/2026 to 03/11/2027")
        self.assertNotIn("price", seen.line_ids.fields_get())
        with self.assertRaises(AccessError):
            seen.read(["amount_difference"])

    def test_form(self):
        """What a person does: choose the change, then the row, and see what it is worth."""
        amendments = self.env["service.contract.amendment"].with_user(self.user_contract)
        with Form(amendments.with_context(default_contract_id=self.contract.id)) as form:
            self.assertEqual(form.date, date(2026, 4, 15))
            form.date = date(2026, 5, 1)
            with form.line_ids.new() as line:
                line.action = "reprice"
                line.coverage_id = self.row_1
                self.assertEqual(line.price, 100.0)
                line.price = 110.0
                self.assertEqual(line.amount_difference, 103.55)
            self.assertEqual(form.amount_difference, 103.55)
        form.record.action_apply()
        self.assertEqual(self.row_1.date_end, date(2026, 4, 30))

    def test_many_rows_in_few_queries(self):
        """The slope of removing rows: a few queries per row at most."""

        def remove(count):
            contract = self._new_contract(rows=[{"price": 10.0}] * count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contract.coverage_ids.action_end("2026-06-30")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        remove(1)
        few, many = remove(10), remove(30)
        self.assertLess((many - few) / 20, 0.5)

    def test_history_of_the_instant(self):
        self.row_1.action_end("2026-05-31")
        self.assertEqual(self.contract.amendment_ids.applied_at, datetime(2026, 4, 15, 9))
