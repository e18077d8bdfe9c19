# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceObligationFulfilment(models.Model):
    """A due date of a duty that was met: when, by whom. Written by `service.contract.obligation.action_done` only."""

    _name = "service.obligation.fulfilment"
    _description = "Obligation Done"
    _order = "date_due desc, id desc"
    _rec_name = "date_due"

    contract_obligation_id = fields.Many2one(
        comodel_name="service.contract.obligation",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    contract_id = fields.Many2one(related="contract_obligation_id.contract_id")
    company_id = fields.Many2one(related="contract_obligation_id.company_id", store=True, index=True)
    date_due = fields.Date(string="Was Due", required=True, readonly=True)
    date_done = fields.Date(string="Done On", required=True, readonly=True)
    days_late = fields.Integer(compute="_compute_days_late")
    user_id = fields.Many2one(comodel_name="res.users", string="By", readonly=True)
    note = fields.Char(readonly=True)

    _due_uniq = models.UniqueIndex(
        "(contract_obligation_id, date_due)",
        "This due date was met already.",
    )

    @api.depends("date_due", "date_done")
    def _compute_days_late(self):
        for fulfilment in self:
            fulfilment.days_late = max((fulfilment.date_done - fulfilment.date_due).days, 0)
