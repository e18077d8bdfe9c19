# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytz

from odoo import models
from odoo.fields import Domain

from ..engine import availability
from ..engine.working_time import days_to_utc
from .service_contract_facts import MARGIN


class ServiceDowntime(models.Model):
    """The register as values of the availability engine."""

    _inherit = "service.downtime"

    def _get_window_domain(self, start, end):
        """Return the domain of the events that last at some instant of a window (naive UTC)."""
        return Domain("started_at", "<", end) & (Domain("ended_at", "=", False) | Domain("ended_at", ">", start))

    def _get_down_events(self, units, start, end):
        """Return what happened to the availability of units in a window, loans included.

        Two queries for any number of units. Excuses count once they are approved.

        :param units: `service.equipment` records
        :param start: naive UTC
        :param end: naive UTC
        :return: list of `engine.availability.DownEvent`
        """
        if not units:
            return []
        domain = self._get_window_domain(start, end) & Domain("equipment_id", "in", units.ids)
        is_counted = Domain("kind", "!=", "excused") | Domain("approved_at", "!=", False)
        events = self.search(domain & is_counted, order="started_at, id")
        return [event._to_engine() for event in events] + self._get_loan_events(units, start, end)

    def _to_engine(self):
        """Return one event as a value of the engine; its key names the record."""
        self.ensure_one()
        return availability.DownEvent(
            key=f"{self._name},{self.id}",
            unit=self.equipment_id.id,
            start=self.started_at,
            end=self.ended_at or None,
            kind=self.kind,
            percent=self.percent,
            cause=self.cause_id.id or None,
        )

    def _get_loan_events(self, units, start, end):
        """Return the loans that stood in for units: the day one goes out counts, that of its return doesn't."""
        loans = self.env["service.loan"].search(
            [
                ("equipment_id", "in", units.ids),
                ("state", "in", ("out", "returned")),
                ("date_out", "<=", end + MARGIN),
                "|",
                ("date_returned", "=", False),
                ("date_returned", ">=", start - MARGIN),
            ],
            order="date_out, id",
        )
        events = []
        for loan in loans:
            tz = loan.equipment_id._get_tz()
            events.append(
                availability.DownEvent(
                    key=f"{loan._name},{loan.id}",
                    unit=loan.equipment_id.id,
                    start=_midnight(loan.date_out, tz),
                    end=_midnight(loan.date_returned, tz) if loan.date_returned else None,
                    kind="alternative",
                )
            )
        return [event for event in events if event.end is None or event.start < event.end]


def _midnight(day, tz):
    """Return the instant at which a day begins at a place, naive UTC."""
    return days_to_utc(day, day, pytz.timezone(tz))[0][0]
