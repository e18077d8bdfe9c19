# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceEntitlementCorrect(models.TransientModel):
    """Adds to or takes from a quota by hand, with a reason."""

    _name = "service.entitlement.correct"
    _description = "Correct a Quota"

    entitlement_id = fields.Many2one(
        comodel_name="service.entitlement",
        string="Quota",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
        ondelete="cascade",
    )
    contract_id = fields.Many2one(related="entitlement_id.contract_id")
    unit = fields.Selection(related="entitlement_id.unit")
    direction = fields.Selection(
        selection=[("add", "Add"), ("take", "Take away")],
        required=True,
        default="add",
    )
    quantity = fields.Float(digits="Product Unit", required=True)
    date = fields.Date(
        string="Dated",
        compute="_compute_date",
        store=True,
        readonly=False,
        required=True,
        help="A day on which the quota holds, not in a closed period.",
    )
    reason = fields.Char(required=True)
    quantity_left = fields.Float(related="entitlement_id.quantity_left", string="Left Now")
    quantity_after = fields.Float(string="Left Then", digits="Product Unit", compute="_compute_quantity_after")

    @api.depends("entitlement_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.entitlement_id and wizard.entitlement_id._get_booking_date()

    @api.depends("entitlement_id", "direction", "quantity")
    def _compute_quantity_after(self):
        for wizard in self:
            wizard.quantity_after = wizard.quantity_left + wizard._get_amount()

    def _get_amount(self):
        """Return what is added, negative when taken away."""
        self.ensure_one()
        return self.quantity if self.direction == "add" else -self.quantity

    def action_confirm(self):
        """Write the correction to the ledger."""
        for wizard in self:
            if wizard.quantity < 0:
                raise UserError(self.env._("Enter how much without a sign, and choose whether it is added or taken."))
            wizard.entitlement_id.action_correct(wizard._get_amount(), wizard.reason, wizard.date)
        return {"type": "ir.actions.act_window_close"}
