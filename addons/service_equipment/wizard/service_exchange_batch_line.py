# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceExchangeBatchLine(models.TransientModel):
    """One component of an exchange of several."""

    _name = "service.exchange.batch.line"
    _description = "Component to Exchange"

    batch_id = fields.Many2one(comodel_name="service.exchange.batch", required=True, index=True, ondelete="cascade")
