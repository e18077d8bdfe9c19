# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round, format_date

from ..engine.term import ONE_DAY
from .service_contract_period import QUOTAS


class ServiceContract(models.Model):
    """What a renewal would change, before anybody decides on it."""

    _inherit = "service.contract"

    def renewal_preview(self, increase=None):
        """Return what the renewal of this contract would change, and change nothing.

        :param float increase: percent agreed by hand, in place of what the rule says
        :return: dict with ``date_end_old``, ``date_start``, ``date_end`` (ISO), ``increase``, ``amount_old``,
            ``amount_new``, ``currency``, ``problem`` (why it would be refused, or empty), ``warnings``, ``rows``,
            ``periods`` and ``rollover``
        :raise AccessError: when the user may not see prices
        """
        self.ensure_one()
        self.check_access("read")
        self._check_field_access(self._fields["renewal_amount"], "read")
        indexation = self._get_indexations()[self]
        problem = self._get_renewal_problem(indexation, increase)
        percent = indexation["increase"] if increase is None else increase
        plan = self._get_renewal_plan(percent)
        return {
            "date_end_old": fields.Date.to_string(self.date_end),
            "date_start": fields.Date.to_string(self.date_end + ONE_DAY),
            "date_end": fields.Date.to_string(plan["term"].after - ONE_DAY),
            "increase": percent,
            "amount_old": plan["amount_old"],
            "amount_new": plan["amount_new"],
            "currency": self.currency_id.name,
            "problem": problem,
            "warnings": self._get_renewal_warnings(plan),
            "rows": self._get_preview_rows(plan),
            "periods": self._get_preview_periods(plan),
            "rollover": self._get_preview_rollover(),
        }

    def _get_renewal_problem(self, indexation, increase=None):
        """Return why a renewal would be refused, empty when it would not.

        :param dict indexation: an entry of `_get_indexations`
        :param float increase: percent agreed by hand, which needs no index
        """
        self.ensure_one()
        try:
            self._check_renewable()
        except UserError as error:
            return str(error)
        return self._get_index_problem(indexation) if increase is None else ""

    def _get_renewal_warnings(self, plan):
        """Return what somebody should know before renewing, as sentences.

        :param dict plan: of `_get_renewal_plan`
        """
        self.ensure_one()
        today = self._get_today()
        is_cut = any(span.share < 1 for span, _price in plan["periods"])
        warnings = [
            (self.is_payment_blocked, self.env._("Blocked for payment.")),
            (self.state == "suspended", self.env._("Suspended, and stays so.")),
            (
                self.state == "expired",
                self.env._("Expired: it is renewed from %(date)s on.", date=self._format_day(self.date_end + ONE_DAY)),
            ),
            (self.date_term_start > today, self.env._("Renewed already: its present term has not begun.")),
            (self.renewal_mode == "none", self.env._("Ends by its terms.")),
            (self.renewal_mode != "none" and self.renewal_stage == "ending", self.env._("Marked to end.")),
            (
                self.renewal_needs_confirmation and self.renewal_stage != "confirmed",
                self.env._("Not yet confirmed by the customer."),
            ),
            (
                not self._get_running_rows() and not plan["periods"],
                self.env._("Nothing runs until the last day: the new term covers nothing."),
            ),
            (is_cut, self.env._("The last period is a short one, with a part of the quotas and of the flat price.")),
        ]
        return [text for is_so, text in warnings if is_so]

    def _get_preview_rows(self, plan):
        rows = self._get_running_rows()
        days = self.date_end + ONE_DAY, plan["term"].after - ONE_DAY
        intervals = dict(rows._fields["interval_unit"]._description_selection(self.env))
        values = {}
        for row in rows:
            for price in (row.price, plan["prices"][row.price, row.is_price_fixed]):
                key = price, row.interval_count, row.interval_unit
                if key not in values:
                    values[key] = self._get_row_value(price, key[1:], days)
        return [
            {
                "name": row.name,
                "interval": intervals[row.interval_unit]
                if row.interval_count == 1
                else f"{row.interval_count} {intervals[row.interval_unit]}",
                "is_price_fixed": row.is_price_fixed,
                "price_old": row.price,
                "price_new": plan["prices"][row.price, row.is_price_fixed],
                "amount_old": values[row.price, row.interval_count, row.interval_unit],
                "amount_new": values[
                    plan["prices"][row.price, row.is_price_fixed], row.interval_count, row.interval_unit
                ],
            }
            for row in rows
        ]

    def _get_preview_periods(self, plan):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        labels = self.env["service.contract.period"].fields_get([*QUOTAS], ["string"])
        return [
            {
                "date_start": fields.Date.to_string(span.start),
                "date_end": fields.Date.to_string(span.end),
                "quotas": {
                    labels[name]["string"]: float_round(span.key[name] * span.share, precision_digits=digits)
                    for name in QUOTAS
                    if span.key[name]
                },
                "price_old": self.currency_id.round(span.key.price * span.share),
                "price_new": price,
            }
            for span, price in plan["periods"]
        ]

    def _get_preview_rollover(self):
        """Return what of the quotas goes over to the next term, as things stand now."""
        buckets = self.entitlement_ids.filtered(
            lambda bucket: bucket.source == "period"
            and bucket.rollover_percent
            and bucket.date_end == self.date_end
            and bucket.period_id.state == "open"
        )
        return [
            {
                "name": bucket.name,
                "left": bucket.quantity_left,
                "percent": bucket.rollover_percent,
                "quantity": max(float(bucket._get_rollover_quantity()), 0.0),
            }
            for bucket in buckets
        ]

    def _format_day(self, day):
        return format_date(self.env, day)
