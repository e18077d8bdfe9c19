# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCall(models.Model):
    """Who handles calls: taking, handing over, accepting."""

    _inherit = "service.call"
