# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCallType(models.Model):
    """A variable service type: coverage rows, quotas and calls speak of it."""

    _name = "service.call.type"
    _description = "Service Call Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short name used by imports and integrations.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_preventive = fields.Boolean(
        string="Preventive Maintenance",
        help="Labour on calls of this type is taken from the maintenance hours of the quota.",
    )
    is_failure = fields.Boolean(
        string="Failure",
        help="Calls of this type count as failures of their unit where a performance regime counts failures.",
    )
    company_id = fields.Many2one(comodel_name="res.company", index=True)

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "Two call types of one company cannot have the same code.",
    )
