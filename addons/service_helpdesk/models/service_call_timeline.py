# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCall(models.Model):
    """The time line that explains the clocks of a call."""

    _inherit = "service.call"
