# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractTemplateService(models.Model):
    """One service foreseen by contracts made from the template."""

    _name = "service.contract.template.service"
    _description = "Service of a Contract Template"
    _inherit = ["service.contract.service.terms"]
    _order = "template_id, sequence, id"
    _check_company_auto = True

    template_id = fields.Many2one(
        comodel_name="service.contract.template",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
