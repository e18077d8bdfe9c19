# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCallType(models.Model):
    """Each type has its own rules and fields."""

    _inherit = "service.call.type"
