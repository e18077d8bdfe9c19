# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCall(models.Model):
    """Hours worked against those estimated and agreed."""

    _inherit = "service.call"
