# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceContract(models.Model):
    """What the customer sees, gets by mail and signs."""

    _inherit = "service.contract"
