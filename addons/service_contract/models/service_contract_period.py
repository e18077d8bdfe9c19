# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractPeriod(models.Model):
    """A stretch of a contract's term with its own quotas and flat price (rules.md 4 and 5)."""

    _name = "service.contract.period"
    _description = "Service Contract Period"
    _order = "date_start, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    commercial_partner_id = fields.Many2one(related="contract_id.commercial_partner_id", store=True, index=True)
    contract_state = fields.Selection(related="contract_id.state", string="Contract State", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    date_start = fields.Date(string="First Day", required=True)
    date_end = fields.Date(string="Last Day", required=True)
    free_calls = fields.Float(digits="Product Unit")
    free_hours = fields.Float(digits="Product Unit")
    hours_maintained = fields.Float(
        string="Maintenance Hours",
        digits="Product Unit",
        help="Hours for labour on preventive maintenance calls only.",
    )
    rollover_percent = fields.Float(
        string="Roll-over (%)",
        help="How much of what is left goes over to the next period when this one is closed.",
    )
    price = fields.Monetary(
        string="Flat Price",
        groups="service_contract.group_service_contract_price",
        help="For the whole period, billed once, besides the prices of the covered units.",
    )
    state = fields.Selection(
        selection=[("open", "Open"), ("closed", "Closed")],
        required=True,
        default="open",
        copy=False,
        help="Work dated in a closed period is refused.",
    )
    entitlement_ids = fields.One2many(
        comodel_name="service.entitlement",
        inverse_name="period_id",
    )

    _check_dates = models.Constraint("CHECK (date_end >= date_start)", "A period cannot end before it begins.")
    _check_quantities = models.Constraint(
        "CHECK (COALESCE(free_calls, 0) >= 0 AND COALESCE(free_hours, 0) >= 0 AND COALESCE(hours_maintained, 0) >= 0"
        " AND COALESCE(price, 0) >= 0)",
        "The quotas and the price of a period cannot be negative.",
    )
    _check_rollover = models.Constraint(
        "CHECK (COALESCE(rollover_percent, 0) BETWEEN 0 AND 100)",
        "A roll-over is between 0 and 100 percent.",
    )
