# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, time

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_datetime

METRICS = ("response", "resolution")
TOP = 5


class ReportServiceCustomer(models.AbstractModel):
    """The month of a customer on paper: for his eyes, so without notes, costs and our people's data."""

    _name = "report.service_helpdesk.report_service_customer"
    _description = "Monthly Service Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        months = self.env["service.customer.report.month"].browse(docids)
        months.check_access("read")
        # Whoever may read the report may read the figures in it.
        localized = [month.sudo().with_context(lang=month.sudo().report_id.lang or self.env.lang) for month in months]
        return {"docs": localized, "get_sections": self._get_sections}

    # ------------------------------------------------------------
    # What is looked at
    # ------------------------------------------------------------

    @api.model
    def _get_window(self, month):
        """Return the first instant of the month and the first of the next one, by the company's clock, naive UTC."""
        zone = pytz.timezone(month.env["res.partner"]._get_service_tz(month.company_id) or "UTC")
        first = month.date_month
        days = (first, first + relativedelta(months=1))
        return tuple(
            zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None) for day in days
        )

    @api.model
    def _get_scope(self, month):
        """Return the domain of the calls that the report is about, of any time."""
        report = month.report_id
        domain = Domain("commercial_partner_id", "=", report.commercial_partner_id.id)
        domain &= Domain("company_id", "=", report.company_id.id)
        if report.contract_ids:
            domain &= Domain("contract_id", "in", report.contract_ids.ids)
        if report.site_ids:
            domain &= Domain("site_id", "in", report.site_ids.ids)
        return domain

    @api.model
    def _get_contracts(self, month):
        report = month.report_id
        domain = Domain("commercial_partner_id", "=", report.commercial_partner_id.id)
        domain &= Domain("company_id", "=", report.company_id.id) & Domain("kind", "=", "customer")
        domain &= Domain("state", "not in", ("draft", "cancelled"))
        if report.contract_ids:
            domain &= Domain("id", "in", report.contract_ids.ids)
        last = month.date_month + relativedelta(months=1, days=-1)
        domain &= Domain("date_start", "<=", last) & Domain("date_end", ">=", month.date_month)
        return month.env["service.contract"].search(domain, order="name")

    # ------------------------------------------------------------
    # Sections
    # ------------------------------------------------------------

    @api.model
    def _get_sections(self, month):
        """Hook: return the parts of the report, in their order.

        :param month: `service.customer.report.month` in the customer's language, with all rights
        :return: list of dicts: `template`, the xml id of what prints it, and what that one needs; a part is there
            when it is wanted and has something to say
        """
        report, calls = month.report_id, month.env["service.call"]
        start, end = self._get_window(month)
        scope, order = self._get_scope(month), "raised_at, id"
        raised = calls.search(scope & Domain("raised_at", ">=", start) & Domain("raised_at", "<", end), order=order)
        opened = calls.search(scope & Domain("is_closed", "=", False), order=order)
        parts = (
            (report.shows_kept, lambda: self._get_kept(raised)),
            (report.shows_availability, lambda: self._get_availability(month)),
            (report.shows_quotas, lambda: self._get_quotas(month)),
            (report.shows_hours, lambda: self._get_hours(month, scope)),
            (report.shows_faults, lambda: self._get_faults(raised)),
            (report.shows_calls, lambda: self._get_calls(raised)),
            (report.shows_open, lambda: self._get_open(opened)),
        )
        return [part for is_shown, get_part in parts if is_shown and (part := get_part())]

    @api.model
    def _get_calls(self, calls):
        """Return the calls of the month; the part is there for an empty month too, and says so."""
        clocks = calls.env["service.sla.clock"].search([("call_id", "in", calls.ids), ("state", "!=", "void")])
        clocks_by_key = clocks.sorted("cycle").grouped(lambda clock: (clock.call_id, clock.metric))
        return {
            "template": "service_helpdesk.report_customer_calls",
            "calls": [
                {
                    **self._prepare_call(call),
                    **{metric: self._prepare_outcome(clocks_by_key.get((call, metric))) for metric in METRICS},
                }
                for call in calls
            ],
        }

    @api.model
    def _prepare_call(self, call):
        """Hook: return what is told of a call, beside its promises."""
        return {
            "number": call.name,
            "date": self._format(call, call.raised_at),
            "unit": call.equipment_id.serial_number or call.equipment_id.name or "",
            "product": call.product_id.name or "",
            "subject": call.subject,
            "closed": self._format(call, call.closed_at),
        }

    @api.model
    def _format(self, call, instant):
        if not instant:
            return ""
        return format_datetime(call.env, instant, tz=call.site_tz or "UTC", dt_format="d MMM HH:mm")

    @api.model
    def _prepare_outcome(self, clocks):
        """Return how the last promise of a metric on a call came out, or None where nothing was promised."""
        if not clocks:
            return None
        clock = clocks[-1]
        return {
            "state": clock.state,
            "words": clock._get_label("state"),
            "promised": self._format(clock.call_id, clock.deadline),
            "done": self._format(clock.call_id, clock.stopped_at),
        }

    @api.model
    def _get_kept(self, calls):
        """Return how many promises of each metric were kept; None when nothing was promised."""
        Clock = calls.env["service.sla.clock"]
        counts = {}
        for metric, state, count in Clock._read_group(
            [("call_id", "in", calls.ids), ("state", "!=", "void")], ["metric", "state"], ["__count"]
        ):
            counts.setdefault(metric, {})[state] = count
        rows = []
        for metric, label in Clock._fields["metric"]._description_selection(calls.env):
            by_state = counts.get(metric)
            if not by_state:
                continue
            met, missed = by_state.get("met", 0), by_state.get("missed", 0)
            rows.append(
                {
                    "label": label,
                    "count": sum(by_state.values()),
                    "met": met,
                    "missed": missed,
                    "excused": by_state.get("excused", 0),
                    "share": round(100 * met / (met + missed), 1) if met + missed else None,
                }
            )
        return {"template": "service_helpdesk.report_customer_kept", "rows": rows} if rows else None

    @api.model
    def _get_availability(self, month):
        """Return what regimes measured in the month; None when nothing is under one."""
        last = month.date_month + relativedelta(months=1, days=-1)
        rows = []
        for contract in self._get_contracts(month):
            for regime in contract.performance(month.date_month, last)["regimes"]:
                rows += [
                    {
                        "contract": contract.name,
                        "regime": regime["name"],
                        "label": metric["label"],
                        "value": metric["value"],
                        "target": metric["target"],
                        "is_met": metric["is_met"],
                        "unit": "" if metric["metric"] == "failures" else " %",
                    }
                    for metric in regime["metrics"]
                ]
        return {"template": "service_helpdesk.report_customer_availability", "rows": rows} if rows else None

    @api.model
    def _get_quotas(self, month):
        """Return what is left of the quotas that were valid in the month; None when there are none."""
        last = month.date_month + relativedelta(months=1, days=-1)
        buckets = month.env["service.entitlement"].search(
            [
                ("contract_id", "in", self._get_contracts(month).ids),
                ("date_start", "<=", last),
                ("date_end", ">=", month.date_month),
                ("unit", "!=", "money"),
            ]
        )
        return {"template": "service_helpdesk.report_customer_quotas", "buckets": buckets} if buckets else None

    @api.model
    def _get_hours(self, month, scope):
        """Return the validated hours and kilometres of the month; None when there are none."""
        last = month.date_month + relativedelta(months=1, days=-1)
        domain = Domain("call_id", "any!", scope) & Domain("state", "=", "validated")
        domain &= Domain("date", ">=", month.date_month) & Domain("date", "<=", last)
        measures = ("labour_hours", "travel_hours", "distance", "free_hours", "chargeable_hours")
        (sums,) = month.env["service.work.report"]._read_group(domain, [], [f"{name}:sum" for name in measures])
        values = {name: total or 0.0 for name, total in zip(measures, sums, strict=True)}
        if not any(values.values()):
            return None
        return {"template": "service_helpdesk.report_customer_hours", **values}

    @api.model
    def _get_faults(self, calls):
        """Return the most frequent symptoms of the month; None when none was recorded."""
        rows = calls._read_group(
            [("id", "in", calls.ids), ("symptom_id", "!=", False)],
            ["symptom_id"],
            ["__count"],
            order="__count desc, symptom_id",
            limit=TOP,
        )
        faults = [(symptom.complete_name, count) for symptom, count in rows]
        return {"template": "service_helpdesk.report_customer_faults", "faults": faults} if faults else None

    @api.model
    def _get_open(self, calls):
        """Return the calls that are open when the report is printed; None when there are none."""
        if not calls:
            return None
        rows = [{**self._prepare_call(call), "due": self._format(call, call.next_deadline)} for call in calls]
        return {"template": "service_helpdesk.report_customer_open", "calls": rows}
