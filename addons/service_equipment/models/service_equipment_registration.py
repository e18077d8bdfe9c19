# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ServiceEquipment(models.Model):
    """Registration of units from deliveries and their retirement on returns."""

    _inherit = "service.equipment"

    @api.model
    def _register_delivered(self, lines):
        """Register the units of delivered serial numbers in one batch, or re-open them.

        A serial number has one unit per company. The unit of one that had come back is
        re-opened with its history: it keeps its dates, documents and warranty when the same
        customer gets it back, and takes those of the new delivery otherwise.

        :param lines: done `stock.move.line` records, each with a serial number
        :return: `service.equipment` records, the new ones and the re-opened ones
        """
        if not lines:
            return self.browse()
        known = self._get_by_lot(lines)
        vals_by_lot = {
            (line.lot_id, line.company_id): (line, line._prepare_service_equipment_values()) for line in lines
        }
        reopened = self.browse()
        vals_list = []
        for key, (_line, vals) in vals_by_lot.items():
            equipment = known.get(key)
            if equipment:
                equipment._reopen(vals)
                reopened += equipment
            else:
                vals_list.append(vals)
        created = self.create(vals_list)
        created._copy_design()
        created.filtered(lambda unit: unit._is_warranty_from_delivery())._transition("in_service")
        units = created + reopened
        units._after_registered()
        return units

    @api.model
    def _retire_returned(self, lines):
        """Retire the units of serial numbers that came back from their customers.

        :param lines: done `stock.move.line` records, each with a serial number
        """
        known = self._get_by_lot(lines)
        for line in lines:
            equipment = known.get((line.lot_id, line.company_id))
            if equipment and equipment.state != "retired":
                equipment.date_retired = line.picking_id._get_service_date()
                equipment._transition("retired")
                equipment.message_post(
                    body=self.env._("Returned with %(picking)s.", picking=line.picking_id.name),
                    subtype_xmlid="mail.mt_note",
                )

    @api.model
    def _get_by_lot(self, lines):
        """Return the registered units of move lines.

        :return: dict of (lot, company) to `service.equipment` record
        """
        units = self.with_context(active_test=False).search(
            [("lot_id", "in", lines.lot_id.ids), ("company_id", "in", lines.company_id.ids)]
        )
        return {(unit.lot_id, unit.company_id): unit for unit in units}

    def _reopen(self, vals):
        """Put a unit that is delivered again back into service.

        :param dict vals: what its delivery would have registered
        """
        self.ensure_one()
        is_same_customer = self.partner_id.commercial_partner_id.id == vals["partner_id"]
        if is_same_customer:
            vals = {"site_id": vals["site_id"]}
        else:
            vals = {**vals, "zone_id": False, "parent_id": False, "invoice_ref": False, "date_installed": False}
        self.write({**vals, "active": True})
        if self.state in ("retired", "in_repair"):
            is_installed = is_same_customer or self._is_warranty_from_delivery()
            self._transition("in_service" if is_installed or self.state == "in_repair" else "draft")

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
