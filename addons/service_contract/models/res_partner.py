# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    service_contract_count = fields.Integer(
        string="Service Contracts",
        compute="_compute_service_contract_count",
        groups="service_contract.group_service_contract_reader,service_equipment.group_service_auditor",
    )

    def _compute_service_contract_count(self):
        counts = dict(
            self.env["service.contract"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                groupby=["commercial_partner_id"],
                aggregates=["__count"],
            )
        )
        for partner in self:
            partner.service_contract_count = counts.get(partner.commercial_partner_id, 0)

    def action_open_service_contracts(self):
        """Open the contracts of the customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_contract_action")
        return {
            **action,
            "domain": [("commercial_partner_id", "=", self.commercial_partner_id.id)],
            "context": {"default_partner_id": self.commercial_partner_id.id},
        }

    def action_what_if(self):
        """Ask what would happen if the customer, or somebody at this site, called now."""
        self.ensure_one()
        is_site = self != self.commercial_partner_id
        return self.env["service.coverage.whatif"]._get_action(
            partner_id=self.commercial_partner_id.id, site_id=is_site and self.id
        )
