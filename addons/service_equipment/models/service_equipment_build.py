# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import build
from ..engine.version import version_key


class ServiceEquipment(models.Model):
    """The build of a unit as a tree: at any date, between two dates, beside its design.

    The public methods take one or many units, and need the same few queries for any number of units and
    components. They answer in plain data: dates are ISO text, what is not there is False.
    """

    _inherit = "service.equipment"

    version_key = fields.Char(
        compute="_compute_version_key",
        store=True,
        precompute=True,
        help="The version in a form that sorts: 1.9 before 1.10.",
    )

    _product_version_idx = models.Index("(product_id, version_key) WHERE version_key IS NOT NULL")

    @api.depends("version")
    def _compute_version_key(self):
        for equipment in self:
            equipment.version_key = version_key(equipment.version) or False

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        # A new delivery is no correction: what was in the unit before stays where it was in time.
        is_correction = vals.get("date_delivered") and "delivery_picking_id" not in vals
        delivered = self._get_delivered_components() if is_correction else None
        res = super().write(vals)
        if delivered:
            delivered._follow_delivery()
        return res

    def _get_delivered_components(self):
        """Return the component rows that came with these units, by their dates."""
        # What came with a unit follows its delivery, whoever corrects the date.
        Component = self.env["service.component"].sudo()
        components = Component.search([("equipment_id", "in", self.ids), ("install_exchange_id", "=", False)])
        return components.filtered(
            lambda component: component.date_installed == component.equipment_id.date_delivered
        )

    # ------------------------------------------------------------------
    # API
    # ------------------------------------------------------------------

    def build_at(self, date=None):
        """Return what these units are made of on a day, as trees.

        :param date: a date, or its ISO text (default: today where each unit stands)
        :return: list of the components at the top, each a dict: `id`, `equipment_id`, `parent_id`, `position`,
            `place` (the positions from the unit down), `label` (the last of them), `product_id`, `product`,
            `lot_id`, `serial`, `is_serial_wanted`, `version`, `quantity`, `date_installed`, `date_removed`,
            `warranty_end`, and `children`, a list of the same
        """
        days = self._get_build_days(date)
        return self._nest_nodes(self._get_nodes(self._get_components_at(days)))

    def compare_build(self, date_from, date_to=None):
        """Return how the build of these units has changed between two days.

        :param date_from: a date, or its ISO text
        :param date_to: a date, or its ISO text (default: today where each unit stands)
        :return: list of dicts by unit and place: `equipment_id`, `place`, `kind` ("added", "removed",
            "replaced", or "changed"), `fields` (of what was changed: "version", "quantity"), `before` and `after`,
            each False or a dict of `component_ids`, `product_id`, `product`, `serial`, `version`, `quantity`
        """
        days_from, days_to = self._get_build_days(date_from), self._get_build_days(date_to)
        components = self._get_components_at(days_from, days_to)
        nodes = self._get_nodes(components)
        found = self._compare_days(components, nodes, days_from, days_to)
        return self._format_differences(found, "before", "after")

    def compare_design(self, date=None):
        """Return how the build of these units differs from the as-designed lists of their products.

        :param date: a date, or its ISO text (default: today where each unit stands)
        :return: list of dicts by unit and place: `equipment_id`, `place`, `kind` ("missing", "extra",
            "other_product", "changed", or "serial_missing"), `fields` (of what differs: "version",
            "quantity"), `expected` and `found`, each False or a dict of `component_ids`, `product_id`,
            `product`, `serial`, `version`, `quantity`
        """
        nodes = self._get_nodes(self._get_components_at(self._get_build_days(date)))
        return self._format_differences(self._compare_designs(nodes), "expected", "found")

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    def _get_build_days(self, date):
        """Return the day to look at, for each unit: today where it stands unless another one is given."""
        day = self._to_day(date)
        return {equipment: day or equipment._get_today() for equipment in self}

    def _get_components_at(self, *days):
        """Return the component rows that were in force on any of some days.

        :param days: dicts of unit to date
        :return: `service.component` records
        """
        units_by_day = {}
        for day_by_unit in days:
            for equipment, day in day_by_unit.items():
                units_by_day.setdefault(day, set()).add(equipment.id)
        Component = self.env["service.component"]
        domain = Domain.OR(
            Domain("equipment_id", "in", list(ids)) & Component._get_in_force_domain(day)
            for day, ids in units_by_day.items()
        )
        return Component.search_fetch(domain, Component._build_fields)

    def _get_nodes(self, components):
        """Return component rows as plain data.

        :return: dict of the row's id to its node, as in `build_at`, without children
        """
        # Whoever sees the unit sees what its parts are, stock and product rights or not.
        lots, products = components.sudo().lot_id, components.sudo().product_id
        serials = {lot.id: lot.name for lot in lots}
        names = {product.id: (product.display_name, product.name) for product in products}
        nodes = {}
        for component in components:
            product, name = names[component.product_id.id]
            nodes[component.id] = {
                "id": component.id,
                "equipment_id": component.equipment_id.id,
                "parent_id": component.parent_id.id,
                "position": component.position,
                "place": component.complete_position,
                "label": component.position or name,
                "product_id": component.product_id.id,
                "product": product,
                "lot_id": component.lot_id.id,
                "serial": serials.get(component.lot_id.id) or component.serial_found,
                "is_serial_wanted": component.is_serial_wanted,
                "version": component.version,
                "quantity": component.quantity,
                "date_installed": fields.Date.to_string(component.date_installed),
                "date_removed": fields.Date.to_string(component.date_removed),
                "warranty_end": fields.Date.to_string(component.warranty_end),
            }
        return nodes

    @api.model
    def _nest_nodes(self, nodes):
        """Put nodes below those that contain them, in the order in which people number places.

        :param dict nodes: id to node; a node whose parent is not among them stands at the top
        :return: list of the nodes at the top, each with its `children`
        """
        nodes = {key: {**node, "children": []} for key, node in nodes.items()}
        top = []
        for node in sorted(nodes.values(), key=self._get_node_key):
            parent = nodes.get(node["parent_id"])
            (parent["children"] if parent else top).append(node)
        return top

    @api.model
    def _get_node_key(self, node):
        return build.natural_key(node["label"]), node["label"], node["product"], node["serial"] or "", node["id"]

    # ------------------------------------------------------------------
    # Comparison
    # ------------------------------------------------------------------

    def _compare_days(self, components, nodes, days_from, days_to):
        """Compare the builds of two days.

        :param components: the `service.component` rows in force on either day
        :param dict nodes: their nodes
        :param dict days_from: unit to date
        :param dict days_to: unit to date
        :return: dict of unit to a list of `engine.build.Difference`
        """
        before, after = (
            self._get_parts(
                {
                    component.id: nodes[component.id]
                    for component in components
                    if component._is_in_force(days[component.equipment_id])
                }
            )
            for days in (days_from, days_to)
        )
        return {unit: build.compare(before.get(unit.id, []), after.get(unit.id, [])) for unit in self}

    def _compare_designs(self, nodes):
        """Compare nodes with the as-designed lists of the units' products.

        :param dict nodes: of one day
        :return: dict of unit to a list of `engine.build.Difference`, of kinds that suit a design
        """
        kinds = {"added": "extra", "removed": "missing", "replaced": "other_product", "changed": "changed"}
        designs = self.product_id.product_tmpl_id._explode_service_design()
        expected = {template: self._get_design_parts(designed) for template, designed in designs.items()}
        actual = self._get_parts(nodes)
        found = {}
        for equipment in self:
            parts = actual.get(equipment.id, [])
            found[equipment] = [
                build.Difference(kinds[difference.kind], difference.before, difference.after, difference.fields)
                for difference in build.compare_design(expected[equipment.product_id.product_tmpl_id], parts)
            ]
            found[equipment] += [
                build.Difference("serial_missing", None, part)
                for part in sorted(parts, key=lambda part: build.path_key(part.path))
                if self._is_serial_missing(nodes[part.rows[0]])
            ]
        return found

    @api.model
    def _is_serial_missing(self, node):
        return bool(node["is_serial_wanted"] and not node["serial"])

    @api.model
    def _get_parts(self, nodes):
        """Return nodes as parts for the engine.

        :return: dict of unit's id to a list of `engine.build.Part`
        """
        paths = {}

        def path_of(node):
            if node["id"] not in paths:
                parent = nodes.get(node["parent_id"])
                paths[node["id"]] = (*(path_of(parent) if parent else ()), node["label"].strip())
            return paths[node["id"]]

        parts = {}
        for node in nodes.values():
            part = build.Part(
                path=path_of(node),
                product=node["product_id"],
                serial=node["serial"] or "",
                version=node["version"] or "",
                quantity=Decimal(str(node["quantity"])),
                installed=node["date_installed"],
                rows=(node["id"],),
            )
            parts.setdefault(node["equipment_id"], []).append(part)
        return parts

    @api.model
    def _get_design_parts(self, designed, path=()):
        """Return a drawn out as-designed list as parts for the engine.

        :param designed: list of nodes of `product.template._explode_service_design()`
        :return: list of `engine.build.Part`
        """
        parts = []
        for node in designed:
            product = node.line.product_id
            place = (*path, (node.position or product.name).strip())
            quantity = Decimal(str(node.quantity))
            parts.append(build.Part(place, product.id, version=node.line.version or "", quantity=quantity))
            parts += self._get_design_parts(node.children, place)
        return parts

    def _format_differences(self, differences, before, after):
        """Return differences as plain data.

        :param dict differences: unit to a list of `engine.build.Difference`
        :param str before: key of what was, or should be, there
        :param str after: key of what is there
        :return: list of dicts
        """
        parts = [
            part
            for found in differences.values()
            for difference in found
            for part in (difference.before, difference.after)
            if part
        ]
        # Whoever sees the unit sees what its parts are, product rights or not.
        products = self.env["product.product"].sudo().browse({part.product for part in parts})
        names = {product.id: product.display_name for product in products}
        return [
            {
                "equipment_id": equipment.id,
                "place": " / ".join(difference.path),
                "kind": difference.kind,
                "fields": list(difference.fields),
                before: self._format_part(difference.before, names),
                after: self._format_part(difference.after, names),
            }
            for equipment, found in differences.items()
            for difference in found
        ]

    @api.model
    def _format_part(self, part, names):
        """Return a part of the engine as plain data; False for none.

        :param dict names: product id to its name
        """
        return bool(part) and {
            "component_ids": list(part.rows),
            "product_id": part.product,
            "product": names[part.product],
            "serial": part.serial or False,
            "version": part.version or False,
            "quantity": float(part.quantity),
        }
