# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceEquipment(models.Model):
    _inherit = "service.equipment"

    sale_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Order Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        groups="sales_team.group_sale_salesman,account.group_account_invoice",
    )
    sale_order_id = fields.Many2one(
        related="sale_line_id.order_id",
        string="Sales Order",
        store=True,
        index="btree_not_null",
        groups="sales_team.group_sale_salesman,account.group_account_invoice",
    )
    invoice_ref = fields.Char(compute="_compute_invoice_ref", store=True, readonly=False)
    invoice_count = fields.Integer(
        compute="_compute_invoice_count",
        groups="service_billing.group_service_billing_user",
    )

    @api.depends("sale_line_id.invoice_lines.parent_state")
    def _compute_invoice_ref(self):
        """Fill in the invoice that the unit was sold on, once it is posted."""
        for equipment in self:
            lines = equipment.sale_line_id.invoice_lines.filtered(
                lambda line: line.parent_state == "posted" and line.move_id.move_type == "out_invoice"
            )
            equipment.invoice_ref = ", ".join(lines.move_id.sorted("id").mapped("name")) or equipment.invoice_ref

    def _compute_invoice_count(self):
        for equipment in self:
            equipment.invoice_count = len(equipment._get_invoices())

    def _get_invoices(self):
        """Return the invoices of these units: of their sale, and those that carry charges for them."""
        charges = self.env["service.charge"].search([("equipment_id", "in", self.ids), ("move_id", "!=", False)])
        # The order only leads to its invoices: users of billing need not see orders, and see the invoices they may.
        sold = self.sudo().sale_line_id.invoice_lines.move_id.sudo(False)
        return (sold | charges.move_id)._filtered_access("read")

    def action_open_sale_order(self):
        """Open the order that the unit was sold on."""
        self.ensure_one()
        return self.sale_order_id.get_formview_action()

    def action_open_invoices(self):
        """Open the invoices of these units."""
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        return {**action, "domain": [("id", "in", self._get_invoices().ids)], "context": {}}
