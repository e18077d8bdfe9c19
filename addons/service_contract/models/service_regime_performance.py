# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytz

from odoo import models

from ..engine import abatement, availability, performance, value, working_time

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """The days that are looked at, and how.

    :ivar first: first date, at each site
    :ivar last: last date, inclusive
    :ivar until: instant (naive UTC) after which nothing counts yet, for a period that still runs
    :ivar calendar: `resource.calendar` in place of the regime's, an empty one for round the clock
    :ivar with_special_days: False to look at ordinary days only
    """

    first: date
    last: date
    until: datetime | None = None
    calendar: object = None
    with_special_days: bool = True


@dataclass(frozen=True)
class Performance:
    """What a regime found in a window.

    :ivar regime: `engine.abatement.Regime` that it was judged by
    :ivar measures: tuple of `engine.performance.Measure`
    :ivar assessment: `engine.abatement.Assessment`
    """

    regime: abatement.Regime
    measures: tuple
    assessment: abatement.Assessment

    def to_json(self):
        """Return figures and amounts as plain values, to show, keep or freeze.

        :return: dict with `charge`, `total`, `lines`, `reliefs`, `cuts` of `Assessment.to_json()`, and `metrics`: per
            metric its `value`, `target`, `is_met` and `figures`
        """
        return {
            "metrics": [
                {
                    "metric": measure.metric,
                    "value": None if measure.value is None else float(measure.value),
                    "target": _to_float(self.regime.targets.get(measure.metric)),
                    "is_met": abatement.is_met(
                        measure.metric, measure.value, self.regime.targets.get(measure.metric)
                    ),
                    "figures": {name: float(figure) for name, figure in measure.figures.items()},
                }
                for measure in self.measures
                if measure.scope == "all"
            ],
            **self.assessment.to_json(),
        }


