# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ReportServiceEquipmentHistory(models.AbstractModel):
    """The printed history of units, filtered as on the screen or whole."""

    _name = "report.service_equipment.report_history"
    _description = "Unit History Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        data = data or {}
        units = self.env["service.equipment"].browse(docids or [data["equipment_id"]])
        return {"pages": [self._prepare_page(unit._with_customer_lang(), data) for unit in units]}

    @api.model
    def _prepare_page(self, unit, data):
        """Prepare the printed history of one unit.

        :param unit: `service.equipment` record in the language of the page
        :param dict data: filters as of `action_print_history`
        :return: dict: `unit`, `days` (list of dicts: date and entries), `filters` in words, `lang`
        """
        words = (data.get("search") or "").lower()
        entries = [
            entry
            for entry in unit.history(data.get("date_from"), data.get("date_to"), data.get("kinds"))
            if words in f"{entry['title']} {entry['text']}".lower()
        ]
        days = {}
        for entry in entries:
            days.setdefault(entry["date"], []).append(entry)
        return {
            # Whoever may read the unit's history may read the names on it.
            "unit": unit.sudo(),
            "days": [{"date": date, "entries": day_entries} for date, day_entries in days.items()],
            "labels": unit._get_history_kinds(),
            "date_from": data.get("date_from"),
            "date_to": data.get("date_to"),
            "kinds": data.get("kinds"),
            "search": data.get("search"),
        }
