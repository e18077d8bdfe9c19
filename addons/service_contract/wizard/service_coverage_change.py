# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models


class ServiceCoverageChange(models.TransientModel):
    """Asks with which last day coverage rows end, or from which day they have another price."""

    _name = "service.coverage.change"
    _description = "Change Service Coverage"

    coverage_ids = fields.Many2many(comodel_name="service.coverage", string="Rows", required=True, readonly=True)
    kind = fields.Selection(
        selection=[("end", "Remove"), ("reprice", "New Price")],
        required=True,
        readonly=True,
        default="end",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    currency_id = fields.Many2one(related="coverage_ids.currency_id")
    price = fields.Monetary(
        compute="_compute_price",
        store=True,
        readonly=False,
        groups="service_contract.group_service_contract_price",
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "coverage_ids" in fields and self.env.context.get("active_model") == "service.coverage":
            values["coverage_ids"] = [Command.set(self.env.context.get("active_ids", []))]
        return values

    @api.depends("coverage_ids")
    def _compute_price(self):
        for wizard in self:
            wizard.price = wizard.coverage_ids[:1].price

    def action_confirm(self):
        """Do it."""
        self.ensure_one()
        if self.kind == "end":
            self.coverage_ids.action_end(self.date)
        else:
            self.coverage_ids.action_reprice(self.date, self.price)
        return {"type": "ir.actions.act_window_close"}
