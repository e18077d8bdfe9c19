# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
DAYS = {"date", "date_start", "date_end", "date_anchor", "date_from", "date_to", "date_first", "index_base_date"}
# Ten years of days, a hundred years of months.
MOST = {
    "notice_days": 3650,
    "end_alert_days": 3650,
    "termination_notice_count": 3650,
    "renewal_months": 1200,
    "index_lag_months": 1200,
    "reminder_days": 3650,
    "duration_months": 1200,
    "interval_months": 1200,
    "validity_months": 1200,
    "interval_count": 1200,
}


class ServiceLimitsMixin(models.AbstractModel):
    """Days and numbers that can be counted with.

    What is out of all bounds, such as 31 December 9999 for "without an end", is refused in one sentence before anything
    is computed of it: on the screen while it is typed, and in imports. Models that inherit it name such fields alike.
    """

    _name = "service.limits.mixin"
    _description = "Days and Numbers Within Bounds"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_limits(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_limits(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self._check_limits(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_limits(self, vals):
        """Refuse days and numbers that nothing can be counted of.

        :raise UserError: which names the field
        """
        for name in DAYS & vals.keys() & self._fields.keys():
            self._to_day(vals[name], name)
        for name in MOST.keys() & vals.keys() & self._fields.keys():
            if (vals[name] or 0) > MOST[name]:
                raise UserError(
                    self.env._(
                        "%(field)s: enter %(number)s at most.",
                        field=self._fields[name]._description_string(self.env),
                        number=MOST[name],
                    )
                )

    @api.model
    def _to_day(self, text, name=None):
        """Return a day that somebody gives, after checking it.

        :param text: a date, its ISO text, or nothing
        :param str name: the field that it is for, by default none
        :return: date or None
        :raise UserError: when it is no day, or one that nothing can be counted of
        """
        try:
            day = fields.Date.to_date(text or None)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("Enter the day as year-month-day, not %(text)s.", text=text)) from error
        if day:
            self._check_day(day, name)
        return day

    @api.model
    def _check_day(self, day, name=None):
        values = {
            "field": self._fields[name]._description_string(self.env) if name else fields.Date.to_string(day),
            "first": FIRST_DAY.year,
            "last": LAST_DAY.year,
        }
        if day < FIRST_DAY:
            raise UserError(self.env._("%(field)s: enter a day from %(first)s on.", **values))
        if day > LAST_DAY:
            raise UserError(self.env._("%(field)s: enter a day until %(last)s.", **values))
