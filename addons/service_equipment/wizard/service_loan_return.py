# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceLoanReturn(models.TransientModel):
    """A loan comes back, in the condition found."""

    _name = "service.loan.return"
    _description = "Return Loan Equipment"

    loan_id = fields.Many2one(comodel_name="service.loan", required=True, ondelete="cascade")
    product_tracking = fields.Selection(related="loan_id.product_tracking")
    product_uom_id = fields.Many2one(related="loan_id.product_uom_id")
    date = fields.Date(compute="_compute_date", store=True, precompute=True, readonly=False, required=True)
    quantity = fields.Float(
        compute="_compute_quantity",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        digits="Product Unit",
    )
    condition = fields.Selection(
        selection=[("good", "Good"), ("check", "To Be Checked"), ("damaged", "Damaged"), ("lost", "Lost")],
        required=True,
        default="good",
    )
    note = fields.Char()
    destination = fields.Char(string="Goes to", compute="_compute_destination")

    @api.depends("loan_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.loan_id._get_today() if wizard.loan_id else False

    @api.depends("loan_id")
    def _compute_quantity(self):
        for wizard in self:
            wizard.quantity = wizard.loan_id.quantity_out

    @api.depends("loan_id", "condition")
    def _compute_destination(self):
        for wizard in self:
            # The names of our own places, for users with no rights on the stock, too.
            loan = wizard.loan_id.sudo()
            location = loan.location_id
            if loan and wizard.condition != "good":
                location = loan._get_return_location(wizard.condition)
            wizard.destination = location.display_name

    def action_return(self):
        """Take the equipment back.

        :raise UserError: when it is not out or not where it was lent to
        """
        for wizard in self:
            wizard.loan_id._take_back(wizard.date, wizard.condition, wizard.quantity, wizard.note)
        return {"type": "ir.actions.act_window_close"}
