# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ReportServiceEquipmentUnitList(models.AbstractModel):
    """A list of units."""

    _name = "report.service_equipment.report_unit_list"
    _description = "Equipment List Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        data = data or {}
        units = self.env["service.equipment"].browse(docids)
        units.check_access("read")
        # Whoever may read the units may read the names of their products and sites.
        return {"docs": units.sudo(), "groupby": data.get("groupby"), "lang": data.get("lang")}


class ReportServiceEquipmentUnitSheet(models.AbstractModel):
    """The sheet of a unit, with what its customer may see."""

    _name = "report.service_equipment.report_unit_sheet"
    _description = "Unit Sheet Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        units = self.env["service.equipment"].browse(docids)
        units.check_access("read")
        # As the list; the sheet shows public things only.
        return {"docs": [unit.sudo() for unit in map(self._with_lang, units)]}

    @api.model
    def _with_lang(self, unit):
        return unit._with_customer_lang()
