# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceReliabilityTrigger(models.Model):
    """How many failures in how many days raise the priority of what comes next."""

    _name = "service.reliability.trigger"
    _description = "Reliability Trigger"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
