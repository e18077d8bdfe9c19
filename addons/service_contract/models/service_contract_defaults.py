# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ServiceContract(models.Model):
    """What a new contract takes over from its type."""

    _inherit = "service.contract"

    @api.onchange("type_id")
    def _onchange_type_id(self):
        """Propose what the type says to a draft."""
        if self.type_id and self.state == "draft":
            self.update(self.type_id.with_company(self.company_id)._prepare_contract_values())

    @api.model_create_multi
    def create(self, vals_list):
        """A contract takes over from its type what nobody has said otherwise."""
        return super().create([{**self._get_type_values(vals), **vals} for vals in vals_list])

    @api.model
    def _get_type_values(self, vals):
        """Return what the type proposes to a contract that is about to be created."""
        contract_type = self.env["service.contract.type"].browse(vals.get("type_id") or [])
        company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
        return contract_type.with_company(company)._prepare_contract_values() if contract_type else {}
