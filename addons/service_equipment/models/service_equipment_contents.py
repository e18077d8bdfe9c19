# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict, namedtuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

# How much of which lot stock knows to be in a unit, and the lot of the sub-assembly around it: an empty one
# stands for the unit itself, None for a place that stock does not know.
Content = namedtuple("Content", ["product", "lot", "quantity", "parent_lot"])


class ServiceEquipment(models.Model):
    """The serial numbers of units' components, where stock knows them.

    Stock knows what production has built in, and what went out in the same delivery. What leaves
    two answers is not guessed: it stays empty, and a note on the delivery tells it.
    """

    _inherit = "service.equipment"

    is_serial_missing = fields.Boolean(
        string="Serials Missing",
        compute="_compute_is_serial_missing",
        search="_search_is_serial_missing",
        compute_sudo=True,
        help="The serial number of a component is wanted, and not recorded yet.",
    )

    @api.depends(
        "component_ids.is_serial_wanted",
        "component_ids.lot_id",
        "component_ids.serial_found",
        "component_ids.date_removed",
    )
    def _compute_is_serial_missing(self):
        missing = {unit for unit, _product in self._origin._get_wanted_serials()}
        for equipment in self:
            equipment.is_serial_missing = equipment._origin in missing

    @api.model
    def _search_is_serial_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("component_ids", "any!", self.env["service.component"]._get_serial_missing_domain())

    def _get_wanted_serials(self):
        """Count the serial numbers that are still to be recorded.

        :return: dict of (unit, `product.product`) to a number of components
        """
        Component = self.env["service.component"]
        domain = Component._get_serial_missing_domain() & Domain("equipment_id", "in", self.ids)
        groups = Component._read_group(domain, ["equipment_id", "product_id"], ["__count"])
        return {(unit, product): count for unit, product, count in groups}

    # ------------------------------------------------------------------
    # What stock knows
    # ------------------------------------------------------------------

    def _record_delivered_serials(self, lines):
        """Record the serial numbers of these units' components, as far as stock knows them.

        :param lines: done `stock.move.line` records, those of these units among them
        """
        unit_by_key = self.grouped(lambda unit: (unit.lot_id, unit.company_id))
        lines = lines.filtered(lambda line: (line.lot_id, line.company_id) in unit_by_key)
        for together in lines.grouped("picking_id").values():
            units = self.browse().concat(*(unit_by_key[line.lot_id, line.company_id] for line in together))
            units._record_serials_of(together)

    def _record_serials_of(self, lines):
        """Record what stock knows of these units, and note on their delivery what it does not.

        :param lines: the done `stock.move.line` records of one transfer that delivered these units
        """
        contents, unclear = self._get_delivered_contents(lines)
        unclear += self._fill_components(contents)
        accompanying, unknown = self._get_accompanying_contents(lines)
        unclear += unknown + self._fill_components(accompanying)
        self._link_sub_units()
        if unclear:
            self._note_serials_to_record(lines.picking_id[-1:], unclear)

    def _get_delivered_contents(self, lines):
        """Hook: return the components that stock knows to be in each of these units.

        Here, what production has consumed to make the units' serial numbers, down to the last
        sub-assembly that was produced with a lot of its own; a search per level.

        :param lines: the done `stock.move.line` records of one transfer that delivered these units
        :return: a dict of unit to a list of :class:`Content`, each sub-assembly before what it
            contains; and a list of sentences about what is not certain
        """
        Lot, Line = self.env["stock.lot"], self.env["stock.move.line"]
        contents, shared = defaultdict(list), Line
        level = [(unit, unit.lot_id, unit.lot_id) for unit in self]
        while level:
            line_by_lot = Lot.concat(*(lot for _unit, lot, _path in level))._get_service_production_lines()
            following = []
            for unit, lot, path in level:
                for consumed in line_by_lot.get(lot, Line).consume_line_ids:
                    if not consumed.lot_id or consumed.lot_id in path:
                        continue
                    if consumed._is_shared_by_produced(lot):
                        shared |= consumed
                        continue
                    content = consumed._get_service_content(Lot if lot == unit.lot_id else lot)
                    contents[unit].append(content)
                    following.append((unit, content.lot, path + content.lot))
            level = following
        return contents, shared._tell_unclear_parts()

    def _get_accompanying_contents(self, lines):
        """Return the parts of the same delivery that can only belong to one of these units.

        Parts belong to the unit that is the only one of its package, or else of the delivery, to
        want serial numbers of their product, when it wants as many as there are.

        :return: as `_get_delivered_contents()`
        """
        contents, wanted = defaultdict(list), self._get_wanted_serials()
        unit_by_lot = self.grouped("lot_id")

        def get_wanting(product, around):
            return [unit for lot in around.lot_id for unit in unit_by_lot.get(lot, ()) if (unit, product) in wanted]

        def assign(parts, around):
            units = get_wanting(parts.product_id, around)
            if len(units) != 1 or wanted[units[0], parts.product_id] != len(parts):
                return False
            contents[units[0]] += [part._get_service_content(None) for part in parts.sorted("id")]
            del wanted[units[0], parts.product_id]
            return True

        products = {product for _unit, product in wanted}
        parts = lines.picking_id.move_line_ids.filtered(
            lambda line: line.product_id in products and line._is_service_part_delivered()
        )
        left = unclear = self.env["stock.move.line"]
        packages = parts.grouped(lambda line: (line.result_package_id, line.product_id))
        for (package, _product), packed in packages.items():
            around = lines.filtered(lambda line, package=package: package and line.result_package_id == package)
            if not assign(packed, around):
                left |= packed
        for product, together in left.grouped("product_id").items():
            if not assign(together, lines) and get_wanting(product, lines):
                unclear |= together
        return contents, unclear._tell_unclear_parts()

    # ------------------------------------------------------------------
    # What the register takes from it
    # ------------------------------------------------------------------

    def _fill_components(self, contents):
        """Record lots in the units' open components, and add the components that are missing.

        :param dict contents: as `_get_delivered_contents()` returns
        :return: a list of sentences about the lots that are recorded elsewhere
        """
        Component, Lot = self.env["service.component"], self.env["stock.lot"]
        lots = Lot.concat(*(content.lot for unit_contents in contents.values() for content in unit_contents))
        # What is in a unit that is itself a part is recorded once, in the whole.
        units = self.browse().concat(*contents).sorted(lambda unit: unit.lot_id in lots)
        installed, recorded = Component._get_installed_by_lot(lots), set()
        rows = Component._get_open_by_unit(units)
        row_by_lot = {(unit, row.lot_id): row for unit, unit_rows in rows.items() for row in unit_rows}
        todo = [(unit, content) for unit in units for content in contents[unit] if content.lot not in installed]
        while todo:
            waiting, missing = [], []
            for unit, content in todo:
                parent = row_by_lot.get((unit, content.parent_lot), Component) if content.parent_lot else Component
                if content.lot in recorded:
                    continue
                if content.parent_lot and not parent:
                    waiting.append((unit, content))
                    continue
                if row := rows[unit]._take_lot(content, parent):
                    row_by_lot[unit, content.lot] = row
                else:
                    missing.append(unit._prepare_content_values(content, parent))
                if content.product.tracking == "serial":
                    recorded.add(content.lot)
            row_by_lot.update({(row.equipment_id, row.lot_id): row for row in Component.create(missing)})
            # What is in a sub-assembly that was not recorded is not recorded either.
            todo = waiting if len(waiting) < len(todo) else []
        elsewhere = (installed.get(content.lot) for unit in units for content in contents[unit])
        return [row._tell_installed() for row in elsewhere if row]

    def _prepare_content_values(self, content, parent):
        """Hook: prepare the component that stock knows and the as-designed list does not; pure.

        :param content: a :class:`Content`
        :param parent: the `service.component` of its sub-assembly, or an empty one
        :return: dict of `service.component` values
        """
        self.ensure_one()
        return {
            "equipment_id": self.id,
            "parent_id": parent.id,
            "product_id": content.product.id,
            "lot_id": content.lot.id,
            "quantity": content.quantity,
            "is_serial_wanted": content.product.tracking == "serial",
            "date_installed": self.date_delivered or self._get_today(),
        }

    def _link_sub_units(self):
        """Make those of these units that are components of another one of them its sub-units."""
        installed = self.env["service.component"]._get_installed_by_lot(self.lot_id)
        parts = self.filtered(lambda unit: installed.get(unit.lot_id) and not unit.parent_id)
        for whole, contained in parts.grouped(lambda unit: installed[unit.lot_id].equipment_id).items():
            if whole in self:
                contained.parent_id = whole

    def _note_serials_to_record(self, picking, unclear):
        """Tell on the delivery which serial numbers somebody has to record.

        :param picking: the `stock.picking`
        :param list unclear: sentences
        """
        sentences = Markup().join(Markup("<li>%s</li>") % sentence for sentence in unclear)
        title = self.env._("Serial numbers to record by hand on the units of this delivery:")
        picking.message_post(body=Markup("%s<ul>%s</ul>") % (title, sentences), subtype_xmlid="mail.mt_note")
