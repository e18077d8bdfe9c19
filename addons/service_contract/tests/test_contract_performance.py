# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime, timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..engine.performance import Outcome
from ..models.service_contract_facts import PerformanceFact
from .common import ContractCase

JUNE = ("2026-06-01", "2026-06-30")


class PerformanceCase(ContractCase):
    """The worked case of rules.md 9: June 2026, Monday to Saturday 08-20 in Rome, 10,000 a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(datetime(2026, 7, 15, 9)))
        cls.demand = cls._new_calendar(hours=((8, 20),), weekdays=range(6), name="Mon-Sat 08-20")
        cls.regime = cls._new_regime()
        cls.rule = cls.regime.rule_ids
        cls.contract = cls._new_contract(
            rows=[{"equipment_id": cls.unit_1.id, "price": 10000.0}], regime_id=cls.regime.id
        )
        cls.fault = cls._new_event("2026-06-11 15:00", "2026-06-12 11:00")
        cls.excuse = cls._new_event("2026-06-12 08:00", "2026-06-12 09:00", kind="excused", reason="No access")
        cls.excuse.action_approve()

    @classmethod
    def _new_regime(cls, rules=None, targets=None, **vals):
        rules = rules or [{"metric": "availability", "kind": "step", "step": 0.5, "percent": 2.0}]
        targets = targets or [{"metric": "availability", "target": 98.0}]
        return cls.env["service.regime"].create(
            {
                "name": "Gold",
                "calendar_id": cls.demand.id,
                "target_ids": [Command.create(target) for target in targets],
                "rule_ids": [Command.create(rule) for rule in rules],
                **vals,
            }
        )

    @classmethod
    def _new_event(cls, start, end, unit=None, **vals):
        """Enter an event by its times on the wall in Rome, in summer."""
        instants = (datetime.fromisoformat(wall) - timedelta(hours=2) if wall else False for wall in (start, end))
        started_at, ended_at = instants
        return (
            cls.env["service.downtime"]
            .with_user(cls.user_contract)
            .create(
                {"equipment_id": (unit or cls.unit_1).id, "started_at": started_at, "ended_at": ended_at, **vals}
            )
        )

    @classmethod
    def _new_special_day(cls, **vals):
        return (
            cls.env["service.special.day"]
            .with_user(cls.user_contract)
            .create({"name": "Special", "date_from": "2026-06-12", **vals})
        )

    def _get_performance(self, dates=JUNE, user=None, contract=None):
        return (contract or self.contract).with_user(user or self.user_contract).performance(*dates)

    def _get_availability(self, values):
        (regime,) = values["regimes"]
        (metric,) = [metric for metric in regime["metrics"] if metric["metric"] == "availability"]
        return metric["value"]


@tagged("post_install", "-at_install")
class TestContractPerformance(PerformanceCase):
    """What a contract achieved in a period, and what it was worth."""

    def test_worked_case(self):
        values = self._get_performance()
        (regime,) = values["regimes"]
        (metric,) = regime["metrics"]
        self.assertEqual(
            metric,
            {
                "metric": "availability",
                "label": "Availability",
                "value": 97.756,
                "target": 98.0,
                "is_met": False,
                "figures": {"demand_hours": 312.0, "down_hours": 7.0},
            },
        )
        self.assertEqual((values["charge"], values["total"], values["is_provisional"]), (10000.0, -200.0, False))
        (line,) = regime["lines"]
        (item,) = line["items"]
        self.assertEqual((item["event"], item["amount"]), (f"service.downtime,{self.fault.id}", -200.0))
        self.assertEqual(values["events"][item["event"]]["label"], self.fault.display_name)

    def test_a_site_closed_for_years_owes_nothing(self):
        """A site that was given up takes its units out of the figures; the contract's other sites are judged on."""
        plant = self.env["res.partner"].create({"name": "Plant 2", "parent_id": self.customer.id, "tz": "Europe/Rome"})
        unit = self._new_unit("P-4", site_id=plant.id)
        contract = self._new_contract(
            rows=[{"equipment_id": each.id, "price": 1.0} for each in (unit, self.unit_2)], regime_id=self.regime.id
        )
        self._new_event("2026-06-10 08:00", "2026-06-10 20:00", unit=unit)
        before = contract.performance(*JUNE)["regimes"][0]["metrics"][0]["figures"]
        self.env["service.special.day"].create(
            {"name": "Given up", "date_from": "2026-01-01", "date_to": "2031-12-31", "site_ids": plant.ids}
        )
        after = contract.performance(*JUNE)["regimes"][0]["metrics"][0]["figures"]
        self.assertEqual((before["demand_hours"], before["down_hours"]), (624.0, 12.0))
        self.assertEqual((after["demand_hours"], after["down_hours"]), (312.0, 0.0))
        with self.assertRaisesRegex(UserError, "Special days close the site for two years from 2026-06-01"):
            self.env["resource.calendar"]._get_working_times(
                [(self.demand, "Europe/Rome", self.company, plant)], datetime(2026, 6, 1), datetime(2026, 7, 1)
            )

    def test_special_days_on_top(self):
        with self.subTest("not service-affecting"):
            day = self._new_special_day(effect="closed", site_ids=[Command.set(self.site.ids)])
            values = self._get_performance()
            self.assertEqual((self._get_availability(values), values["total"]), (98.333, 0.0))
        with self.subTest("weight 3"):
            day.write({"effect": "weight", "weight": 3.0})
            values = self._get_performance()
            self.assertEqual((self._get_availability(values), values["total"]), (96.726, -600.0))
        with self.subTest("of another site"):
            day.site_ids = self.site.copy({"name": "Elsewhere"})
            self.assertEqual(self._get_performance()["total"], -200.0)

    def test_an_excuse_counts_once_approved(self):
        self.excuse.action_withdraw()
        self.assertEqual(self._get_availability(self._get_performance()), 97.436)
        self.excuse.action_approve()
        self.assertEqual(self._get_availability(self._get_performance()), 97.756)

    def test_loans_stop_down_time_where_the_regime_says_so(self):
        """A loan is an alternative from the day on which it goes out up to the day of its return."""
        self.env["service.loan"].create(
            {
                "equipment_id": self.unit_1.id,
                "quantity": 1,
                "lot_id": self.unit_2.lot_id.id,
                "product_id": self.product.id,
            }
        ).sudo()._write_state({"state": "returned", "date_out": "2026-06-12", "date_returned": "2026-06-13"})
        # Only Thursday 15-20 is left.
        self.assertEqual(self._get_availability(self._get_performance()), 98.397)
        self.regime.is_alternative_up = False
        self.assertEqual(self._get_availability(self._get_performance()), 97.756)

    def test_days_without_cover_are_no_demand(self):
        """A suspended contract promises and costs nothing."""
        self.contract.action_suspend(date="2026-06-12", reason="Works")
        self.contract.action_resume(date="2026-06-13")
        values = self._get_performance()
        self.assertEqual(values["regimes"][0]["metrics"][0]["figures"], {"demand_hours": 300.0, "down_hours": 5.0})
        self.assertAlmostEqual(values["charge"], 10000.0 * 29 / 30, 2)

    def test_a_month_that_runs_counts_up_to_now(self):
        self._new_event("2026-07-14 08:00", None)
        values = self._get_performance(("2026-07-01", "2026-07-31"))
        self.assertTrue(values["is_provisional"])
        # 12 working days before the 15th, and three hours of it: down on the 14th and these three.
        self.assertEqual(values["regimes"][0]["metrics"][0]["figures"], {"demand_hours": 147.0, "down_hours": 15.0})

    def test_nothing_owed_nothing_told(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_2.id, "price": 100.0}])
        values = self._get_performance(contract=contract)
        self.assertEqual((values["regimes"], values["total"], values["events"]), ([], 0, {}))

    def test_units_of_other_contracts_are_not_counted(self):
        other = self._new_contract(rows=[{"equipment_id": self.unit_2.id}], regime_id=self.regime.id)
        self.assertEqual(self._get_availability(self._get_performance(contract=other)), 100.0)

    def test_rows_may_be_under_different_regimes(self):
        silver = self._new_regime(name="Silver", targets=[{"metric": "availability", "target": 90.0}])
        contract = self._new_contract(
            rows=[
                {"equipment_id": self.unit_2.id, "price": 100.0},
                {"equipment_id": self.unit_3.id, "price": 100.0, "regime_id": silver.id},
            ],
            regime_id=self.regime.id,
        )
        self._new_event("2026-06-11 15:00", "2026-06-12 11:00", unit=self.unit_3)
        regimes = self._get_performance(contract=contract)["regimes"]
        self.assertEqual(
            [(regime["name"], regime["charge"], regime["total"]) for regime in regimes],
            [("Gold", 100.0, 0.0), ("Silver", 100.0, 0.0)],
        )

    def test_facts_of_other_modules_are_judged(self):
        """What a module adds by the hook counts under the regime of its row, else of its unit, on its day."""
        day, row = date(2026, 6, 20), self.contract.coverage_ids

        def late(key, days, unit=None, **vals):
            outcome = Outcome(key, unit, datetime(2026, 6, 20), elapsed=Decimal(days), budget=Decimal(3))
            fact = {"contract": self.contract.id, "coverage": row.id, "metric": "maintenance", "day": day, **vals}
            return PerformanceFact(**fact, value=outcome)

        facts = [
            late(f"service.contract,{self.contract.id}", 2),
            late(f"service.contract,{self.contract.id}", 9, coverage=False, unit=self.unit_1.id),
            late("service.contract,0", 9, coverage=False, unit=self.unit_2.id),
            late("service.contract,0", 9, day=date(2026, 7, 1)),
        ]
        model = self.env.registry["service.contract"]
        self.patch(model, "_get_performance_facts", lambda contracts, date_from, date_to: facts)
        self.regime.write(
            {
                "target_ids": [Command.create({"metric": "maintenance", "target": 90.0})],
                "rule_ids": [Command.create({"metric": "maintenance", "kind": "period", "step": 5.0, "amount": 40.0})],
            }
        )
        (regime,) = self._get_performance()["regimes"]
        figures = {metric["metric"]: metric["value"] for metric in regime["metrics"]}
        amounts = {line["metric"]: line["amount"] for line in regime["lines"]}
        # One of two in time; six days late are two started five days.
        self.assertEqual((figures["maintenance"], amounts["maintenance"]), (50.0, -80.0))

    # ------------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------------

    def test_readers_see_figures_without_amounts(self):
        values = self._get_performance(user=self.user_reader)
        self.assertEqual(self._get_availability(values), 97.756)
        self.assertNotRegex(str(values), "amount|charge|total|sentence|200|10000")
        self.assertTrue(values["events"])

    def test_auditors_see_amounts(self):
        self.assertEqual(self._get_performance(user=self.user_auditor)["total"], -200.0)

    def test_nobody_else_sees_it(self):
        for user in (self.user_portal, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._get_performance(user=user)

    def test_other_companies_see_nothing(self):
        company = self.env["res.company"].create({"name": "Second"})
        stranger = self._new_user("ct_stranger", "service_contract.group_service_contract_user")
        stranger.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        with self.assertRaises(AccessError):
            self._get_performance(user=stranger)

    def test_bad_periods(self):
        for dates, message in [
            (("2026-06-30", "2026-06-01"), "ends before it starts"),
            (("2026-06-01", False), "first and its last day"),
            (("June", "July"), "year-month-day"),
        ]:
            with self.subTest(dates=dates), self.assertRaisesRegex(UserError, message):
                self._get_performance(dates)

    def test_page_shows_last_month_and_this_one_so_far(self):
        page = self.contract.with_user(self.user_reader).get_performance_page()
        self.assertEqual(
            [(month["label"], month["is_provisional"], self._get_availability(month)) for month in page],
            [("June 2026", False, 97.756), ("July 2026", True, 100.0)],
        )

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

    def test_queries_do_not_grow_with_units_and_events(self):
        def count(first, last):
            units = [self._new_unit(f"Q-{index}") for index in range(first, last)]
            self.env["service.coverage"].create(
                [{"contract_id": self.contract.id, "equipment_id": unit.id, "price": 10.0} for unit in units]
            )
            for unit in units:
                self._new_event("2026-06-11 15:00", "2026-06-12 11:00", unit=unit)
            self._get_performance()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get_performance()
            return self.env.cr.sql_log_count - before

        small, large = count(0, 5), count(5, 20)
        self.assertEqual(small, large)
        self.assertLessEqual(large, 40)
