# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestCoverage(ContractCase):
    def test_end_and_take_back(self):
        contract = self._new_story_contract()
        first, second = contract.coverage_ids
        second.action_end("2026-04-10")
        self.assertEqual(second.date_end, date(2026, 4, 10))
        with self.assertRaisesRegex(UserError, "ends on 2026-04-10 already"):
            second.action_end("2026-05-10")
        first.action_end("2026-01-01")
        self.assertEqual(first.date_end, date(2026, 3, 11), "covers nothing at all")
        self.assertAlmostEqual(contract.amount_total, 64.52 + 33.33)

    def test_reprice(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 100.0}])
        row = contract.coverage_ids
        following = row.action_reprice("2026-07-16", 130.0)
        self.assertRecordValues(
            row | following,
            [
                {"date_start": date(2026, 1, 1), "date_end": date(2026, 7, 15), "price": 100.0, "origin_id": False},
                {"date_start": date(2026, 7, 16), "date_end": date(2026, 12, 31), "price": 130.0, "origin_id": row.id},
            ],
        )
        again = following.action_reprice("2026-10-01", 140.0)
        self.assertEqual(again.origin_id, row)
        self.assertEqual(again.equipment_id, self.unit_1)
        self.assertFalse(contract.double_coverage)
        with self.assertRaisesRegex(UserError, "is not a day of"):
            row.action_reprice("2026-08-01", 1.0)

    def test_begun_rows_change_by_dated_rows_only(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 100.0}])
        with self.assertRaisesRegex(UserError, "has begun"):
            contract.coverage_ids.price = 90.0
        with self.assertRaisesRegex(UserError, "last day instead"):
            contract.coverage_ids.unlink()
        contract.coverage_ids.term_part = "included"
        self.assertEqual(contract.coverage_ids._get_term("part"), "included")

    def test_value_of_a_row_follows_rhythm_and_mode(self):
        for interval, mode, value in [
            (("month", 1), "days", 1200.0),
            (("month", 1), "full", 1300.0),
            (("quarter", 1), "full", 500.0),
            (("year", 1), "days", 100.0),
            (("once", 1), "days", 100.0),
        ]:
            with self.subTest(interval=interval, mode=mode):
                contract = self._new_contract(
                    rows=[{"price": 100.0, "interval_unit": interval[0], "interval_count": interval[1]}],
                    date_start=date(2026, 3, 12),
                    date_end=date(2027, 3, 11),
                    date_anchor=date(2026, 3, 12) if interval[0] == "year" else date(2026, 3, 1),
                    proration=mode,
                )
                self.assertAlmostEqual(contract.amount_total, value)

    def test_doubles_are_shown(self):
        rows = [{"equipment_id": self.unit_1.id, "price": 1.0}] * 2
        contract = self._new_contract(rows=rows, activate=False)
        self.assertEqual(contract.double_coverage, self.unit_1.display_name)
        contract.coverage_ids[0].date_end = date(2026, 3, 31)
        contract.coverage_ids[1].date_start = date(2026, 4, 1)
        self.assertFalse(contract.double_coverage)

    def test_flexible_or_empty_hours_are_refused(self):
        flexible = self._new_calendar(schedule_type="flexible", name="Flexible")
        empty = self._new_calendar(hours=(), name="Empty")
        for calendar, message in [(flexible, "Flexible are flexible"), (empty, "Empty contain no hours")]:
            for field_name in ("calendar_id", "time_frame_calendar_id"):
                with self.subTest(field=field_name), self.assertRaisesRegex(UserError, message):
                    self._new_contract(rows=[{field_name: calendar.id}])
            with self.assertRaisesRegex(UserError, message):
                self.policy.calendar_id = calendar
