# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCallRecurrence(models.Model):
    """What is asked for again and again: a call is made of it at each date."""

    _name = "service.call.recurrence"
    _description = "Recurring Call"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
