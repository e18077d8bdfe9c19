# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceChangeStep(models.Model):
    """One approval that changes of a call type need, in their order."""

    _name = "service.change.step"
    _description = "Approval Step"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
