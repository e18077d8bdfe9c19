# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractTemplate(models.Model):
    """What contracts of a kind are made from: rows, periods, services, level and obligations."""

    _name = "service.contract.template"
    _description = "Contract Template"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
