# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_sla_policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
        string="Default Service Level",
        check_company=True,
        help="The service level of calls that no contract covers, or whose contract names none.",
    )
    service_contract_offer_days = fields.Integer(
        string="Offers Valid For (days)",
        default=30,
        help="How long a customer may sign a contract that is offered to him.",
    )
    service_contract_activates_when_signed = fields.Boolean(
        string="Activate Contracts When Signed",
        help="New contracts become active as soon as their customers have signed them.",
    )
    service_contract_portal_prices = fields.Boolean(
        string="Prices in the Portal",
        default=True,
        help="The contract that a customer downloads in the portal shows its prices.",
    )

    _check_service_contract_offer_days = models.Constraint(
        "CHECK (service_contract_offer_days >= 0)",
        "An offer is not valid for a negative number of days.",
    )
