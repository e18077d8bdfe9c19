# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEntitlementCorrect(models.TransientModel):
    """Adds to or takes from a quota by hand, with a reason."""

    _name = "service.entitlement.correct"
    _description = "Correct a Quota"

    entitlement_id = fields.Many2one(
        comodel_name="service.entitlement",
    )
