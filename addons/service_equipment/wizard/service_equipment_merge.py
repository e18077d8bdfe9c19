# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models


class ServiceEquipmentMerge(models.TransientModel):
    """Units that were registered twice become one."""

    _name = "service.equipment.merge"
    _description = "Merge Equipment"

    equipment_ids = fields.Many2many(
        comodel_name="service.equipment",
        string="The Same Unit",
        context={"active_test": False},
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Keep",
        compute="_compute_equipment_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', equipment_ids)]",
    )
    company_id = fields.Many2one(comodel_name="res.company", compute="_compute_product_id")
    product_id = fields.Many2one(comodel_name="product.product", compute="_compute_product_id")
    conflict = fields.Char(compute="_compute_conflict")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "service.equipment":
            values["equipment_ids"] = [Command.set(self.env.context.get("active_ids", []))]
        return values

    @api.depends("equipment_ids")
    def _compute_equipment_id(self):
        for wizard in self:
            units = wizard.equipment_ids._origin
            if wizard.equipment_id not in units:
                # What is in use, what has a serial number, what was registered first.
                wizard.equipment_id = units.sorted(
                    lambda unit: (unit.state == "retired", not unit.active, not unit.lot_id, unit.id)
                )[:1]

    @api.depends("equipment_ids")
    def _compute_product_id(self):
        for wizard in self:
            first = wizard.equipment_ids[:1]
            wizard.product_id = first.product_id
            wizard.company_id = first.company_id

    @api.depends("equipment_ids", "equipment_id")
    def _compute_conflict(self):
        for wizard in self:
            wizard.conflict = wizard.equipment_ids._origin._get_merge_conflict(wizard.equipment_id._origin)

    def action_merge(self):
        """Merge the units as previewed.

        :return: an `ir.actions.act_window` dict for the kept unit
        :raise UserError: when they are not the same unit
        """
        self.ensure_one()
        self.equipment_ids._merge(self.equipment_id)
        return self.equipment_id.get_formview_action()
