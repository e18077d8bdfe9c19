# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEscalationStep(models.Model):
    """A rule that was carried out for a clock, once."""

    _name = "service.escalation.step"
    _description = "Escalation Done"

    clock_id = fields.Many2one(
        comodel_name="service.sla.clock",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="clock_id.company_id", store=True, index=True)
