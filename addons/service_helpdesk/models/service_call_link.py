# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCall(models.Model):
    """Calls that belong together: merged, split, followed up."""

    _inherit = "service.call"
