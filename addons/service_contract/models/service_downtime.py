# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceDowntime(models.Model):
    """From when to when a unit was down, degraded, in planned maintenance, or excused."""

    _name = "service.downtime"
    _description = "Down Time"

    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True)
