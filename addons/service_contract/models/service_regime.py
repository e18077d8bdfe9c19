# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine import abatement

PRICE = "service_contract.group_service_contract_price"


class ServiceRegime(models.Model):
    """What availability or speed is owed, when, and what falling short or doing better is worth (rules.md 9).

    The regime says when units have to be available (demand), what counts as down time, the targets per metric, and the
    rules that turn a performance into an amount. Contracts and coverage rows name the regime that they are under.
    """

    _name = "service.regime"
    _description = "Performance Regime"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    # demand and down time
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Demand",
        check_company=True,
        help="When units have to be available, read as wall time at the site. Empty means round the clock.",
        tracking=True,
    )
    is_holiday_demand = fields.Boolean(
        string="Holidays Too",
        help="Units have to be available on holidays as well.",
        tracking=True,
    )
    is_planned_down = fields.Boolean(
        string="Planned Is Down",
        help="Otherwise planned maintenance costs no availability.",
        tracking=True,
    )
    is_alternative_up = fields.Boolean(
        string="Alternative Is Up",
        default=True,
        help="While a loan unit or another alternative is in place, the unit does not count as down.",
        tracking=True,
    )
    digits = fields.Integer(
        string="Decimals",
        default=3,
        required=True,
        help="Percentages are rounded to so many decimals, half up, before they are judged.",
        tracking=True,
    )

    target_ids = fields.One2many(comodel_name="service.regime.target", inverse_name="regime_id", copy=True)
    rule_ids = fields.One2many(comodel_name="service.regime.rule", inverse_name="regime_id", copy=True)

    contract_count = fields.Integer(string="Contracts", compute="_compute_contract_count")

    # money
    charge_basis = fields.Selection(
        selection=[
            ("rows", "Price of what is under this regime"),
            ("contract", "Price of the whole contract"),
            ("fixed", "Fixed amount"),
        ],
        string="Percentages Are Of",
        required=True,
        default="rows",
        help="The charge of the period, of which rules and caps take percentages.",
        tracking=True,
    )
    charge_amount = fields.Monetary(string="Amount per Month", groups=PRICE, tracking=True)
    cap_percent = fields.Float(
        string="Deductions at Most (%)",
        digits="Discount",
        groups=PRICE,
        help="Of the charge of the period. 0 means no limit.",
        tracking=True,
    )
    cap_amount = fields.Monetary(
        string="Deductions at Most",
        groups=PRICE,
        tracking=True,
        help="0 means no limit.",
    )
    bonus_cap_percent = fields.Float(
        string="Bonuses at Most (%)",
        digits="Discount",
        groups=PRICE,
        help="Of the charge of the period. 0 means no limit.",
        tracking=True,
    )
    bonus_cap_amount = fields.Monetary(
        string="Bonuses at Most",
        groups=PRICE,
        tracking=True,
        help="0 means no limit.",
    )

    # try it: typed on the form, never kept
    try_charge = fields.Monetary(
        string="Charge of the Period",
        compute="_compute_try_charge",
        readonly=False,
        groups=PRICE,
    )
    try_total = fields.Monetary(string="Worth", compute="_compute_try_total", groups=PRICE)

    _check_digits = models.Constraint("CHECK (digits BETWEEN 0 AND 6)", "Percentages have 0 to 6 decimals.")
    _check_caps = models.Constraint(
        "CHECK (LEAST(cap_percent, cap_amount, bonus_cap_percent, bonus_cap_amount, charge_amount) >= 0)",
        "The limits and the charge of a regime are not negative.",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    def _compute_contract_count(self):
        for regime in self:
            regime.contract_count = self.env["service.contract"].search_count(regime._get_contract_domain())

    @api.depends("charge_basis", "charge_amount")
    def _compute_try_charge(self):
        for regime in self:
            fixed = regime.charge_basis == "fixed" and regime.charge_amount
            regime.try_charge = fixed or regime.try_charge or 1000.0

    @api.depends(
        "try_charge",
        "cap_percent",
        "cap_amount",
        "bonus_cap_percent",
        "bonus_cap_amount",
        "target_ids.metric",
        "target_ids.target",
        "target_ids.cap_percent",
        "target_ids.cap_amount",
        "target_ids.try_value",
        "target_ids.try_count",
        "rule_ids.sentence",
        "rule_ids.sequence",
    )
    def _compute_try_total(self):
        for regime in self:
            regime.try_total = sum(regime._try().values())

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("calendar_id")
    def _check_calendar_id(self):
        self.calendar_id._check_service_calendar()

    @api.constrains("target_ids", "rule_ids")
    def _check_rules(self):
        self.rule_ids._check_rule()

    @api.constrains("charge_basis", "charge_amount")
    def _check_charge_amount(self):
        for regime in self:
            # A limit of the regime itself, whoever writes it.
            if regime.charge_basis == "fixed" and not regime.sudo().charge_amount:
                raise ValidationError(self.env._("Say of which amount per month the percentages are."))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_contracts(self):
        """Open the contracts that are, in whole or with some of their rows, under this regime.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_contract_action")
        return {**action, "domain": list(self._get_contract_domain()), "context": {}}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _get_contract_domain(self):
        """Return the domain of the contracts under these regimes."""
        return Domain("regime_id", "in", self.ids) | Domain("coverage_ids.regime_id", "in", self.ids)

    def _to_engine(self, currency=None, date=None):
        """Return the regime as a value of the engine, to be judged by it or changed by `dataclasses.replace`.

        :param currency: `res.currency` of the contract; amounts of another one are converted. By default the regime's
        :param date: the day of the rate of exchange
        :return: `engine.abatement.Regime`; the keys of its rules are the ids of `service.regime.rule`
        """
        self.ensure_one()
        # Whoever may see an assessment sees no more of the regime than its amounts; the caller strips those it must.
        regime = self.sudo()
        currency = currency or regime.currency_id

        def money(amount):
            return to_decimal(regime.currency_id._convert(amount, currency, regime.company_id, date, round=False))

        return abatement.Regime(
            rules=tuple(rule._to_engine(money) for rule in regime.rule_ids.sorted("sequence")),
            metric_caps=tuple(
                (target.metric, cap)
                for target in regime.target_ids
                for cap in [to_cap(target.cap_percent, target.cap_amount, money)]
                if cap != abatement.Cap()
            ),
            cap=to_cap(regime.cap_percent, regime.cap_amount, money),
            bonus_cap=to_cap(regime.bonus_cap_percent, regime.bonus_cap_amount, money),
            step=to_decimal(currency.rounding),
            digits=regime.digits,
            planned_counts=regime.is_planned_down,
            alternative_stops=regime.is_alternative_up,
            budgets={target.metric: target._get_budget() for target in regime.target_ids if target.budget},
            targets={target.metric: to_decimal(target.target) for target in regime.target_ids},
        )

    def _try(self):
        """Return what the numbers typed into "try it" are worth.

        :return: dict {key of the rule: amount}
        """
        self.ensure_one()
        measures = [target._get_try_measure(scope) for target in self.target_ids for scope in abatement.SCOPES]
        charges = dict.fromkeys(["try", None], to_decimal(self.try_charge))
        amounts = Counter()
        for line in abatement.assess(self._to_engine(), measures, charges).lines:
            amounts[line.rule.key] += float(line.amount)
        return amounts


def to_decimal(number):
    """Return a float of a record as the number that the user typed."""
    return Decimal(repr(round(number or 0.0, 10)))


def to_cap(percent, amount, money):
    """Return a limit of the engine; 0 means none."""
    return abatement.Cap(
        amount=money(amount) if amount else None,
        percent=to_decimal(percent) if percent else None,
    )
