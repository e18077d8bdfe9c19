# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceEquipment(models.Model):
    """The build of a unit as its form and its print show it: one tree with what differs marked in it."""

    _inherit = "service.equipment"

    def get_component_tree(self, date=None, against=None):
        """Return what the component tree of one unit shows.

        What is not there any more, or not yet, stands in the tree too, where it would be. A missing part that was
        never recorded has a negative `id`.

        :param date: the day to show, a date or its ISO text (default: today where the unit stands)
        :param against: what to compare with: an earlier day, or "design" (default: nothing)
        :return: dict of `date`; `nodes`, as in `build_at` with `uom`, `status` (a kind of difference, or False),
            `was` (what was or should be there, or False), `is_ghost` (it is not there) and
            `is_serial_missing`; `counts` of the kinds; `rights`, what the user may do
        """
        self.ensure_one()
        days = self._get_build_days(date)
        differences = []
        if against and against != "design":
            days_before = self._get_build_days(against)
            components = self._get_components_at(days_before, days)
            nodes = self._get_nodes(components)
            differences = self._compare_days(components, nodes, days_before, days)[self]
            present = {row.id: nodes[row.id] for row in components if row._is_in_force(days[self])}
        else:
            present = nodes = self._get_nodes(self._get_components_at(days))
            if against:
                differences = self._compare_designs(nodes)[self]
        return {
            "date": fields.Date.to_string(days[self]),
            "nodes": self._nest_nodes(self._mark_nodes(present, nodes, differences)),
            "counts": self._count_kinds(present, differences),
            "rights": self._get_tree_rights(),
        }

    def action_print_components(self, date=None, against=None):
        """Print the component list of one unit, as its tree shows it.

        :param date: as of `get_component_tree`
        :param against: as of `get_component_tree`
        :return: an `ir.actions.report` dict
        """
        self.ensure_one()
        report = self.env.ref("service_equipment.service_component_report")
        data = {"equipment_id": self.id, "date": date, "against": against}
        return report.report_action(self, data=data, config=False)

    def _mark_nodes(self, present, nodes, differences):
        """Mark what differs in the nodes of a unit, and add what is not there.

        :param dict present: id to node of what is there
        :param dict nodes: the same and what was there
        :param differences: list of `engine.build.Difference`
        :return: dict of id to node
        """
        names, uoms = self._get_product_names(present, nodes, differences)
        plain = {"status": False, "was": False, "is_ghost": False}
        marked = {key: {**node, **plain} for key, node in present.items()}
        id_by_path = {}
        for part in sorted(self._get_parts(present).get(self.id, [])):
            id_by_path.setdefault(part.path, part.rows[0])
        for number, difference in enumerate(differences, start=1):
            if difference.kind == "serial_missing":
                continue
            if difference.after:
                was = self._format_part(difference.before, names)
                for row in difference.after.rows:
                    marked[row].update(status=difference.kind, was=was)
                continue
            part = difference.before
            key = part.rows[0] if part.rows else -number
            ghost = nodes.get(key) or self._prepare_missing_node(key, part, names)
            parent_id = id_by_path.get(part.path[:-1], False)
            marked[key] = {**ghost, **plain, "status": difference.kind, "is_ghost": True, "parent_id": parent_id}
            id_by_path.setdefault(part.path, key)
        for node in marked.values():
            node["is_serial_missing"] = not node["is_ghost"] and self._is_serial_missing(node)
            node["uom"] = uoms.get(node["product_id"], False)
        return marked

    def _get_product_names(self, present, nodes, differences):
        """Return names and units of the products of a tree; units only for those who work with them.

        :return: dict of product id to name, dict of product id to name of its unit of measure
        """
        ids = {node["product_id"] for node in (present | nodes).values()}
        ids |= {difference.before.product for difference in differences if difference.before}
        # Whoever sees the unit sees what its parts are, product rights or not.
        products = self.env["product.product"].sudo().browse(ids)
        has_units = self.env.user.has_group("uom.group_uom")
        uoms = {product.id: product.uom_id.name for product in products} if has_units else {}
        return {product.id: product.display_name for product in products}, uoms

    def _prepare_missing_node(self, key, part, names):
        """Prepare the node of a part that was designed and is not there; pure.

        :param int key: its id in the tree
        :param part: `engine.build.Part`
        :param dict names: product id to its name
        :return: dict, as the nodes of `build_at`
        """
        nothing = ("position", "lot_id", "serial", "is_serial_wanted", "date_installed", "date_removed", "warranty_end")
        return {
            **dict.fromkeys(nothing, False),
            "id": key,
            "equipment_id": self.id,
            "place": " / ".join(part.path),
            "label": part.path[-1],
            "product_id": part.product,
            "product": names[part.product],
            "version": part.version or False,
            "quantity": float(part.quantity),
        }

    @api.model
    def _count_kinds(self, present, differences):
        """Count the kinds of differences, and the serial numbers that are missing in any case."""
        counts = {"serial_missing": sum(map(self._is_serial_missing, present.values()))}
        for difference in differences:
            if difference.kind != "serial_missing":
                counts[difference.kind] = counts.get(difference.kind, 0) + 1
        return {kind: count for kind, count in counts.items() if count}

    def _get_tree_rights(self):
        """Return what the user may do in the tree of this unit."""
        has_stock = self.env.user.has_group("stock.group_stock_user")
        can_exchange = self.state != "retired" and self.env["service.exchange"].has_access("create")
        return {
            "edit": self.env["service.component"].has_access("create"),
            "exchange": can_exchange,
            "trace": has_stock,
        }
