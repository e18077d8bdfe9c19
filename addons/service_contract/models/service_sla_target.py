# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import METRICS, PRIORITIES


class ServiceSlaTarget(models.Model):
    """One promise of a service level: a metric, for a priority, within a budget of working minutes."""

    _name = "service.sla.target"
    _description = "Service Level Target"
    _order = "policy_id, budget_minutes, priority desc, id"

    policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    metric = fields.Selection(selection=METRICS, required=True, default="response")
    priority = fields.Selection(selection=PRIORITIES, help="Empty means every priority without its own target.")
    budget_minutes = fields.Integer(
        string="Budget (minutes)",
        required=True,
        help="Working minutes from the instant the call was raised.",
    )
    budget_hours = fields.Float(
        string="Within (hours)",
        compute="_compute_budget_hours",
        inverse="_inverse_budget_hours",
        help="Working hours from the instant the call was raised.",
    )
    summary = fields.Char(string="Promise", compute="_compute_summary")
    stop_on_allocated = fields.Boolean(
        string="Allocating Stops It",
        help="Besides the first public reply, allocating the call counts as a response.",
    )
    stop_on_planned = fields.Boolean(
        string="Planning Stops It",
        help="Besides the first public reply, planning a visit counts as a response.",
    )
    runs_in_pause = fields.Boolean(
        compute="_compute_runs_in_pause",
        store=True,
        readonly=False,
        precompute=True,
        help="The clock goes on while the call is paused.",
    )
    warn_percents = fields.Char(
        string="Warn At (%)",
        default="80",
        help="Percentages of the budget at which to warn, separated by commas.",
    )
    reopen = fields.Selection(
        selection=[
            ("continue", "Continue the clock"),
            ("new", "Start a new clock"),
            ("within", "Continue within some hours, else a new clock"),
        ],
        string="When Reopened",
        required=True,
        default="continue",
    )
    reopen_hours = fields.Float(default=24.0)

    _check_budget = models.Constraint("CHECK (budget_minutes > 0)", "A target needs a budget of at least one minute.")
    _check_reopen_hours = models.Constraint(
        "CHECK (reopen <> 'within' OR reopen_hours > 0)",
        "Say within how many hours a reopened call continues its clock.",
    )
    _metric_priority_uniq = models.UniqueIndex(
        "(policy_id, metric, COALESCE(priority, ''))",
        "A service level has one target per metric and priority.",
    )

    @api.depends("budget_minutes")
    def _compute_budget_hours(self):
        for target in self:
            target.budget_hours = target.budget_minutes / 60

    def _inverse_budget_hours(self):
        for target in self:
            target.budget_minutes = round(target.budget_hours * 60)

    @api.depends("metric", "priority", "budget_minutes", "warn_percents", "stop_on_allocated", "stop_on_planned")
    @api.depends_context("lang")
    def _compute_summary(self):
        """Say the target as a sentence: "High: respond within 4 h, warn at 80 %"."""
        for target in self:
            promise = target._get_promise()
            target.summary = promise and self.env._(
                "%(priority)s: %(promise)s",
                priority=target._get_priority_label() or self.env._("Any priority"),
                promise=", ".join([promise, *target._get_summary_details()]),
            )

    def _get_promise(self):
        """Return what is promised in a few words: "respond within 4 h"; False while that is not known."""
        if not self.metric or self.budget_minutes <= 0:
            return False
        time = self.policy_id._format_minutes(self.budget_minutes)
        return {
            "response": self.env._("respond within %(time)s", time=time),
            "on_site": self.env._("be on site within %(time)s", time=time),
            "workaround": self.env._("offer a workaround within %(time)s", time=time),
            "resolution": self.env._("resolve within %(time)s", time=time),
        }[self.metric]

    def _get_priority_label(self):
        return dict(self._fields["priority"]._description_selection(self.env)).get(self.priority)

    def _get_summary_details(self):
        """Return what else the sentence of the target says."""
        details = []
        if self.warn_percents:
            details.append(self.env._("warn at %(percents)s %%", percents=self.warn_percents.replace(",", ", ")))
        if self.metric == "response" and self.stop_on_allocated:
            details.append(self.env._("allocating counts"))
        if self.metric == "response" and self.stop_on_planned:
            details.append(self.env._("planning counts"))
        return details

    @api.depends("metric")
    def _compute_runs_in_pause(self):
        for target in self:
            target.runs_in_pause = target.metric == "response"

    @api.depends("policy_id", "metric", "priority")
    def _compute_display_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        for target in self:
            target.display_name = f"{target.policy_id.name}: {metrics.get(target.metric, '')}"

    @api.onchange("budget_hours")
    def _onchange_budget_hours(self):
        self._inverse_budget_hours()

    @api.constrains("warn_percents")
    def _check_warn_percents(self):
        for target in self:
            try:
                target._get_warn_percents()
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "Warning points are whole percentages between 1 and 100, such as 50,80; not %(text)s.",
                        text=target.warn_percents,
                    ),
                ) from error

    @api.model_create_multi
    def create(self, vals_list):
        """Take the hours typed for the budget: the database refuses a target without one before they are inversed."""
        return super().create(
            [
                {**vals, "budget_minutes": round(vals["budget_hours"] * 60)}
                if vals.get("budget_hours") and not vals.get("budget_minutes")
                else vals
                for vals in vals_list
            ]
        )

    def _get_warn_percents(self):
        """Return the warning points as a sorted list of whole percentages.

        :raise ValueError: when the text is not such a list
        """
        self.ensure_one()
        percents = sorted({int(text) for text in (self.warn_percents or "").split(",") if text.strip()})
        if any(not 0 < percent <= 100 for percent in percents):
            raise ValueError(self.warn_percents)
        return percents
