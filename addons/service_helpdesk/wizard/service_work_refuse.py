# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceWorkRefuse(models.TransientModel):
    """Asks what is wrong with work lines."""

    _name = "service.work.refuse"
    _description = "Refuse Work"

    reason = fields.Char(required=True)
