# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ReportServiceComponents(models.AbstractModel):
    """The printed component list of units: the tree of a day, with what differs marked when it is compared."""

    _name = "report.service_equipment.report_components"
    _description = "Component List Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        data = data or {}
        units = self.env["service.equipment"].browse(docids or [data["equipment_id"]])
        return {"pages": [self._prepare_page(unit, data.get("date"), data.get("against")) for unit in units]}

    @api.model
    def _prepare_page(self, unit, date, against):
        """Prepare the printed component list of one unit.

        :param unit: `service.equipment` record
        :param date: as of `get_component_tree`
        :param against: as of `get_component_tree`
        :return: dict: `unit`, `tree`, `rows` (pairs of level and node), `labels` of the kinds of differences
        """
        tree = unit.get_component_tree(date, against)
        rows = list(self._flatten(tree["nodes"]))
        return {
            # Whoever may read the build of a unit may read the names on it.
            "unit": unit.sudo(),
            "tree": tree,
            "against": against,
            "rows": rows,
            "labels": self._get_labels(),
            "has_versions": any(node["version"] for _level, node in rows),
            "has_warranties": any(node["warranty_end"] for _level, node in rows),
        }

    @api.model
    def _flatten(self, nodes, level=0):
        for node in nodes:
            yield level, node
            yield from self._flatten(node["children"], level + 1)

    @api.model
    def _get_labels(self):
        return {
            "added": self.env._("Added"),
            "removed": self.env._("Removed"),
            "replaced": self.env._("Replaced"),
            "changed": self.env._("Changed"),
            "missing": self.env._("Missing"),
            "extra": self.env._("Not designed"),
            "other_product": self.env._("Other product"),
        }
