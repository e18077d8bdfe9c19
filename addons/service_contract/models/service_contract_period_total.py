# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

ONE_DAY = timedelta(days=1)


class ServiceContractPeriod(models.Model):
    """What the covered rows are worth within a period, and how many units it has: two queries in all."""

    _inherit = "service.contract.period"

    amount_total = fields.Monetary(
        string="Value",
        compute="_compute_amount_total",
        groups="service_contract.group_service_contract_price",
        help="The flat price and the prices of what is covered, for the days of the period.",
    )
    unit_count = fields.Integer(
        string="Units",
        compute="_compute_unit_count",
        help="Units covered on the last day of the period.",
    )

    @api.depends("date_start", "date_end", "contract_id.amount_total")
    def _compute_amount_total(self):
        groups_by_contract = self._get_row_groups()
        for period in self:
            contract, total = period.contract_id, 0.0
            before = period.date_start and period.date_start - ONE_DAY
            for count, price, start, end, interval in groups_by_contract.get(contract._origin.id, ()):
                if not period.date_end or start > period.date_end or end < period.date_start:
                    continue
                # The difference of two values: any way of cutting a term sums to the cent (rules.md 5).
                upto_end = contract._get_span_value(price, (start, min(end, period.date_end)), interval)
                upto_start = contract._get_span_value(price, (start, min(end, before)), interval)
                total += count * (upto_end - upto_start)
            period.amount_total = total

    @api.depends("date_end", "contract_id.coverage_ids.date_end")
    def _compute_unit_count(self):
        counts = {}
        if self._origin:
            self.env["service.coverage"].flush_model(["contract_id", "equipment_id", "date_start", "date_end"])
            self._origin.flush_recordset(["contract_id", "date_end"])
            counts = dict(
                self.env.execute_query(
                    SQL(
                        """
                        SELECT period.id, COUNT(DISTINCT coverage.equipment_id)
                          FROM service_contract_period period
                          JOIN service_coverage coverage
                            ON coverage.contract_id = period.contract_id
                           AND period.date_end BETWEEN coverage.date_start AND coverage.date_end
                         WHERE period.id IN %s
                      GROUP BY period.id
                        """,
                        tuple(self._origin.ids),
                    )
                )
            )
        for period in self:
            period.unit_count = counts.get(period._origin.id, 0)

    def _get_row_groups(self):
        """Return the priced rows of the contracts of these periods, like ones counted.

        :return: {contract id: [(how many, price, first day, last day, (interval count, interval unit))]}
        """
        found = defaultdict(list)
        # Whoever may read the value of a period may read what it is made of.
        groups = (
            self.env["service.coverage"]
            .sudo()
            ._read_group(
                [("contract_id", "in", self.contract_id._origin.ids), ("price", ">", 0)],
                ["contract_id", "price", "date_start:day", "date_end:day", "interval_count", "interval_unit"],
                ["__count"],
            )
        )
        for contract, price, start, end, interval_count, interval_unit, count in groups:
            if start <= end:
                found[contract.id].append((count, price, start, end, (interval_count, interval_unit)))
        return found
