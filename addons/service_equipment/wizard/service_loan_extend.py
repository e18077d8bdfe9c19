# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models


class ServiceLoanExtend(models.TransientModel):
    """The due date of loans is put off, with a reason."""

    _name = "service.loan.extend"
    _description = "Extend Loans"

    loan_ids = fields.Many2many(comodel_name="service.loan", required=True)
    date_due = fields.Date(
        string="New Due Date",
        compute="_compute_date_due",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    reason = fields.Char(required=True)

    @api.depends("loan_ids")
    def _compute_date_due(self):
        for wizard in self:
            latest = max(wizard.loan_ids.mapped("date_due"), default=fields.Date.context_today(wizard))
            wizard.date_due = latest + timedelta(days=7)

    def action_extend(self):
        """Lend for longer.

        :raise UserError: when a loan is not out, or due later already
        """
        for wizard in self:
            wizard.loan_ids._extend(wizard.date_due, wizard.reason)
        return {"type": "ir.actions.act_window_close"}
