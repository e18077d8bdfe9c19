# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceLoanReturn(models.TransientModel):
    """A loan comes back, in the condition found."""

    _name = "service.loan.return"
    _description = "Return Loan Equipment"

    loan_id = fields.Many2one(comodel_name="service.loan")
