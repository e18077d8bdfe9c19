# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCall(models.Model):
    """Down time that calls tell of."""

    _inherit = "service.call"
