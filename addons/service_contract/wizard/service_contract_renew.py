# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractRenew(models.TransientModel):
    """Shows what a renewal would change before it is carried out."""

    _name = "service.contract.renew"
    _description = "Renew Contracts"

    date = fields.Date(default=fields.Date.context_today)
