# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    service_equipment_count = fields.Integer(
        string="Equipment Count",
        compute="_compute_service_equipment_count",
        compute_sudo=False,
    )
    service_loan_id = fields.Many2one(
        comodel_name="service.loan",
        string="Loan",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
    )

    @api.depends("move_line_ids.lot_id")
    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_service_equipment_count(self):
        counts = self.env["service.equipment"]._get_count_by("lot_id", self.move_line_ids.lot_id)
        for picking in self:
            picking.service_equipment_count = sum(counts.get(lot.id, 0) for lot in picking.move_line_ids.lot_id)

    def _action_done(self):
        res = super()._action_done()
        self.move_line_ids._update_service_equipment()
        return res

    def _get_service_date(self):
        """Return the day of this transfer at its site."""
        self.ensure_one()
        tz = self.partner_id._get_service_tz(self.company_id)
        return fields.Datetime.context_timestamp(self.with_context(tz=tz), self.date_done).date()

    def action_view_service_equipment(self):
        """Open the units whose serial numbers these transfers move.

        :return: an `ir.actions.act_window` dict
        """
        return self.env["service.equipment"]._get_action([("lot_id", "in", self.move_line_ids.lot_id.ids)])
