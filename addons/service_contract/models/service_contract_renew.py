# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceContract(models.Model):
    """How contracts go on: by hand or by themselves, at which prices."""

    _inherit = "service.contract"
