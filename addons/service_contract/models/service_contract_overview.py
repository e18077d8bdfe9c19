# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContract(models.Model):
    """Everything logged against a contract, in one picture."""

    _inherit = "service.contract"

    contract_properties = fields.Properties(
        string="Own Fields",
        definition="type_id.contract_properties_definition",
        copy=True,
        groups="base.group_user",
    )
    coverage_properties_definition = fields.PropertiesDefinition(
        related="type_id.coverage_properties_definition",
        readonly=False,
    )
