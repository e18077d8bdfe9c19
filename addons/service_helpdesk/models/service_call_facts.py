# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from decimal import Decimal

import pytz

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.service_contract.engine.performance import Fact, Outcome
from odoo.addons.service_contract.models.service_contract_facts import PerformanceFact

from ..engine.sla_clock import elapsed_minutes

# A missed clock took longer than its budget, even where the deadline was the minute before closing time.
INSTANT = Decimal(1) / 60


class ServiceCall(models.Model):
    """Calls as facts of the performance of their contracts."""

    _inherit = "service.call"

    def _to_site(self, instant):
        """Return an instant as naive wall time at the call's site."""
        zone = pytz.timezone(self.site_tz or "UTC")
        return instant.replace(tzinfo=pytz.utc).astimezone(zone).replace(tzinfo=None)

    def _prepare_performance_fact(self, metric, value):
        return PerformanceFact(
            contract=self.contract_id.id,
            coverage=self.coverage_id.id,
            metric=metric,
            day=self._to_site(self.raised_at).date(),
            value=value,
        )

    def _get_failure_facts(self):
        """Return the failures of units among these calls."""
        return [
            call._prepare_performance_fact(
                "failures",
                Fact(
                    key=f"{call._name},{call.id}",
                    at=call.raised_at,
                    unit=call.equipment_id.id or None,
                    cause=call.cause_id.id or None,
                    group=call.equipment_id._get_failure_group() if call.equipment_id else None,
                ),
            )
            for call in self
            if call.type_id.is_failure
        ]

    def _get_clock_facts(self):
        """Return how each clock of these calls came out, in a handful of queries for any number of calls.

        The log says how long each one took, so that it can be judged against any budget; a verdict against its own
        budget is the clock's.
        """
        clocks = self.env["service.sla.clock"].search([("call_id", "in", self.ids), ("state", "!=", "void")])
        timed = clocks.call_id
        working_by_call = timed._get_elapsed_working_times()
        events_by_call = self.env["service.call.event"].search([("call_id", "in", timed.ids)]).grouped("call_id")
        facts = []
        for clock in clocks:
            call = clock.call_id
            if call in working_by_call and call in events_by_call:
                outcome = call._get_outcome(clock, events_by_call[call]._to_engine(), working_by_call[call])
                facts.append(call._prepare_performance_fact(clock.metric, outcome))
        return facts

    def _get_elapsed_working_times(self):
        """Return the working time of each call's clocks up to now, without calls whose hours cannot drive a clock."""
        if not self:
            return {}
        now = fields.Datetime.now()
        start, end = min(self.mapped("raised_at")), now + timedelta(minutes=1)
        Calendar = self.env["resource.calendar"]
        keys = {call: call._get_working_time_key() for call in self}
        try:
            working = Calendar._get_working_times(keys.values(), start, end)
        except UserError:
            working = {}
            for key in dict.fromkeys(keys.values()):
                try:
                    working.update(Calendar._get_working_times([key], start, end))
                except UserError:
                    continue  # such calls have no clocks either, and say why
        return {call: working[key] for call, key in keys.items() if key in working}

    def _get_outcome(self, clock, events, working):
        """Return how a clock of the call came out, as a value of the performance engine.

        :param clock: `service.sla.clock`
        :param events: the call's log as values of the clock's engine
        :param working: working time of the call's calendar at its site
        """
        self.ensure_one()
        budget = elapsed = Decimal(clock.budget_minutes)
        # Of a target that is no more only the verdict is known.
        if clock.target_id:
            target = self._prepare_engine_target(clock.target_id)
            minutes = elapsed_minutes(events, target, working, fields.Datetime.now())
            elapsed = Decimal(repr(minutes[clock.cycle])) if clock.cycle < len(minutes) else Decimal(0)
        if clock.state in ("missed", "excused"):
            elapsed = max(elapsed, budget + INSTANT)
        elif clock.state == "met":
            elapsed = min(elapsed, budget)
        return Outcome(
            key=f"{self._name},{self.id}",
            unit=self.equipment_id.id or None,
            at=clock.started_at,
            elapsed=elapsed,
            budget=budget,
            is_open=not clock.stopped_at,
            is_excused=clock.is_excused and clock.state == "excused",
            cause=self.cause_id.id or None,
            group=self.equipment_id._get_failure_group() if self.equipment_id else None,
        )
