# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, models
from odoo.exceptions import UserError

from ..engine import working_time

# A calendar without any hours for so long is a mistake, not a long holiday (rules.md 1).
HORIZON = timedelta(days=730)
ONE_DAY = timedelta(days=1)


class ResourceCalendar(models.Model):
    """Feeds the working-time engine: calendars as wall time at a site, with the holidays of one company."""

    _inherit = "resource.calendar"

    def _check_service_calendar(self):
        """Refuse, by name, a calendar that cannot drive a clock: flexible hours, or no hours at all.

        :raise UserError: for the first such calendar
        """
        for calendar in self:
            if calendar.flexible_hours:
                raise UserError(
                    self.env._(
                        "The working hours %(calendar)s are flexible; a service level needs fixed hours.",
                        calendar=calendar.name,
                    )
                )
            if not calendar._get_service_attendances():
                raise UserError(self.env._("The working hours %(calendar)s contain no hours.", calendar=calendar.name))

    def _get_working_time(self, tz, start, end, company):
        """Return the hours of one calendar, or of none, as wall time at a site.

        :param str tz: name of the site's time zone
        :param start: first instant of the window, naive UTC
        :param end: last instant of the window, naive UTC
        :param company: `res.company` whose holidays count
        :return: `engine.working_time.WorkingTime`; round the clock for an empty record
        :raise UserError: for flexible hours, or none in the two years from `start`
        """
        key = (self, tz, company)
        return self._get_working_times([key], start, end)[key]

    @api.model
    def _get_working_times(self, keys, start, end, with_holidays=True, may_be_closed=False):
        """Return the hours of many calendars at many places: a handful of queries for any number of keys.

        :param keys: iterable of (calendar or empty record, time zone name, company), and as a fourth item, for hours
            with the special days of a site, the site or an empty record
        :param start: first instant of the window, naive UTC
        :param end: last instant of the window, naive UTC
        :param with_holidays: False to work on holidays
        :param may_be_closed: True to get no hours, instead of an error, where special days close a site for years
        :return: dict {key: `engine.working_time.WorkingTime`}
        """
        keys = list(dict.fromkeys(keys))
        # A clock needs the hours whoever looks: portal users have no rights on calendars, and Odoo's own rule hides
        # holidays from users. Only working time leaves this method.
        calendars = self.sudo().union(*(key[0].sudo() for key in keys))
        calendars._check_service_calendar()
        horizon = max(end, start + HORIZON)
        holidays = defaultdict(list)
        if with_holidays:
            companies = self.env["res.company"].union(*(key[2] for key in keys))
            holidays = calendars._get_service_leaves(companies, start, horizon)
        special_days = self._get_special_days(keys, start, horizon)
        built = {}
        for key in keys:
            calendar, tz, company = key[:3]
            # Sites without special days of their own share their hours.
            place = (calendar, tz, company, special_days[key])
            if place not in built:
                leaves = holidays[calendar.id, company.id]
                built[place] = calendar.sudo()._build_working_time(
                    tz, (start, end), leaves, special_days[key], may_be_closed
                )
        return {key: built[(*key[:3], special_days[key])] for key in keys}

    @api.model
    def _get_special_days(self, keys, start, end):
        """Return the special days that change hours, as values of the engine, for each key."""
        placed = [key for key in keys if len(key) > 3]
        if not placed:
            return dict.fromkeys(keys, ())
        days = self.env["service.special.day"]._get_engine_days(
            self.env["res.partner"].union(*(key[3] for key in placed)),
            self.env["res.company"].union(*(key[2] for key in placed)),
            start.date() - ONE_DAY,
            end.date() + ONE_DAY,
        )
        return {key: days[key[3].id, key[2].id].hours if len(key) > 3 else () for key in keys}

    def _build_working_time(self, tz, window, holidays, special_days, may_be_closed=False):
        """Return the hours of one calendar less its holidays, with special days; see :meth:`_get_working_times`.

        :param window: (first instant, last instant), naive UTC
        """
        start, end = window
        if not self:
            reach = start.date() - ONE_DAY, end.date() + ONE_DAY
            if not any(day.start <= reach[1] and reach[0] <= day.end for day in special_days):
                return working_time.WorkingTime(always=True)
        attendances = self._get_service_attendances() if self else working_time.ROUND_THE_CLOCK
        timetable = working_time.Timetable(attendances, holidays, special_days)
        zone = pytz.timezone(tz)
        hours = timetable.build(zone, start, end)
        if hours.intervals:
            return hours
        horizon = start, start + HORIZON
        if timetable.build(zone, *horizon).intervals:
            return hours
        values = {"calendar": self.name or self.env._("round the clock"), "date": start.date()}
        if not working_time.Timetable(attendances, holidays, ()).build(zone, *horizon).intervals:
            raise UserError(
                self.env._("The working hours %(calendar)s contain no hours in the two years from %(date)s.", **values)
            )
        if may_be_closed:
            return hours
        raise UserError(
            self.env._(
                "Special days close the site for two years from %(date)s: no working hours %(calendar)s are left.",
                **values,
            )
        )

    def _get_service_attendances(self):
        """Return the windows of work as values of the engine: no breaks, no section lines."""
        self.ensure_one()
        return [
            working_time.Attendance(
                weekday=int(attendance.dayofweek),
                hour_from=attendance.hour_from,
                hour_to=attendance.hour_to,
                week=int(attendance.week_type) if self.two_weeks_calendar and attendance.week_type else None,
            )
            for attendance in self.attendance_ids
            if attendance._is_work_period() and attendance.hour_from < attendance.hour_to
        ]

    def _get_service_leaves(self, companies, start, end):
        """Return the holidays of calendars as wall time, by (calendar id, company id).

        Those of the calendar itself and those of every calendar; of the company and of every company. Time off of a
        single resource is not a holiday. Each is wall time in the zone of the calendar it was entered for.
        """
        holidays = defaultdict(list)
        # A day of margin on both sides, since the wall time of another zone is up to a day away.
        domain = [
            ("time_type", "=", "leave"),
            ("resource_id", "=", False),
            ("calendar_id", "in", [False, *self.ids]),
            ("company_id", "in", [False, *companies.ids]),
            ("date_from", "<=", end + ONE_DAY),
            ("date_to", ">=", start - ONE_DAY),
        ]
        for leave in self.env["resource.calendar.leaves"].sudo().search(domain) if self else ():
            for calendar in leave.calendar_id or self:
                zone = pytz.timezone((leave.calendar_id or leave.company_id.resource_calendar_id or calendar).tz)
                wall = tuple(
                    instant.replace(tzinfo=pytz.utc).astimezone(zone).replace(tzinfo=None)
                    for instant in (leave.date_from, leave.date_to)
                )
                for company in leave.company_id or companies:
                    holidays[calendar.id, company.id].append((wall[0], _round_up(wall[1])))
        return holidays


def _round_up(instant):
    """Return the next full minute: Odoo writes the end of a day as 23:59:59."""
    return instant if not instant.second else instant.replace(second=0, microsecond=0) + timedelta(minutes=1)
