# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError

# What the ledger of a quota rests on: other values would make of four hours used four calls, or another contract's.
STANDING_FIELDS = ("contract_id", "period_id", "unit", "source")
DAYS = {"date_start", "date_end"}


class ServiceEntitlement(models.Model):
    """What a quota is stands once something was taken from it; how much it is, and how long, may still change."""

    _inherit = "service.entitlement"

    def write(self, vals):
        if DAYS.union(STANDING_FIELDS) & vals.keys():
            self._check_ledger_stands(vals)
        return super().write(vals)

    def _check_ledger_stands(self, vals):
        """Refuse values that the rows of the ledger contradict, in one query.

        :param dict vals: what is about to be written
        :raise UserError: when a quota that was used becomes another one, or no longer holds on a day of its use
        """
        rows = self.env["service.consumption"]._read_group(
            [("entitlement_id", "in", self.ids), ("kind", "!=", "granted")],
            groupby=["entitlement_id", "kind"],
            aggregates=["date:min", "date:max"],
        )
        for bucket, kind, first, last in rows:
            if any(vals.get(name, old) != old for name, old in bucket._get_standing_values().items()):
                raise UserError(
                    self.env._("%(quota)s has been used and stays what it is: add another quota.", quota=bucket.name)
                )
            start, end = (self._to_day(vals.get(name, bucket[name]), name) for name in ("date_start", "date_end"))
            # What came over or went over is dated on the first or last day, wherever that is.
            if kind != "rolled" and start and end and not start <= first <= last <= end:
                raise UserError(
                    self.env._(
                        "%(quota)s was used from %(first)s to %(last)s: its days must include these.",
                        quota=bucket.name,
                        first=first,
                        last=last,
                    )
                )

    def _get_standing_values(self):
        """Return what the quota is, as values to write."""
        self.ensure_one()
        return {name: self._fields[name].convert_to_write(self[name], self) for name in STANDING_FIELDS}
