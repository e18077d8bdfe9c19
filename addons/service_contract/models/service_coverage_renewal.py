# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCoverage(models.Model):
    """What a coverage row says about renewals."""

    _inherit = "service.coverage"

    is_price_fixed = fields.Boolean(
        string="Fixed Price",
        help="The price stays as it is when the contract is renewed.",
    )
