# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import ROUND_HALF_UP, Decimal

from odoo import models
from odoo.exceptions import UserError


class ServiceEntitlement(models.Model):
    """What is left of a quota goes over to the next one, as far as it was agreed (rules.md 4)."""

    _inherit = "service.entitlement"

    def _roll_over(self):
        """Move the agreed part of what is left to the next quota of the same unit, once.

        What came over counts like the rest: the next roll-over takes its percent of all that is left by then. Quotas
        that nothing follows yet stay as they are, and roll over when their follower is made.
        """
        for bucket in self:
            quantity = bucket._get_rollover_quantity()
            following = bucket._get_following() if quantity > 0 and not bucket.rolled_to_id else None
            if not following:
                continue
            given = bucket._book(
                quantity,
                bucket.date_end,
                "rolled",
                note=self.env._("Rolled over to %(quota)s", quota=following._get_label()),
            )
            following._book(
                -quantity,
                following.date_start,
                "rolled",
                is_grant=True,
                counterpart_id=given.id,
                note=self.env._("Rolled over from %(quota)s", quota=bucket._get_label()),
            )
            bucket.rolled_to_id = following

    def _undo_roll_over(self):
        """Take back what went over to the next quotas, for a period that is opened again.

        :raise UserError: when the next quota has used it already
        """
        for bucket in self.filtered("rolled_to_id"):
            following = bucket.rolled_to_id
            # Whoever may open the period again undoes what closing it did.
            given = bucket.sudo().consumption_ids.filtered(
                lambda row: row.kind == "rolled"
                and not row.is_grant
                and not row.reversal_of_id
                and not row.reversal_ids
            )
            came = given.search([("counterpart_id", "in", given.ids)])
            if not following.allow_overdraft and sum(came.mapped("change")) > following.quantity_left:
                raise UserError(
                    self.env._(
                        "What went over from %(quota)s has been used in %(following)s already.",
                        quota=bucket._get_label(),
                        following=following._get_label(),
                    )
                )
            (came | given)._reverse()
            bucket.rolled_to_id = False

    def _get_rollover_quantity(self):
        """Return how much of what is left goes over, rounded like the quota's unit."""
        self.ensure_one()
        left = self._to_decimal(self.quantity) - self._to_decimal(self.quantity_used)
        quantity = left * self._to_decimal(self.rollover_percent) / 100
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return quantity.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)

    def _get_following(self):
        """Return the quota that gets what is left of this one; a next period without one gets one."""
        self.ensure_one()
        contract = self.contract_id
        if self.source == "package":
            return contract.entitlement_ids.filtered(
                lambda bucket: bucket.source == "package"
                and bucket.unit == self.unit
                and bucket.date_end > self.date_end
                and bucket.date_end >= contract._get_today()
            ).sorted("date_end")[:1]
        period = contract.period_ids.filtered(lambda period: period.date_start > self.date_end).sorted("date_start")[:1]
        if not period or period.state != "open":
            return self.browse()
        following = period.entitlement_ids.filtered(lambda bucket: bucket.unit == self.unit)[:1]
        return following or self.create(period._prepare_rolled_entitlement_values(self))

    def _get_label(self):
        """Return the name with the days, which tells the quotas of several periods apart."""
        self.ensure_one()
        return self.env._(
            "%(quota)s (%(start)s - %(end)s)",
            quota=self.name,
            start=self.date_start,
            end=self.date_end,
        )


class ServiceContractPeriod(models.Model):
    _inherit = "service.contract.period"

    def _prepare_rolled_entitlement_values(self, bucket):
        """Return the values of the quota that this period gets only for what comes over from the one before."""
        self.ensure_one()
        return {
            "contract_id": self.contract_id.id,
            "period_id": self.id,
            "source": "period",
            "name": bucket.name,
            "unit": bucket.unit,
            "quantity": 0.0,
            "date_start": self.date_start,
            "date_end": self.date_end,
            "rollover_percent": self.rollover_percent,
        }
