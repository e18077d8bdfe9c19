# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceExchangeReason(models.Model):
    """Why components are exchanged: what costs are grouped by."""

    _name = "service.exchange.reason"
    _description = "Exchange Reason"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
