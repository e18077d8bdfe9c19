# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools import float_repr, format_date

from odoo.addons.service_equipment.const import WORK_KINDS

ONE_HOUR = 60


class ServiceContract(models.Model):
    """What a contract says, in words for the customer: its page and its printed copy read the same."""

    _inherit = "service.contract"

    def _get_renewal_text(self):
        """Hook: return one sentence on how one contract goes on after its last day, in the language of the context."""
        self.ensure_one()
        if self.renewal_mode == "none":
            return self.env._("Ends on its last day.")
        if self.renewal_mode == "automatic":
            return self.env._(
                "Renews by itself on %(date)s unless one of us ends it before.",
                date=format_date(self.env, self.date_notice),
            )
        return self.env._("Ends on its last day unless it is renewed.")

    def _get_notice_text(self):
        """Return the notice that one contract is ended with, in words; empty when none was agreed."""
        self.ensure_one()
        if not self.termination_notice_count:
            return ""
        unit, ends_at = (
            dict(self._fields[name]._description_selection(self.env))[self[name]].lower()
            for name in ("termination_notice_unit", "termination_at")
        )
        return self.env._(
            "%(count)s %(unit)s, to: %(end)s", count=self.termination_notice_count, unit=unit, end=ends_at
        )

    def _get_shared_obligations(self):
        """Return the obligations of one contract that its customer may know, with all rights."""
        self.ensure_one()
        return self.sudo().obligation_ids.filtered(lambda each: each.is_shared and each.state == "open")

    def _get_promised_rows(self, day=None):
        """Return the coverage rows of one contract that are promised, without those that only bill something.

        :param day: leave out what ended before this day (date); None means nothing
        """
        self.ensure_one()
        # The flat price of a period and the price of a package cover nothing.
        return self.coverage_ids.filtered(
            lambda row: not (row.period_id or row.package_entitlement_id)
            and row.date_start <= row.date_end
            and (not day or row.date_end >= day)
        )

    def _get_term_sets(self, rows):
        """Return what coverage rows say per kind of work, each different answer once.

        :param rows: `service.coverage` records, not none of them
        :return: dict {values: list of (kind, term)}, both in words; the values are those of :meth:`_get_term_key`
        """
        names = {kind: f"term_{kind}" for kind, _label in WORK_KINDS}
        labels = rows.fields_get(list(names.values()), ["string"])
        kinds = {kind: labels[name]["string"] for kind, name in names.items()}
        terms = dict(rows._fields["term_labour"]._description_selection(self.env))
        return {
            key: [(kinds[kind], self._get_term_text(terms, term, discount)) for kind, term, discount in key]
            for key in dict.fromkeys(map(self._get_term_key, rows))
        }

    def _get_term_key(self, row):
        """Return what one coverage row says per kind of work: tuple of (kind, term, discount)."""
        return tuple((kind, row[f"term_{kind}"], row[f"discount_{kind}"]) for kind, _label in WORK_KINDS)

    def _get_term_text(self, labels, term, discount):
        if term == "included" or not discount:
            return labels[term]
        return self.env._("%(term)s, less %(percent)s %%", term=labels[term], percent=f"{discount:g}")

    def _get_interval_text(self, count, unit):
        """Return how often a price is due, in words such as "per month" or "every 3 months"."""
        if unit == "once":
            return self.env._("once")
        if count == 1:
            return {
                "week": self.env._("per week"),
                "month": self.env._("per month"),
                "quarter": self.env._("per quarter"),
                "year": self.env._("per year"),
            }[unit]
        return {
            "week": self.env._("every %(count)s weeks", count=count),
            "month": self.env._("every %(count)s months", count=count),
            "quarter": self.env._("every %(count)s quarters", count=count),
            "year": self.env._("every %(count)s years", count=count),
        }[unit]

    def _get_promised_total(self):
        """Return the value of one contract over its term, with the flat prices that a draft's periods will cost."""
        self.ensure_one()
        flat = sum(self.period_ids.mapped("price")) if self.state == "draft" else 0.0
        return self.amount_total + flat


class ServiceSlaTarget(models.Model):
    _inherit = "service.sla.target"

    def _get_budget_text(self):
        """Return the budget of one target in words, such as "within 4 working hours"."""
        self.ensure_one()
        round_the_clock = not self.policy_id.calendar_id
        if self.budget_minutes in (1, ONE_HOUR):
            return self._get_single_budget_text(round_the_clock)
        if self.budget_minutes < ONE_HOUR or self.budget_minutes % ONE_HOUR % 15:
            if round_the_clock:
                return self.env._("within %(count)s minutes", count=self.budget_minutes)
            return self.env._("within %(count)s working minutes", count=self.budget_minutes)
        count = float_repr(self.budget_minutes / ONE_HOUR, 2).rstrip("0").rstrip(".")
        if round_the_clock:
            return self.env._("within %(count)s hours", count=count)
        return self.env._("within %(count)s working hours", count=count)

    def _get_single_budget_text(self, round_the_clock):
        """Return the words for a budget of one minute or one hour."""
        self.ensure_one()
        if self.budget_minutes == 1:
            return self.env._("within 1 minute") if round_the_clock else self.env._("within 1 working minute")
        return self.env._("within 1 hour") if round_the_clock else self.env._("within 1 working hour")


class ServiceContractObligation(models.Model):
    _inherit = "service.contract.obligation"

    def _get_recurrence_text(self):
        """Return when one obligation is due, in words such as "every 3 months"."""
        self.ensure_one()
        if self.recurrence != "months":
            return dict(self._fields["recurrence"]._description_selection(self.env))[self.recurrence]
        if self.interval_months == 1:
            return self.env._("every month")
        return self.env._("every %(count)s months", count=self.interval_months)


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _get_opening_lines(self):
        """Return the hours of one calendar in words, days with the same hours together.

        :return: list of (days, hours) such as ("Monday - Friday", "09:00-13:00, 14:00-18:00"); empty when the hours
            differ from week to week
        """
        self.ensure_one()
        # Customers have no right on calendars; these are the hours that they were promised.
        calendar = self.sudo()
        if calendar.two_weeks_calendar:
            return []
        days = dict(calendar.attendance_ids._fields["dayofweek"]._description_selection(self.env))
        hours = {
            weekday: ", ".join(
                f"{self._get_clock_text(row.hour_from)}-{self._get_clock_text(row.hour_to)}"
                for row in rows.sorted("hour_from")
                if row.day_period != "lunch" and not row.display_type
            )
            for weekday, rows in calendar.attendance_ids.grouped("dayofweek").items()
        }
        lines = []
        for weekday in sorted(days):
            text = hours.get(weekday)
            if lines and lines[-1][2] == text and int(lines[-1][1]) == int(weekday) - 1:
                lines[-1][1] = weekday
            elif text:
                lines.append([weekday, weekday, text])
        return [
            (days[first] if first == last else f"{days[first]} - {days[last]}", text) for first, last, text in lines
        ]

    def _get_clock_text(self, hour):
        minutes = round(hour * ONE_HOUR)
        return f"{minutes // ONE_HOUR:02d}:{minutes % ONE_HOUR:02d}"
