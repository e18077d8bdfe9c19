# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractCloseReason(models.Model):
    """Why contracts end, so that somebody can count it."""

    _name = "service.contract.close.reason"
    _description = "Reason for the End of a Contract"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
