# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..const import INDEXATIONS
from ..engine import indexation, term, value

PRICE_GROUP = "service_contract.group_service_contract_price"


class ServiceContract(models.Model):
    """The rules of renewal: how long the next term is, and what it will cost."""

    _inherit = "service.contract"

    # the term
    date_term_start = fields.Date(
        string="Present Term From",
        compute="_compute_date_term_start",
        store=True,
        precompute=True,
        copy=False,
        help="The first day of the term that runs to the last day: that of the contract, or of its last renewal.",
    )
    is_term_in_days = fields.Boolean(
        readonly=True,
        copy=False,
        help="The last renewal counted its term in days, so the next one does.",
    )
    renewal_months = fields.Integer(
        string="Next Term (Months)",
        help="How long the contract goes on for at a renewal. 0 means as long as the last term.",
    )
    renewal_limit = fields.Integer(
        string="Automatic Renewals at Most",
        help="After so many in a row somebody has to decide. 0 means without limit.",
    )
    renewal_needs_confirmation = fields.Boolean(
        string="Customer Must Confirm",
        help="The contract renews by itself only once the customer has confirmed.",
    )

    # prices
    renewal_indexation = fields.Selection(
        selection=INDEXATIONS,
        string="Prices at Renewal",
        compute="_compute_renewal_indexation",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        groups=PRICE_GROUP,
    )
    price_index_id = fields.Many2one(
        comodel_name="service.price.index",
        check_company=True,
        index="btree_not_null",
        groups=PRICE_GROUP,
    )
    index_base_date = fields.Date(
        string="Base Value of",
        copy=False,
        groups=PRICE_GROUP,
        help="The day whose index value the prices stand at. Empty means the first day of the term, less the delay.",
    )
    index_lag_months = fields.Integer(
        string="Index Delay (Months)",
        groups=PRICE_GROUP,
        help="The value used is the one that holds so many months before the first new day.",
    )
    index_share = fields.Float(
        string="Share (%)",
        help="How much of the price follows the index; the rest stays.",
        digits="Discount",
        default=100.0,
        groups=PRICE_GROUP,
    )
    index_cap = fields.Float(
        string="Rises at Most (%)",
        digits="Discount",
        groups=PRICE_GROUP,
        help="Prices never rise by more at one renewal. 0 means without limit.",
    )
    index_floor = fields.Float(
        string="Rises at Least (%)",
        digits="Discount",
        groups=PRICE_GROUP,
        help="0 means that prices never fall; -5 that they may fall by 5 percent.",
    )
    renewal_price_step = fields.Monetary(
        string="Prices in Steps of",
        groups=PRICE_GROUP,
        help="New prices are rounded to this step. 0 means to the smallest amount of the currency.",
    )
    renewal_percent = fields.Float(
        string="Expected Increase (%)",
        digits=(16, 4),
        compute="_compute_renewal_percent",
        store=True,
        aggregator="avg",
        groups=PRICE_GROUP,
    )
    is_index_missing = fields.Boolean(compute="_compute_renewal_percent", store=True, groups=PRICE_GROUP)
    renewal_amount = fields.Monetary(
        string="Value Now",
        compute="_compute_renewal_amount",
        store=True,
        groups=PRICE_GROUP,
        help="What the rows that run to the last day would cost over the next term at the present prices.",
    )
    renewal_amount_new = fields.Monetary(
        string="Expected Value",
        compute="_compute_renewal_amount",
        store=True,
        groups=PRICE_GROUP,
        help="What they will cost over the next term at the expected prices.",
    )

    _check_renewal_counts = models.Constraint(
        "CHECK (COALESCE(renewal_months, 0) >= 0 AND COALESCE(renewal_limit, 0) >= 0"
        " AND COALESCE(index_lag_months, 0) >= 0 AND COALESCE(renewal_price_step, 0) >= 0)",
        "The months, the limit and the step of a renewal are not negative.",
    )
    _check_index_share = models.Constraint(
        "CHECK (COALESCE(index_share, 0) BETWEEN 0 AND 100)",
        "The share of the price that follows the index is between 0 and 100 percent.",
    )
    _check_index_limits = models.Constraint(
        "CHECK (COALESCE(index_floor, 0) >= -100 AND COALESCE(renewal_increase, 0) >= -100"
        " AND COALESCE(index_cap, 0) >= 0"
        " AND (COALESCE(index_cap, 0) = 0 OR index_cap >= COALESCE(index_floor, 0)))",
        "Prices cannot fall by more than 100 percent, nor rise at least by more than they rise at most.",
    )
    _check_price_index = models.Constraint(
        "CHECK (renewal_indexation != 'index' OR price_index_id IS NOT NULL)",
        "Choose the index that the prices follow.",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("date_start")
    def _compute_date_term_start(self):
        for contract in self:
            if contract.state == "draft" or not contract.date_term_start:
                contract.date_term_start = contract.date_start

    @api.depends("renewal_increase")
    def _compute_renewal_indexation(self):
        """Read a percent that stands there as meant, whoever wrote it."""
        for contract in self:
            if contract.renewal_indexation in (False, "none"):
                contract.renewal_indexation = "percent" if contract.renewal_increase else "none"

    @api.depends(
        "renewal_indexation",
        "renewal_increase",
        "price_index_id.interval_months",
        "price_index_id.value_ids.date",
        "price_index_id.value_ids.value",
        "index_base_date",
        "index_lag_months",
        "index_share",
        "index_cap",
        "index_floor",
        "date_end",
        "date_term_start",
    )
    def _compute_renewal_percent(self):
        for contract, values in self._get_indexations().items():
            contract.renewal_percent = values["increase"]
            contract.is_index_missing = bool(values["missing"])

    @api.depends(
        "renewal_percent",
        "renewal_price_step",
        "renewal_months",
        "date_start",
        "date_end",
        "date_term_start",
        "date_anchor",
        "proration",
        "currency_id",
        "coverage_ids.price",
        "coverage_ids.is_price_fixed",
        "coverage_ids.date_end",
        "coverage_ids.interval_count",
        "coverage_ids.interval_unit",
        "period_ids.price",
        "period_ids.date_start",
        "period_ids.date_end",
    )
    def _compute_renewal_amount(self):
        for contract in self:
            if not contract.date_start or not contract.date_end or contract.date_end < contract.date_term_start:
                contract.renewal_amount = contract.renewal_amount_new = 0.0
                continue
            plan = contract._get_renewal_plan(contract.renewal_percent)
            contract.renewal_amount = plan["amount_old"]
            contract.renewal_amount_new = plan["amount_new"]

    # ------------------------------------------------------------------
    # Index
    # ------------------------------------------------------------------

    def _get_indexations(self):
        """Return by how much prices rise at the next renewal, and why, for a whole batch.

        :return: dict by contract of dict with ``indexation``, ``increase`` (percent; where a value is missing, an
            estimate by the last one known), ``factor``, the ``base`` and ``current`` `service.price.index.value`, and
            ``missing``: (index, day) of the first value not entered, or None
        """
        days = {
            (contract.price_index_id, day)
            for contract in self
            if contract.renewal_indexation == "index" and contract.price_index_id and contract.date_end
            for day in contract._get_index_days()
        }
        found = self.env["service.price.index"]._get_values(days)
        return {contract: contract._prepare_indexation_values(found) for contract in self}

    def _get_index_days(self):
        """Return the days whose index values prices stand at, and are renewed by."""
        self.ensure_one()
        lag = relativedelta(months=self.index_lag_months)
        return self.index_base_date or self.date_term_start - lag, self.date_end + term.ONE_DAY - lag

    def _prepare_indexation_values(self, found):
        """Return the entry of :meth:`_get_indexations` for one contract.

        :param dict found: the values of `service.price.index._get_values`
        """
        self.ensure_one()
        values = {
            "indexation": self.renewal_indexation or "none",
            "increase": self.renewal_increase if self.renewal_indexation == "percent" else 0.0,
            "factor": 0.0,
            "base": None,
            "current": None,
            "missing": None,
        }
        if self.renewal_indexation != "index" or not self.price_index_id or not self.date_end:
            return values
        keys = [(self.price_index_id, day) for day in self._get_index_days()]
        base, current = (found[key] for key in keys)
        values["missing"] = next((key for key in keys if not found[key]), None)
        if not base:
            return values
        # What is not published yet is expected to be what is known last.
        known = current or self.price_index_id._get_last_value()
        old, new = (Decimal(repr(row.value)) for row in (base, known))
        values["increase"] = float(indexation.increase(old, new, self._get_index_rule()))
        if current:
            values.update(base=base, current=current, factor=float(indexation.factor(old, new)))
        return values

    def _get_index_rule(self):
        self.ensure_one()
        return indexation.Rule(
            share=Decimal(repr(self.index_share)),
            cap=Decimal(repr(self.index_cap)) if self.index_cap else None,
            floor=Decimal(repr(self.index_floor)),
        )

    # ------------------------------------------------------------------
    # The next term
    # ------------------------------------------------------------------

    def _get_next_term(self):
        """Return the next term: as long as the rule says, or as the last one was (:class:`engine.term.NextTerm`)."""
        self.ensure_one()
        months = self.renewal_months or (0 if self.is_term_in_days else None)
        return term.next_term(self.date_start, self.date_term_start, self.date_end + term.ONE_DAY, months)

    def _get_renewed_date_end(self):
        """Return the last day of the next term."""
        return self._get_next_term().after - term.ONE_DAY

    def _get_running_rows(self):
        """Return the rows that run to the last day and go on with the contract."""
        self.ensure_one()
        return self.coverage_ids.filtered(
            lambda row: row.date_end == self.date_end
            and row.date_start <= row.date_end
            and not row.period_id
            and row.interval_unit != "once"
        )

    def _get_next_periods(self, after):
        """Return the periods of the next term, as :class:`engine.term.Span` keyed by the period that they repeat.

        :param after: the first day after the next term
        """
        self.ensure_one()
        first_day = self.date_end + term.ONE_DAY
        spans = [
            term.Span(period, period.date_start, period.date_end)
            for period in self.period_ids.sorted("date_start")
            if period.date_start and period.date_end and self.date_term_start <= period.date_start
        ]
        return term.next_periods(spans, (self.date_term_start, first_day), (first_day, after), self.date_start)

    def _get_renewed_price(self, price, percent):
        """Return a price after an increase, rounded as the contract says; without one it stays to the cent.

        :param float price: in the contract's currency
        :param float percent: by which it rises
        """
        self.ensure_one()
        if not percent:
            return price
        step = Decimal(repr(self.renewal_price_step or self.currency_id.rounding or 0.01))
        return float(indexation.new_price(Decimal(repr(price)), Decimal(repr(percent)), step))

    def _get_renewal_plan(self, percent):
        """Return what a renewal at some increase makes.

        The rows are told apart by price and rhythm, so that a contract of 2,000 units at a few prices is counted in a
        few sums.

        :param float percent: by which prices rise
        :return: dict with ``term`` (:class:`engine.term.NextTerm`), ``prices`` (new price by old price and fixed or
            not), ``periods`` (list of (:class:`engine.term.Span`, flat price)), ``amount_old`` and ``amount_new``
        """
        self.ensure_one()
        following = self._get_next_term()
        rows = Counter(
            (row.price, row.is_price_fixed, row.interval_count, row.interval_unit)
            for row in self._get_running_rows()
        )
        prices = {
            (price, is_fixed): self._get_renewed_price(price, 0 if is_fixed else percent)
            for price, is_fixed, _count, _unit in rows
        }
        periods = [
            (span, self._get_renewed_price(self.currency_id.round(span.key.price * span.share), percent))
            for span in self._get_next_periods(following.after)
        ]
        days = self.date_end + term.ONE_DAY, following.after - term.ONE_DAY
        amount_old = sum(span.key.price * span.share for span, _price in periods)
        amount_new = sum(price for _span, price in periods)
        for (price, is_fixed, count, unit), number in rows.items():
            amount_old += number * self._get_row_value(price, (count, unit), days)
            amount_new += number * self._get_row_value(prices[price, is_fixed], (count, unit), days)
        return {
            "term": following,
            "prices": prices,
            "periods": periods,
            "amount_old": self.currency_id.round(amount_old),
            "amount_new": self.currency_id.round(amount_new),
        }

    def _get_row_value(self, price, interval, days):
        """Return what a row at a price costs over some days.

        :param float price: per interval
        :param interval: (how many, unit)
        :param days: (first, last)
        """
        self.ensure_one()
        if not price:
            return 0.0
        rhythm = value.Rhythm(
            anchor=self.date_anchor or self.date_start,
            count=interval[0],
            unit=interval[1],
            mode=self.proration,
            step=Decimal(repr(self.currency_id.rounding)),
        )
        return float(value.term_value(Decimal(repr(price)), *days, rhythm))
