# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractTemplatePeriod(models.Model):
    """One period, by its length, that contracts made from the template begin with."""

    _name = "service.contract.template.period"
    _description = "Period of a Contract Template"

    template_id = fields.Many2one(
        comodel_name="service.contract.template",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
