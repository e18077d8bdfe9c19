# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ContractCase

START, END = datetime(2026, 11, 1), datetime(2027, 2, 1)


@tagged("post_install", "-at_install")
class TestResourceCalendar(ContractCase):
    def _get_hours(self, calendar=None, tz="Europe/Rome", company=None, start=START, end=END):
        calendar = self.calendar if calendar is None else calendar
        return calendar.with_user(self.user_portal)._get_working_time(tz, start, end, company or self.company)

    def _new_leave(self, date_from, date_to, **vals):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "calendar_id": self.calendar.id,
                "date_from": date_from,
                "date_to": date_to,
                **vals,
            }
        )

    def test_wall_time_at_the_site(self):
        rome, new_york = self._get_hours(), self._get_hours(tz="America/New_York")
        self.assertTrue(rome.contains(datetime(2026, 11, 13, 8, 0)))
        self.assertFalse(new_york.contains(datetime(2026, 11, 13, 8, 0)))
        self.assertTrue(new_york.contains(datetime(2026, 11, 13, 14, 0)))

    def test_no_calendar_is_round_the_clock(self):
        self.assertTrue(self._get_hours(calendar=self.env["resource.calendar"]).always)

    def test_christmas_is_christmas_everywhere(self):
        """Entered as Rome's 25 December, in UTC from 24 December 23:00."""
        self._new_leave("2026-12-24 23:00:00", "2026-12-25 22:59:59")
        for tz, hour in (("Europe/Rome", 11), ("America/New_York", 17)):
            with self.subTest(tz):
                hours = self._get_hours(tz=tz)
                self.assertFalse(hours.contains(datetime(2026, 12, 25, hour)))
                self.assertTrue(hours.contains(datetime(2026, 12, 24, hour)))

    def test_whose_holidays_count(self):
        other = self.env["res.company"].create({"name": "Second"})
        engineer = self.env["resource.resource"].create({"name": "Luigi", "calendar_id": self.calendar.id})
        day = datetime(2026, 11, 13, 10)
        span = ("2026-11-12 23:00:00", "2026-11-13 22:59:59")
        for name, vals, is_closed in [
            ("of the calendar", {}, True),
            ("of every calendar of the company", {"calendar_id": False}, True),
            ("of another calendar", {"calendar_id": self._new_calendar().id}, False),
            ("of one engineer", {"resource_id": engineer.id}, False),
            ("no time off", {"time_type": "other"}, False),
        ]:
            with self.subTest(name):
                leave = self._new_leave(*span, **vals)
                self.assertEqual(self._get_hours().contains(day), not is_closed)
                leave.unlink()
        self.calendar.company_id = False
        leave = self.env["resource.calendar.leaves"].with_company(other).create(
            {"calendar_id": False, "date_from": span[0], "date_to": span[1]}
        )
        self.assertEqual(leave.company_id, other)
        self.assertTrue(self._get_hours().contains(day), "a holiday of another company")
        self.assertFalse(self._get_hours(company=other).contains(day))

    def test_lunch_break_is_no_work(self):
        calendar = self._new_calendar(hours=((9, 12), (13, 17)))
        self.env["resource.calendar.attendance"].create(
            {
                "name": "Lunch",
                "calendar_id": calendar.id,
                "dayofweek": "0",
                "hour_from": 12,
                "hour_to": 13,
                "day_period": "lunch",
            }
        )
        hours = self._get_hours(calendar=calendar)
        self.assertEqual(hours.minutes_between(datetime(2026, 11, 9), datetime(2026, 11, 10)), 7 * 60)

    def test_two_weeks(self):
        calendar = self._new_calendar(hours=())
        calendar.switch_calendar_type()
        calendar.attendance_ids.filtered(lambda row: not row.display_type).unlink()
        calendar.write(
            {
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "Monday",
                            "dayofweek": "0",
                            "hour_from": 9,
                            "hour_to": 17,
                            "week_type": "0",
                            "day_period": "full_day",
                        }
                    )
                ]
            }
        )
        hours = self._get_hours(calendar=calendar)
        gaps = {
            (second[0] - first[0]).days for first, second in zip(hours.intervals, hours.intervals[1:], strict=False)
        }
        self.assertEqual(gaps, {14})

    def test_closed_for_two_years_is_an_error_with_its_name(self):
        self._new_leave("2026-10-01 00:00:00", "2026-12-31 00:00:00")
        hours = self._get_hours(start=datetime(2026, 11, 1), end=datetime(2026, 11, 5))
        self.assertFalse(hours.intervals, "a long holiday is no error")
        self._new_leave("2026-10-01 00:00:00", "2029-12-31 00:00:00")
        with self.assertRaisesRegex(UserError, "Office hours contain no hours in the two years"):
            self._get_hours()

    def test_flexible_and_empty_are_refused_by_name(self):
        flexible = self._new_calendar(schedule_type="flexible", name="Flexible")
        empty = self._new_calendar(hours=(), name="Empty")
        for calendar, message in [(flexible, "Flexible are flexible"), (empty, "Empty contain no hours")]:
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self._get_hours(calendar=calendar)

    def test_one_read_for_many_places(self):
        calendars = [self._new_calendar(name=str(index)) for index in range(6)]
        zones = ("Europe/Rome", "America/New_York", "Asia/Tokyo")
        for count in (3, 6):
            keys = [(calendar, tz, self.company) for calendar in calendars[:count] for tz in zones]
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(count), self.assertQueryCount(6):
                hours = self.env["resource.calendar"]._get_working_times(keys, START, END)
            self.assertEqual(len(hours), count * 3)
