# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceRegimeRule(models.Model):
    """One rule that turns a performance into an amount."""

    _name = "service.regime.rule"
    _description = "Rule of a Performance Regime"

    regime_id = fields.Many2one(
        comodel_name="service.regime",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="regime_id.company_id", store=True, index=True)
