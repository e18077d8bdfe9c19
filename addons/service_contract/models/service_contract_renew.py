# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models

ONE_DAY = timedelta(days=1)


class ServiceContract(models.Model):
    """How contracts go on: by hand or by themselves, at which prices."""

    _inherit = "service.contract"

    def action_renew(self):
        """Go on for another term of the same length.

        Writes the next period with the quotas of the last, lengthens the rows that run to the end (re-priced by the
        agreed increase), and closes the periods that are over.

        :raise UserError: when the contract is a draft or cancelled
        """
        for contract in self:
            contract._check_state_in("active", "suspended", "expired", target="active")
            old_end = contract.date_end
            first_day = old_end + ONE_DAY
            contract.date_end = contract._get_next_date_end()
            running = contract.coverage_ids.filtered(
                lambda row, day=old_end: row.date_end == day and not row.period_id and row.interval_unit != "once"
            )
            running._extend(contract.date_end)
            if contract.renewal_increase:
                increase = 1 + contract.renewal_increase / 100
                running._reprice(first_day, {row: row.price * increase for row in running})
            last_period = contract.period_ids.filtered(lambda period, day=old_end: period.date_end == day)
            if last_period:
                last_period.copy(contract._prepare_renewed_period_values(last_period, first_day))
            today = contract._get_today()
            contract.period_ids.filtered(
                lambda period, day=today: period.date_end < day and period.state == "open"
            ).action_close()
            if contract.state == "expired":
                contract._transition("active")
            contract._after_renewed()
        return True

    def _notify_renewal(self):
        """Tell the responsible, once per term, that somebody has to renew the contract or let it go."""
        self.ensure_one()
        if self.date_notified == self.date_end:
            return
        self.date_notified = self.date_end
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.date_end,
            summary=self.env._("Renew the contract or let it end"),
            user_id=self.user_id.id or self.env.uid,
        )

    def _get_next_date_end(self):
        """Return the last day of the next term: as long as the last one, in months when it was whole months."""
        self.ensure_one()
        first_day = self.date_end + ONE_DAY
        last_period = self.period_ids.filtered(lambda period: period.date_end == self.date_end)
        term_start = last_period.date_start or self.date_start
        length = relativedelta(first_day, term_start)
        if length.days:
            return self.date_end + (first_day - term_start)
        return first_day + length - ONE_DAY

    def _prepare_renewed_period_values(self, period, first_day):
        """Return how the period after a renewal differs from the last one."""
        increase = 1 + (self.renewal_increase or 0) / 100
        return {
            "contract_id": self.id,
            "date_start": first_day,
            "date_end": self.date_end,
            "price": self.currency_id.round(period.price * increase),
        }

    def _after_renewed(self):
        """Called when a contract has been renewed, with its new last day, rows and period."""
