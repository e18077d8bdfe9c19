# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import date, datetime

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import NOW, ContractCase


@tagged("post_install", "-at_install")
class TestSlaPolicy(ContractCase):
    """Service levels: what they say, what they refuse, and what they promise at an instant."""

    def _preview(self, at=NOW, **values):
        return self.policy.with_user(self.user_reader).preview_deadlines(at, **values)

    # ------------------------------------------------------------------
    # Deadlines
    # ------------------------------------------------------------------

    def test_preview_is_plain_json(self):
        """Wednesday 15 April 2026, 11:00 in Rome, Monday to Friday 09-17: 4 and 16 working hours."""
        self.policy.target_ids[0].warn_percents = "50,80"
        response, resolution = promises = self._preview("2026-04-15 09:00:00", site_id=self.site.id)
        self.assertEqual(json.loads(json.dumps(promises)), promises)
        self.assertEqual(
            response,
            {
                "metric": "response",
                "target_id": self.policy.target_ids[0].id,
                "budget_minutes": 240,
                "deadline": "2026-04-15 13:00:00",
                "local": "2026-04-15T15:00:00+02:00",
                "warnings": [
                    {"percent": 50, "at": "2026-04-15 11:00:00", "local": "2026-04-15T13:00:00+02:00"},
                    {"percent": 80, "at": "2026-04-15 12:12:00", "local": "2026-04-15T14:12:00+02:00"},
                ],
                "days": [{"date": "2026-04-15", "minutes": 240.0, "windows": [["11:00", "15:00"]]}],
            },
        )
        self.assertEqual(resolution["local"], "2026-04-17T11:00:00+02:00")
        self.assertEqual(
            [(day["date"], day["minutes"]) for day in resolution["days"]],
            [("2026-04-15", 360.0), ("2026-04-16", 480.0), ("2026-04-17", 120.0)],
        )

    def test_preview_of_what_is_no_instant_or_zone(self):
        self.assertEqual(self._preview("2026-04-15T11:00:00+02:00"), self._preview("2026-04-15 09:00:00"))
        for at, tz, sentence in [
            ("soon", None, "soon is no instant"),
            (False, None, "needs the instant"),
            ("2026-04-15 09:00:00", "Mars/Olympus", "Mars/Olympus is no time zone"),
        ]:
            with self.subTest(at=at, tz=tz), self.assertRaisesRegex(UserError, sentence):
                self._preview(at, tz=tz)

    def test_the_days_sum_to_the_budget(self):
        """Over a weekend, a holiday and both changes of the hour, with breaks, and round the clock."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "date_from": datetime(2026, 10, 26, 0, 0),
                "date_to": datetime(2026, 10, 26, 22, 59, 59),
            }
        )
        lunch = self._new_calendar(hours=((8.5, 12), (13, 24)), name="With lunch")
        nights = self._new_calendar(hours=((0, 24),), weekdays=range(7), name="Nights too")
        for calendar in (self.calendar, lunch, nights, self.env["resource.calendar"]):
            self.policy.calendar_id = calendar
            for at in (NOW, datetime(2026, 3, 27, 15, 30), datetime(2026, 10, 23, 14), datetime(2026, 10, 25, 0, 30)):
                for promise in self._preview(at, site_id=self.site.id):
                    with self.subTest(calendar=calendar.name, at=at, metric=promise["metric"]):
                        total = sum(day["minutes"] for day in promise["days"])
                        self.assertAlmostEqual(total, promise["budget_minutes"], places=6)

    def test_site_zone_calendar_and_priority(self):
        self.site.tz = "America/New_York"
        self.assertEqual(self._preview(site_id=self.site.id)[0]["local"], "2026-04-15T13:00:00-04:00")
        self.assertEqual(self._preview(tz="Asia/Tokyo")[0]["local"], "2026-04-16T13:00:00+09:00")
        self.assertEqual(self._preview()[0]["local"], "2026-04-15T15:00:00+02:00", "the company's zone")
        always = self._new_calendar(hours=((0, 24),), weekdays=range(7))
        self.assertEqual(self._preview(calendar_id=always.id)[1]["local"], "2026-04-16T03:00:00+02:00")
        self.policy.target_ids = [Command.create({"metric": "on_site", "priority": "3", "budget_minutes": 60})]
        self.assertEqual([promise["metric"] for promise in self._preview()], ["response", "resolution"])
        self.assertEqual(
            [promise["metric"] for promise in self._preview(priority="3")], ["response", "on_site", "resolution"]
        )

    def test_special_days_of_the_site_count(self):
        self.env["service.special.day"].create(
            {
                "name": "Fair",
                "effect": "closed",
                "date_from": date(2026, 4, 16),
                "date_to": date(2026, 4, 16),
                "site_ids": [Command.link(self.site.id)],
            }
        )
        self.assertEqual(self._preview(site_id=self.site.id)[1]["local"], "2026-04-20T11:00:00+02:00")
        self.assertEqual(self._preview(site_id=self.customer.id)[1]["local"], "2026-04-17T11:00:00+02:00")

    def test_promises_too_far_away_are_refused(self):
        self.policy.target_ids[1].budget_minutes = 60 * 8 * 100  # more than 60 days ahead
        self.assertEqual(self._preview()[1]["deadline"][:7], "2026-09")
        self.policy.target_ids[1].budget_minutes = 60 * 8 * 1000
        with self.assertRaisesRegex(UserError, "more than two years ahead"):
            self._preview()

    def test_preview_screen(self):
        Preview = self.env["service.sla.preview"].with_user(self.user_reader)
        action = self.policy.with_user(self.user_reader).action_preview()
        form = Form(Preview.with_context(**action["context"]))
        self.assertEqual(form.policy_id, self.policy)
        form.at = "2026-04-15 09:00:00"
        self.assertEqual(form.at_site, "Wed 15 Apr 2026 11:00 (Europe/Rome)")
        for text in ("Response", "Wed 15 Apr 2026 15:00", "Fri 17 Apr 2026 11:00", "Thu 16 Apr", "(09:00-17:00)"):
            self.assertIn(text, form.deadlines_html)
        form.at = "2026-04-17 14:00:00"
        self.assertIn("2 days without working hours", form.deadlines_html)
        self.policy.target_ids = [Command.clear(), Command.create({"priority": "3", "budget_minutes": 60})]
        form.priority = "2"
        self.assertEqual(form.problem, "This service level promises nothing for this priority.")
        form.at = False
        self.assertEqual(form.problem, "Pick a service level, a priority and an instant.")

    # ------------------------------------------------------------------
    # Which service level, and which priority
    # ------------------------------------------------------------------

    def test_row_then_contract_then_company(self):
        row_level, contract_level = (self.policy.copy({"name": name}) for name in ("Row", "Contract"))
        self.company.service_sla_policy_id = self.policy
        self.assertEqual(self._resolve()["sla_policy_id"], self.policy.id)
        contract = self._new_contract(rows=[{}, {"name": "unit", "equipment_id": self.unit_1.id}])
        self.assertEqual(self._resolve()["sla_policy_id"], self.policy.id, "the contract names none")
        contract.sla_policy_id = contract_level
        contract.coverage_ids[1].sla_policy_id = row_level
        self.assertEqual(self._resolve()["sla_policy_id"], contract_level.id)
        self.assertEqual(self._resolve(equipment_id=self.unit_1.id)["sla_policy_id"], row_level.id)

    def test_priority_by_contract_site_model_and_time_frame(self):
        """One row each gives calls of a site, of a model, or within some hours, their priority and service level."""
        night = self._new_calendar(hours=((18, 24),), weekdays=range(7), name="Evening")
        fast = self.policy.copy({"name": "Fast"})
        self._new_contract(
            rows=[
                {"priority": "0"},
                {"priority": "3", "time_frame_calendar_id": night.id, "sla_policy_id": fast.id},
                {"priority": "1", "site_ids": [Command.link(self.site.id)]},
                {"priority": "2", "product_ids": [Command.link(self.product.id)]},
            ],
            sla_policy_id=self.policy.id,
        )
        for values, expected in [
            ({"site_id": self.customer.id}, ("0", self.policy)),
            ({"site_id": self.customer.id, "at": "2026-04-15 18:00:00"}, ("3", fast)),
            ({}, ("1", self.policy)),
            ({"equipment_id": self.unit_1.id}, ("2", self.policy)),
            ({"equipment_id": self.unit_1.id, "at": "2026-04-15 18:00:00"}, ("2", self.policy)),
        ]:
            with self.subTest(values):
                answer = self._resolve(**values)
                self.assertEqual((answer["priority"], answer["sla_policy_id"]), (expected[0], expected[1].id))

    # ------------------------------------------------------------------
    # What the form says and refuses
    # ------------------------------------------------------------------

    def test_targets_say_what_they_promise(self):
        self.policy.target_ids = [
            Command.clear(),
            Command.create(
                {
                    "metric": "response",
                    "priority": "2",
                    "budget_minutes": 240,
                    "warn_percents": "50,80",
                    "stop_on_allocated": True,
                }
            ),
            Command.create({"metric": "resolution", "budget_minutes": 990, "warn_percents": False}),
            Command.create({"metric": "on_site", "priority": "3", "budget_minutes": 45}),
        ]
        self.assertEqual(
            set(self.policy.target_ids.mapped("summary")),
            {
                "High: respond within 4 h, warn at 50, 80 %, allocating counts",
                "Any priority: resolve within 16 h 30 min",
                "Urgent: be on site within 45 min, warn at 80 %",
            },
        )
        self.assertEqual(
            self.policy.summary,
            "resolve within 16 h 30 min; High: respond within 4 h; Urgent: be on site within 45 min",
        )

    def test_bad_targets_are_refused(self):
        Target = self.env["service.sla.target"].with_user(self.user_manager)
        for values, error in [
            ({"budget_minutes": 0}, CheckViolation),
            ({"budget_minutes": -5}, CheckViolation),
            ({"budget_minutes": 60, "metric": "response"}, UniqueViolation),
            ({"budget_minutes": 60, "metric": "on_site", "reopen": "within", "reopen_hours": 0}, CheckViolation),
        ]:
            with (
                self.subTest(values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(error),
                self.env.cr.savepoint(),
            ):
                Target.create({"policy_id": self.policy.id, **values})
        for percents in ("fast", "0", "120", "50;80"):
            with self.subTest(percents), self.assertRaisesRegex(ValidationError, "whole percentages between 1 and 100"):
                self.policy.target_ids[0].with_user(self.user_manager).warn_percents = percents

    def test_what_is_promised_cannot_be_archived(self):
        policy = self.policy.with_user(self.user_manager)
        contract = self._new_contract(rows=[{"sla_policy_id": self.policy.id}], sla_policy_id=self.policy.id)
        self.assertEqual((policy.contract_count, policy.coverage_count), (1, 1))
        with self.assertRaisesRegex(UserError, "is promised by 1 contracts and 1 coverage rows: give them another"):
            policy.active = False
        with self.assertRaisesRegex(UserError, "give them another"):
            policy.unlink()
        contract.action_cancel()
        policy.invalidate_recordset()
        self.assertEqual((policy.contract_count, policy.coverage_count), (0, 0))
        self.company.service_sla_policy_id = self.policy
        with self.assertRaisesRegex(UserError, "and is the company's default"):
            policy.active = False
        self.company.service_sla_policy_id = False
        policy.active = False
        self.assertFalse(policy.active)

    def test_copy_takes_the_targets(self):
        copied = self.policy.with_user(self.user_manager).copy()
        self.assertEqual(copied.name, "4 and 16 hours (copy)")
        self.assertEqual(copied.target_ids.mapped("budget_minutes"), [240, 960])

    def test_hours_typed_on_the_form(self):
        form = Form(self.env["service.sla.policy"].with_user(self.user_manager))
        form.name = "Two hours"
        with form.target_ids.new() as target:
            target.metric = "response"
            target.budget_hours = 2.5
        policy = form.save()
        self.assertEqual(policy.target_ids.budget_minutes, 150)

    def test_only_administrators_change_them(self):
        for user in (self.user_reader, self.user_contract, self.user_auditor):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.policy.with_user(user).name = "Mine"
        company = self.env["res.company"].create({"name": "Second"})
        foreign = self.env["service.sla.policy"].create({"name": "Foreign", "company_id": company.id})
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_manager).preview_deadlines(date(2026, 4, 15))
