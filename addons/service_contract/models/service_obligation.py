# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceObligation(models.Model):
    """A duty that contracts may contain: the catalogue."""

    _name = "service.obligation"
    _description = "Obligation"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
