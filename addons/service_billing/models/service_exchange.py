# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceExchange(models.Model):
    _inherit = "service.exchange"

    def _get_part_value(self, move):
        """Value a part at what its move took from stock, where stock values it."""
        if move.value and move.quantity:
            return abs(move.value) / move.quantity
        return super()._get_part_value(move)
