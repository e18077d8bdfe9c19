# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCall(models.Model):
    """Solutions suggested for a call, and made from it."""

    _inherit = "service.call"
