# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceBillingError(models.Model):
    """Why a run could not bill one contract, or the work of one customer; the others were billed."""

    _name = "service.billing.error"
    _description = "Service Billing Error"
    _order = "id desc"
    _rec_name = "message"

    run_id = fields.Many2one(
        comodel_name="service.billing.run",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(comodel_name="res.company", required=True, readonly=True, index=True)
    contract_id = fields.Many2one(
        comodel_name="service.contract",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    message = fields.Text(required=True, readonly=True)
    is_open = fields.Boolean(
        default=True,
        readonly=True,
        help="Unset once a later run billed the contract without error.",
    )
