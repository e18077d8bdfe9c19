# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..engine.ledger import Period, Row, deltas


class ServiceCoverage(models.Model):
    _inherit = "service.coverage"

    def _get_due_charges(self, date):
        """Return what these rows owe at a date and was not billed (rules.md 5).

        Four queries for any number of rows of any number of contracts.

        :param date: date of the run
        :return: list of `service.charge` values, by contract, period and row
        :raises UserError: when a row with something to bill has no product
        """
        billed, revisions = self._get_billed()
        found = []
        for contract, coverages in self.grouped("contract_id").items():
            suspensions = contract._get_suspended_periods()
            for interval, rows in coverages.grouped(lambda row: (row.interval_count, row.interval_unit)).items():
                row_by_id = {row.id: row for row in rows}
                due = deltas(
                    [row._get_ledger_row() for row in rows],
                    contract._get_billing_schedule(*interval),
                    until=date,
                    suspensions=suspensions,
                    billed={entry: amount for entry, amount in billed.items() if entry[0] in row_by_id},
                )
                for delta in due:
                    used = revisions.get((delta.key, delta.period.start), ())
                    found.append(row_by_id[delta.key]._prepare_charge_values(delta, _lowest_free(used), date))
        return found

    def _get_billed(self):
        """Return what stands in the ledger for these rows.

        :return: ``{(coverage id, Period): amount}`` and ``{(coverage id, first day): [revision, ...]}``
        """
        billed, revisions = {}, {}
        groups = self.env["service.charge"]._read_group(
            [("coverage_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["coverage_id", "period_start:day"],
            ["period_end:max", "amount:sum", "revision:array_agg"],
        )
        for coverage, start, end, amount, used in groups:
            billed[coverage.id, Period(start, end)] = Decimal(str(amount))
            revisions[coverage.id, start] = used
        return billed, revisions

    def _get_ledger_row(self):
        """Return this row for the ledger engine; it ends with its contract at the latest."""
        self.ensure_one()
        return Row(
            key=self.id,
            start=self.date_start,
            end=min(self.date_end, self.contract_id.date_end),
            price=Decimal(str(self.price)),
            line=self._get_ledger_line(),
        )

    def _get_ledger_line(self):
        """Return what makes rows one priced thing over time, for whole-period billing."""
        self.ensure_one()
        return (self.equipment_id.id or self.name, self.product_id.id, self.period_id.id)

    def _prepare_charge_values(self, delta, revision, date):
        """Prepare the ledger row of one difference found by the engine.

        :param delta: `engine.ledger.Delta`
        :param revision: number within the row and nominal period
        :param date: date of the run
        :return: dict of `service.charge` values, without its invoice line
        """
        self.ensure_one()
        if not self.product_id:
            raise UserError(self.env._(
                "Contract %(contract)s: give the row %(row)s the service that is invoiced.",
                contract=self.contract_id.display_name,
                row=self.name,
            ))
        contract = self.contract_id
        amount = float(delta.amount)
        site = self.equipment_id.site_id or (self.site_ids if len(self.site_ids) == 1 else self.site_ids.browse())
        return {
            "kind": "coverage",
            "contract_id": contract.id,
            "coverage_id": self.id,
            "equipment_id": self.equipment_id.id,
            "site_id": site.id,
            "partner_id": contract.partner_id.id,
            "period_start": delta.period.start,
            "period_end": delta.period.end,
            "revision": revision,
            "date": date,
            "description": self._get_charge_description(delta.period, revision),
            "product_id": self.product_id.id,
            "uom_id": self.product_id.uom_id.id,
            "quantity": 1.0,
            "price_unit": amount,
            "discount": 0.0,
            "amount": amount,
            "currency_id": contract.currency_id.id,
            "company_id": contract.company_id.id,
        }

    def _get_charge_description(self, period, revision):
        """Return the text of the invoice line, in the customer's language."""
        self.ensure_one()
        coverage = self.with_context(lang=self.contract_id.partner_id.lang)
        env = coverage.env
        days = period.intersect(Period(self.date_start, min(self.date_end, self.contract_id.date_end)))
        if revision > 1 or not days:
            return env._(
                "%(row)s: correction of %(date_from)s - %(date_to)s",
                row=coverage.name,
                date_from=format_date(env, period.start),
                date_to=format_date(env, period.end),
            )
        return env._(
            "%(row)s: %(date_from)s - %(date_to)s",
            row=coverage.name,
            date_from=format_date(env, days.start),
            date_to=format_date(env, days.end),
        )


def _lowest_free(used):
    """Return the lowest number from 1 that is not in ``used``."""
    return next(number for number in range(1, len(used) + 2) if number not in used)
