# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import formatLang

from ..const import REGIME_METRICS
from ..engine import performance
from .service_regime import PRICE, to_decimal


class ServiceRegimeTarget(models.Model):
    """What a regime owes in one metric, and the most that falling short of it may cost."""

    _name = "service.regime.target"
    _description = "Target of a Performance Regime"
    _order = "regime_id, metric, id"
    _rec_name = "metric"

    regime_id = fields.Many2one(
        comodel_name="service.regime",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="regime_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="regime_id.currency_id")
    metric = fields.Selection(selection=REGIME_METRICS, required=True, default="availability")
    target = fields.Float(
        digits=(12, 4),
        required=True,
        help="Percent of the demand, of the clocks or of the maintenance; for failures, how many are allowed.",
    )
    budget = fields.Float(
        string="Within",
        help="Clocks: working hours; maintenance: days after it is due. 0 means what the service level promises.",
    )
    cap_percent = fields.Float(
        string="At Most (%)",
        digits="Discount",
        groups=PRICE,
        help="All deductions of this metric together, of the charge of the period. 0 means no limit.",
    )
    cap_amount = fields.Monetary(string="At Most", groups=PRICE, help="0 means no limit.")

    # try it: typed on the form, never kept
    try_value = fields.Float(string="Achieved", digits=(12, 4), compute="_compute_try_value", readonly=False)
    try_count = fields.Integer(
        string="Events",
        compute="_compute_try_value",
        readonly=False,
        help="Outages, clocks or dues missed: each of one started deduction period.",
    )

    _metric_uniq = models.UniqueIndex("(regime_id, metric)", "A regime has one target per metric.")
    _check_numbers = models.Constraint(
        "CHECK (LEAST(target, budget, cap_percent, cap_amount) >= 0 AND (target <= 100 OR metric = 'failures'))",
        "A target is between 0 and 100 percent, and no number of it is negative.",
    )

    @api.depends("metric", "target")
    def _compute_try_value(self):
        for target in self:
            if target.metric == "failures":
                target.try_value = target.target + 1
            else:
                target.try_value = max(target.target - 1, 0.0)
            target.try_count = 1

    @api.depends("metric", "target")
    @api.depends_context("lang")
    def _compute_display_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        for target in self:
            decimals = len(f"{target.target:.4f}".rstrip("0").partition(".")[2])
            number = formatLang(self.env, target.target, digits=decimals)
            unit = "" if target.metric == "failures" else " %"
            target.display_name = f"{metrics.get(target.metric, '')} {number}{unit}"

    def _get_budget(self):
        """Return the budget as the engine wants it: minutes, or days for maintenance."""
        self.ensure_one()
        return to_decimal(self.budget) * (1 if self.metric == "maintenance" else 60)

    def _get_try_measure(self, scope):
        """Return the figure typed into "try it" as a measure of the engine.

        :param str scope: one of `engine.abatement.SCOPES`; of each there is one unit or group with the whole charge
        """
        self.ensure_one()
        is_count = self.metric == "failures"
        count = round(self.try_value) if is_count else self.try_count
        at = datetime.min
        facts = tuple(performance.Fact(index, at, size=Decimal(1), cause="try") for index in range(max(count, 0)))
        return performance.Measure(
            self.metric,
            Decimal(count) if is_count else to_decimal(self.try_value),
            facts,
            scope,
            None if scope == "all" else "try",
        )
