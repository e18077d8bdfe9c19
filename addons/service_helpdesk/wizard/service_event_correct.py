# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEventCorrect(models.TransientModel):
    """Asks when something really happened."""

    _name = "service.event.correct"
    _description = "Correct the Log"

    call_id = fields.Many2one(
        comodel_name="service.call",
    )
