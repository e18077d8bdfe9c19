# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class StockTraceabilityReport(models.TransientModel):
    _inherit = "stock.traceability.report"

    @api.model
    def _get_reference(self, move_line):
        """The moves of an exchange are named after it, and lead to it."""
        move = move_line.move_id
        if not move.service_exchange_id:
            return super()._get_reference(move_line)
        record = move._get_service_exchange_reference()
        return record._name, record.id, move.reference
