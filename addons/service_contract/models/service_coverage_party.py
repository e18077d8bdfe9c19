# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceCoverage(models.Model):
    """Whose units and sites a row may cover."""

    _inherit = "service.coverage"

    contract_kind = fields.Selection(related="contract_id.kind", string="Kind of Contract", store=True)

    @api.constrains("contract_id", "equipment_id", "site_ids")
    def _check_customers(self):
        """A row that goes on at another price stays as it is, whoever owns the unit by now."""
        for contract, rows in self.filtered(lambda row: not row.origin_id).grouped("contract_id").items():
            contract._check_own(rows.equipment_id)
            contract._check_own(rows.site_ids)
