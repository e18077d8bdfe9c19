# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

FIRST_YEAR, LAST_YEAR = 1900, 2199


class ServiceLimitsMixin(models.AbstractModel):
    """Days and numbers that can be counted with.

    What is out of all bounds, such as 31 December 9999 for "without an end", is refused in one sentence before anything
    is computed of it: on the screen while it is typed, in imports, and from other programs.
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
        self._check_limits({name: values[name] for name in field_names if name in values})
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _get_limits(self):
        """Return how high numbers may be, by the name of their field, in all models with such a field.

        Ten years of days, a hundred years of months. To be extended on this mixin.
        """
        return {"warranty_months": 1200}

    @api.model
    def _check_limits(self, vals):
        """Refuse days, instants and numbers that nothing can be counted of.

        :raise UserError: which names the field
        """
        limits = self._get_limits()
        for name in vals:
            field = self._fields.get(name)
            if field and field.type in ("date", "datetime"):
                self._to_day(vals[name], name)
            elif field and name in limits and abs(vals[name] or 0) > limits[name]:
                raise UserError(
                    self.env._(
                        "%(field)s: enter %(number)s at most.",
                        field=field._description_string(self.env),
                        number=limits[name],
                    )
                )

    @api.model
    def _to_day(self, value, name=None):
        """Return the day that somebody gives, after checking it.

        :param value: a date or an instant (naive UTC), its ISO text, or nothing
        :param str name: the field that it is for, by default none
        :return: date, or None; for a field of instants the instant
        :raise UserError: when it is no day, or one that nothing can be counted of
        """
        is_instant = name and self._fields[name].type == "datetime"
        try:
            day = (fields.Datetime.to_datetime if is_instant else fields.Date.to_date)(value or None)
        except (TypeError, ValueError):
            raise UserError(self.env._("%(date)s is not a date such as 2026-12-31.", date=value)) from None
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            field = self._fields[name]._description_string(self.env) if name else fields.Date.to_string(day)
            raise UserError(
                self.env._(
                    "%(field)s: enter a day from %(first)s to %(last)s.", field=field, first=FIRST_YEAR, last=LAST_YEAR
                )
            )
        return day
