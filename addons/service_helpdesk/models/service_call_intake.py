# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCall(models.Model):
    """What a call taker sees and is warned of while logging a call."""

    _inherit = "service.call"
