# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _prepare_service_equipment_values(self):
        values = super()._prepare_service_equipment_values()
        return {**values, "sale_line_id": self.move_id.sale_line_id.id}
