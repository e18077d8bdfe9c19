# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_sla_policy_id = fields.Many2one(
        related="company_id.service_sla_policy_id",
        readonly=False,
    )
    service_contract_offer_days = fields.Integer(
        related="company_id.service_contract_offer_days",
        readonly=False,
    )
    service_contract_activates_when_signed = fields.Boolean(
        related="company_id.service_contract_activates_when_signed",
        readonly=False,
    )
    service_contract_portal_prices = fields.Boolean(
        related="company_id.service_contract_portal_prices",
        readonly=False,
    )
