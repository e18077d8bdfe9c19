# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceRegimeStep(models.Model):
    """One band of a banded rule."""

    _name = "service.regime.step"
    _description = "Band of a Regime Rule"

    rule_id = fields.Many2one(
        comodel_name="service.regime.rule",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
