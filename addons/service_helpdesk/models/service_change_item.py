# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceChangeItem(models.Model):
    """What a change request changes on a unit or a part of it."""

    _name = "service.change.item"
    _description = "Changed Item"

    call_id = fields.Many2one(
        comodel_name="service.call",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True)
