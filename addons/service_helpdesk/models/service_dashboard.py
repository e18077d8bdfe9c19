# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

# How far back the charts and shares of the dashboard look.
PERIODS = {
    "4w": {"weeks": -4},
    "12w": {"weeks": -12},
    "12m": {"months": -12},
}
# Ages of open calls in days: from, and up to but not including.
AGES = ((0, 1), (1, 3), (3, 7), (7, 30), (30, None))
TOP = 5
OPEN = Domain("is_closed", "=", False)


class ServiceDashboard(models.AbstractModel):
    """What the helpdesk's dashboard shows: today's figures and a few charts, each with the domain behind it.

    Read under the reader's own rights, in a number of queries that no call adds to.
    """

    _name = "service.dashboard"
    _description = "Dashboard of the Helpdesk"

    @api.model
    def get_dashboard(self, team_id=None, period="12w"):
        """Return what the dashboard shows.

        :param int team_id: one team; 0: all teams; None: the reader's own team, if there is one
        :param str period: a key of ``PERIODS``: how far back charts and shares look
        :return: dict with `teams` and `team_id` to choose from, `period`, `tiles` and `charts`; each tile and each
            point of a chart has the `model` and the `domain` of what it counts
        :raise AccessError: for those who may not read the analyses of calls
        """
        self.env["service.call.report"].check_access("read")
        teams = self.env["service.team"].search([])  # pylint: disable=no-search-all
        if team_id is None:
            team_id = self._get_own_team(teams).id
        period = period if period in PERIODS else "12w"
        base = Domain("team_id", "=", team_id) if team_id else Domain.TRUE
        start = self._get_day_start(**PERIODS[period])
        return {
            "teams": [{"id": team.id, "name": team.display_name} for team in teams],
            "team_id": team_id or 0,
            "period": period,
            "tiles": self._get_tiles(base),
            "charts": self._get_charts(base, start, period),
        }

    @api.model
    def _get_own_team(self, teams):
        """Return the team whose figures the reader sees first: call takers see their own, managers all."""
        user = self.env.user
        if user.has_group("service_helpdesk.group_service_helpdesk_manager"):
            return teams.browse()
        return teams.filtered(lambda team: user in team.member_ids | team.controller_ids | team.user_id)[:1]

    @api.model
    def _get_zone(self):
        return pytz.timezone(self.env.context.get("tz") or self.env.user.tz or "UTC")

    @api.model
    def _get_day_start(self, **shift):
        """Return the first instant of today as the reader's clock has it, or of a day from there, as naive UTC.

        :param shift: arguments of ``relativedelta``
        """
        zone = self._get_zone()
        today = pytz.utc.localize(fields.Datetime.now()).astimezone(zone).replace(tzinfo=None)
        day = today.replace(hour=0, minute=0, second=0, microsecond=0) + relativedelta(**shift)
        return zone.localize(day).astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _get_month_start(self, months=0):
        return self._get_day_start(day=1, months=months)

    @api.model
    def _get_span_domain(self, moment, unit):
        """Return the domain of what was raised in the week or month from ``moment`` on, by the reader's clock."""
        zone = self._get_zone()
        start = moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment
        end = start + relativedelta(**{f"{unit}s": 1})
        first, last = (zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None) for local in (start, end))
        return Domain("raised_at", ">=", first) & Domain("raised_at", "<", last)

    @api.model
    def _format_moment(self, moment, unit):
        return format_date(self.env, moment, date_format="MMM yyyy" if unit == "month" else "d MMM")

    # ------------------------------------------------------------
    # Tiles
    # ------------------------------------------------------------

    @api.model
    def _get_tiles(self, base):
        """Hook: return the figures of today.

        :param base: `Domain` of the calls that are looked at
        :return: list of dicts as of :meth:`_prepare_tile`
        """
        calls = self.env["service.call"]
        now, today, tomorrow = fields.Datetime.now(), self._get_day_start(), self._get_day_start(days=1)
        opened = base & OPEN
        figures = (
            ("open", self.env._("Open"), opened, ""),
            ("unassigned", self.env._("Unassigned"), opened & Domain("user_id", "=", False), "warning"),
            ("missed", self.env._("Missed a deadline"), opened & Domain("sla_state", "=", "missed"), "danger"),
            (
                "due_today",
                self.env._("Due until tonight"),
                opened & Domain("next_deadline", ">=", now) & Domain("next_deadline", "<", tomorrow),
                "warning",
            ),
            ("on_hold", self.env._("On hold"), opened & Domain("is_paused", "=", True), "info"),
            (
                "waits_for_customer",
                self.env._("Waiting for the customer"),
                opened & Domain("pause_reason_id.waits_for", "=", "customer"),
                "info",
            ),
            ("new_today", self.env._("New today"), base & Domain("raised_at", ">=", today), ""),
            ("closed_today", self.env._("Closed today"), base & Domain("closed_at", ">=", today), "success"),
        )
        tiles = [
            self._prepare_tile(key, label, calls.search_count(domain), domain, tone=tone)
            for key, label, domain, tone in figures
        ]
        return tiles + self._get_share_tiles(base)

    @api.model
    def _get_share_tiles(self, base):
        """Return the shares of this month beside those of the last one."""
        month, before = self._get_month_start(), self._get_month_start(months=-1)
        tiles = []
        for key, label, model, measure, column in (
            ("kept", self.env._("Promises kept this month"), "service.sla.report", "met_percent", "raised_at"),
            ("fixed", self.env._("Fixed first time this month"), "service.call.report", "first_time_fix", "closed_at"),
        ):
            judged = base & Domain("state", "in", ("met", "missed")) if key == "kept" else base
            domain = judged & Domain(column, ">=", month)
            earlier = judged & Domain(column, ">=", before) & Domain(column, "<", month)
            now_share, before_share = self._get_share(model, measure, domain), self._get_share(model, measure, earlier)
            hint = self.env._("nothing last month")
            if before_share is not None:
                hint = self.env._("%(share)s %% last month", share=round(before_share))
            value = None if now_share is None else round(now_share)
            tone = ""
            if value is not None and before_share is not None:
                tone = "success" if value >= round(before_share) else "danger"
            tiles.append(self._prepare_tile(key, label, value, domain, tone=tone, hint=hint, model=model, unit="%"))
        return tiles

    @api.model
    def _get_share(self, model, measure, domain):
        ((share,),) = self.env[model]._read_group(domain, [], [f"{measure}:avg"])
        return None if share is False else share

    @api.model
    def _prepare_tile(self, key, label, value, domain, **extra):
        """Return a tile.

        :param str key: its name
        :param str label: what is counted
        :param value: the figure; None when there is nothing to say
        :param domain: `Domain` of what is counted
        :param extra: `tone`, the colour when the figure is not zero; `hint`, a few words below it; `model`, of which
            the domain is; `unit`, written behind the figure
        """
        tile = {"tone": "", "hint": "", "model": "service.call", "unit": "", **extra}
        return {**tile, "key": key, "label": label, "value": value, "domain": list(domain)}

    # ------------------------------------------------------------
    # Charts
    # ------------------------------------------------------------

    @api.model
    def _get_charts(self, base, start, period):
        """Hook: return the charts.

        :param base: `Domain` of the calls that are looked at
        :param datetime start: from when, naive UTC
        :param str period: a key of ``PERIODS``
        :return: list of dicts as of :meth:`_prepare_chart`
        """
        raised = base & Domain("raised_at", ">=", start)
        return [
            self._get_calls_chart(raised, "month" if period == "12m" else "week"),
            self._get_kept_chart(raised, "week" if period == "4w" else "month"),
            self._get_top_chart("products", self.env._("Products with most calls"), raised, "product_id"),
            self._get_top_chart("faults", self.env._("Most frequent symptoms"), raised, "symptom_id"),
            self._get_age_chart(base & OPEN),
        ]

    @api.model
    def _get_calls_chart(self, domain, unit):
        rows = self.env["service.call"]._read_group(domain, [f"raised_at:{unit}", "type_id"], ["__count"])
        moments = sorted({moment for moment, _type, _count in rows})
        count_by_key = {(moment, call_type): count for moment, call_type, count in rows}
        datasets = [
            {
                "label": call_type.name,
                "data": [count_by_key.get((moment, call_type), 0) for moment in moments],
                "domains": [
                    list(domain & self._get_span_domain(moment, unit) & Domain("type_id", "=", call_type.id))
                    for moment in moments
                ],
            }
            for call_type in self.env["service.call.type"].union(*(row[1] for row in rows)).sorted()
        ]
        return self._prepare_chart(
            "calls",
            self.env._("Calls per week") if unit == "week" else self.env._("Calls per month"),
            [self._format_moment(moment, unit) for moment in moments],
            datasets,
            is_stacked=True,
        )

    @api.model
    def _get_kept_chart(self, domain, unit):
        domain &= Domain("state", "in", ("met", "missed"))
        report = self.env["service.sla.report"]
        rows = report._read_group(domain, [f"raised_at:{unit}", "metric"], ["met_percent:avg"])
        moments = sorted({moment for moment, _metric, _share in rows})
        share_by_key = {(moment, metric): share for moment, metric, share in rows}
        metrics = {metric for _moment, metric, _share in rows}
        datasets = [
            {
                "label": label,
                "data": [self._round(share_by_key.get((moment, metric))) for moment in moments],
                "domains": [
                    list(domain & self._get_span_domain(moment, unit) & Domain("metric", "=", metric))
                    for moment in moments
                ],
            }
            for metric, label in report._fields["metric"]._description_selection(self.env)
            if metric in metrics
        ]
        labels = [self._format_moment(moment, unit) for moment in moments]
        extra = {"type": "line", "model": "service.sla.report", "maximum": 100}
        return self._prepare_chart("kept", self.env._("Promises kept (%)"), labels, datasets, **extra)

    @api.model
    def _round(self, share):
        return None if share is None else round(share, 1)

    @api.model
    def _get_top_chart(self, key, title, domain, name):
        rows = self.env["service.call"]._read_group(
            domain & Domain(name, "!=", False), [name], ["__count"], order=f"__count desc, {name}", limit=TOP
        )
        # Names of what the reader's own calls are about.
        labels = [record.sudo().display_name for record, _count in rows]
        dataset = {
            "label": self.env._("Calls"),
            "data": [count for _record, count in rows],
            "domains": [list(domain & Domain(name, "=", record.id)) for record, _count in rows],
        }
        return self._prepare_chart(key, title, labels, [dataset] if rows else [], is_lying=True)

    @api.model
    def _get_age_chart(self, domain):
        now = fields.Datetime.now()
        counts = []
        for first, end in AGES:
            aged = domain & Domain("raised_at", "<=", now - timedelta(days=first)) if first else domain
            if end:
                aged &= Domain("raised_at", ">", now - timedelta(days=end))
            counts.append((aged, self.env["service.call"].search_count(aged)))
        labels = [self._get_age_label(first, end) for first, end in AGES]
        dataset = {
            "label": self.env._("Open calls"),
            "data": [count for _aged, count in counts],
            "domains": [list(aged) for aged, _count in counts],
        }
        has_any = any(dataset["data"])
        return self._prepare_chart("ages", self.env._("Open calls by age"), labels, [dataset] if has_any else [])

    @api.model
    def _get_age_label(self, first, end):
        if not first:
            return self.env._("under a day")
        if not end:
            return self.env._("over %(first)s days", first=first)
        return self.env._("%(first)s to %(end)s days", first=first, end=end)

    @api.model
    def _prepare_chart(self, key, title, labels, datasets, **extra):
        """Return a chart.

        :param str key: its name
        :param str title: what it shows
        :param list labels: the words under its points
        :param list datasets: dicts with `label`, `data` (one number per point) and `domains` (what each counts)
        :param extra: `type` (bar or line), `is_stacked`, `is_lying` (bars lie), `model` of the domains, `maximum`
        """
        chart = {"type": "bar", "is_stacked": False, "is_lying": False, "model": "service.call", "maximum": None}
        return {**chart, **extra, "key": key, "title": title, "labels": labels, "datasets": datasets}
