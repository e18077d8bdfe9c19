# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _update_service_equipment(self):
        super()._update_service_equipment()
        # The register follows the stock, as with serial numbers.
        lines = self.filtered(lambda line: line.state == "done" and line.move_id.bom_line_id).sudo()
        Equipment = self.env["service.equipment"].sudo()
        Equipment._retire_returned_kits(lines.filtered(lambda line: line._is_service_return()))
        Equipment._register_delivered_kits(lines.filtered(lambda line: line._is_service_delivery()))
