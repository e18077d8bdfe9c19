# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCall(models.Model):
    """What customers say of calls that were closed."""

    _inherit = "service.call"
