# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceBillingPreview(models.Model):
    """One line that a run would bill, as its preview found it; replaced by the next preview, never billed itself."""

    _name = "service.billing.preview"
    _description = "Service Billing Preview"
    _inherit = ["service.charge.mixin"]
    _order = "invoice_number, id"

    run_id = fields.Many2one(
        comodel_name="service.billing.run",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    coverage_id = fields.Many2one(ondelete="cascade")
    work_id = fields.Many2one(ondelete="cascade")
    contract_id = fields.Many2one(ondelete="cascade")
    invoice_number = fields.Integer(
        string="Invoice",
        readonly=True,
        aggregator=None,
        help="Lines with the same number go on one invoice.",
    )
    is_held = fields.Boolean(
        string="Waits",
        readonly=True,
        help="A credit that waits for the next invoice of its contract, which it will lower.",
    )
