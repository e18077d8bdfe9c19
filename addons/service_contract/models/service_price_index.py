# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from bisect import bisect_right

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class ServicePriceIndex(models.Model):
    """A table of published values that prices follow.

    A value holds from its day for as many months as the index is published in: a value that nobody has entered yet is
    known to be missing, and is never replaced by an old one in silence.
    """

    _name = "service.price.index"
    _description = "Price Index"
    _inherit = ["service.limits.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True, help="Empty means every company.")
    source = fields.Char(help="Who publishes it and where, for whoever enters the next value.")
    interval_months = fields.Integer(
        string="Published Every (Months)",
        required=True,
        default=1,
        help="How long a value holds: after that the next one is missing until it is entered.",
    )
    value_ids = fields.One2many(comodel_name="service.price.index.value", inverse_name="index_id", copy=True)
    date_last = fields.Date(string="Last Value of", compute="_compute_last")
    value_last = fields.Float(string="Last Value", digits=(16, 4), compute="_compute_last")

    _check_interval_months = models.Constraint(
        "CHECK (interval_months > 0)",
        "An index is published every month, or every few months: enter at least 1.",
    )

    @api.depends("value_ids.date", "value_ids.value")
    def _compute_last(self):
        for index in self:
            last = index._get_last_value()
            index.date_last = last.date
            index.value_last = last.value

    def _get_last_value(self):
        """Return the latest `service.price.index.value` that was entered."""
        self.ensure_one()
        return self.value_ids.filtered("date").sorted("date")[-1:]

    def _get_values(self, days):
        """Return the values that hold on some days, with one query for a whole batch.

        :param days: iterable of (`service.price.index`, date)
        :return: dict by (`service.price.index`, date) of `service.price.index.value`, empty where none was entered
        """
        days = list(days)
        table = {}
        for index in self.browse().union(*(index for index, _day in days)):
            values = index.value_ids.filtered("date").sorted("date")
            table[index] = values, values.mapped("date")
        found = {}
        for index, day in days:
            values, dates = table[index]
            position = bisect_right(dates, day)
            value = values[max(position - 1, 0) : position]
            is_in_force = value and day < value.date + relativedelta(months=index.interval_months)
            found[index, day] = value if is_in_force else value.browse()
        return found
