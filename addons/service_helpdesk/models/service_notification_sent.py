# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceNotificationSent(models.Model):
    """What a person was told of a call, so that it is told once."""

    _name = "service.notification.sent"
    _description = "Notification Sent"

    call_id = fields.Many2one(
        comodel_name="service.call",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True)
