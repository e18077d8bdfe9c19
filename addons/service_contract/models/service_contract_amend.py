# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceContract(models.Model):
    """How contracts change within their term."""

    _inherit = "service.contract"
