# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _get_service_customer(self):
        # Whoever ordered owns it, wherever it is delivered.
        buyer = self.move_id.sale_line_id.order_id.partner_id
        return buyer.commercial_partner_id or super()._get_service_customer()

    def _prepare_service_equipment_values(self):
        values = super()._prepare_service_equipment_values()
        return {**values, "sale_line_id": self.move_id.sale_line_id.id}
