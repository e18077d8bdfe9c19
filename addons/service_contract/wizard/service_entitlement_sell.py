# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceEntitlementSell(models.TransientModel):
    """Puts a package on a contract, and shows first what it gives and costs."""

    _name = "service.entitlement.sell"
    _description = "Sell a Prepaid Package"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="contract_id.company_id")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    package_id = fields.Many2one(
        comodel_name="service.entitlement.package",
        required=True,
        check_company=True,
        ondelete="cascade",
    )
    date = fields.Date(string="From", compute="_compute_date", store=True, readonly=False, required=True)
    date_end = fields.Date(string="Until", compute="_compute_result")
    count = fields.Integer(string="How Many", required=True, default=1)
    unit = fields.Selection(related="package_id.unit")
    quantity = fields.Float(string="Gives", digits="Product Unit", compute="_compute_result")
    price = fields.Monetary(
        string="Price Each",
        compute="_compute_price",
        store=True,
        readonly=False,
        groups="service_contract.group_service_contract_price",
    )
    amount = fields.Monetary(
        string="Billed",
        compute="_compute_result",
        groups="service_contract.group_service_contract_price",
    )

    @api.depends("contract_id")
    def _compute_date(self):
        for wizard in self:
            contract = wizard.contract_id
            wizard.date = contract and max(contract._get_today(), contract.date_start)

    @api.depends("package_id", "date")
    def _compute_price(self):
        for wizard in self:
            package, contract = wizard.package_id, wizard.contract_id
            wizard.price = package._get_price(contract, wizard.date) if package and wizard.date else 0.0

    @api.depends("package_id", "date", "count", "price")
    def _compute_result(self):
        for wizard in self:
            package = wizard.package_id
            is_ready = package and wizard.date
            wizard.date_end = is_ready and package._get_last_day(wizard.contract_id, wizard.date)
            wizard.quantity = package.quantity * wizard.count
            wizard.amount = wizard.currency_id.round(wizard.price * wizard.count) if wizard.currency_id else 0.0

    def action_confirm(self):
        """Sell it."""
        for wizard in self:
            wizard.contract_id.action_sell_package(
                wizard.package_id.id, date=wizard.date, count=wizard.count, price=wizard.price
            )
        return {"type": "ir.actions.act_window_close"}
