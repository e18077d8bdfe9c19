# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..engine import performance
from .service_contract_facts import MARGIN
from .service_regime_performance import Performance, Window

READERS = ("service_contract.group_service_contract_reader", "service_equipment.group_service_auditor")
PRICE = "service_contract.group_service_contract_price"
# What only those who see prices are told.
MONEY_KEYS = {"charge", "total", "raw", "amount", "reliefs", "cuts", "sentence"}


@dataclass(frozen=True)
class Change:
    """Another way to judge what happened.

    :ivar engine: `engine.abatement.Regime` in place of the regime as it stands, or a function of (currency, date)
    :ivar calendar: `resource.calendar` in place of the regime's; None for the regime's
    :ivar with_special_days: False to look at ordinary days only
    """

    engine: object = None
    calendar: object = None
    with_special_days: bool = True


@dataclass(frozen=True)
class Result:
    """What one contract achieved under one regime in one window.

    :ivar window: :class:`Window`
    :ivar performance: :class:`Performance`
    """

    contract: models.BaseModel
    regime: models.BaseModel
    window: Window
    performance: Performance


@dataclass(frozen=True)
class History:
    """What happened under some contracts in some windows, read once and judged as often as one likes.

    :ivar windows: tuple of :class:`Window`
    :ivar rows: dict {(contract, regime): `service.coverage`}
    :ivar facts: dict {(contract, regime, window): `engine.performance.Facts`}
    :ivar spans: dict {(contract, regime, window): list of `engine.availability.Span`}, filled as they are needed
    """

    windows: tuple
    rows: dict
    facts: dict
    spans: dict = field(default_factory=dict)


