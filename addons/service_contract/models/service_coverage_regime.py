# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.fields import Domain

from ..engine import value
from ..engine.working_time import subtract

ONE_DAY = timedelta(days=1)


class ServiceContract(models.Model):
    """The performance regime that holds for what the contract covers."""

    _inherit = "service.contract"

    regime_id = fields.Many2one(
        comodel_name="service.regime",
        string="Performance Regime",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        groups="base.group_user",
        help="What availability or speed is owed for everything covered; a coverage row may name another one.",
    )


class ServiceCoverage(models.Model):
    """Under which regime a row is: its units, its days, and the charge of which percentages are taken."""

    _inherit = "service.coverage"

    regime_id = fields.Many2one(
        comodel_name="service.regime",
        string="Performance Regime",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups="base.group_user",
        help="Empty means the contract's.",
    )

    def _get_regime(self):
        """Return the regime of the row, else of its contract."""
        self.ensure_one()
        return self.regime_id or self.contract_id.regime_id

    def _get_performance_days(self, first, last):
        """Return the days of a window on which the row is in force: not suspended, not past a cancellation.

        :param first: first date at the site
        :param last: last date, inclusive
        :return: list of (first day, last day), both inclusive
        """
        self.ensure_one()
        contract = self.contract_id
        last = min(last, self.date_end, contract.date_cancelled or last)
        days = [(max(first, self.date_start), last + ONE_DAY)]
        if days[0][0] >= days[0][1]:
            return []
        pauses = sorted(
            (pause.date_start, (pause.date_end or last) + ONE_DAY) for pause in contract.suspension_ids
        )
        return [(start, after - ONE_DAY) for start, after in subtract(days, pauses)]

    def _get_charge(self, first, last):
        """Return what the row costs on the days of a window, whatever is billed when: by days, never whole periods.

        :return: Decimal, not rounded to the currency; 0 for a row without price
        """
        self.ensure_one()
        # A regime's percentages are of the price, whoever looks at the performance.
        price = Decimal(repr(self.sudo().price or 0.0))
        if not price:
            return Decimal(0)
        days = self._get_performance_days(first, last)
        if self.interval_unit == "once":
            length = (self.date_end - self.date_start).days + 1
            return price * sum((end - start).days + 1 for start, end in days) / length
        contract = self.contract_id
        rhythm = value.Rhythm(
            anchor=contract.date_anchor,
            count=self.interval_count,
            unit=self.interval_unit,
            mode="days" if contract.proration == "full" else contract.proration,
            step=Decimal(repr(contract.currency_id.rounding)),
        )
        return sum((value.term_value(price, start, end, rhythm) for start, end in days), Decimal(0))

    def _get_performance_units(self, first, last):
        """Return the units that rows put under their regime, by row.

        A row for a unit stands for that unit. A row for a scope stands for the units in it that have no row of their
        own in the contract. The flat price of a period stands for units only in a contract that names none.

        :return: dict {row: `service.equipment`}
        """
        units_by_row = {}
        for contract, rows in self.grouped("contract_id").items():
            in_window = contract.coverage_ids.filtered(
                lambda row: row.equipment_id and row._get_performance_days(first, last)
            )
            named = in_window.equipment_id
            for row in rows:
                if row.equipment_id or (row.period_id and named):
                    units_by_row[row] = row.equipment_id
                    continue
                domain = row._get_performance_unit_domain(first, last) & Domain("id", "not in", named.ids)
                # Whoever may read the contract may know what it covers.
                units_by_row[row] = self.env["service.equipment"].sudo().search(domain).sudo(self.env.su)
        return units_by_row

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _get_performance_unit_domain(self, first, last):
        """Return the domain of the units in the scope of a row that names none, in service on some day of a window."""
        self.ensure_one()
        sites = self.site_ids or self.contract_id.site_ids
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & (Domain("date_delivered", "=", False) | Domain("date_delivered", "<=", last))
            & (Domain("date_retired", "=", False) | Domain("date_retired", ">=", first))
        )
        if sites:
            domain &= Domain("site_id", "in", sites.ids)
        else:
            domain &= Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
        if self.product_ids:
            domain &= Domain("product_id", "in", self.product_ids.ids)
        if self.categ_ids:
            domain &= Domain("product_categ_id", "child_of", self.categ_ids.ids)
        if self.zone_ids:
            domain &= Domain("zone_id", "in", self.zone_ids.ids)
        return domain
