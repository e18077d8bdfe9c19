# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from .service_regime import PRICE


class ServiceRegimeStep(models.Model):
    """One band of a banded rule: from which figure on, and what it is worth."""

    _name = "service.regime.step"
    _description = "Band of a Regime Rule"
    _order = "rule_id, bound desc, id"
    _rec_name = "bound"

    rule_id = fields.Many2one(
        comodel_name="service.regime.rule",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="rule_id.currency_id")
    bound = fields.Float(
        digits=(12, 4),
        required=True,
        help="A figure worse than this falls into the band; for a bonus, this figure or a better one.",
    )
    percent = fields.Float(string="% of Charge", digits=(12, 4), groups=PRICE)
    amount = fields.Monetary(groups=PRICE)

    _bound_uniq = models.UniqueIndex("(rule_id, bound)", "A rule has one band per figure.")
    _check_price = models.Constraint(
        "CHECK (LEAST(percent, amount, bound) >= 0)",
        "The figure and the worth of a band are not negative.",
    )

    def write(self, vals):
        result = super().write(vals)
        self.rule_id._check_rule()
        return result
