# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContract(models.Model):
    _inherit = "service.contract"

    call_count = fields.Integer(
        compute="_compute_call_count",
        groups="service_helpdesk.group_service_helpdesk_engineer,service_helpdesk.group_service_helpdesk_reader,"
        "service_equipment.group_service_auditor",
    )

    def _compute_call_count(self):
        counts = dict(
            self.env["service.call"]._read_group(
                [("contract_id", "in", self.ids)],
                ["contract_id"],
                ["__count"],
            )
        )
        for contract in self:
            contract.call_count = counts.get(contract, 0)

    def action_view_calls(self):
        """Open the calls that this contract covers."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        return {**action, "domain": [("contract_id", "=", self.id)], "context": {}}
