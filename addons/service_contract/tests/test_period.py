# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import file_path

from .common import ContractCase

FIRST_HALF = {"date_start": "2026-01-01", "date_end": "2026-06-30"}
SECOND_HALF = {"date_start": "2026-07-01", "date_end": "2026-12-31"}


@tagged("post_install", "-at_install")
class TestPeriod(ContractCase):
    """The periods of a term: without gaps, with totals, frozen when closed."""

    def _new_halves(self, *changes, **vals):
        first, second = (*changes, {}, {})[:2]
        periods = [{**FIRST_HALF, **first}, {**SECOND_HALF, **second}]
        return self._new_contract(
            rows=[{"equipment_id": self.unit_1.id, "price": 100.0}],
            period_ids=[Command.create(period) for period in periods],
            **vals,
        )

    # ------------------------------------------------------------------
    # Gaps
    # ------------------------------------------------------------------

    def test_gaps_are_refused_unless_said(self):
        for changes, gap in [
            (({"date_end": "2026-06-29"}, {}), "06/30/2026 - 06/30/2026"),
            (({"date_start": "2026-01-15"}, {}), "01/01/2026 - 01/14/2026"),
            (({}, {"date_end": "2026-11-30"}), "12/01/2026 - 12/31/2026"),
        ]:
            contract = self._new_halves(*changes, activate=False)
            with self.subTest(gap=gap):
                self.assertEqual(contract.period_gap, gap)
                with self.assertRaisesRegex(UserError, f"has no period for {gap}"):
                    contract.action_activate()
                self.assertEqual(contract.state, "draft")
                contract.allow_gaps = True
                contract.action_activate()

    def test_no_period_is_no_gap(self):
        contract = self._new_contract()
        self.assertFalse(contract.period_gap)

    def test_a_new_period_of_a_running_contract_leaves_no_gap(self):
        contract = self._new_halves({}, {"date_end": "2026-09-30"}, allow_gaps=True)
        contract.allow_gaps = False
        with self.assertRaisesRegex(UserError, "has no period for 10/01/2026 - 10/31/2026"), self.env.cr.savepoint():
            contract.period_ids = [Command.create({"date_start": "2026-11-01", "date_end": "2026-12-31"})]
        contract.period_ids = [Command.create({"date_start": "2026-10-01", "date_end": "2026-12-31"})]
        self.assertEqual(len(contract.period_ids), 3)

    def test_renewal_leaves_no_gap(self):
        contract = self._new_halves()
        contract.action_renew()
        self.assertFalse(contract.period_gap)

    def test_older_contracts_keep_their_gaps(self):
        """What is in the database before the update was allowed then."""
        holed = self._new_halves({}, {"date_start": "2026-08-01"}, activate=False)
        whole = self._new_halves(activate=False)
        bare = self._new_contract(activate=False)
        contracts = holed | whole | bare
        self.env.flush_all()
        self.env.cr.execute("UPDATE service_contract SET allow_gaps = NULL WHERE id IN %s", [tuple(contracts.ids)])
        script = load_script(file_path("service_contract/migrations/19.0.1.1.0/post-period.py"), "post_period")
        for _twice in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(contracts.mapped("allow_gaps"), [True, False, False])
        holed.action_activate()

    # ------------------------------------------------------------------
    # Totals
    # ------------------------------------------------------------------

    def test_totals(self):
        contract = self._new_halves({"price": 300.0}, {"price": 200.0})
        first, second = contract.period_ids
        self.assertRecordValues(
            first | second, [{"amount_total": 900.0, "unit_count": 1}, {"amount_total": 800.0, "unit_count": 1}]
        )
        contract.coverage_ids = [
            Command.create({"equipment_id": self.unit_2.id, "price": 50.0, "date_start": "2026-06-16"})
        ]
        row = contract.coverage_ids.filtered(lambda row: row.equipment_id == self.unit_1)
        row.action_reprice("2026-07-16", 130.0)
        contract.invalidate_recordset()
        contract.period_ids.invalidate_recordset()
        self.assertRecordValues(
            first | second,
            [
                {"amount_total": 300 + 600 + 25, "unit_count": 2},
                {"amount_total": 200 + 48.39 + 67.10 + 5 * 130 + 6 * 50, "unit_count": 2},
            ],
        )
        self.assertAlmostEqual(sum(contract.period_ids.mapped("amount_total")), contract.amount_total)

    def test_totals_sum_to_the_contract_in_each_way_of_counting(self):
        for mode in ("full", "days", "30_360"):
            for unit in ("week", "month", "quarter", "year", "once"):
                contract = self._new_halves({"date_end": "2026-05-17"}, {"date_start": "2026-05-18"}, proration=mode)
                contract.coverage_ids = [
                    Command.create({"price": 99.99, "interval_unit": unit, "date_start": "2026-03-03"})
                ]
                with self.subTest(mode=mode, unit=unit):
                    self.assertAlmostEqual(sum(contract.period_ids.mapped("amount_total")), contract.amount_total)

    def test_totals_are_few_queries(self):
        """The same number with ten rows and with a hundred."""

        def count(rows):
            contract = self._new_contract(
                rows=[{"price": 10.0}] * rows, period_ids=[Command.create(FIRST_HALF), Command.create(SECOND_HALF)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contract.period_ids.mapped("amount_total")
            contract.period_ids.mapped("unit_count")
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(10), count(100))

    def test_readers_see_units_but_no_values(self):
        periods = self._new_halves().period_ids
        for user in (self.user_reader, self.user_portal):
            self.assertEqual(periods.with_user(user).mapped("unit_count"), [1, 1])
            with self.assertRaises(AccessError):
                periods.with_user(user).read(["amount_total"])
        self.assertEqual(periods.with_user(self.user_auditor).mapped("amount_total"), [600.0, 600.0])

    # ------------------------------------------------------------------
    # Making them
    # ------------------------------------------------------------------

    def _open_generate(self, contract):
        wizards = self.env["service.contract.period.generate"].with_user(self.user_contract)
        return Form(wizards.with_context(active_id=contract.id))

    def test_quarters_with_quotas_shared(self):
        contract = self._new_contract(activate=False)
        with self._open_generate(contract) as form:
            self.assertEqual(form.months, 3)
            form.free_calls = 10
            form.free_hours = 25
            form.price = 1000.01
            form.rollover_percent = 50
            self.assertEqual(len(form.line_ids), 4)
        form.record.action_confirm()
        self.assertRecordValues(
            contract.period_ids,
            [
                {"date_start": date(2026, 1, 1), "free_calls": 3, "free_hours": 6.25, "price": 250.0},
                {"date_start": date(2026, 4, 1), "free_calls": 2, "free_hours": 6.25, "price": 250.01},
                {"date_start": date(2026, 7, 1), "free_calls": 3, "free_hours": 6.25, "price": 250.0},
                {"date_start": date(2026, 10, 1), "free_calls": 2, "free_hours": 6.25, "price": 250.0},
            ],
        )
        self.assertEqual(set(contract.period_ids.mapped("rollover_percent")), {50.0})
        contract.action_activate()
        with self._open_generate(contract) as form:
            self.assertFalse(form.date_start)
        with self.assertRaisesRegex(UserError, "every day of the term already"):
            form.record.action_confirm()

    def test_the_rest_of_the_term_with_quotas_for_each(self):
        contract = self._new_contract(activate=False, period_ids=[Command.create(FIRST_HALF)])
        with self._open_generate(contract) as form:
            self.assertEqual(form.date_start, date(2026, 7, 1))
            form.months = 4
            form.share = "period"
            form.free_hours = 8
        form.record.action_confirm()
        self.assertRecordValues(
            contract.period_ids[1:],
            [
                {"date_start": date(2026, 7, 1), "date_end": date(2026, 10, 31), "free_hours": 8},
                {"date_start": date(2026, 11, 1), "date_end": date(2026, 12, 31), "free_hours": 8},
            ],
        )

    # ------------------------------------------------------------------
    # Closing
    # ------------------------------------------------------------------

    def test_closed_is_frozen(self):
        contract = self._new_halves({"free_hours": 4})
        first = contract.period_ids[0]
        first.action_close()
        for vals in ({"free_hours": 5}, {"price": 1.0}, {"date_end": "2026-06-29"}, {"rollover_percent": 5}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "is closed and cannot change"):
                first.write(vals)
        with self.assertRaisesRegex(UserError, "is closed already"):
            first.action_close()
        with self.assertRaises(AccessError):
            first.state = "open"
        with self.assertRaises(AccessError):
            contract.period_ids[1].state = "closed"

    def test_a_draft_has_nothing_to_close(self):
        contract = self._new_halves(activate=False)
        with self.assertRaisesRegex(UserError, "Activate contract"):
            contract.period_ids[0].action_close()

    def test_opened_again_from_the_last_on(self):
        contract = self._new_halves({"free_hours": 10, "rollover_percent": 50}, {"free_hours": 10})
        first, second = contract.period_ids
        first.action_close()
        hours = second.entitlement_ids
        self.assertEqual(hours.quantity, 15.0)
        second.action_close()
        with self.assertRaisesRegex(AccessError, "Only an administrator"):
            second.action_reopen("Late report")
        periods = contract.period_ids.with_user(self.user_manager)
        with self.assertRaisesRegex(UserError, "Open the later period"):
            periods[0].action_reopen("Late report")
        with self.assertRaisesRegex(UserError, "Say why"):
            periods[1].action_reopen(" ")
        wizard = self.env["service.contract.period.reopen"].with_user(self.user_manager)
        with Form(wizard.with_context(active_id=second.id)) as form:
            form.reason = "Late report"
        form.record.action_confirm()
        self.assertEqual(contract.period_ids.mapped("state"), ["closed", "open"])
        self.assertIn("Late report", contract.message_ids[0].body)
        periods[0].action_reopen("Late report")
        self.assertEqual(hours.quantity, 10.0)
        self.assertEqual(contract.period_ids.mapped("state"), ["open", "open"])
        with self.assertRaisesRegex(UserError, "is Open and cannot become Open"):
            periods[0].action_reopen("Once more")
