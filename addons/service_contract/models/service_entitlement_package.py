# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import fields, models

from ..const import QUOTA_UNITS


class ServiceEntitlementPackage(models.Model):
    """A package of quota that customers buy: the catalogue."""

    _name = "service.entitlement.package"
    _description = "Prepaid Package"
    _inherit = ["service.limits.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
    unit = fields.Selection(selection=QUOTA_UNITS, string="Unit of Measure", required=True, default="hours")
    quantity = fields.Float(digits="Product Unit", required=True, default=10.0)
    currency_id = fields.Many2one(comodel_name="res.currency", compute="_compute_currency_id")
    price = fields.Monetary(
        groups="service_contract.group_service_contract_price",
        help="Billed on the day of the sale.",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        string="Invoiced Service",
        domain="[('type', '=', 'service')]",
        check_company=True,
        help="What the invoice line carries: it gives the account and the taxes. Empty means that of contracts.",
    )
    validity_months = fields.Integer(
        string="Valid For",
        default=12,
        help="Months from the day of the sale; zero means until the contract ends.",
    )
    allow_overdraft = fields.Boolean(help="Work may take more than is left; the quota then goes below zero.")
    rollover_percent = fields.Float(
        string="Roll-over (%)",
        help="How much of what is left after the last day goes over to the next package of the same unit.",
    )
    call_type_ids = fields.Many2many(
        comodel_name="service.call.type",
        string="Only for Call Types",
        help="Empty means every type of call.",
    )
    top_up_percent = fields.Float(
        string="Top Up Below (%)",
        default=20.0,
        help="When no more than this is left, another package is offered, or sold at once where the contract says so. "
        "Zero means never.",
    )
    reminder_days = fields.Integer(
        string="Remind Before",
        default=30,
        help="Days before the last day on which the responsible is told of what is left.",
    )

    _check_quantity = models.Constraint("CHECK (quantity > 0)", "A package holds more than nothing.")
    _check_price = models.Constraint("CHECK (COALESCE(price, 0) >= 0)", "The price of a package cannot be negative.")
    _check_days = models.Constraint(
        "CHECK (COALESCE(validity_months, 0) >= 0 AND COALESCE(reminder_days, 0) >= 0)",
        "The months and days of a package cannot be negative.",
    )
    _check_percents = models.Constraint(
        "CHECK (COALESCE(rollover_percent, 0) BETWEEN 0 AND 100 AND COALESCE(top_up_percent, 0) BETWEEN 0 AND 100)",
        "The percentages of a package are between 0 and 100.",
    )

    # Prices of packages that all companies share are in the currency of the company that looks at them.
    def _compute_currency_id(self):
        for package in self:
            package.currency_id = (package.company_id or self.env.company).currency_id

    def _get_last_day(self, contract, day):
        """Return the last day on which the package holds when it is sold on a day."""
        self.ensure_one()
        if not self.validity_months:
            return contract._get_last_sale_day()
        return day + relativedelta(months=self.validity_months, days=-1)

    def _get_price(self, contract, day):
        """Return the price of one package in the currency of a contract."""
        self.ensure_one()
        return self.currency_id._convert(self.price, contract.currency_id, contract.company_id, day)