class ServiceContract(models.Model):
    """What a contract's performance was worth in a period."""

    _inherit = "service.contract"

    def performance(self, date_from, date_to):
        """Return what the contract achieved in a period and what that is worth; plain data, as for the JSON-2 API.

        The period is judged as one. Amounts are there for those who see prices; what of it has not ended yet counts up
        to now.

        :param date_from: first day, at each site: a date or its ISO text
        :param date_to: last day, inclusive
        :return: dict with `contract`, `date_from`, `date_to`, `is_provisional` (the period still runs), `currency`,
            `currency_id`, `charge`, `total`, and `regimes`: for each `regime_id`, `name`, `metrics` (`metric`, `label`,
            `value`, `target`, `is_met`, `figures`), `lines` (one per rule and subject: `rule`, `sentence`, `quantity`,
            `amount` and `items`, the events behind it), `reliefs`, `cuts`, `charge` and `total`; and `events`, {key of
            an item's event: `label`, `res_model`, `res_id`}, those that the user may read
        :raise AccessError: for users who may not read contracts
        :raise UserError: when the period ends before it begins
        """
        self.ensure_one()
        self._check_may_see_performance()
        window = self._get_performance_window(date_from, date_to)
        # Figures are for whoever reads the contract, though not every call behind them; amounts are stripped below.
        results = self.sudo()._get_results(self.sudo()._get_history([window]))
        values = self._prepare_performance_values(window, results)
        return values if self._sees_prices() else _strip_money(values)

    def get_performance_page(self):
        """Return what the performance page of the contract shows: last month, and this month so far.

        :return: list of dicts as of :meth:`performance`, without lines and events, each with its `label`
        """
        self.ensure_one()
        today = self._get_today()
        first = today.replace(day=1)
        months = [(first - relativedelta(months=1), first - timedelta(days=1))]
        months.append((first, first + relativedelta(months=1, days=-1)))
        page = []
        for month_start, month_end in months:
            values = self.performance(month_start, month_end)
            for regime in values["regimes"]:
                regime["missed"] = [line["metric"] for line in regime.pop("lines") if line["is_met"] is False]
            del values["events"]
            values["label"] = format_date(self.env, month_start, date_format="MMMM yyyy")
            page.append(values)
        return page

    def action_simulate(self, date_from=None, date_to=None):
        """Open the simulator for these contracts.

        :param date_from: first day, by default that of last month
        :param date_to: last day
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_regime_simulation_action")
        context = {"default_contract_ids": self.ids}
        if date_from and date_to:
            context.update(default_date_from=str(date_from), default_date_to=str(date_to))
        return {**action, "context": context}

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _check_may_see_performance(self):
        self.check_access("read")
        if not self.env.su and not any(map(self.env.user.has_group, READERS)):
            raise AccessError(self.env._("You may not see the performance of contracts."))

    def _sees_prices(self):
        return self.env.su or self.env.user.has_group(PRICE)

    @api.model
    def _get_performance_window(self, date_from, date_to):
        """Return a period as a window that counts up to now.

        :raise UserError: when a day is missing or none, or the period ends before it begins
        """
        try:
            first, last = fields.Date.to_date(date_from or False), fields.Date.to_date(date_to or False)
        except ValueError as error:
            raise UserError(self.env._("Enter the days of the period as year-month-day.")) from error
        if not first or not last:
            raise UserError(self.env._("Give the period its first and its last day."))
        if last < first:
            raise UserError(self.env._("The period ends before it starts."))
        return Window(first, last, until=fields.Datetime.now())

    # ------------------------------------------------------------------
    # What happened
    # ------------------------------------------------------------------

    def _get_history(self, windows):
        """Read what happened under these contracts (sudo), in a number of queries that no call and no unit adds to.

        :param windows: list of :class:`Window`
        :return: :class:`History`
        """
        first, last = min(window.first for window in windows), max(window.last for window in windows)
        rows = self.env["service.coverage"].search(
            [("contract_id", "in", self.ids), ("date_start", "<=", last), ("date_end", ">=", first)], order="id"
        )
        rows_by_key = rows.filtered(lambda row: row._get_regime()).grouped(
            lambda row: (row.contract_id, row._get_regime())
        )
        Equipment = self.env["service.equipment"]
        units_by_key = {
            key: Equipment.union(*own._get_performance_units(first, last).values())
            for key, own in rows_by_key.items()
        }
        facts_by_key = self._group_facts(rows_by_key, units_by_key, self._get_performance_facts(first, last))
        units = Equipment.union(*units_by_key.values())
        start = datetime.combine(first, time.min) - MARGIN
        events = self.env["service.downtime"]._get_down_events(
            units, start, datetime.combine(last, time.max) + MARGIN
        )
        events_by_unit = defaultdict(list)
        for event in events:
            events_by_unit[event.unit].append(event)
        facts = {}
        for key, own_units in units_by_key.items():
            own_events = tuple(event for unit in own_units for event in events_by_unit[unit.id])
            for window in windows:
                own_facts = [fact for fact in facts_by_key[key] if window.first <= fact.day <= window.last]
                facts[(*key, window)] = _to_engine_facts(own_events, own_facts, own_units)
        return History(tuple(windows), rows_by_key, facts)

    @api.model
    def _group_facts(self, rows_by_key, units_by_key, facts):
        """Return facts by contract and regime: that of their coverage row, else that of their unit."""
        key_by_row = {row.id: key for key, rows in rows_by_key.items() for row in rows}
        key_by_unit = {(key[0].id, unit.id): key for key, units in units_by_key.items() for unit in units}
        facts_by_key = defaultdict(list)
        for fact in facts:
            key = key_by_row.get(fact.coverage) or key_by_unit.get((fact.contract, fact.value.unit))
            if key:
                facts_by_key[key].append(fact)
        return facts_by_key

    @api.model
    def _get_results(self, history, changes=None):
        """Judge what happened, by the regimes as they stand or by changed ones.

        :param history: :class:`History`
        :param dict changes: {regime: :class:`Change`}
        :return: list of :class:`Result`, by contract, regime and window
        """
        results = []
        for (contract, regime), rows in history.rows.items():
            change = (changes or {}).get(regime, Change())
            for window in history.windows:
                changed = replace(window, calendar=change.calendar, with_special_days=change.with_special_days)
                spans_key = (contract, regime, changed)
                if spans_key not in history.spans:
                    history.spans[spans_key] = regime._get_spans(rows, changed)
                engine = change.engine
                if callable(engine):
                    engine = engine(contract.currency_id, window.last)
                found = regime._compute_performance(
                    rows, changed, history.facts[contract, regime, window], engine, history.spans[spans_key]
                )
                results.append(Result(contract, regime, window, found))
        return results

    # ------------------------------------------------------------------
    # What is told
    # ------------------------------------------------------------------

    def _prepare_performance_values(self, window, results):
        """Return results of one contract and window as plain values; see :meth:`performance`."""
        self.ensure_one()
        regimes = [self._prepare_result_values(result) for result in results]
        keys = {item["event"] for regime in regimes for line in regime["lines"] for item in line["items"]}
        return {
            "contract": self.name,
            "date_from": fields.Date.to_string(window.first),
            "date_to": fields.Date.to_string(window.last),
            "is_provisional": window.last >= self._get_today(),
            "currency": self.currency_id.name,
            "currency_id": self.currency_id.id,
            "charge": sum(regime["charge"] for regime in regimes),
            "total": sum(regime["total"] for regime in regimes),
            "regimes": regimes,
            "events": self._get_event_values(keys - {None}),
        }

    @api.model
    def _prepare_result_values(self, result):
        """Return one result as plain values, with the words for its metrics, rules and subjects."""
        labels = dict(self.env["service.regime.rule"]._fields["metric"]._description_selection(self.env))
        values = result.performance.to_json()
        # The words of a rule are told to those who see prices.
        sentences = {rule.id: rule.sentence for rule in result.regime.sudo().rule_ids}
        for metric in values["metrics"]:
            metric["label"] = labels.get(metric["metric"], metric["metric"])
        for line in values["lines"]:
            line["label"] = labels.get(line["metric"], line["metric"])
            line["sentence"] = sentences.get(line["rule"], "")
            line["subject_label"] = self._get_subject_label(line["scope"], line["subject"])
        return {"regime_id": result.regime.id, "name": result.regime.name, **values}

    @api.model
    def _get_subject_label(self, scope, subject):
        """Return the words for the unit or group that a line is about."""
        # Names of what the contract covers, for whoever reads the contract.
        if scope == "unit":
            return self.env["service.equipment"].sudo().browse(subject).display_name
        if scope == "group":
            product_id, site_id = map(int, subject.split(","))
            product, site = self.env["product.product"].browse(product_id), self.env["res.partner"].browse(site_id)
            return ", ".join(filter(None, (product.sudo().display_name, site.sudo().display_name)))
        return ""

    @api.model
    def _get_event_values(self, keys):
        """Return the documents behind events, for those that the user may read.

        :param keys: iterable of "model,id"
        :return: dict {key: dict with `label`, `res_model`, `res_id`}
        """
        ids_by_model = defaultdict(list)
        for key in keys:
            model, res_id = key.split(",")
            ids_by_model[model].append(int(res_id))
        return {
            f"{model},{record.id}": {"label": record.display_name, "res_model": model, "res_id": record.id}
            for model, ids in ids_by_model.items()
            for record in self.env[model].browse(sorted(ids))._filtered_access("read")
        }


def _to_engine_facts(events, facts, units):
    """Return facts of one contract, regime and window as values of the engine."""
    outcomes = defaultdict(list)
    for fact in facts:
        outcomes[fact.metric].append(fact.value)
    failures = tuple(outcomes.pop("failures", ()))
    return performance.Facts(
        events=events,
        outcomes=dict(outcomes),
        failures=failures,
        groups=tuple(dict.fromkeys(unit._get_failure_group() for unit in units)),
    )


def _strip_money(values):
    """Return plain values without amounts, and without the words that tell of them."""
    if isinstance(values, dict):
        return {key: _strip_money(value) for key, value in values.items() if key not in MONEY_KEYS}
    if isinstance(values, list):
        return [_strip_money(value) for value in values]
    return values
