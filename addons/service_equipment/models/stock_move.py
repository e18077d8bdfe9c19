# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    service_exchange_id = fields.Many2one(
        comodel_name="service.exchange",
        string="Component Exchange",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
    )

    @api.depends("service_exchange_id.name")
    def _compute_reference(self):
        """The moves of an exchange have its number, as those of a transfer have the transfer's."""
        super()._compute_reference()
        for move in self.filtered("service_exchange_id"):
            move.reference = move.service_exchange_id.name

    def action_open_reference(self):
        """Open the exchange of a move that has one; its form shows both serial numbers.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        if not self.service_exchange_id:
            return super().action_open_reference()
        record = self._get_service_exchange_reference()
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [[False, "form"]],
        }

    def _get_service_exchange_reference(self):
        """Return the exchange, or the move itself for those who may not see exchanges."""
        self.ensure_one()
        exchange = self.service_exchange_id
        return exchange if exchange.has_access("read") else self
