# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceConsumption(models.Model):
    """What was taken out of a quota, or given back. Append-only (rules.md 4)."""

    _name = "service.consumption"
    _description = "Quota Consumption"
    _order = "date desc, id desc"
    _rec_name = "entitlement_id"

    entitlement_id = fields.Many2one(
        comodel_name="service.entitlement",
        string="Quota",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    contract_id = fields.Many2one(related="entitlement_id.contract_id", store=True, index=True)
    company_id = fields.Many2one(related="entitlement_id.company_id", store=True, index=True)
    unit = fields.Selection(related="entitlement_id.unit")
    quantity = fields.Float(
        digits="Product Unit",
        required=True,
        readonly=True,
        help="Positive when taken, negative when given back.",
    )
    date = fields.Date(required=True, readonly=True, help="The day of the work, at the site.")
    reversal_of_id = fields.Many2one(
        comodel_name="service.consumption",
        string="Gives Back",
        readonly=True,
        ondelete="restrict",
    )
    reversal_ids = fields.One2many(
        comodel_name="service.consumption",
        inverse_name="reversal_of_id",
        string="Given Back By",
    )
    note = fields.Char(readonly=True)

    _reversal_uniq = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL",
        "A consumption is given back once.",
    )
