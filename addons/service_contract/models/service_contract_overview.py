# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceContract(models.Model):
    """Everything logged against a contract, in one picture."""

    _inherit = "service.contract"
