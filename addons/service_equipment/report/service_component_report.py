# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import formatLang


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
        :return: dict: `unit`, `tree`, `rows` (pairs of level and node), `labels` of the kinds of differences,
            `was` (id of a node to what was in its place)
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
            "was": {node["id"]: self._get_was_text(node, against) for _level, node in rows if node["was"]},
            "has_versions": any(node["version"] for _level, node in rows),
            "has_warranties": any(node["warranty_end"] for _level, node in rows),
        }

    @api.model
    def _flatten(self, nodes, level=0):
        for node in nodes:
            yield level, node
            yield from self._flatten(node["children"], level + 1)

    @api.model
    def _get_was_text(self, node, against):
        """Return what was, or should be, in the place of a node, as far as it differs."""
        was = node["was"]
        names = [name for name in ("product", "serial", "version") if was[name] and was[name] != node[name]]
        if node["status"] == "changed" and "serial" in names:
            names.remove("serial")
        texts = [was[name] for name in names]
        if was["quantity"] != node["quantity"]:
            texts.append(formatLang(self.env, was["quantity"], dp="Product Unit"))
        if not texts:
            return ""
        if against == "design":
            return self.env._("designed: %(part)s", part=", ".join(texts))
        return self.env._("was %(part)s", part=", ".join(texts))

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
