# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceExchangeBatch(models.TransientModel):
    """Several components of a unit exchanged in one go."""

    _name = "service.exchange.batch"
    _description = "Exchange Components"

    equipment_id = fields.Many2one(comodel_name="service.equipment")
