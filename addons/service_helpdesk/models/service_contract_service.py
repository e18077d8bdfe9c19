# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import models

ONE_DAY = timedelta(days=1)


class ServiceContractService(models.Model):
    _inherit = "service.contract.service"

    def _get_delivered_counts(self):
        """An intervention is a call of the service's type that was completed under the contract.

        One query for all services that are counted over the same days. A call that was a duplicate of another, or was
        cancelled, delivered nothing.
        """
        counts = super()._get_delivered_counts()
        for (start, end, tz), services in self._group_by_window().items():
            delivered = defaultdict(int)
            # How many interventions a contract has had belongs to the contract, whoever may read its calls.
            for contract, call_type, product, count in self.env["service.call"].sudo()._read_group(
                [
                    ("contract_id", "in", services.contract_id.ids),
                    ("type_id", "in", services.call_type_id.ids),
                    ("closed_at", ">=", _to_utc(start, tz)),
                    ("closed_at", "<", _to_utc(end + ONE_DAY, tz)),
                    ("stage_id.is_cancelled", "=", False),
                    ("original_id", "=", False),
                ],
                ["contract_id", "type_id", "product_id"],
                ["__count"],
            ):
                delivered[contract.id, call_type.id, product.id] += count
                delivered[contract.id, call_type.id, None] += count
            for service in services:
                key = service.contract_id.id, service.call_type_id.id, service.product_id.id or None
                counts[service.id] = counts.get(service.id, 0) + delivered[key]
        return counts

    def _group_by_window(self):
        """Return the services by first day, last day and time zone of their company."""
        services = self.filtered("window_start")
        return services.grouped(
            lambda service: (
                service.window_start,
                service.window_end,
                service.company_id.partner_id._get_service_tz(service.company_id),
            )
        )


def _to_utc(day, tz):
    """Return the instant, naive UTC, at which a day begins somewhere."""
    return pytz.timezone(tz).localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
