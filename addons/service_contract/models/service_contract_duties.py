# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceContract(models.Model):
    """What a contract owes besides repairs, and how that stands."""

    _inherit = "service.contract"
