# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceSolutionUse(models.Model):
    """A call that a solution was tried on, and whether it helped."""

    _name = "service.solution.use"
    _description = "Use of a Solution"

    solution_id = fields.Many2one(
        comodel_name="service.solution",
        required=True,
        index=True,
        ondelete="cascade",
    )
    call_id = fields.Many2one(
        comodel_name="service.call",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True)
