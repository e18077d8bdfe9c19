# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceEquipment(models.Model):
    _inherit = "service.equipment"

    coverage_ids = fields.One2many(
        comodel_name="service.coverage",
        inverse_name="equipment_id",
        groups="service_contract.group_service_contract_reader,service_equipment.group_service_auditor",
    )
    coverage_count = fields.Integer(
        compute="_compute_coverage_count",
        groups="service_contract.group_service_contract_reader,service_equipment.group_service_auditor",
    )

    @api.depends("coverage_ids")
    def _compute_coverage_count(self):
        counts = dict(
            self.env["service.coverage"]._read_group(
                [("equipment_id", "in", self.ids)], groupby=["equipment_id"], aggregates=["__count"]
            )
        )
        for equipment in self:
            equipment.coverage_count = counts.get(equipment, 0)

    def action_open_coverage(self):
        """Open the coverage rows of the unit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_coverage_action")
        return {**action, "domain": [("equipment_id", "=", self.id)], "context": {}}
