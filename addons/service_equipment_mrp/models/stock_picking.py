# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _get_service_backorder_chain(self):
        """Return this transfer with those whose backorder it is, and with its own backorders."""
        self.ensure_one()
        first = self
        while first.backorder_id:
            first = first.backorder_id
        chain = level = first
        while level:
            level = level.backorder_ids - chain
            chain += level
        return chain
