# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

from odoo import api, fields, models, tools
from odoo.fields import Domain

from odoo.addons.service_contract.const import PRIORITIES

from ..engine.reliability import Rule, count, standing

SCOPE_FIELDS = {"unit": ("equipment_id",), "product_site": ("product_id", "site_id"), "zone": ("zone_id",)}


class ServiceReliabilityTrigger(models.Model):
    """How many failures in how many days raise the priority of what comes next (rules.md 8).

    Failures are calls; they are counted by dates at the site. What stands is a flag (`service.reliability.flag`), and
    `engine/reliability.py` says when one is raised and when it is taken down.
    """

    _name = "service.reliability.trigger"
    _inherit = ["service.rule.mixin", "service.cached.mixin"]
    _description = "Reliability Trigger"
    _check_company_auto = True

    scope = fields.Selection(
        selection=[
            ("unit", "One unit"),
            ("product_site", "Units of one product at one site"),
            ("zone", "Units of one zone"),
        ],
        string="Failures Of",
        required=True,
        default="unit",
    )
    type_ids = fields.Many2many(
        comodel_name="service.call.type",
        string="Call Types",
        help="Empty: the types that count as failures.",
    )
    fault_ids = fields.Many2many(
        comodel_name="service.fault",
        string="Faults",
        domain="[('kind', '!=', 'remedy')]",
        help="Only calls with one of these symptoms or causes, or of those below them. Empty: every failure.",
    )
    failures = fields.Integer(default=3, required=True)
    window_days = fields.Integer(string="In Days", default=30, required=True)
    calm_failures = fields.Integer(string="Calm With", help="So many failures in the window, or fewer, are calm.")
    calm_days = fields.Integer(default=14, required=True, help="After so many calm days on end the flag is taken down.")
    priority = fields.Selection(selection=PRIORITIES, string="Raise Priority To", required=True, default="2")
    is_reviewed = fields.Boolean(string="Ask for a Review", default=True)
    review_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Reviewed By",
        check_company=True,
        domain="[('share', '=', False)]",
        help="Empty: the leader of the team of the call.",
    )
    flag_ids = fields.One2many(comodel_name="service.reliability.flag", inverse_name="trigger_id", string="Flags")
    flag_count = fields.Integer(string="Standing Flags", compute="_compute_flag_count")
    summary = fields.Char(string="In Words", compute="_compute_summary")

    _check_counts = models.Constraint(
        "CHECK (failures > 0 AND window_days > 0 AND calm_days > 0 AND COALESCE(calm_failures, 0) >= 0"
        " AND COALESCE(calm_failures, 0) < failures)",
        "A trigger needs failures, days and calm days of at least 1, and is calm with fewer failures than trip it.",
    )

    def _compute_flag_count(self):
        counts = dict(
            self.env["service.reliability.flag"]._read_group(
                [("trigger_id", "in", self.ids), ("state", "=", "active")], ["trigger_id"], ["__count"]
            )
        )
        for trigger in self:
            trigger.flag_count = counts.get(trigger, 0)

    @api.depends("scope", "failures", "window_days", "calm_failures", "calm_days", "priority")
    @api.depends_context("lang")
    def _compute_summary(self):
        for trigger in self:
            trigger.summary = self.env._(
                "%(failures)s failures in %(window)s days (%(scope)s) raise the priority to %(priority)s,"
                " until %(calm)s.",
                failures=trigger.failures,
                window=trigger.window_days,
                scope=(trigger._get_label("scope") or "").lower(),
                priority=trigger._get_label("priority"),
                calm=trigger._get_calm_words(),
            )

    def _get_calm_words(self):
        """Return when the flag is taken down again, in words."""
        self.ensure_one()
        if not self.calm_failures:
            return self.env._("none is counted for %(days)s days on end", days=self.calm_days)
        return self.env._(
            "at most %(few)s are counted for %(days)s days on end", few=self.calm_failures, days=self.calm_days
        )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            # Whoever archives a trigger ends what it flagged.
            self.flag_ids.sudo().filtered(lambda flag: flag.state == "active")._end("withdrawn")
        return result

    @api.model
    def _is_cached(self, fnames):
        return bool({"active", "company_id"} & fnames)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_view_flags(self):
        """Open what this trigger has flagged."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_reliability_flag_action")
        return {**action, "domain": [("trigger_id", "=", self.id)]}

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_trigger_ids(self):
        # Of use to calls of all; never archived ones, whatever whoever asks first wants to see.
        return tuple(self.sudo().with_context(active_test=True).search([]).ids)  # pylint: disable=no-search-all

    @api.model
    def _get_triggers(self, companies):
        """Return the triggers of some companies (sudo); no query where none is set up."""
        triggers = self.sudo().browse(self._get_trigger_ids())
        return triggers.filtered(lambda trigger: trigger.company_id in companies)

    def _get_rule(self):
        """Return the trigger as a value of the engine."""
        self.ensure_one()
        return Rule(self.failures, self.window_days, self.calm_failures, self.calm_days)

    def _get_failure_domain(self):
        """Hook: the calls that count as failures for this trigger."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id) & Domain("merged_into_id", "=", False)
        domain &= ~Domain("stage_id.is_cancelled", "=", True)
        if self.type_ids:
            domain &= Domain("type_id", "in", self.type_ids.ids)
        else:
            domain &= Domain("type_id.is_failure", "=", True)
        if self.fault_ids:
            faults = self.fault_ids.ids
            domain &= Domain("symptom_id", "child_of", faults) | Domain("cause_id", "child_of", faults)
        return domain

    def _get_key_domain(self, keys):
        """Return the calls of some groups, which are keys as of `service.call._get_reliability_key`."""
        self.ensure_one()
        if self.scope == "unit":
            return Domain("equipment_id", "in", [unit for (unit,) in keys])
        if self.scope == "zone":
            return Domain("equipment_id.zone_id", "in", [zone for (zone,) in keys])
        products, sites = ({key[place] for key in keys} for place in (0, 1))
        return Domain("product_id", "in", list(products)) & Domain("site_id", "in", list(sites))

    def _read_failure_days(self, keys, since):
        """Return the days of failures at the site of each group: dict {key: list of dates}. One query.

        :param since: first day that matters
        """
        first = datetime.combine(since, datetime.min.time()) - timedelta(days=1)
        domain = self._get_failure_domain() & self._get_key_domain(keys) & Domain("raised_at", ">=", first)
        fields_read = ["raised_at", "site_tz", "equipment_id", "product_id", "site_id"]
        days = {}
        for call in self.env["service.call"].sudo().search_fetch(domain, fields_read, order="id"):
            days.setdefault(call._get_reliability_key(self), []).append(call._to_site(call.raised_at).date())
        return days

    def _judge(self, keys):
        """Raise or take down the flags of some groups, by their failures as they are now (sudo).

        :param set keys: groups as of `service.call._get_reliability_key`
        :return: the flags that changed
        """
        self.ensure_one()
        Flag = self.env["service.reliability.flag"].sudo()
        if not keys:
            return Flag
        today, rule = self._get_today(), self._get_rule()
        active = Flag.search([("trigger_id", "=", self.id), ("state", "=", "active")])
        flags = {flag._get_key(): flag for flag in active}
        since = min([today, *(flags[key].raised_on for key in keys if key in flags)])
        days_by_key = self._read_failure_days(keys, since - timedelta(days=2 * self.window_days + self.calm_days))
        changed, vals_list = Flag, []
        for key in keys:
            flag, days = flags.get(key), days_by_key.get(key, [])
            raised_on = standing(days, rule, today)
            if flag and not raised_on:
                flag._end("cleared" if standing(days, rule, flag.raised_on) else "withdrawn")
                changed |= flag
            elif raised_on and not flag:
                vals_list.append(self._prepare_flag_values(key, raised_on, count(days, rule, raised_on)))
        return changed | Flag.create(vals_list)

    def _get_today(self):
        """Return today in the company's time zone; the days that are counted are those at each site."""
        self.ensure_one()
        tz = self.company_id.partner_id._get_service_tz(self.company_id)
        return fields.Date.context_today(self.with_context(tz=tz))

    def _prepare_flag_values(self, key, raised_on, failures):
        """Hook: prepare the flag that a group gets.

        :param tuple key: ids, in the order of the fields of the scope
        :param date raised_on: day of the failure that tripped the trigger
        :param int failures: how many were counted on that day
        """
        return {
            "trigger_id": self.id,
            "raised_on": raised_on,
            "failure_count": failures,
            **dict(zip(SCOPE_FIELDS[self.scope], key, strict=True)),
        }
