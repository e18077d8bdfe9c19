# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.fields import Domain

READERS = "service_contract.group_service_contract_reader,service_equipment.group_service_auditor"


class ServiceContract(models.Model):
    """The down time of the units under a contract."""

    _inherit = "service.contract"

    downtime_count = fields.Integer(compute="_compute_downtime_count", compute_sudo=False, groups=READERS)

    def _compute_downtime_count(self):
        Downtime = self.env["service.downtime"]
        for contract in self:
            domain = Domain("equipment_id.coverage_ids.contract_id", "in", contract.ids)
            contract.downtime_count = Downtime.search_count(domain)

    def action_open_downtime(self):
        """Open the down time of the units named in the rows."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_downtime_action")
        domain = Domain("equipment_id.coverage_ids.contract_id", "in", self.ids)
        return {**action, "domain": list(domain), "context": {}}
