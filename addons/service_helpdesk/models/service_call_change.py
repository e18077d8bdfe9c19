# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCall(models.Model):
    """Change requests: what changes, and who approves it."""

    _inherit = "service.call"
