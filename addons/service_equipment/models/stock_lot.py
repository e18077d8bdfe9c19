# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain


class StockLot(models.Model):
    _inherit = "stock.lot"

    service_equipment_count = fields.Integer(
        string="Equipment Count",
        compute="_compute_service_equipment_count",
        compute_sudo=False,
    )
    service_loan_count = fields.Integer(string="Loans", compute="_compute_service_loan_count", compute_sudo=False)

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_service_equipment_count(self):
        counts = self.env["service.equipment"]._get_count_by("lot_id", self)
        for lot in self:
            lot.service_equipment_count = counts.get(lot.id, 0)

    def action_view_service_equipment(self):
        """Open the units with these serial numbers.

        :return: an `ir.actions.act_window` dict
        """
        return self.env["service.equipment"]._get_action([("lot_id", "in", self.ids)])

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_service_loan_count(self):
        counts = self.env["service.loan"]._get_count_by("lot_id", self)
        for lot in self:
            lot.service_loan_count = counts.get(lot.id, 0)

    def action_view_service_loans(self):
        """Open the loans of these serial numbers.

        :return: an `ir.actions.act_window` dict
        """
        return self.env["service.loan"]._get_action([("lot_id", "in", self.ids)])

    def _get_service_production_lines(self):
        """Return the lines by which production has made these lots, the latest of each.

        :return: dict of `stock.lot` to `stock.move.line`
        """
        lines = self.env["stock.move.line"].search(self._get_service_production_domain(), order="date, id")
        return {line.lot_id: line for line in lines}

    def _get_service_production_domain(self):
        """Hook: return the domain of the lines by which production has made these lots."""
        return Domain(
            [
                ("lot_id", "in", self.ids),
                ("state", "=", "done"),
                ("location_id.usage", "=", "production"),
                ("consume_line_ids", "!=", False),
            ]
        )