class ServiceRegime(models.Model):
    """Feeds the engines of availability and abatement: coverage rows in, values out."""

    _inherit = "service.regime"

    def _compute_performance(self, rows, window, facts, engine=None, spans=None):
        """Judge what happened to the units of some coverage rows of one contract.

        :param rows: `service.coverage` records of one contract, all under this regime
        :param window: :class:`Window`
        :param facts: `engine.performance.Facts`; its units are ids of `service.equipment`
        :param engine: `engine.abatement.Regime` to judge by in place of the regime as it stands
        :param spans: result of :meth:`_get_spans`, when the caller has it already
        :return: :class:`Performance`
        """
        self.ensure_one()
        contract = rows.contract_id
        engine = engine or self._to_engine(contract.currency_id, window.last)
        spans = self._get_spans(rows, window) if spans is None else spans
        measures = performance.measure_all(engine, spans, facts)
        charges = self._get_charges(rows, window, spans)
        charges.update(self._get_group_charges(charges, spans))
        return Performance(engine, tuple(measures), abatement.assess(engine, measures, charges))

    def _get_spans(self, rows, window):
        """Return when the units of coverage rows have to be available, with demand and weights of their sites.

        :param rows: `service.coverage` records of any contracts, all under this regime
        :param window: :class:`Window`
        :return: list of `engine.availability.Span`; the units are ids of `service.equipment`
        """
        self.ensure_one()
        days_by_unit = defaultdict(list)
        for row, units in rows._get_performance_units(window.first, window.last).items():
            days = row._get_performance_days(window.first, window.last)
            for unit in units:
                # Two rows may cover one unit on the same day: it is still one unit.
                days_by_unit[unit].extend((start, end + ONE_DAY) for start, end in days)
        stays = self._get_stays(days_by_unit)
        demand_by_place = self._get_demands({place for _unit, place, _days in stays}, window)
        spans = []
        for unit, place, (start, after) in stays:
            for first, last in working_time.days_to_utc(start, after - ONE_DAY, pytz.timezone(place[1])):
                until = min(last, window.until or last)
                if first < until:
                    spans.append(availability.Span(unit.id, demand_by_place[place], first, until))
        return spans

    def _get_stays(self, days_by_unit):
        """Return where units stood on some days: a unit that moved has the demand of each place in turn.

        :param days_by_unit: dict {unit: list of (first day, day after the last)}
        :return: list of (unit, (site, name of its time zone), (first day, day after the last))
        """
        units = self.env["service.equipment"].union(*days_by_unit)
        # A unit's places are no secret to who may read the contract.
        placements = self.env["service.equipment.placement"].sudo().search(
            [("equipment_id", "in", units.ids)], order="date_start, id"
        )
        placements_by_unit = placements.grouped("equipment_id")
        stays = []
        for unit in units.sudo():
            left = working_time.union(days_by_unit[unit])
            for placement in placements_by_unit.get(unit, ()):
                stay = placement.date_start, placement.date_end or date.max
                for start, after in left:
                    days = max(start, stay[0]), min(after, stay[1])
                    if days[0] < days[1]:
                        stays.append((unit, placement.site_id or placement.partner_id, days))
                left = working_time.subtract(left, [stay])
            # Days of which the register tells nothing.
            stays.extend((unit, unit.site_id or unit.partner_id, days) for days in left)
        return [(unit, (site, site._get_service_tz(unit.company_id)), days) for unit, site, days in stays]

    def _get_demands(self, places, window):
        """Return the demand of places: the regime's calendar, less holidays, with special days on top.

        :param places: iterable of (site, name of its time zone)
        :param window: :class:`Window`
        :return: dict {place: `engine.availability.Demand`}
        """
        self.ensure_one()
        calendar = self.calendar_id if window.calendar is None else window.calendar
        company = self.company_id
        # A day on both sides, since the days of a zone are up to a day away from those of UTC.
        start = datetime.combine(window.first - ONE_DAY, time.min)
        end = datetime.combine(window.last + 2 * ONE_DAY, time.min)
        key_by_place = {
            (site, tz): (calendar, tz, company, site) if window.with_special_days else (calendar, tz, company)
            for site, tz in places
        }
        hours = self.env["resource.calendar"]._get_working_times(
            key_by_place.values(), start, end, with_holidays=not self.is_holiday_demand, may_be_closed=True
        )
        weights = defaultdict(tuple)
        if window.with_special_days:
            weights = self._get_weights(places, start.date(), end.date())
        return {
            place: availability.Demand(hours[key], weights[place]) for place, key in key_by_place.items()
        }

    def _get_weights(self, places, first, last):
        """Return the weights of the days of places as (start, end, weight), naive UTC.

        :param places: iterable of (site, name of its time zone)
        """
        sites = self.env["res.partner"].union(*(site for site, _tz in places))
        days = self.env["service.special.day"]._get_engine_days(sites, self.company_id, first, last)
        weights_by_place = {}
        for site, tz in places:
            weight_by_day = {}
            for start, end, weight in days[site.id, self.company_id.id].weights:
                begin = max(start, first)
                length = (min(end, last) - begin).days + 1
                weight_by_day.update((begin + ONE_DAY * index, weight) for index in range(length))
            zone = pytz.timezone(tz)
            weights_by_place[site, tz] = tuple(
                (*interval, weight)
                for day, weight in sorted(weight_by_day.items())
                for interval in working_time.days_to_utc(day, day, zone)
            )
        return weights_by_place

    def _get_charges(self, rows, window, spans):
        """Return the charge of a window of which rules and caps take percentages.

        :param rows: `service.coverage` records of one contract
        :param window: :class:`Window`
        :param spans: the spans of the units, see :meth:`_get_spans`
        :return: dict {None: charge in all, id of a unit: its own}, Decimal in the contract's currency
        """
        self.ensure_one()
        contract = rows.contract_id
        step = Decimal(repr(contract.currency_id.rounding))
        if self.charge_basis == "fixed":
            rhythm = value.Rhythm(anchor=window.first.replace(day=1), step=step)
            # What percentages are of belongs to the rules, whoever looks at the performance.
            regime = self.sudo()
            amount = regime.currency_id._convert(
                regime.charge_amount, contract.currency_id, regime.company_id, window.last, round=False
            )
            charge = value.term_value(Decimal(repr(amount)), window.first, window.last, rhythm)
            units = {span.unit for span in spans}
            return {None: charge, **dict.fromkeys(units, charge / max(len(units), 1))}
        if self.charge_basis == "contract":
            rows = contract.coverage_ids
        charges = defaultdict(Decimal)
        for row in rows:
            charge = row._get_charge(window.first, window.last)
            charges[None] += charge
            if row.equipment_id:
                charges[row.equipment_id.id] += charge
        return {key: (charge / step).quantize(Decimal(1), ROUND_HALF_UP) * step for key, charge in charges.items()}

    def _get_group_charges(self, charges, spans):
        """Return the charge of each group of units: the sum of theirs.

        :param dict charges: of the units, see :meth:`_get_charges`
        :return: dict {group: Decimal}
        """
        units = self.env["service.equipment"].sudo().browse(dict.fromkeys(span.unit for span in spans))
        group_charges = defaultdict(Decimal)
        for unit in units:
            group_charges[unit._get_failure_group()] += charges.get(unit.id, Decimal(0))
        return group_charges


def _to_float(number):
    return None if number is None else float(number)
