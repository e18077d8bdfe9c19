# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import format_date


class ServiceCoverage(models.Model):
    """Import of coverage rows: the whole file or nothing, each row checked by the rules of the contract."""

    _name = "service.coverage"
    _inherit = ["service.coverage", "service.import.mixin"]

    @api.model
    def _resolve_import(self, sheet):
        super()._resolve_import(sheet)
        if sheet.messages or "contract_id" not in sheet.columns:
            return
        contracts = self._browse_import(sheet, "contract_id", "service.contract")
        self._check_import_units(sheet, contracts)
        self._check_import_days(sheet, contracts)
        for row, text in sheet.get_cells("price").items():
            if text.lstrip().startswith("-"):
                sheet.add_error("price", [row], self.env._("A price cannot be negative."))

    @api.model
    def _browse_import(self, sheet, path, model):
        """Return the records that the cells of a resolved column name, as {row: record}."""
        ids = {row: int(text) for row, text in sheet.get_cells(path).items()}
        records = {record.id: record for record in self.env[model].browse(sorted(set(ids.values())))}
        return {row: records[record_id] for row, record_id in ids.items()}

    @api.model
    def _check_import_units(self, sheet, contracts):
        """Note the rows whose unit is another customer's."""
        for row, unit in self._browse_import(sheet, "equipment_id", "service.equipment").items():
            contract = contracts.get(row)
            if not contract or contract.is_frame or contract.kind == "supplier":
                continue
            if unit.commercial_partner_id != contract.commercial_partner_id:
                reason = self.env._(
                    "%(unit)s does not belong to the customer of contract %(contract)s.",
                    unit=unit.display_name,
                    contract=contract.name,
                )
                sheet.add_error("equipment_id", [row], reason)

    @api.model
    def _check_import_days(self, sheet, contracts):
        """Fill in the days left open, and note the rows whose days are not in order, or outside the term."""
        starts, ends = (self._read_import_days(sheet, path) for path in ("date_start", "date_end"))
        for row, contract in contracts.items():
            first = contract.date_start if contract.state == "draft" else contract._get_first_open_day()
            start, end = starts.get(row) or first, ends.get(row) or contract._get_last_day()
            for path, day in (("date_start", start), ("date_end", end)):
                if path in sheet.columns and not sheet.data[row][sheet.columns[path]]:
                    sheet.data[row][sheet.columns[path]] = fields.Date.to_string(day)
            path = "date_end" if row in ends else "date_start"
            if path not in sheet.columns:
                continue
            if end < start:
                sheet.add_error(path, [row], self.env._("A row cannot end before it begins."))
            elif start < contract.date_start or end > contract.date_end:
                reason = self.env._(
                    "Contract %(contract)s runs from %(start)s to %(end)s.",
                    contract=contract.name,
                    start=format_date(self.env, contract.date_start),
                    end=format_date(self.env, contract.date_end),
                )
                sheet.add_error(path, [row], reason)

    @api.model
    def _read_import_days(self, sheet, path):
        """Return the dates of a column as {row: date}; what is no date is left to the import's own check."""
        days = {}
        for row, text in sheet.get_cells(path).items():
            try:
                days[row] = fields.Date.to_date(text)
            except ValueError:
                continue
        return days
