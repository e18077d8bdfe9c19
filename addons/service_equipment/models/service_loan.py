# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceLoan(models.Model):
    """A unit or serial number of ours lent to a site, and back."""

    _name = "service.loan"
    _description = "Loan Equipment"
    _check_company_auto = True
    _inherit = ["mail.thread", "mail.activity.mixin"]

    name = fields.Char(required=True, readonly=True, copy=False, default=lambda self: self.env._("New"), index=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
