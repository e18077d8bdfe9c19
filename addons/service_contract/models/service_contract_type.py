# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractType(models.Model):
    """A kind of contract, with the terms that its coverage rows start from."""

    _name = "service.contract.type"
    _description = "Service Contract Type"
    _inherit = ["service.coverage.terms"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
    contract_properties_definition = fields.PropertiesDefinition(
        string="Own Fields of Contracts",
        groups="base.group_user",
    )
    coverage_properties_definition = fields.PropertiesDefinition(
        string="Own Fields of Coverage",
        groups="base.group_user",
    )
