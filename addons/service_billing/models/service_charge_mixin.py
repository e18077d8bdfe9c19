# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceChargeMixin(models.AbstractModel):
    """What one line of the billing ledger says; shared by the ledger and by the preview of a run."""

    _name = "service.charge.mixin"
    _description = "Service Charge Values"
    _order = "contract_id, period_start, id"

    kind = fields.Selection(
        selection=[("coverage", "Contract"), ("work", "Work")],
        required=True,
        readonly=True,
    )
    contract_id = fields.Many2one(comodel_name="service.contract", readonly=True, index="btree_not_null")
    coverage_id = fields.Many2one(comodel_name="service.coverage", readonly=True, index="btree_not_null")
    work_id = fields.Many2one(comodel_name="service.work", readonly=True, index="btree_not_null")
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Unit",
        readonly=True,
        index="btree_not_null",
    )
    site_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
    )
    period_start = fields.Date(
        required=True,
        readonly=True,
        help="First day of the nominal period; for work its day.",
    )
    period_end = fields.Date(required=True, readonly=True)
    revision = fields.Integer(
        required=True,
        readonly=True,
        default=1,
        help="Counts what was billed for the same row and period: 1 is the first, later ones are corrections.",
    )
    date = fields.Date(string="Billed On", required=True, readonly=True, help="The date of the run.")
    description = fields.Char(required=True, readonly=True)
    product_id = fields.Many2one(comodel_name="product.product", string="Service Product", readonly=True)
    uom_id = fields.Many2one(comodel_name="uom.uom", string="Unit of Measure", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    price_unit = fields.Float(string="Unit Price", digits="Product Price", readonly=True)
    discount = fields.Float(string="Discount (%)", digits="Discount", readonly=True)
    amount = fields.Monetary(
        string="Untaxed Amount",
        required=True,
        readonly=True,
        help="Before taxes; negative when something is given back.",
    )
    currency_id = fields.Many2one(comodel_name="res.currency", required=True, readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", required=True, readonly=True, index=True)
