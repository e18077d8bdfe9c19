# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import api, fields, models

from ..const import METRICS, REGIME_METRICS
from ..models.service_regime import to_decimal

# What may be changed on a row of each level.
REGIME_FIELDS = (
    "calendar_id",
    "with_special_days",
    "is_planned_down",
    "is_alternative_up",
    "cap_percent",
    "cap_amount",
)
TARGET_FIELDS = ("target", "budget", "cap_percent", "cap_amount")
RULE_FIELDS = ("target", "step", "percent", "amount", "cap_percent", "cap_amount")
FIELDS = {"regime": REGIME_FIELDS, "target": TARGET_FIELDS, "rule": RULE_FIELDS}
TIMED_METRICS = {metric for metric, _label in METRICS} | {"maintenance"}


class ServiceRegimeSimulationLine(models.TransientModel):
    """A regime, one of its targets, or one of its rules: as it may be changed, what it cost and would have cost."""

    _name = "service.regime.simulation.line"
    _description = "Line of a Regime Simulation"
    _order = "simulation_id, sequence, id"

    simulation_id = fields.Many2one(
        comodel_name="service.regime.simulation",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer()
    level = fields.Selection(
        selection=[("regime", "Regime"), ("target", "Target"), ("rule", "Rule")],
        required=True,
        default="regime",
    )
    regime_id = fields.Many2one(comodel_name="service.regime", required=True, ondelete="cascade")
    target_id = fields.Many2one(
        comodel_name="service.regime.target",
        string="Target of the Regime",
        ondelete="cascade",
    )
    rule_id = fields.Many2one(comodel_name="service.regime.rule", ondelete="cascade")
    metric = fields.Selection(selection=REGIME_METRICS)
    kind = fields.Selection(related="rule_id.kind")
    has_target = fields.Boolean(compute="_compute_name")
    is_timed = fields.Boolean(compute="_compute_name")
    name = fields.Text(string="Now in Force", compute="_compute_name")
    regime_currency_id = fields.Many2one(related="regime_id.currency_id", string="Currency of the Regime")
    currency_id = fields.Many2one(related="simulation_id.currency_id")

    # what may be changed
    target = fields.Float(digits=(12, 4))
    budget = fields.Float(
        string="Within",
        help="Clocks: working hours; maintenance: days after it is due. 0 means what the service level promised.",
    )
    step = fields.Float(digits=(12, 4))
    percent = fields.Float(string="% of Charge", digits=(12, 4))
    amount = fields.Monetary(currency_field="regime_currency_id")
    cap_percent = fields.Float(string="At Most (%)", digits="Discount", help="Of the charge. 0 means no limit.")
    cap_amount = fields.Monetary(string="At Most", currency_field="regime_currency_id", help="0 means no limit.")
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Demand",
        help="When units have to be available. Empty means round the clock.",
    )
    with_special_days = fields.Boolean(string="Special Days", default=True, help="Special days and weights count.")
    is_planned_down = fields.Boolean(string="Planned Is Down", help="Planned maintenance is down time.")
    is_alternative_up = fields.Boolean(string="Alternative Is Up", help="An alternative in place ends down time.")
    is_changed = fields.Boolean(compute="_compute_is_changed")

    # then and now: the simulation fills them in, since each of them needs all lines
    figures = fields.Text(string="Achieved", readonly=True, help="As it was, and as it would have been.")
    amount_before = fields.Monetary(string="Was Worth", readonly=True)
    amount_after = fields.Monetary(string="Would Be Worth", readonly=True)
    difference = fields.Monetary(readonly=True)

    @api.depends("level", "regime_id", "target_id", "rule_id", "metric")
    @api.depends_context("lang")
    def _compute_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        for line in self:
            line.is_timed = line.level == "target" and line.metric in TIMED_METRICS
            line.has_target = bool(line.target_id or line.rule_id.target)
            label = metrics.get(line.metric, "")
            # Rules stand below their metric.
            sentence = (line.rule_id.sentence or "").removeprefix(f"{label}: ")
            line.name = {"regime": line.regime_id.name, "target": label, "rule": sentence}[line.level]

    @api.depends(*dict.fromkeys(REGIME_FIELDS + TARGET_FIELDS + RULE_FIELDS))
    def _compute_is_changed(self):
        for line in self:
            original = line._get_original_values()
            line.is_changed = any(line[name] != value for name, value in original.items())

    # ------------------------------------------------------------------
    # As the regime stands
    # ------------------------------------------------------------------

    def _get_original_values(self):
        """Return what may be changed on the line as it stands in the regime."""
        self.ensure_one()
        names = FIELDS[self.level]
        source = {"regime": self.regime_id, "target": self.target_id, "rule": self.rule_id}[self.level]._origin
        values = {"with_special_days": True}
        return {name: values[name] if name in values else source[name] for name in names}

    @api.model
    def _prepare_regime_lines(self, regime):
        """Return the values of the lines that show a regime as it stands: itself, its targets, and their rules."""
        names = set(REGIME_FIELDS) - {"calendar_id", "with_special_days"}
        lines = [
            {
                "level": "regime",
                "regime_id": regime.id,
                "calendar_id": regime.calendar_id.id,
                **{name: regime[name] for name in names},
            }
        ]
        targets = {target.metric: target for target in regime.target_ids}
        metrics = dict.fromkeys([*targets, *regime.rule_ids.mapped("metric")])
        for metric in metrics:
            target = targets.get(metric, self.env["service.regime.target"])
            lines.append(
                {
                    "level": "target",
                    "regime_id": regime.id,
                    "target_id": target.id,
                    "metric": metric,
                    **{name: target[name] for name in TARGET_FIELDS},
                }
            )
            lines.extend(
                {
                    "level": "rule",
                    "regime_id": regime.id,
                    "rule_id": rule.id,
                    "metric": metric,
                    **{name: rule[name] for name in RULE_FIELDS},
                }
                for rule in regime.rule_ids.sorted("sequence")
                if rule.metric == metric
            )
        return [{**vals, "sequence": regime.id * 1000 + index} for index, vals in enumerate(lines)]

    # ------------------------------------------------------------------
    # As it is changed
    # ------------------------------------------------------------------

    def _get_changed_regime(self):
        """Return the regime of some lines as they change it: a record that is never written."""
        regime = self.regime_id._origin.sudo()
        changed = regime.new(origin=regime)
        records = {
            "regime": changed,
            **{("target", target._origin.id): target for target in changed.target_ids},
            **{("rule", rule._origin.id): rule for rule in changed.rule_ids},
        }
        for line in self:
            source = line.target_id if line.level == "target" else line.rule_id
            record = records.get("regime" if line.level == "regime" else (line.level, source._origin.id))
            if record and line.is_changed:
                names = set(FIELDS[line.level]) - {"with_special_days", "calendar_id"}
                record.update({name: line[name] for name in names})
        return changed

    def _to_engine(self, currency, date):
        """Return the regime of some lines, as they change it, as a value of the engine.

        :param currency: `res.currency` of the contract
        :param date: the day of the rate of exchange
        """
        engine = self._get_changed_regime()._to_engine(currency, date)
        budgets, targets = dict(engine.budgets), dict(engine.targets)
        own_targets = {line.rule_id._origin.id for line in self if line.rule_id.target}
        for line in self:
            # A metric without a target of the regime may have another budget nevertheless.
            if line.is_timed and line.budget and not line.target_id:
                budgets[line.metric] = to_decimal(line.budget) * (1 if line.metric == "maintenance" else 60)
        rules = tuple(
            rule if rule.key in own_targets else replace(rule, target=targets.get(rule.metric))
            for rule in engine.rules
        )
        return replace(engine, rules=rules, budgets=budgets)

    def _get_error(self):
        """Return a sentence that says what is wrong with the changes, or None."""
        for line in self:
            values = [line.target, line.budget, line.percent, line.amount, line.cap_percent, line.cap_amount]
            if min(values) < 0:
                return self.env._("%(line)s: enter no negative numbers.", line=line.name)
            if line.level == "rule" and line.step <= 0:
                return self.env._("%(line)s: a step is more than zero.", line=line.name)
            if line.level == "target" and line.metric != "failures" and line.target > 100:
                return self.env._("%(line)s: a target is between 0 and 100 percent.", line=line.name)
        changed = self.filtered("is_changed")
        for lines in self.filtered(lambda line: line.regime_id in changed.regime_id).grouped("regime_id").values():
            for rule in lines._get_changed_regime().rule_ids:
                if error := rule._get_error():
                    return error
        return None

    # ------------------------------------------------------------------
    # Then and now
    # ------------------------------------------------------------------

    def _fill_in(self):
        """Show what each line was worth and would be worth by the result of its simulation."""
        for line in self:
            rows = [row for row in line.simulation_id._get_rows() if row["regime"] == line.regime_id._origin.id]
            line.amount_before = sum(line._get_amount(row["before"]) for row in rows)
            line.amount_after = sum(line._get_amount(row["after"]) for row in rows)
            line.difference = line.amount_after - line.amount_before
            line.figures = line._get_figures(rows) if rows and line.level == "target" else False

    def _get_amount(self, values):
        """Return what the line brought about, of `Performance.to_json()`; of a regime with what was given up."""
        if self.level == "regime":
            return values["total"]
        if self.level == "target":
            return sum(line["amount"] for line in values["lines"] if line["metric"] == self.metric)
        return sum(line["amount"] for line in values["lines"] if line["rule"] == self.rule_id._origin.id)

    def _get_figures(self, rows):
        """Return the words for what was achieved, then and now: the worst and the best of several months."""
        def get_words(figure):
            return self.simulation_id._get_figure_words(self.metric, figure, self.regime_id.digits)

        words = []
        for side in ("before", "after"):
            figures = [
                metric["value"]
                for row in rows
                for metric in row[side]["metrics"]
                if metric["metric"] == self.metric and metric["value"] is not None
            ]
            ends = {min(figures), max(figures)} if figures else ()
            words.append(" - ".join(map(get_words, sorted(ends))) or get_words(None))
        before, after = words
        return before if before == after else self.env._("%(before)s, now %(after)s", before=before, after=after)
