# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceNotificationRule(models.Model):
    """One cell of the matrix: which event tells whom, by which channel."""

    _name = "service.notification.rule"
    _description = "Notification Rule"

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
