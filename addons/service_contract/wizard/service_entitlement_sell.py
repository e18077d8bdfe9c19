# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEntitlementSell(models.TransientModel):
    """Puts a package on a contract."""

    _name = "service.entitlement.sell"
    _description = "Sell a Prepaid Package"

    contract_id = fields.Many2one(
        comodel_name="service.contract",
    )
