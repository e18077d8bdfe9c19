# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceContract(models.Model):
    """What a contract's performance was worth in a period."""

    _inherit = "service.contract"
