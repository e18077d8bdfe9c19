# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceReliabilityFlag(models.Model):
    """A unit or group that fails more often than it may, until it has calmed down."""

    _name = "service.reliability.flag"
    _description = "Reliability Flag"

    trigger_id = fields.Many2one(
        comodel_name="service.reliability.trigger",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="trigger_id.company_id", store=True, index=True)
