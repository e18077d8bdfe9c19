# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

QUOTA_FIELDS = ("free_calls", "free_hours", "hours_maintained", "rollover_percent", "price")


class ServiceContractTemplatePeriod(models.Model):
    """One period, by its length, that contracts made from the template begin with; the last one is repeated."""

    _name = "service.contract.template.period"
    _description = "Period of a Contract Template"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        comodel_name="service.contract.template",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="template_id.currency_id")
    sequence = fields.Integer(default=10)
    months = fields.Integer(
        string="Length (Months)",
        required=True,
        default=12,
        help="The last period is repeated to the end of the term.",
    )
    free_calls = fields.Float(digits="Product Unit")
    free_hours = fields.Float(digits="Product Unit")
    hours_maintained = fields.Float(string="Maintenance Hours", digits="Product Unit")
    rollover_percent = fields.Float(string="Roll-over (%)")
    price = fields.Monetary(
        string="Flat Price",
        groups="service_contract.group_service_contract_price",
        help="For the whole period, billed once, besides the prices of the covered units.",
    )

    _check_months = models.Constraint("CHECK (months > 0)", "A period lasts a month at least.")
    _check_quantities = models.Constraint(
        "CHECK (LEAST(COALESCE(free_calls, 0), COALESCE(free_hours, 0), COALESCE(hours_maintained, 0),"
        " COALESCE(price, 0)) >= 0)",
        "The quotas and the price of a period cannot be negative.",
    )
    _check_rollover = models.Constraint(
        "CHECK (COALESCE(rollover_percent, 0) BETWEEN 0 AND 100)",
        "A roll-over is between 0 and 100 percent.",
    )

    def _prepare_quota_values(self):
        """Return the quotas and the price as values of a period."""
        self.ensure_one()
        return {name: self[name] for name in QUOTA_FIELDS}
