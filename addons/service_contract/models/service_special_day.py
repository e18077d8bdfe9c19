# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceSpecialDay(models.Model):
    """A day on which a site has another regime, weight, or none at all."""

    _name = "service.special.day"
    _description = "Special Day"

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
