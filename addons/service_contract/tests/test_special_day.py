# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..engine.working_time import days_to_utc
from .test_regime import FRIDAY, RegimeCase

START, END = datetime(2026, 6, 8), datetime(2026, 6, 15)
THURSDAY, SATURDAY = FRIDAY - timedelta(days=1), FRIDAY + timedelta(days=1)


@tagged("post_install", "-at_install")
class TestSpecialDay(RegimeCase):
    """Special days on the working hours of sites, and the screen where they are kept."""

    def _get_hours(self, site=None, calendar=None, tz="Europe/Rome"):
        """Return the hours of the week at a site, by day, as a customer's user who may read none of it."""
        calendar = self.calendar if calendar is None else calendar
        key = (calendar, tz, self.company, self.site if site is None else site)
        calendars = self.env["resource.calendar"].with_user(self.user_portal)
        working = calendars._get_working_times([key], START, END)[key]
        if working.always:
            return "always"
        days = [days_to_utc(day, day, ZoneInfo(tz))[0] for day in (THURSDAY, FRIDAY, SATURDAY)]
        return tuple(working.minutes_between(start, end) / 60 for start, end in days)

    def test_effects(self):
        night = self._new_regime(name="Night", calendar_id=self._new_calendar(hours=((6, 9),), weekdays=(4, 5)).id)
        always = self._new_regime(name="Always", calendar_id=False)
        for vals, hours in [
            ({"effect": "closed"}, (8, 0, 0)),
            ({"effect": "closed", "date_from": THURSDAY, "date_to": SATURDAY}, (0, 0, 0)),
            ({"effect": "regime", "regime_id": night.id}, (8, 3, 0)),
            ({"effect": "regime", "regime_id": night.id, "date_to": SATURDAY}, (8, 3, 3)),
            ({"effect": "regime", "regime_id": always.id, "date_from": SATURDAY}, (8, 8, 24)),
            ({"effect": "extra", "hour_from": 15.0, "hour_to": 20.0}, (8, 11, 0)),
            ({"effect": "extra", "hour_from": 10.0, "hour_to": 12.0, "date_from": SATURDAY}, (8, 8, 2)),
            ({"effect": "weight", "weight": 3.0}, (8, 8, 0)),
        ]:
            with self.subTest(vals):
                special_day = self._new_special_day(**vals)
                self.assertEqual(self._get_hours(), hours)
                special_day.unlink()

    def test_whose_days_count(self):
        other_site = self.env["res.partner"].create({"name": "Plant 2", "parent_id": self.customer.id})
        second = self.env["res.company"].create({"name": "Second"})
        nobody = self.env["res.partner"]
        for vals, closed in [
            ({}, {self.site, other_site, self.other_customer, nobody}),
            ({"partner_id": self.customer.id}, {self.site, other_site}),
            ({"partner_id": self.site.id}, {self.site, other_site}),
            ({"site_ids": self.site.ids}, {self.site}),
            ({"site_ids": (self.site | self.other_customer).ids}, {self.site, self.other_customer}),
            ({"company_id": second.id}, set()),
        ]:
            with self.subTest(vals):
                special_day = self._new_special_day().sudo()
                special_day.write(vals)
                for site in (self.site, other_site, self.other_customer, nobody):
                    self.assertEqual(self._get_hours(site)[1], 0 if site in closed else 8, site.name)
                special_day.unlink()
        self._new_special_day()
        key = (self.calendar, "Europe/Rome", self.company)
        hours = self.env["resource.calendar"]._get_working_times([key], START, END)[key]
        self.assertTrue(hours.contains(datetime(2026, 6, 12, 10)), "no place was asked about")

    def test_a_site_that_is_gone_closes_nobody_else(self):
        gone = self.env["res.partner"].create({"name": "Plant 2", "parent_id": self.customer.id})
        self._new_special_day(site_ids=gone.ids)
        gone.active = False
        self.env.invalidate_all()
        self.assertEqual(self._get_hours()[1], 8)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "service_special_day_site_rel"),
            self.env.cr.savepoint(),
        ):
            gone.unlink()

    def test_narrower_lies_on_top(self):
        self._new_special_day("extra", hour_from=10.0, hour_to=12.0, site_ids=self.site.ids)
        self._new_special_day("closed")
        self.assertEqual(self._get_hours()[1], 2, "everybody is closed but for two hours here")
        self._new_special_day("closed", site_ids=self.site.ids)
        self.assertEqual(self._get_hours()[1], 0, "entered later")

    def test_on_top_of_a_holiday(self):
        self.env["resource.calendar.leaves"].create(
            {
                "calendar_id": self.calendar.id,
                "date_from": datetime(2026, 6, 11, 22),
                "date_to": datetime(2026, 6, 12, 21, 59, 59),
            }
        )
        self.assertEqual(self._get_hours()[1], 0)
        self._new_special_day("regime", regime_id=self._new_regime(name="Fair", calendar_id=self.calendar.id).id)
        self.assertEqual(self._get_hours()[1], 8)

    def test_date_at_the_site(self):
        self._new_special_day()
        key = (self.calendar, "America/New_York", self.company, self.site)
        hours = self.env["resource.calendar"]._get_working_times([key], START, END)[key]
        self.assertTrue(hours.contains(datetime(2026, 6, 11, 20, 59)), "Thursday 16:59")
        self.assertFalse(hours.contains(datetime(2026, 6, 12, 20, 59)), "Friday 16:59")

    def test_round_the_clock(self):
        always = self.env["resource.calendar"]
        self.assertEqual(self._get_hours(calendar=always), "always")
        self._new_special_day("weight", weight=2.0)
        self.assertEqual(self._get_hours(calendar=always), "always")
        self._new_special_day()
        self.assertEqual(self._get_hours(calendar=always), (24, 0, 24))

    def test_time_frame_of_a_coverage_row(self):
        """A row that covers office hours does not cover a day on which the site is not service-affecting."""
        contract = self._new_contract(rows=[{"time_frame_calendar_id": self.calendar.id}])
        at = datetime(2026, 6, 12, 10)
        self.assertEqual(self._resolve(at=at)["contract_id"], contract.id)
        self._new_special_day(site_ids=self.site.ids)
        self.assertFalse(self._resolve(at=at)["contract_id"])

    def test_few_queries_for_many_sites(self):
        sites = self.env["res.partner"].create([{"name": f"Site {index}"} for index in range(20)])
        for site in sites:
            self._new_special_day(site_ids=site.ids)
        counts = []
        for count in (10, 20):
            keys = [(self.calendar, "Europe/Rome", self.company, site) for site in sites[:count]]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["resource.calendar"]._get_working_times(keys, START, END)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 10)

    # ------------------------------------------------------------------
    # The screen
    # ------------------------------------------------------------------

    def test_form(self):
        with Form(self.env["service.special.day"].with_user(self.user_contract)) as form:
            form.name = "Trade fair"
            form.date_from = FRIDAY
            self.assertEqual(form.date_to, FRIDAY)
            form.date_to = SATURDAY
            form.site_ids.add(self.site)
        special_day = form.record
        self.assertEqual((special_day.effect, special_day.place), ("closed", self.site.display_name))

    def test_conflicts_are_told(self):
        first = self._new_special_day("closed", name="Fair", site_ids=self.site.ids)
        other_regime = {"effect": "regime", "regime_id": self.regime.id}
        for vals, is_told in [
            ({"effect": "extra", "site_ids": self.site.ids}, True),
            ({"effect": "weight", "site_ids": self.site.ids}, True),
            ({**other_regime, "site_ids": self.site.ids}, True),
            ({"effect": "closed", "site_ids": self.site.ids}, False),
            ({"effect": "extra", "site_ids": self.other_customer.ids}, False),
            ({"effect": "extra"}, False),
            ({"effect": "extra", "site_ids": self.site.ids, "date_from": SATURDAY}, False),
        ]:
            with self.subTest(vals):
                second = self._new_special_day(**{"name": "Strike", **vals})
                (first | second).invalidate_recordset(["conflict"])
                self.assertEqual([bool(first.conflict), bool(second.conflict)], [is_told] * 2)
                if is_told:
                    self.assertIn("Strike (06/12/2026)", first.with_context(lang="en_US").conflict)
                second.unlink()
        self._new_special_day("weight", weight=2.0)
        again = self._new_special_day("weight", weight=3.0)
        self.assertTrue(again.conflict)

    def test_refused(self):
        for vals, message in [
            ({"effect": "regime"}, "say of which regime"),
            ({"date_to": THURSDAY}, "check_dates"),
            ({"effect": "extra", "hour_from": 12.0, "hour_to": 12.0}, "check_hours"),
            ({"effect": "extra", "hour_to": 25.0}, "check_hours"),
            ({"effect": "weight", "weight": 0.0}, "check_weight"),
            ({"partner_id": self.other_customer.id, "site_ids": self.site.ids}, "is not a site of"),
        ]:
            with (
                self.subTest(message),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(Exception, message),
                self.env.cr.savepoint(),
            ):
                self._new_special_day(**vals)
                self.env.flush_all()
        self.assertFalse(self.env["service.special.day"].search([("date_from", "=", FRIDAY)]))

    def test_repeat_next_year(self):
        days = self._new_special_day("weight", weight=2.0, site_ids=self.site.ids, date_to=SATURDAY)
        days |= self._new_special_day(name="Leap day", date_from=date(2028, 2, 29))
        action = days.action_repeat_next_year()
        copies = self.env["service.special.day"].search(action["domain"], order="date_from")
        self.assertRecordValues(
            copies,
            [
                {"name": "Fair", "date_from": date(2027, 6, 12), "date_to": date(2027, 6, 13), "weight": 2.0},
                {"name": "Leap day", "date_from": date(2029, 2, 28), "date_to": date(2029, 2, 28), "weight": 1.0},
            ],
        )
        self.assertEqual(copies[0].site_ids, self.site)
        again = days.action_repeat_next_year()
        self.assertFalse(self.env["service.special.day"].search(again["domain"]), "they are there already")

    def test_who_may(self):
        special_day = self._new_special_day()
        with self.assertRaises(AccessError):
            special_day.with_user(self.user_reader).name = "Mine"
        with self.assertRaises(AccessError):
            special_day.with_user(self.user_reader).action_repeat_next_year()
        self.assertEqual(special_day.with_user(self.user_auditor).place, "Every site")
        with self.assertRaisesRegex(ValidationError, "say of which regime"):
            special_day.effect = "regime"

    def test_a_regime_in_use_is_not_deleted(self):
        regime = self._new_regime(name="Used", target_ids=[Command.clear()], rule_ids=[Command.clear()])
        self._new_special_day("regime", regime_id=regime.id)
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017
            regime.unlink()
