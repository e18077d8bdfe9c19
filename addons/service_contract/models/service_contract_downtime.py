# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.fields import Domain

READERS = "service_contract.group_service_contract_reader,service_equipment.group_service_auditor"


class ServiceContract(models.Model):
    """The down time of the units under a contract."""

    _inherit = "service.contract"

    downtime_count = fields.Integer(compute="_compute_downtime_count", compute_sudo=False, groups=READERS)

    def _compute_downtime_count(self):
        """Count the events of the units named in the rows: two queries for any number of contracts and units."""
        rows = self.env["service.coverage"]._read_group(
            [("contract_id", "in", self.ids), ("equipment_id", "!=", False)], ["contract_id", "equipment_id"]
        )
        counts = dict(
            self.env["service.downtime"]._read_group(
                [("equipment_id.coverage_ids.contract_id", "in", self.ids)], ["equipment_id"], ["__count"]
            )
        )
        counts_by_contract = dict.fromkeys(self.ids, 0)
        for contract, unit in rows:
            counts_by_contract[contract.id] += counts.get(unit, 0)
        for contract in self:
            contract.downtime_count = counts_by_contract.get(contract.id, 0)

    def action_open_downtime(self):
        """Open the down time of the units named in the rows."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_downtime_action")
        domain = Domain("equipment_id.coverage_ids.contract_id", "in", self.ids)
        return {**action, "domain": list(domain), "context": {}}
