# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter
from datetime import date, datetime, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date

from odoo.addons.service_contract.const import PRIORITIES
from odoo.addons.service_contract.engine.working_time import days_to_utc

from ..engine.recurrence import Rule, dates, shift, spread

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PREVIEW_COUNT = 12
# How far ahead dates are looked for, and within that their holidays.
HORIZON = relativedelta(years=15)
HOLIDAY_HORIZON = timedelta(days=730)
RULE_FIELDS = (
    "active",
    "unit",
    "interval",
    *WEEKDAYS,
    "monthly_by",
    "day",
    "nth",
    "months",
    "date_start",
    "date_end",
    "count",
    "hour",
    "lead_days",
    "window_days",
    "day_limit",
    "holiday_shift",
    "ends_with_contract",
    "contract_id",
    "date_last",
    "site_id",
    "partner_id",
    "team_id",
    "company_id",
)


class ServiceCallRecurrence(models.Model):
    """What is asked for again and again: a call is made of it at each date.

    Dates come from ``engine/recurrence.py``, always counted from the first day. A job makes each call when it is due;
    the call bears the nominal date, so that no date is ever made twice. This is not preventive maintenance: that has
    plans per unit, with windows and visits.
    """

    _name = "service.call.recurrence"
    _description = "Recurring Call"
    _inherit = ["mail.thread", "service.batch.mixin", "service.limits.mixin"]
    _order = "next_make_at, id"
    _check_company_auto = True

    name = fields.Char(string="Subject", required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    # What is asked for
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index="btree_not_null",
        check_company=True,
        compute="_compute_from_equipment",
        store=True,
        readonly=False,
        precompute=True,
    )
    contact_id = fields.Many2one(comodel_name="res.partner", check_company=True)
    site_id = fields.Many2one(
        comodel_name="res.partner",
        check_company=True,
        domain="[('is_service_site', '=', True)]",
        compute="_compute_from_equipment",
        store=True,
        readonly=False,
        precompute=True,
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment", string="Unit", index="btree_not_null", check_company=True
    )
    type_id = fields.Many2one(comodel_name="service.call.type", check_company=True)
    description = fields.Html()
    priority = fields.Selection(selection=PRIORITIES, help="Empty: as the contract says.")
    team_id = fields.Many2one(
        comodel_name="service.team",
        index="btree_not_null",
        check_company=True,
        help="Empty: the team that is competent.",
    )
    user_id = fields.Many2one(comodel_name="res.users", string="Owner", domain="[('share', '=', False)]")
    # When
    unit = fields.Selection(
        selection=[("day", "Days"), ("week", "Weeks"), ("month", "Months")],
        string="Period",
        required=True,
        default="month",
    )
    interval = fields.Integer(string="Every", required=True, default=1)
    monday = fields.Boolean()
    tuesday = fields.Boolean()
    wednesday = fields.Boolean()
    thursday = fields.Boolean()
    friday = fields.Boolean()
    saturday = fields.Boolean()
    sunday = fields.Boolean()
    monthly_by = fields.Selection(
        selection=[("day", "Day of the month"), ("weekday", "Weekday of the month")], required=True, default="day"
    )
    day = fields.Integer(string="Day of the Month", help="0: the day of the first date. In short months the last day.")
    nth = fields.Selection(
        selection=[("1", "First"), ("2", "Second"), ("3", "Third"), ("4", "Fourth"), ("-1", "Last")],
        string="Which",
        default="1",
    )
    months = fields.Char(string="Only in Months", help="Numbers of months, such as 3, 9. Empty: all.")
    hour = fields.Float(string="Time at the Site", default=8.0)
    date_start = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_end = fields.Date(string="Until")
    count = fields.Integer(string="Times", help="So many times in all; 0: no limit.")
    contract_id = fields.Many2one(comodel_name="service.contract", index="btree_not_null", check_company=True)
    ends_with_contract = fields.Boolean(help="Nothing is made beyond the contract, or when it is no longer active.")
    # How
    lead_days = fields.Integer(string="Make Days Before", help="The call is made so many days before its date.")
    window_days = fields.Integer(
        string="Spread Over Days",
        help="The day with the least such calls of the team is taken: the date or one of so many days after it.",
    )
    day_limit = fields.Integer(string="Most per Day", help="Of recurring calls of the team, where they are spread.")
    holiday_shift = fields.Selection(
        selection=[
            ("none", "Keep the date"),
            ("before", "Working day before"),
            ("after", "Working day after"),
            ("skip", "Leave it out"),
        ],
        string="On Days Off",
        required=True,
        default="after",
    )
    catch_up = fields.Selection(
        selection=[("all", "Make all"), ("one", "Make the last one"), ("none", "Make none")],
        string="What Was Missed",
        required=True,
        default="one",
        help="When the job did not run, or the recurring call was archived. What is not made is noted.",
    )
    date_last = fields.Date(string="Done Until", readonly=True, copy=False, help="Dates up to this one are done with.")
    date_next = fields.Date(string="Next Date", compute="_compute_next", store=True)
    date_next_placed = fields.Date(string="Next Done On", compute="_compute_next", store=True)
    next_make_at = fields.Datetime(string="Next Made At", compute="_compute_next", store=True)
    call_ids = fields.One2many(comodel_name="service.call", inverse_name="recurrence_id", readonly=True)
    call_count = fields.Integer(compute="_compute_call_count")
    preview_html = fields.Html(string="Next Dates", compute="_compute_preview_html", sanitize=False)

    _interval_positive = models.Constraint("CHECK (interval > 0)", "Every how many? Give a number above zero.")
    _numbers_positive = models.Constraint(
        "CHECK (count >= 0 AND lead_days >= 0 AND window_days >= 0 AND day_limit >= 0)",
        "A number of days or times cannot be negative.",
    )
    _hour_range = models.Constraint("CHECK (hour >= 0 AND hour < 24)", "A time of day lies between 0:00 and 23:59.")
    _day_range = models.Constraint("CHECK (day >= 0 AND day <= 31)", "A day of the month lies between 1 and 31.")
    _dates_in_order = models.Constraint("CHECK (date_end >= date_start)", "The last day is before the first one.")
    _next_make_idx = models.Index("(next_make_at) WHERE next_make_at IS NOT NULL AND active")

    # ------------------------------------------------------------
    # Computes and constraints
    # ------------------------------------------------------------

    @api.depends("equipment_id")
    def _compute_from_equipment(self):
        for recurrence in self:
            recurrence.partner_id = recurrence.equipment_id.partner_id or recurrence.partner_id
            recurrence.site_id = recurrence.equipment_id.site_id or recurrence.site_id

    @api.depends(*RULE_FIELDS, "contract_id.date_end")
    def _compute_next(self):
        for recurrence in self:
            entry = next(iter(recurrence._get_plan(1)), None) if recurrence.active else None
            recurrence.date_next, recurrence.date_next_placed = entry or (False, False)
            recurrence.next_make_at = entry and recurrence._get_make_at(entry[1])

    def _compute_call_count(self):
        counts = dict(
            self.env["service.call"]._read_group([("recurrence_id", "in", self.ids)], ["recurrence_id"], ["__count"])
        )
        for recurrence in self:
            recurrence.call_count = counts.get(recurrence._origin, 0)

    @api.depends(*RULE_FIELDS)
    def _compute_preview_html(self):
        for recurrence in self:
            try:
                plan = recurrence._get_plan(PREVIEW_COUNT)
            except (UserError, ValueError):
                plan = []
            recurrence.preview_html = self.env["ir.qweb"]._render(
                "service_helpdesk.service_call_recurrence_preview",
                {"lines": [recurrence._prepare_preview_line(*entry) for entry in plan]},
            )

    def _prepare_preview_line(self, nominal, placed):
        """Return the texts of a date in the preview."""
        moved = placed != nominal and self.env._(
            "instead of %(day)s", day=format_date(self.env, nominal, date_format="EEE d MMM")
        )
        return {"day": format_date(self.env, placed, date_format="EEE d MMM yyyy"), "moved": moved or ""}

    @api.constrains("months")
    def _check_months(self):
        for recurrence in self:
            recurrence._get_months()

    def _get_months(self):
        parts = [part.strip() for part in (self.months or "").split(",") if part.strip()]
        if any(not part.isdigit() or not 1 <= int(part) <= 12 for part in parts):
            raise ValidationError(self.env._("Write months as numbers with commas between them, such as 3, 9."))
        return frozenset(int(part) for part in parts)

    # ------------------------------------------------------------
    # Dates
    # ------------------------------------------------------------

    def _to_rule(self):
        """Return the rule as a value of the engine."""
        self.ensure_one()
        weekdays = frozenset(index for index, name in enumerate(WEEKDAYS) if self[name])
        is_nth = self.unit == "month" and self.monthly_by == "weekday"
        end = self.date_end or None
        if self.ends_with_contract and (last := self.contract_id.sudo().date_end):
            end = min(end or last, last)
        return Rule(
            anchor=self.date_start,
            unit=self.unit,
            interval=max(self.interval, 1),
            weekdays=weekdays if self.unit == "week" or is_nth else frozenset(),
            day=max(self.day, 0) or None,
            nth=int(self.nth) if is_nth and self.nth else None,
            months=self._get_months(),
            end=end,
            count=self.count or None,
        )

    def _get_tz(self):
        """Return the time zone at the site."""
        self.ensure_one()
        return pytz.timezone((self.site_id or self.partner_id)._get_service_tz(self.company_id) or "UTC")

    def _get_make_at(self, placed):
        """Return when the call of a day is made, naive UTC."""
        wall = datetime.combine(placed, datetime.min.time()) + timedelta(hours=self.hour) - timedelta(self.lead_days)
        return self._get_tz().localize(wall).astimezone(pytz.utc).replace(tzinfo=None)

    def _get_plan(self, limit):
        """Return the next dates that are not done with: list of (nominal date, day on which to do it).

        Dates that fall on days off are left out where the rule says so.

        :param int limit: at most so many
        """
        self.ensure_one()
        if not self.date_start:
            return []
        first = max(self.date_start, self.date_last + timedelta(days=1)) if self.date_last else self.date_start
        # Long intervals need a long look ahead, short ones none: no more than what is shown is ever laid out.
        for years in (1, 15):
            nominal = dates(self._to_rule(), first, first + relativedelta(years=years))
            if len(nominal) >= limit:
                break
        is_working = self._read_working_days(first)
        load = Counter()
        if self.window_days:
            load = self._read_load(first)
        plan = []
        for day in nominal:
            placed = shift(day, self.holiday_shift, is_working)
            if placed:
                placed = spread(placed, max(self.window_days, 0), is_working, load, self.day_limit)
                load[placed] += 1
                plan.append((day, placed))
            if len(plan) == limit:
                break
        return plan

    def _read_working_days(self, first):
        """Return a function that tells whether a day is worked by the team; beyond the horizon every day is."""
        calendar = self.team_id.calendar_id or self.company_id.resource_calendar_id
        start = datetime.combine(first - timedelta(days=40), datetime.min.time())
        end, zone = start + HOLIDAY_HORIZON, self._get_tz()
        working = calendar._get_working_time(zone.zone, start, end, self.company_id)

        def is_working(day):
            if not start.date() < day < end.date():
                return True
            return any(working.minutes_between(*span) for span in days_to_utc(day, day, zone))

        return is_working

    def _read_load(self, first):
        """Return how many recurring calls of the team there are on each day from ``first``, without this one's next."""
        domain = [("team_id", "=", self.team_id.id), ("company_id", "=", self.company_id.id)]
        # The load of a team is the same whoever looks.
        made = (
            self.env["service.call"]
            .sudo()
            ._read_group([*domain, ("recurrence_day", ">=", first)], ["recurrence_day:day"], ["__count"])
        )
        load = Counter({_to_date(day): count for day, count in made})
        planned = self.sudo().search([*domain, ("date_next_placed", ">=", first), ("id", "not in", self.ids)])
        load.update(planned.mapped("date_next_placed"))
        return load


def _to_date(value):
    return value if isinstance(value, date) and not isinstance(value, datetime) else value.date()
