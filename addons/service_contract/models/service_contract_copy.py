# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import fields, models

from ..engine.term import ONE_DAY


class ServiceContract(models.Model):
    """A duplicate is a draft: of a draft for the same days, of a contract that has begun for its next term."""

    _inherit = "service.contract"

    def copy_data(self, default=None):
        """Move the days of what has begun to the next term, or to the first day that is asked for.

        Its periods are those of the next term; rows come by :meth:`copy`.
        """
        default = dict(default or {})
        vals_list = super().copy_data(default)
        for contract, vals in zip(self, vals_list, strict=True):
            if contract.state == "draft":
                continue
            vals.update(contract._prepare_copied_term_values(fields.Date.to_date(default.get("date_start"))), **default)
            if "period_ids" not in default:
                vals["period_ids"] = [
                    fields.Command.create(values) for values in contract._prepare_copied_period_values(vals)
                ]
        return vals_list

    def copy(self, default=None):
        copies = super().copy(default)
        values_list = []
        for contract, copied in zip(self, copies, strict=True):
            rows = contract._get_copied_rows()
            for vals in rows.copy_data({"contract_id": copied.id, "date_end_agreed": False}):
                if contract.state != "draft":
                    vals.pop("date_start", None)
                    vals.pop("date_end", None)
                values_list.append(vals)
        self.env["service.coverage"].create(values_list)
        return copies

    def _get_copied_rows(self):
        """Return the rows that a duplicate begins with: of what has begun, those that run to the end of its term."""
        self.ensure_one()
        rows = self.coverage_ids.filtered(lambda row: row._is_copied_with_contract())
        if self.state == "draft":
            return rows
        return rows.filtered(lambda row: self.date_end in (row.date_end, row.date_end_agreed))

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _prepare_copied_term_values(self, date_start=None):
        """Hook: prepare the days of a duplicate.

        :param date_start: its first day, default the first day of the next term
        :return: dict of values
        """
        self.ensure_one()
        term = self._get_next_term()
        next_start = self.date_end + ONE_DAY
        start = date_start or next_start
        after = term.after
        if start != next_start:
            after = start + (relativedelta(months=term.months) if term.months else term.after - next_start)
        since_anchor = relativedelta(start, self.date_anchor)
        months = since_anchor.years * 12 + since_anchor.months
        anchor = self.date_anchor + relativedelta(months=months) if months > 0 else self.date_anchor
        return {"date_start": start, "date_end": after - ONE_DAY, "date_anchor": min(anchor, start)}

    def _prepare_copied_period_values(self, vals):
        """Hook: prepare the periods of a duplicate: those of the next term, moved with its first day.

        :param dict vals: of the duplicate
        :return: list of dicts of values
        """
        self.ensure_one()
        moved = fields.Date.to_date(vals["date_start"]) - (self.date_end + ONE_DAY)
        last_day = fields.Date.to_date(vals["date_end"])
        values_list = []
        for span in self._get_next_periods(self._get_next_term().after):
            start, end = span.start + moved, min(span.end + moved, last_day)
            if start <= end:
                values = self._prepare_renewed_period_values(span, span.key.price)
                values.pop("contract_id")
                values_list += span.key.copy_data({**values, "date_start": start, "date_end": end})
        return values_list
