# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .service_contract_offer import PROMISED


class ServiceContractOfferGuard(models.AbstractModel):
    """What is part of a contract's promise stands while the contract is offered to the customer, or signed."""

    _name = "service.contract.offer.guard"
    _description = "Part of an Offered Contract"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records.contract_id._check_not_offered()
        return records

    def write(self, vals):
        if self._get_promised_fields().isdisjoint(vals):
            return super().write(vals)
        self.contract_id._check_not_offered()
        res = super().write(vals)
        self.contract_id._check_not_offered()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_offered(self):
        self.contract_id._check_not_offered()

    @api.model
    def _get_promised_fields(self):
        """Hook: return the names of the fields that stand while the contract is offered."""
        return set(PROMISED[self._name])


class ServiceCoverage(models.Model):
    _name = "service.coverage"
    _inherit = ["service.coverage", "service.contract.offer.guard"]

    is_offered = fields.Boolean(related="contract_id.is_offered", store=True)


class ServiceContractPeriod(models.Model):
    _name = "service.contract.period"
    _inherit = ["service.contract.period", "service.contract.offer.guard"]

    is_offered = fields.Boolean(related="contract_id.is_offered", store=True)


class ServiceEntitlement(models.Model):
    _name = "service.entitlement"
    _inherit = ["service.entitlement", "service.contract.offer.guard"]

    is_offered = fields.Boolean(related="contract_id.is_offered", store=True)


class ServiceContractService(models.Model):
    _name = "service.contract.service"
    _inherit = ["service.contract.service", "service.contract.offer.guard"]


class ServiceContractObligation(models.Model):
    _name = "service.contract.obligation"
    _inherit = ["service.contract.obligation", "service.contract.offer.guard"]
