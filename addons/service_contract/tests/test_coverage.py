# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import file_path

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestCoverage(ContractCase):
    def test_rows_without_a_unit_are_named_after_their_scope(self):
        """By hand, by an amendment, and in the list of a contract; a name that was typed stands."""
        categories = self.env["product.category"].create([{"name": f"Press {n}"} for n in range(5)])
        contract = self.env["service.contract"].with_user(self.user_contract).browse(self._new_contract().id)
        zone = self.env["service.zone"].create({"name": "North"})
        draft = self._new_contract(rows=[{"zone_ids": zone.ids, "site_ids": self.site.ids}], activate=False)
        self.assertEqual(draft.coverage_ids.name, f"North, {self.site.display_name}")
        with Form(draft.with_user(self.user_contract)) as form:
            with form.coverage_ids.new() as row:
                row.name = "Everything else"
            with form.coverage_ids.new():
                pass
            with form.coverage_ids.new() as row:
                row.equipment_id = self.unit_1
        rows = self.env["service.coverage"].with_user(self.user_contract).with_context(default_contract_id=draft.id)
        with Form(rows) as form:
            form.call_type_ids.add(self.call_type)
        with Form(rows) as form:
            form.name = "Repairs"
            form.call_type_ids.add(self.call_type)
        self.assertEqual(
            draft.coverage_ids.sorted("id")[1:].mapped("name"),
            ["Everything else", "Whole contract", self.unit_1.display_name, self.call_type.name, "Repairs"],
        )
        contract._amend(date(2026, 5, 1), [{"action": "add", "categ_ids": [Command.set(categories.ids)]}])
        self.assertEqual(
            contract.coverage_ids.sorted("id")[-1].name,
            ", ".join([*categories[:3].mapped("display_name"), "2 more"]),
        )

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
        contract.invalidate_recordset()
        self.assertFalse(contract.double_coverage)
        with self.assertRaisesRegex(UserError, "Nothing is covered twice"):
            contract.action_open_doubles()

    def test_doubles_of_two_contracts(self):
        """The same unit and service in two contracts on the same days: said on both, and to readers too."""
        first = self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 1.0}])
        second = self._new_contract(
            rows=[
                {"equipment_id": self.unit_1.id, "price": 2.0},
                {"equipment_id": self.unit_1.id},
                {"equipment_id": self.unit_2.id, "price": 2.0},
            ],
            date_start=date(2026, 12, 1),
        )
        doubles = first.coverage_ids + second.coverage_ids[0]
        for contract in first + second:
            self.assertEqual(contract.with_user(self.user_reader).double_coverage, self.unit_1.display_name)
            self.assertEqual(self.env["service.coverage"].search(contract.action_open_doubles()["domain"]), doubles)
        Coverage = self.env["service.coverage"].with_user(self.user_reader)
        rows = first.coverage_ids + second.coverage_ids
        found = Coverage.search([("is_double", "=", True), ("id", "in", rows.ids)])
        self.assertEqual(found, doubles)
        self.assertEqual(rows.filtered("is_double"), doubles)
        self.assertEqual(Coverage.search([("is_double", "=", False), ("id", "in", rows.ids)]), rows - doubles)
        first.action_cancel(date=date(2026, 11, 30))
        (first + second).invalidate_recordset()
        self.assertFalse(first.double_coverage or second.double_coverage)

    def test_no_doubles(self):
        """Another service, another company, a row that was taken back, an archived contract: billed once."""
        base = {"equipment_id": self.unit_1.id, "price": 1.0}
        contract = self._new_contract(rows=[base])
        other = self.env["product.product"].create({"name": "Calibration", "type": "service"})
        self._new_contract(rows=[{**base, "product_id": other.id}])
        taken_back = self._new_contract(rows=[base])
        taken_back.coverage_ids.action_end(date(2025, 12, 1))
        self._new_contract(rows=[base], active=False)
        self.assertFalse(contract.double_coverage)

    def test_doubles_cost_one_query(self):
        """However many rows a contract has."""
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 1.0}] * 30)
        contract.flush_recordset()
        self.env.flush_all()
        with self.assertQueryCount(1):
            contract.env["service.coverage"]._get_double_pairs(Domain("contract_id", "=", contract.id))

    def test_flexible_or_empty_hours_are_refused(self):
        flexible = self._new_calendar(schedule_type="flexible", name="Flexible")
        empty = self._new_calendar(hours=(), name="Empty")
        for calendar, message in [(flexible, "Flexible are flexible"), (empty, "Empty contain no hours")]:
            for field_name in ("calendar_id", "time_frame_calendar_id"):
                with self.subTest(field=field_name), self.assertRaisesRegex(UserError, message):
                    self._new_contract(rows=[{field_name: calendar.id}])
            with self.assertRaisesRegex(UserError, message):
                self.policy.calendar_id = calendar

    # ------------------------------------------------------------------
    # Import
    # ------------------------------------------------------------------

    def _load(self, *rows):
        columns = ["contract_id", "equipment_id", "price", "date_start", "date_end"]
        coverage = self.env["service.coverage"].with_user(self.user_contract)
        return coverage.load(columns, [list(row) for row in rows])

    def test_import(self):
        contract = self._new_contract(rows=(), activate=False)
        result = self._load(
            (contract.name, "P-1", "10.5", "", ""), (contract.name, self.unit_2.name, "20", "2026-03-01", "2026-06-30")
        )
        self.assertFalse(result["messages"])
        self.assertRecordValues(
            contract.coverage_ids,
            [
                {"equipment_id": self.unit_1.id, "price": 10.5, "date_start": date(2026, 1, 1)},
                {"equipment_id": self.unit_2.id, "price": 20.0, "date_start": date(2026, 3, 1)},
            ],
        )

    def test_import_names_each_wrong_row_and_brings_none(self):
        contract = self._new_contract(rows=(), activate=False)
        foreign = self._new_unit("P-9", partner_id=self.other_customer.id, site_id=self.other_customer.id)
        result = self._load(
            (contract.name, "P-1", "10", "", ""),
            (contract.name, "P-9", "10", "", ""),
            (contract.name, "P-2", "-1", "", ""),
            (contract.name, "P-2", "1", "2026-05-01", "2026-04-01"),
            (contract.name, "P-2", "1", "2026-05-01", "2027-04-01"),
        )
        self.assertFalse(result["ids"])
        self.assertEqual(
            sorted(message["message"] for message in result["messages"]),
            [
                f"Row 2, Unit: {foreign.display_name} does not belong to the customer of contract {contract.name}.",
                "Row 3, Price: A price cannot be negative.",
                "Row 4, Last Day: A row cannot end before it begins.",
                f"Row 5, Last Day: Contract {contract.name} runs from 01/01/2026 to 12/31/2026.",
            ],
        )
        self.assertFalse(contract.coverage_ids)
        result = self._load((contract.name, "P-77", "1", "", ""))
        self.assertIn("P-77", result["messages"][0]["message"])

    def test_import_into_a_running_contract_is_an_amendment(self):
        contract = self._new_contract()
        rows = [(contract.name, serial, "10", "2026-05-01", "") for serial in ("P-1", "P-2")]
        result = self._load(*rows)
        self.assertFalse(result["messages"])
        self.assertRecordValues(contract.amendment_ids, [{"state": "applied", "summary": "Add: 2"}])

    def test_migration_fills_site_and_product(self):
        row = self._new_contract(rows=[{"equipment_id": self.unit_1.id}]).coverage_ids
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE service_coverage DROP COLUMN unit_site_id, DROP COLUMN unit_product_id")
        script = load_script(file_path("service_contract/migrations/19.0.1.1.0/pre-coverage.py"), "pre_coverage")
        for _twice in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertRecordValues(row, [{"unit_site_id": self.site.id, "unit_product_id": self.product.id}])
