# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .service_contract_amendment_line import ROW_FIELDS

ONE_DAY = timedelta(days=1)
LINK_FIELDS = ("amendment_id", "end_amendment_id", "origin_id")


class ServiceCoverage(models.Model):
    """How dated rows change: an end, or a row that follows (docs/decisions/0002-coverage-rows.md)."""

    _inherit = "service.coverage"

    amendment_id = fields.Many2one(
        comodel_name="service.contract.amendment",
        string="Added by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    end_amendment_id = fields.Many2one(
        comodel_name="service.contract.amendment",
        string="Ended by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )

    unit_site_id = fields.Many2one(
        related="equipment_id.site_id",
        string="Site of the Unit",
        store=True,
        index="btree_not_null",
        groups="base.group_user",
    )
    unit_product_id = fields.Many2one(
        related="equipment_id.product_id",
        string="Product of the Unit",
        store=True,
        index="btree_not_null",
        groups="base.group_user",
    )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_links(vals)
        rows = super().create(vals_list)
        rows.filtered(
            lambda row: row.contract_id.state != "draft"
            and row.date_start <= row.date_end
            # What an amendment, a new price, a period's flat price or a package has written is said there.
            and not (row.sudo().amendment_id or row.origin_id or row.period_id or row.package_entitlement_id)
        )._note_added()
        return rows

    def write(self, vals):
        self._check_links(vals)
        return super().write(vals)

    def _check_links(self, vals):
        """Refuse by hand what tells where a row comes from."""
        if not self.env.su and any(vals.get(name) for name in LINK_FIELDS):
            raise AccessError(self.env._("Where a coverage row comes from is not written by hand."))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_end(self, date, reason=None):
        """Remove from the contract with a last day; what was billed beyond it is given back by the billing.

        A day before the row's first makes the row cover nothing at all. Of a contract that has begun this is an
        amendment, applied at once.

        :param date: last day covered (date or ISO text)
        :param str reason: why, for the amendment
        :raise UserError: when a row ends earlier already, or the day lies in a closed period
        """
        last_day = self._to_day(date)
        self._check_can_end(last_day)
        self.filtered(lambda row: row.contract_id.state == "draft")._end(last_day)
        changed = self.filtered(lambda row: row.contract_id.state != "draft" and row.date_end > last_day)
        for contract, rows in changed.grouped("contract_id").items():
            lines = [{"action": "remove", "coverage_id": row.id} for row in rows]
            contract._amend(max(last_day + ONE_DAY, contract.date_start), lines, reason)
        return True

    def action_reprice(self, date, price, reason=None):
        """Change the price from a day on, by a row that follows this one; an amendment when the contract has begun.

        :param date: first day at the new price (date or ISO text)
        :param float price: per interval, in the contract's currency
        :param str reason: why, for the amendment
        :return: the new rows
        :raise UserError: when the day is not one of the row's, or lies in a closed period
        """
        first_day = self._to_day(date)
        self._check_can_reprice(first_day)
        following = self.browse()
        for contract, rows in self.grouped("contract_id").items():
            if contract.state == "draft":
                following |= rows._reprice(first_day, dict.fromkeys(rows, price))
                continue
            lines = [{"action": "reprice", "coverage_id": row.id, "price": price} for row in rows]
            following |= contract._amend(first_day, lines, reason).line_ids.new_coverage_id
        return following

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _end(self, last_day):
        """Give the rows a last day, no later than the one they have.

        :param date last_day: the last day covered; before a row's first, the row covers nothing at all
        :raise UserError: when a row ends earlier already
        """
        self.check_access("write")
        self._check_can_end(last_day)
        for last, rows in self.grouped(lambda row: max(last_day, row.date_start - ONE_DAY)).items():
            # The days of begun rows are written by these methods only, after their checks.
            rows.sudo().date_end = last

    def _check_can_end(self, last_day):
        for coverage in self:
            if last_day > coverage.date_end:
                raise UserError(
                    self.env._("%(row)s ends on %(date)s already.", row=coverage.name, date=coverage.date_end)
                )

    def _extend(self, last_day):
        """Lengthen the rows to a later last day, as a renewal does.

        :param date last_day: within the term of the contract
        """
        self.check_access("write")
        # As in `_end`.
        self.sudo().write({"date_end": last_day})

    def _reprice(self, first_day, price_by_row):
        """Let each row be followed by one at another price.

        :param date first_day: the first day at the new price, one of the row's
        :param dict price_by_row: {row: price per interval}, for each row of `self`
        :return: the new rows, in the order of `self`
        :raise UserError: when the day is not one of a row's
        """
        self.check_access("write")
        self._check_can_reprice(first_day)
        # As in `_end`: `origin_id` is not written by hand.
        following = self.sudo().create(
            [
                {**vals, **coverage._prepare_following_values(first_day, price_by_row[coverage])}
                for coverage, vals in zip(self, self.copy_data(), strict=True)
            ]
        )
        self._end(first_day - ONE_DAY)
        return following.sudo(self.env.su)

    def _check_can_reprice(self, first_day):
        for coverage in self:
            if not coverage.date_start <= first_day <= coverage.date_end:
                raise UserError(
                    self.env._(
                        "%(date)s is not a day of %(row)s (%(start)s - %(end)s).",
                        date=first_day,
                        row=coverage.name,
                        start=coverage.date_start,
                        end=coverage.date_end,
                    )
                )

    def _note_added(self, amendment=None):
        """Write down which rows came to contracts that have begun, as applied amendments.

        :param amendment: the `service.contract.amendment` that added them; without one, one is made per contract and
            first day
        """
        # Whoever may add a row leaves a trace of it.
        Amendment = self.env["service.contract.amendment"].sudo()
        for (contract, day), rows in self.sudo().grouped(lambda row: (row.contract_id, row.date_start)).items():
            noted = amendment.sudo() if amendment else Amendment.create({"contract_id": contract.id, "date": day})
            rows.env["service.contract.amendment.line"].create(
                [row._prepare_added_line_values(noted) for row in rows]
            )
            rows.amendment_id = noted
            if not amendment:
                noted._close(contract.amount_total - noted.amount_difference)

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _prepare_following_values(self, first_day, price):
        """Hook: prepare how the row at a new price differs from this one.

        :param date first_day: the first day at the new price
        :param float price: per interval
        :return: dict of values
        """
        self.ensure_one()
        return {
            "origin_id": (self.origin_id or self).id,
            "date_start": first_day,
            "date_end": self.date_end,
            "price": price,
        }

    def _prepare_added_line_values(self, amendment):
        """Hook: prepare the line by which an amendment says that it added this row.

        :param amendment: `service.contract.amendment`
        :return: dict of `service.contract.amendment.line` values
        """
        self.ensure_one()
        values = {name: self._fields[name].convert_to_write(self[name], self) for name in ROW_FIELDS}
        return {**values, "amendment_id": amendment.id, "action": "add", "new_coverage_id": self.id}
