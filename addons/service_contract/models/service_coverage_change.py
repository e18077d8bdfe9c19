# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

ONE_DAY = timedelta(days=1)


class ServiceCoverage(models.Model):
    """How dated rows change: an end, or a row that follows (docs/decisions/0002-coverage-rows.md)."""

    _inherit = "service.coverage"

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_end(self, date):
        """Remove from the contract with a last day; what was billed beyond it is given back by the billing.

        A day before the row's first makes the row cover nothing at all.

        :param date: last day covered (date or ISO text)
        :raise UserError: when a row ends earlier already
        """
        self._end(fields.Date.to_date(date))
        return True

    def action_reprice(self, date, price):
        """Change the price from a day on, by a row that follows this one.

        :param date: first day at the new price (date or ISO text)
        :param float price: per interval, in the contract's currency
        :return: the new rows
        :raise UserError: when the day is not one of the row's
        """
        return self._reprice(fields.Date.to_date(date), dict.fromkeys(self, price))

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _end(self, last_day):
        """Give the rows a last day, no later than the one they have.

        :param date last_day: the last day covered; before a row's first, the row covers nothing at all
        :raise UserError: when a row ends earlier already
        """
        self.check_access("write")
        for coverage in self:
            if last_day > coverage.date_end:
                raise UserError(
                    self.env._("%(row)s ends on %(date)s already.", row=coverage.name, date=coverage.date_end)
                )
        for coverage in self:
            # The days of begun rows are written by these methods only, after their checks.
            coverage.sudo().date_end = max(last_day, coverage.date_start - ONE_DAY)

    def _extend(self, last_day):
        """Lengthen the rows to a later last day, as a renewal does.

        :param date last_day: within the term of the contract
        """
        self.check_access("write")
        # As in `_end`.
        self.sudo().write({"date_end": last_day})

    def _reprice(self, first_day, price_by_row):
        """Let each row be followed by one at another price.

        :param date first_day: the first day at the new price, one of the row's
        :param dict price_by_row: {row: price per interval}, for each row of `self`
        :return: the new rows, in the order of `self`
        :raise UserError: when the day is not one of a row's
        """
        for coverage in self:
            if not coverage.date_start <= first_day <= coverage.date_end:
                raise UserError(
                    self.env._(
                        "%(date)s is not a day of %(row)s (%(start)s - %(end)s).",
                        date=first_day,
                        row=coverage.name,
                        start=coverage.date_start,
                        end=coverage.date_end,
                    )
                )
        following = self.create(
            [
                {**vals, **coverage._prepare_following_values(first_day, price_by_row[coverage])}
                for coverage, vals in zip(self, self.copy_data(), strict=True)
            ]
        )
        self._end(first_day - ONE_DAY)
        return following

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _prepare_following_values(self, first_day, price):
        """Hook: prepare how the row at a new price differs from this one.

        :param date first_day: the first day at the new price
        :param float price: per interval
        :return: dict of values
        """
        self.ensure_one()
        return {
            "origin_id": (self.origin_id or self).id,
            "date_start": first_day,
            "date_end": self.date_end,
            "price": price,
        }
