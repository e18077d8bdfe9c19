# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..const import INDEXATIONS

PRICE_GROUP = "service_contract.group_service_contract_price"


class ServiceContractRenewal(models.Model):
    """One renewal that was carried out, as it was: nothing here follows later changes of the contract.

    A contract has one renewal per first new day, which the database sees to: two people, or a job that runs twice,
    cannot renew the same term twice.
    """

    _name = "service.contract.renewal"
    _description = "Contract Renewal"
    _order = "date_start desc, id desc"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    commercial_partner_id = fields.Many2one(
        related="contract_id.commercial_partner_id", string="Customer", store=True, index=True
    )
    type_id = fields.Many2one(related="contract_id.type_id", store=True, index="btree_not_null")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    date = fields.Date(string="Renewed on", required=True, default=fields.Date.context_today)
    user_id = fields.Many2one(comodel_name="res.users", string="Renewed by", index="btree_not_null")
    is_automatic = fields.Boolean(string="By Itself")
    date_end_old = fields.Date(string="Ran Until", required=True)
    date_start = fields.Date(string="First New Day", required=True)
    date_end = fields.Date(string="Runs Until", required=True)
    term_months = fields.Integer(string="Term (Months)", help="0 for a term that is counted in days.")
    period_ids = fields.One2many(comodel_name="service.contract.period", inverse_name="renewal_id")
    amount_old = fields.Monetary(
        string="Value Before",
        groups=PRICE_GROUP,
        help="What the renewed rows and periods would have cost over the new term at the old prices.",
    )
    amount_new = fields.Monetary(
        string="Value After",
        groups=PRICE_GROUP,
        help="What they cost over the new term.",
    )
    amount_difference = fields.Monetary(
        string="Difference", compute="_compute_amount_difference", store=True, groups=PRICE_GROUP
    )
    indexation = fields.Selection(
        selection=[*INDEXATIONS, ("agreed", "Agreed by Hand")],
        string="Prices",
        groups=PRICE_GROUP,
    )
    increase = fields.Float(
        string="Increase (%)", digits=(16, 4), aggregator="avg", groups=PRICE_GROUP
    )
    price_index_id = fields.Many2one(
        comodel_name="service.price.index",
        index="btree_not_null",
        ondelete="restrict",
        groups=PRICE_GROUP,
    )
    index_base_date = fields.Date(string="Base Value of", groups=PRICE_GROUP)
    index_base_value = fields.Float(string="Base Value", digits=(16, 4), aggregator=None, groups=PRICE_GROUP)
    index_date = fields.Date(string="New Value of", groups=PRICE_GROUP)
    index_value = fields.Float(string="New Value", digits=(16, 4), aggregator=None, groups=PRICE_GROUP)
    index_factor = fields.Float(
        string="Factor", digits=(16, 6), aggregator=None, groups=PRICE_GROUP, help="New value over base value."
    )

    _contract_uniq = models.UniqueIndex(
        "(contract_id, date_start)",
        "The contract has been renewed from this day already.",
    )

    @api.depends("amount_old", "amount_new")
    def _compute_amount_difference(self):
        for renewal in self:
            renewal.amount_difference = renewal.amount_new - renewal.amount_old

    @api.depends("contract_id.name", "date_start")
    def _compute_display_name(self):
        for renewal in self:
            renewal.display_name = f"{renewal.contract_id.name} {renewal.date_start}"
