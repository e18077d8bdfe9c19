# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..const import INTERVAL_UNITS


class ServiceBillingTerms(models.AbstractModel):
    """When and how a contract is billed: on the contract, and on its type as what new contracts start from."""

    _name = "service.billing.terms"
    _description = "Billing Terms"

    billing_timing = fields.Selection(
        selection=[("advance", "In Advance"), ("arrears", "In Arrears")],
        required=True,
        default="advance",
    )
    proration = fields.Selection(
        selection=[("full", "Whole Periods"), ("days", "By Days"), ("30_360", "30/360")],
        required=True,
        default="days",
    )
    credit_policy = fields.Selection(
        selection=[("credit_note", "Credit Note"), ("net", "Net the Next Invoice")],
        string="Credits",
        required=True,
        default="net",
    )
    billing_grouping = fields.Selection(
        selection=[("contract", "Per Contract"), ("customer", "Per Customer"), ("site", "Per Site")],
        string="Invoices",
        required=True,
        default="contract",
    )
    interval_count = fields.Integer(string="Every", required=True, default=1)
    interval_unit = fields.Selection(selection=INTERVAL_UNITS, string="Interval", required=True, default="month")

    _check_interval_count = models.Constraint("CHECK (interval_count > 0)", "The billing interval is at least one.")
