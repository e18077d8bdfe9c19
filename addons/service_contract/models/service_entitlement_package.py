# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEntitlementPackage(models.Model):
    """A package of quota that customers buy: the catalogue."""

    _name = "service.entitlement.package"
    _description = "Prepaid Package"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
