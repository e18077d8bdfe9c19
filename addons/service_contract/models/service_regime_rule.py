# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount, formatLang

from ..const import REGIME_METRICS
from ..engine import abatement
from .service_regime import PRICE, to_cap, to_decimal

# Which subjects a metric can be judged for, one by one.
SCOPES_BY_METRIC = {"availability": ("all", "unit"), "failures": ("all", "unit", "group")}


class ServiceRegimeRule(models.Model):
    """One rule that turns a performance into an amount."""

    _name = "service.regime.rule"
    _description = "Rule of a Performance Regime"
    _order = "regime_id, sequence, id"

    regime_id = fields.Many2one(
        comodel_name="service.regime",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="regime_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="regime_id.currency_id")
    sequence = fields.Integer(default=10)
    metric = fields.Selection(selection=REGIME_METRICS, required=True, default="availability")
    kind = fields.Selection(
        selection=[
            ("step", "Each step from the target"),
            ("band", "By a table of bands"),
            ("event", "Each event"),
            ("period", "Each started deduction period"),
            ("points", "Points above a threshold"),
        ],
        required=True,
        default="event",
        help="Steps and bands judge the figure of the period. The others judge each outage, missed clock, late "
        "maintenance or failure.",
    )
    scope = fields.Selection(
        selection=[("all", "Everything together"), ("unit", "Each unit"), ("group", "Each product at a site")],
        string="Judged",
        required=True,
        default="all",
        help="A unit judged by itself is judged with its own charge.",
    )
    is_bonus = fields.Boolean(string="Bonus", help="Pays for doing better than the target; steps and bands only.")
    target = fields.Float(digits=(12, 4), help="0 means the target that the regime has for the metric.")
    step = fields.Float(
        digits=(12, 4),
        default=1.0,
        required=True,
        help="Percentage points or failures of a step; hours of a deduction period (maintenance: days).",
    )
    percent = fields.Float(string="% of Charge", digits=(12, 4), groups=PRICE)
    amount = fields.Monetary(groups=PRICE, help="For each event, period, step or point.")
    points = fields.Float(string="Points per Event", digits=(12, 4), default=1.0)
    threshold = fields.Float(string="Free Points", digits=(12, 4))
    ratchet_count = fields.Integer(
        string="Same Cause From",
        help="From which repetition of the same cause on an event costs a multiple. 0 means never.",
    )
    ratchet_factor = fields.Float(string="Times", digits=(12, 4), default=1.0)
    cap_percent = fields.Float(
        string="At Most (%)",
        digits="Discount",
        groups=PRICE,
        help="Of the charge of the period. 0 means no limit.",
    )
    cap_amount = fields.Monetary(string="At Most", groups=PRICE, help="0 means no limit.")
    step_ids = fields.One2many(comodel_name="service.regime.step", inverse_name="rule_id", string="Bands", copy=True)
    sentence = fields.Char(string="In Words", compute="_compute_sentence", groups=PRICE)
    try_amount = fields.Monetary(string="Would Be", compute="_compute_try_amount", groups=PRICE)

    _check_positive = models.Constraint(
        "CHECK (step > 0 AND points > 0 AND ratchet_factor >= 1 AND ratchet_count >= 0)",
        "A step and points are more than zero; repeated causes multiply by at least 1.",
    )
    _check_not_negative = models.Constraint(
        "CHECK (LEAST(percent, amount, threshold, cap_percent, cap_amount, target) >= 0)",
        "Amounts, percentages and limits of a rule are not negative: a rule deducts unless it is a bonus.",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends(
        "metric",
        "kind",
        "scope",
        "is_bonus",
        "target",
        "step",
        "percent",
        "amount",
        "points",
        "threshold",
        "ratchet_count",
        "ratchet_factor",
        "cap_percent",
        "cap_amount",
        "currency_id",
        "step_ids.bound",
        "step_ids.percent",
        "step_ids.amount",
        "regime_id.target_ids.target",
        "regime_id.target_ids.metric",
    )
    @api.depends_context("lang")
    def _compute_sentence(self):
        for rule in self:
            rule.sentence = " ".join([rule._get_main_sentence(), *rule._get_limiting_sentences()])

    @api.depends(
        "sentence",
        "sequence",
        "regime_id.try_charge",
        "regime_id.target_ids.try_value",
        "regime_id.target_ids.try_count",
    )
    def _compute_try_amount(self):
        for regime, rules in self.grouped("regime_id").items():
            amounts = regime._try() if regime else {}
            for rule in rules:
                rule.try_amount = amounts.get(rule._get_engine_key(), 0.0)

    @api.depends("regime_id.name", "metric", "kind")
    def _compute_display_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for rule in self:
            rule.display_name = f"{metrics.get(rule.metric)}: {kinds.get(rule.kind)}"

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("metric", "kind", "scope", "is_bonus", "target", "step_ids", "ratchet_count")
    def _check_rule(self):
        for rule in self:
            if error := rule._get_error():
                raise ValidationError(error)

    def _get_error(self):
        """Return a sentence that says what the rule lacks, or None."""
        self.ensure_one()
        metric = dict(self._fields["metric"]._description_selection(self.env))[self.metric]
        checks = [
            (
                self.kind == "step" and self._get_target() is None,
                self.env._("%(metric)s: give the regime a target first, steps are counted from it.", metric=metric),
            ),
            (
                self.kind == "band" and not self.step_ids,
                self.env._("%(metric)s: add at least one band.", metric=metric),
            ),
            (
                self.is_bonus and self.kind not in ("step", "band"),
                self.env._("%(metric)s: a bonus goes by steps or by bands.", metric=metric),
            ),
            (
                self.scope not in SCOPES_BY_METRIC.get(self.metric, ("all",)),
                self.env._("%(metric)s cannot be judged one by one: judge everything together.", metric=metric),
            ),
            (
                self.kind == "period" and self.metric == "failures",
                self.env._("%(metric)s take no time: count each event.", metric=metric),
            ),
            (
                self.target > 100 and self.metric != "failures",
                self.env._("%(metric)s: a target is between 0 and 100 percent.", metric=metric),
            ),
            (self.ratchet_count == 1, self.env._("%(metric)s: a cause repeats from its 2nd event on.", metric=metric)),
            (
                not self._is_ordered(),
                self.env._("%(metric)s: a band that is further from the target is worth no less.", metric=metric),
            ),
        ]
        return next((message for failed, message in checks if failed), None)

    def _is_ordered(self):
        """Tell whether the bands are worth more the further they are, so that worse never costs less."""
        is_rising = (self.metric == "failures") != self.is_bonus
        # The order is a rule of the regime, not an amount told to anybody.
        bands = self.sudo().step_ids.sorted("bound", reverse=not is_rising)
        return all(
            first.percent <= second.percent and first.amount <= second.amount
            for first, second in zip(bands, bands[1:], strict=False)
        )

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _get_target(self):
        """Return the rule's own target, else that of the regime for the metric, else None."""
        self.ensure_one()
        if self.target:
            return self.target
        target = self.regime_id.target_ids.filtered(lambda target: target.metric == self.metric)[:1]
        return target.target if target else None

    def _get_engine_key(self):
        """Return what the engine knows the rule by: its id, as long as it is not new."""
        return self._origin.id or str(self.id)

    def _to_engine(self, money):
        """Return the rule as a value of the engine.

        :param money: function that turns an amount of the regime's currency into a Decimal of the contract's
        :return: `engine.abatement.Rule`
        """
        self.ensure_one()
        target = self._get_target()
        return abatement.Rule(
            key=self._get_engine_key(),
            metric=self.metric,
            kind=self.kind,
            target=None if target is None else to_decimal(target),
            step=to_decimal(self.step),
            price=abatement.Price(money(self.amount), to_decimal(self.percent)),
            bands=tuple(
                abatement.Band(to_decimal(band.bound), abatement.Price(money(band.amount), to_decimal(band.percent)))
                for band in self.step_ids
            ),
            threshold=to_decimal(self.threshold),
            points=to_decimal(self.points),
            is_bonus=self.is_bonus,
            ratchet_count=self.ratchet_count,
            ratchet_factor=to_decimal(self.ratchet_factor),
            cap=to_cap(self.cap_percent, self.cap_amount, money),
            scope=self.scope,
        )

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------

    def _get_main_sentence(self):
        """Return what the rule counts, and what each costs or brings."""
        self.ensure_one()
        values = {
            "metric": dict(self._fields["metric"]._description_selection(self.env)).get(self.metric, ""),
            "price": self._get_price_words(self.percent, self.amount),
            "target": self._get_figure_words(self._get_target() or 0.0),
            "step": self._get_number_words(self.step),
            "points": self._get_number_words(self.points),
            "threshold": self._get_number_words(self.threshold),
            "bands": self._get_bands_words(),
        }
        if self.kind in ("step", "band"):
            return self._get_figure_sentence(values)
        if self.kind == "points":
            return self.env._(
                "%(metric)s: each event counts %(points)s; %(price)s for each point above %(threshold)s.", **values
            )
        if self.kind == "event":
            return self.env._("%(metric)s: %(price)s for each event.", **values)
        if self.metric == "availability":
            return self.env._("%(metric)s: %(price)s for each started %(step)s hours down.", **values)
        if self.metric == "maintenance":
            return self.env._("%(metric)s: %(price)s for each started %(step)s days late.", **values)
        return self.env._("%(metric)s: %(price)s for each started %(step)s hours late.", **values)

    def _get_figure_sentence(self, values):
        """Return the sentence of a rule that judges the figure of the period."""
        if self.kind == "band":
            return self.env._("%(metric)s: %(bands)s.", **values)
        if self.is_bonus:
            return self.env._("%(metric)s: %(price)s for each full %(step)s beyond %(target)s.", **values)
        return self.env._("%(metric)s: %(price)s for each started %(step)s short of %(target)s.", **values)

    def _get_limiting_sentences(self):
        """Return the sentences about scope, repeated causes and the limit."""
        self.ensure_one()
        sentences = []
        if self.scope != "all":
            scopes = dict(self._fields["scope"]._description_selection(self.env))
            sentences.append(self.env._("%(scope)s by itself.", scope=scopes[self.scope]))
        if self.ratchet_count and self.ratchet_factor > 1:
            sentences.append(
                self.env._(
                    "Times %(factor)s from event %(count)s of the same cause.",
                    factor=self._get_number_words(self.ratchet_factor),
                    count=self.ratchet_count,
                )
            )
        if self.cap_percent or self.cap_amount:
            limits = self._get_price_words(self.cap_percent, self.cap_amount, self.env._("and"))
            sentences.append(self.env._("At most %(limits)s.", limits=limits))
        return sentences

    def _get_bands_words(self):
        is_rising = (self.metric == "failures") != self.is_bonus
        words = []
        for band in self.step_ids.sorted("bound", reverse=not is_rising):
            values = {
                "limit": self._get_figure_words(band.bound),
                "price": self._get_price_words(band.percent, band.amount),
            }
            if self.is_bonus:
                words.append(self.env._("%(price)s at %(limit)s or better", **values))
            else:
                words.append(self.env._("%(price)s if worse than %(limit)s", **values))
        return "; ".join(words)

    def _get_price_words(self, percent, amount, link="+"):
        words = []
        if percent:
            words.append(self.env._("%(percent)s %% of the charge", percent=self._get_number_words(percent)))
        if amount or not percent:
            words.append(format_amount(self.env, amount, self.currency_id or self.env.company.currency_id))
        return f" {link} ".join(words)

    def _get_figure_words(self, figure):
        number = self._get_number_words(figure)
        return number if self.metric == "failures" else self.env._("%(number)s %%", number=number)

    def _get_number_words(self, number):
        """Return a number in the user's language, without decimals that say nothing."""
        decimals = len(f"{number:.4f}".rstrip("0").partition(".")[2])
        return formatLang(self.env, number, digits=decimals)
