# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractAmendment(models.Model):
    """What a contract changes from a day on, and why."""

    _name = "service.contract.amendment"
    _description = "Contract Amendment"

    name = fields.Char(required=True, readonly=True, copy=False, default=lambda self: self.env._("New"), index=True)
    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
