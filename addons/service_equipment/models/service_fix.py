# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceFix(models.Model):
    """A known bug of a product's versions and the fix for it."""

    _name = "service.fix"
    _description = "Bug or Fix"
    _check_company_auto = True
    _inherit = ["mail.thread", "mail.activity.mixin"]

    name = fields.Char(required=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
