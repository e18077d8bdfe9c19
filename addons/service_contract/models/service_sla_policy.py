# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime

from ..const import METRICS
from ..engine import deadline

# How many days ahead working time is read; a promise that reaches further reads more.
HORIZONS = (60, 730)
RUNNING_STATES = ("draft", "active", "suspended")


class ServiceSlaPolicy(models.Model):
    """A service level: how fast, measured in which calendar at the site (rules.md 3)."""

    _name = "service.sla.policy"
    _description = "Service Level"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        check_company=True,
        help="The hours in which the clocks run, read as wall time at the site. Empty means round the clock.",
    )
    target_ids = fields.One2many(
        comodel_name="service.sla.target",
        inverse_name="policy_id",
        copy=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    summary = fields.Char(string="Promises", compute="_compute_summary")
    contract_count = fields.Integer(string="Contracts", compute="_compute_usage")
    coverage_count = fields.Integer(string="Coverage Rows", compute="_compute_usage")
    is_company_default = fields.Boolean(string="Default of the Company", compute="_compute_usage")

    @api.depends("target_ids.metric", "target_ids.priority", "target_ids.budget_minutes")
    @api.depends_context("lang")
    def _compute_summary(self):
        """Say all targets in a line: "respond within 4 h, resolve within 16 h; High: respond within 1 h"."""
        for policy in self:
            groups = policy.target_ids.sorted(lambda target: target.priority or "").grouped("priority")
            policy.summary = "; ".join(
                f"{targets[0]._get_priority_label()}: {promises}" if priority else promises
                for priority, targets in groups.items()
                if (promises := ", ".join(filter(None, (target._get_promise() for target in targets))))
            )

    @api.depends("company_id.service_sla_policy_id")
    def _compute_usage(self):
        """Count the contracts under way, or still being written, and the rows of such contracts, that name it."""
        contracts = dict(
            self.env["service.contract"]._read_group(
                self._get_contract_domain(), groupby=["sla_policy_id"], aggregates=["__count"]
            )
        )
        rows = dict(
            self.env["service.coverage"]._read_group(
                self._get_coverage_domain(), groupby=["sla_policy_id"], aggregates=["__count"]
            )
        )
        for policy in self:
            stored = policy._origin
            policy.contract_count = contracts.get(stored, 0)
            policy.coverage_count = rows.get(stored, 0)
            policy.is_company_default = bool(stored) and stored.company_id.service_sla_policy_id == stored

    @api.constrains("calendar_id")
    def _check_calendar_id(self):
        self.calendar_id._check_service_calendar()

    @api.constrains("active")
    def _check_active(self):
        """Refuse to archive what contracts, rows or the company still promise."""
        self.filtered(lambda policy: not policy.active)._check_unused()

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for policy, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(name)s (copy)", name=policy.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    def _check_unused(self):
        # Whoever sets up service levels need not see every contract that names one.
        policies = self.sudo()
        policies._compute_usage()  # whatever was counted before
        for policy in policies:
            if policy.contract_count or policy.coverage_count or policy.is_company_default:
                raise UserError(
                    self.env._(
                        "The service level %(policy)s is promised by %(contracts)s contracts and %(rows)s coverage"
                        " rows%(company)s: give them another one first.",
                        policy=policy.name,
                        contracts=policy.contract_count,
                        rows=policy.coverage_count,
                        company=self.env._(", and is the company's default") if policy.is_company_default else "",
                    )
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_preview(self):
        """Show what the service level promises at an instant."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_sla_preview_action")
        return {**action, "context": {"default_policy_id": self.id}}

    def action_open_contracts(self):
        """Open the contracts that name the service level."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_contract_action")
        return {**action, "domain": self._get_contract_domain(), "context": {}}

    def action_open_coverage(self):
        """Open the coverage rows that name the service level."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_coverage_action")
        return {**action, "domain": self._get_coverage_domain(), "context": {}}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def preview_deadlines(self, at, priority="1", site_id=None, calendar_id=None, tz=None):
        """Tell until when the service level promises what, for a call raised at an instant and never paused.

        :param at: naive UTC, or ISO text, which may have an offset
        :param str priority: key of PRIORITIES
        :param site_id: id of the site, whose time zone and special days count; else the company's zone
        :param calendar_id: id of the working hours, where a coverage row has its own; else those of the service level
        :param str tz: name of the time zone, instead of a site's
        :return: list of dicts in plain JSON, in the order of METRICS: `metric`, `target_id`, `budget_minutes`,
            `deadline` (UTC), `local` (ISO text at the site), `warnings` (list of `percent`, `at`, `local`) and `days`
            (list of `date`, `minutes`, `windows` of wall time), which says how the budget is spent day by day
        :raise UserError: without an instant, for an unknown time zone, when the working hours cannot drive a clock, or
            a deadline is more than two years ahead
        """
        self.ensure_one()
        at = self._read_instant(at)
        if not at:
            raise UserError(self.env._("A preview of deadlines needs the instant of the call."))
        if tz and tz not in pytz.all_timezones_set:
            raise UserError(self.env._("%(tz)s is no time zone: write it like Europe/Rome.", tz=tz))
        site = self.env["res.partner"].browse(site_id)
        tz = tz or site._get_service_tz(self.company_id)
        calendar = self.env["resource.calendar"].browse(calendar_id) if calendar_id else self.calendar_id
        return [self._prepare_preview(promise, tz) for promise in self._plan_targets(at, priority, tz, calendar, site)]

    def _plan_targets(self, at, priority, tz, calendar, site):
        """Return (target, deadline, warnings, days) for each metric promised; see :meth:`preview_deadlines`.

        :param calendar: `resource.calendar`, empty for round the clock
        :param site: `res.partner` whose special days count, may be empty
        """
        self.ensure_one()
        targets = self._get_targets(priority)
        ordered = [targets[metric] for metric, _label in METRICS if metric in targets]
        for days in HORIZONS:
            key = (calendar, tz, self.company_id, site)
            hours = calendar._get_working_times([key], at, at + timedelta(days=days))[key]
            try:
                return [self._plan_target(target, at, hours, tz) for target in ordered]
            except deadline.WorkingTimeTooShort:
                continue
        raise UserError(self.env._("A deadline of %(policy)s lies more than two years ahead.", policy=self.name))

    @api.model
    def _plan_target(self, target, at, hours, tz):
        end, _paused = deadline.plan(at, target.budget_minutes, [], hours)
        warnings = deadline.points(at, target.budget_minutes, target._get_warn_percents(), [], hours)
        return target, end, warnings, deadline.days(at, end, hours, pytz.timezone(tz))

    @api.model
    def _prepare_preview(self, promise, tz):
        target, end, warnings, days = promise
        return {
            "metric": target.metric,
            "target_id": target.id,
            "budget_minutes": target.budget_minutes,
            "deadline": fields.Datetime.to_string(end),
            "local": self._to_local(end, tz).isoformat(),
            "warnings": [
                {"percent": percent, "at": fields.Datetime.to_string(at), "local": self._to_local(at, tz).isoformat()}
                for percent, at in warnings
            ],
            "days": [
                {
                    "date": fields.Date.to_string(day.date),
                    "minutes": day.minutes,
                    "windows": [[start.strftime("%H:%M"), stop.strftime("%H:%M")] for start, stop in day.windows],
                }
                for day in days
            ],
        }

    @api.model
    def _read_instant(self, value, name=None):
        """Return an instant as naive UTC, False without one.

        :param value: naive datetime, date, or ISO text; without an offset it is UTC
        :param str name: of the argument of another program, for the sentence
        :raise UserError: when it is none of these
        """
        if not value:
            return False
        read = datetime.fromisoformat if isinstance(value, str) else fields.Datetime.to_datetime
        try:
            instant = read(value)
        except (TypeError, ValueError) as error:
            text = f"{name}: {value}" if name else value
            raise UserError(
                self.env._("%(text)s is no instant: write it like 2026-04-15 09:00:00, in UTC.", text=text)
            ) from error
        return instant.astimezone(pytz.utc).replace(tzinfo=None) if instant.tzinfo else instant

    @api.model
    def _to_local(self, instant, tz):
        return instant.replace(tzinfo=pytz.utc, microsecond=0).astimezone(pytz.timezone(tz))

    @api.model
    def _format_local(self, instant, tz):
        """Return an instant as short words in wall time at a site: "Tue 17 Nov 2026 09:30"."""
        return format_datetime(self.env, instant, tz=tz, dt_format="EEE d MMM y HH:mm")

    @api.model
    def _format_minutes(self, minutes):
        """Return an amount of working time in words: "4 h", "1 h 30 min", "20 min"."""
        hours, rest = divmod(round(minutes), 60)
        if not hours:
            return self.env._("%(minutes)s min", minutes=rest)
        if not rest:
            return self.env._("%(hours)s h", hours=hours)
        return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)

    def _prepare_deadline_words(self, at, priority, tz, calendar, site):
        """Return what the template of deadlines shows: a list of dicts, one for each metric; see
        :meth:`preview_deadlines` for the arguments.
        """
        labels = dict(self.env["service.sla.target"]._fields["metric"]._description_selection(self.env))
        words = []
        for target, end, warnings, days in self._plan_targets(at, priority, tz, calendar, site) if self else ():
            counted = [day for day in days if day.minutes]
            words.append(
                {
                    "metric": target.metric,
                    "label": labels[target.metric],
                    "deadline": self._format_local(end, tz),
                    "budget": self._format_minutes(target.budget_minutes),
                    "warnings": [
                        {"percent": percent, "at": self._format_local(warned, tz)} for percent, warned in warnings
                    ],
                    "days": [
                        {
                            "date": format_datetime(
                                self.env, day.windows[0][0], tz="UTC", dt_format="EEE d MMM"
                            ),
                            "windows": ", ".join(
                                f"{start:%H:%M}-{'24:00' if stop.date() > start.date() else f'{stop:%H:%M}'}"
                                for start, stop in day.windows
                            ),
                            "amount": self._format_minutes(day.minutes),
                        }
                        for day in counted
                    ],
                    "skipped": len(days) - len(counted),
                }
            )
        return words

    def _get_targets(self, priority):
        """Return the targets for a call's priority, one per metric.

        A target of that very priority beats one for all priorities.

        :param priority: key of PRIORITIES
        :return: dict {metric: service.sla.target}
        """
        self.ensure_one()
        targets = {}
        for target in self.target_ids.sorted(lambda target: bool(target.priority)):
            if target.priority in (False, priority):
                targets[target.metric] = target
        return targets

    def _get_contract_domain(self):
        return [("sla_policy_id", "in", self.ids), ("state", "in", RUNNING_STATES)]

    def _get_coverage_domain(self):
        return [("sla_policy_id", "in", self.ids), ("contract_state", "in", RUNNING_STATES)]
