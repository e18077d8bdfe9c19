# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceEquipment(models.Model):
    """Registration of units from deliveries and their retirement on returns."""

    _inherit = "service.equipment"

    can_copy_design = fields.Boolean(compute="_compute_can_copy_design", compute_sudo=True)

    @api.depends("open_component_ids", "product_id.service_design_line_ids")
    def _compute_can_copy_design(self):
        for equipment in self:
            is_designed = bool(equipment.product_id.service_design_line_ids)
            equipment.can_copy_design = is_designed and not equipment.open_component_ids

    def action_copy_design(self):
        """Give units that were entered by hand the components of their as-designed list.

        :raise UserError: when a unit has components already
        """
        for equipment in self:
            if equipment.open_component_ids:
                raise UserError(
                    self.env._("%(unit)s has components already: edit its list.", unit=equipment.display_name)
                )
        self._copy_design()

    @api.model
    def _register_delivered(self, lines):
        """Register the units of delivered serial numbers in one batch, or re-open them.

        A serial number has one unit per company. The unit of one that had come back is
        re-opened with its history: it keeps its dates, documents and warranty when the same
        customer gets it back, or owned it all the time, and takes those of the new delivery
        otherwise.

        :param lines: done `stock.move.line` records, each with a serial number
        :return: `service.equipment` records, the new ones and the re-opened ones
        """
        if not lines:
            return self.browse()
        line_by_key = {(line.lot_id, line.company_id): line for line in lines}
        known = self._get_by_lot(lines)
        # A unit that was entered before its first delivery has no components yet.
        bare = self.browse([unit.id for unit in known.values() if not (unit.date_delivered or unit.component_ids)])
        reopened = self._reopen_delivered({known[key]: line for key, line in line_by_key.items() if key in known})
        created = self.create(
            [line._prepare_service_equipment_values() for key, line in line_by_key.items() if key not in known]
        )
        (created + bare)._copy_design()
        created.filtered(lambda unit: unit._is_warranty_from_delivery())._transition("in_service")
        (created + bare)._record_delivered_serials(lines)
        units = created + reopened
        units._after_registered()
        return units

    @api.model
    def _retire_returned(self, lines):
        """Retire the units of serial numbers that came back from their customers.

        :param lines: done `stock.move.line` records, each with a serial number
        """
        known = self._get_by_lot(lines)
        line_by_unit = {known[key]: line for line in lines if (key := (line.lot_id, line.company_id)) in known}
        units = self.browse([unit.id for unit in line_by_unit if unit.state != "retired"])
        for date, dated in units.grouped(lambda unit: line_by_unit[unit]._get_service_date()).items():
            dated.date_retired = date
        units._transition("retired")
        units._message_log_batch(
            {
                unit.id: self.env._("Returned with %(picking)s.", picking=line_by_unit[unit].picking_id.name)
                for unit in units
            }
        )

    @api.model
    def _correct_delivered(self, lots):
        """Follow serial numbers that were corrected on deliveries after their validation.

        The unit that the delivery had registered takes the right serial number with all that it
        has; where the right one has a unit already, that unit is re-opened and the wrong one retired.

        :param dict lots: done `stock.move.line` to the `stock.lot` that it had named before
        """
        todo = self.env["stock.move.line"]
        for line, lot in lots.items():
            units = self._get_by_lot(line, lot + line.lot_id)
            wrong, right = units.get((lot, line.company_id)), units.get((line.lot_id, line.company_id))
            if wrong and wrong.delivery_picking_id == line.picking_id and line.lot_id and not right:
                wrong.lot_id = line.lot_id
                continue
            if wrong and wrong.state != "retired":
                wrong.date_retired = line._get_service_date()
                wrong._transition("retired")
            if line.lot_id:
                todo += line
        self._register_delivered(todo)

    @api.model
    def _get_by_lot(self, lines, lots=None):
        """Return the registered units of move lines.

        :param lines: `stock.move.line` records
        :param lots: their serial numbers, when others than they have now
        :return: dict of (lot, company) to `service.equipment` record
        """
        lots = lines.lot_id if lots is None else lots
        units = self.with_context(active_test=False).search(
            [("lot_id", "in", lots.ids), ("company_id", "in", lines.company_id.ids)]
        )
        return {(unit.lot_id, unit.company_id): unit for unit in units}

    @api.model
    def _reopen_delivered(self, line_by_unit):
        """Put units that are delivered again back into service.

        :param dict line_by_unit: `service.equipment` to the `stock.move.line` that delivers it
        :return: these `service.equipment` records
        """
        units = self.browse([unit.id for unit in line_by_unit])
        is_kept = {unit: unit._is_redelivered(line) for unit, line in line_by_unit.items()}
        for vals, written in units.grouped(
            lambda unit: tuple(unit._prepare_reopened_values(line_by_unit[unit]).items())
        ).items():
            written.write(dict(vals))
        closed = units.filtered(lambda unit: unit.state != "in_service")
        installed = closed.filtered(
            lambda unit: unit.state == "in_repair" or is_kept[unit] or unit._is_warranty_from_delivery()
        )
        installed._transition("in_service")
        (closed - installed).filtered(lambda unit: unit.state == "retired")._transition("draft")
        return units

    def _is_redelivered(self, line):
        """Tell whether a line brings this unit back to its customer, rather than selling it."""
        self.ensure_one()
        if line._is_service_customer_stock():
            return True
        return bool(self.date_delivered) and self.commercial_partner_id == line._get_service_customer()

    def _prepare_reopened_values(self, line):
        """Prepare what a line that delivers this unit again changes in it; pure.

        :param line: the done `stock.move.line`
        :return: dict of `service.equipment` values, hashable
        """
        self.ensure_one()
        vals = line._prepare_service_equipment_values()
        del vals["product_id"], vals["lot_id"], vals["company_id"]
        if self.commercial_partner_id != line._get_service_customer():
            vals.update(zone_id=False, parent_id=False)
            if not self._is_redelivered(line):
                vals.update(invoice_ref=False, date_installed=False)
        if self._is_redelivered(line):
            kept = {"partner_id", "site_id", "zone_id", "parent_id"}
            vals = {name: value for name, value in vals.items() if name in kept}
            if self.commercial_partner_id == line._get_service_customer():
                del vals["partner_id"]
        return {**vals, "active": True}

    def _copy_design(self):
        """Copy the as-designed list of each unit's product to its as-maintained list, level by level.

        :return: the new `service.component` rows
        """
        Component = self.env["service.component"]
        designs = self.product_id.product_tmpl_id._explode_service_design()
        level = [(unit, False, node) for unit in self for node in designs[unit.product_id.product_tmpl_id]]
        components = Component.browse()
        while level:
            rows = Component.create(
                [
                    {
                        **node.line._prepare_component_values(unit),
                        "position": node.position,
                        "quantity": node.quantity,
                        "parent_id": parent_id,
                    }
                    for unit, parent_id, node in level
                ]
            )
            components += rows
            level = [
                (unit, row.id, child)
                for (unit, _parent_id, node), row in zip(level, rows, strict=True)
                for child in node.children
            ]
        return components

    def _after_registered(self):
        """Hook: units were registered or re-opened by a delivery; runs with the register's rights."""
