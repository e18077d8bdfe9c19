# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceSlaPreview(models.TransientModel):
    """Shows the deadlines of a service level for an instant."""

    _name = "service.sla.preview"
    _description = "Preview of Deadlines"

    policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
    )
