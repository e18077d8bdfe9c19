# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    service_charge_ids = fields.One2many(
        comodel_name="service.charge",
        inverse_name="move_id",
        groups="service_billing.group_service_billing_user",
    )
    service_charge_count = fields.Integer(
        compute="_compute_service_charge_count",
        groups="service_billing.group_service_billing_user",
    )

    def _compute_service_charge_count(self):
        counts = dict(self.env["service.charge"]._read_group(
            [("move_id", "in", self.ids)], ["move_id"], ["__count"]
        ))
        for move in self:
            move.service_charge_count = counts.get(move, 0)

    def button_draft(self):
        self._check_service_charges_free()
        return super().button_draft()

    def _check_service_charges_free(self):
        """Refuse to re-open a cancelled invoice when what it charges was billed on another one since, or changed."""
        # The ledger is asked for whoever works with invoices, not only for those who may read it.
        charges = self.env["service.charge"].sudo().search([
            ("move_id", "in", self.ids), ("state", "=", "cancelled"),
        ])
        taken = charges._get_not_reopenable()
        if taken:
            raise UserError(self.env._(
                "%(invoice)s cannot be re-opened: %(charge)s was billed again or changed since.",
                invoice=taken[:1].move_id.display_name,
                charge=taken[:1].description,
            ))

    def action_open_service_charges(self):
        """Open the ledger rows that these invoices carry."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_billing.service_charge_action")
        return {**action, "domain": [("move_id", "in", self.ids)], "context": {}}
