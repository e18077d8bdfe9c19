# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ServiceEquipment(models.Model):
    """Units that were delivered as kits."""

    _inherit = "service.equipment"

    @api.model
    def _register_delivered_kits(self, lines):
        """Register a unit for each kit that these lines make complete.

        :param lines: done `stock.move.line` records of parts of kits, to customers
        :return: `service.equipment` records
        """
        units = self.browse()
        lines = lines.filtered(lambda line: line.move_id._get_service_kit())
        by_kit = lines.grouped(lambda line: (line.picking_id, line.move_id._get_service_kit()))
        for (picking, kit), together in by_kit.items():
            pickings = picking._get_service_backorder_chain()
            moves = pickings.move_ids.filtered(
                lambda move, kit=kit: move.state == "done" and move._get_service_kit() == kit
            )
            product = moves[:1]._get_service_kit_product()
            known = self.with_context(active_test=False).search_count(
                [("product_id", "=", product.id), ("delivery_picking_id", "in", pickings.ids)]
            )
            vals = {**together[0]._prepare_service_equipment_values(), "product_id": product.id, "lot_id": False}
            units += self.create([vals] * (moves._count_service_kits() - known))._start_kits(kit, moves.move_line_ids)
        units._after_registered()
        return units

    def _start_kits(self, kit, lines):
        """Give new units of one kit their components and put them into service.

        :param kit: the `mrp.bom`
        :param lines: the `stock.move.line` records that delivered its parts
        :return: these units
        """
        if not self:
            return self
        if not self._copy_design():
            parts = kit.bom_line_ids.filtered(lambda line: line.product_id.type == "consu")
            self.env["service.component"].create(
                [vals for unit in self for line in parts for vals in unit._prepare_kit_component_values(line)]
            )
        self.filtered(lambda unit: unit._is_warranty_from_delivery())._transition("in_service")
        self._record_serials_of(lines)
        return self

    def _prepare_kit_component_values(self, line):
        """Hook: prepare the components of a line of the kit's bill of materials; pure.

        :param line: the `mrp.bom.line`
        :return: list of dicts of `service.component` values, one per piece where pieces have serial numbers
        """
        self.ensure_one()
        product = line.product_id
        quantity = line.product_uom_id._compute_quantity(line.product_qty, product.uom_id) / line.bom_id.product_qty
        is_serial = product.tracking == "serial"
        vals = {
            "equipment_id": self.id,
            "product_id": product.id,
            "is_serial_wanted": is_serial,
            "quantity": 1 if is_serial else quantity,
            "date_installed": self.date_delivered,
        }
        return [dict(vals) for _piece in range(round(quantity) if is_serial else 1)]

    def _get_delivered_contents(self, lines):
        contents, unclear = super()._get_delivered_contents(lines)
        parts = lines.filtered(lambda line: line.lot_id and line.move_id._get_service_kit())
        for kit, of_kit in parts.grouped(lambda line: line.move_id._get_service_kit()).items():
            units = self.filtered(lambda unit, kit=kit: not unit.lot_id and unit.product_tmpl_id == kit.product_tmpl_id)
            if len(units) == 1:
                contents[units] += [part._get_service_content(None) for part in of_kit.sorted("id")]
            elif units:
                unclear += of_kit._tell_unclear_parts()
        return contents, unclear

    @api.model
    def _retire_returned_kits(self, lines):
        """Retire the units of kits whose serial numbers have all come back.

        :param lines: done `stock.move.line` records of parts of kits, from customers
        """
        rows = self.env["service.component"].search([("lot_id", "in", lines.lot_id.ids), ("date_removed", "=", False)])
        for unit in rows.equipment_id.filtered(lambda unit: not unit.lot_id and unit.state != "retired"):
            serials = unit.open_component_ids.filtered(lambda row: row.is_serial_tracked and not row.parent_id).lot_id
            line = lines.filtered(lambda line, serials=serials: line.lot_id in serials)[:1]
            if all(lot.location_id.usage != "customer" for lot in serials):
                unit.date_retired = line._get_service_date()
                unit._transition("retired")
                unit._message_log(body=self.env._("Returned with %(picking)s.", picking=line.picking_id.name))
