# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractPeriodGenerateLine(models.TransientModel):
    """A period to come, as the preview shows it."""

    _name = "service.contract.period.generate.line"
    _description = "Contract Period to Make"

    wizard_id = fields.Many2one(
        comodel_name="service.contract.period.generate",
        required=True,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    date_start = fields.Date(string="First Day")
    date_end = fields.Date(string="Last Day")
    free_calls = fields.Float(digits="Product Unit")
    free_hours = fields.Float(digits="Product Unit")
    hours_maintained = fields.Float(string="Maintenance Hours", digits="Product Unit")
    price = fields.Monetary(string="Flat Price")
