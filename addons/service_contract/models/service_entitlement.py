# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..const import QUOTA_UNITS


class ServiceEntitlement(models.Model):
    """A bucket of calls, hours, visits, kilometres or money that work draws on (rules.md 4)."""

    _name = "service.entitlement"
    _description = "Service Quota"
    _order = "date_end, date_start, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
    )
    period_id = fields.Many2one(
        comodel_name="service.contract.period",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    commercial_partner_id = fields.Many2one(related="contract_id.commercial_partner_id", store=True, index=True)
    contract_state = fields.Selection(related="contract_id.state", string="Contract State", store=True)
    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    unit = fields.Selection(selection=QUOTA_UNITS, required=True, default="hours")
    quantity = fields.Float(digits="Product Unit", required=True)
    quantity_used = fields.Float(
        string="Used",
        digits="Product Unit",
        default=0.0,
        readonly=True,
        copy=False,
        help="The sum of the consumption, changed only by a guarded update in the database.",
    )
    quantity_left = fields.Float(string="Left", digits="Product Unit", compute="_compute_quantity_left")
    used_percent = fields.Float(string="Used (%)", compute="_compute_quantity_left")
    date_start = fields.Date(string="First Day", required=True)
    date_end = fields.Date(string="Last Day", required=True)
    allow_overdraft = fields.Boolean(help="Work may take more than is left; the quota then goes below zero.")
    rollover_percent = fields.Float(string="Roll-over (%)")
    source = fields.Selection(
        selection=[("period", "Contract Period"), ("package", "Prepaid Package")],
        required=True,
        default="package",
    )
    call_type_ids = fields.Many2many(
        comodel_name="service.call.type",
        string="Only for Call Types",
        help="Empty means every type of call.",
    )
    consumption_ids = fields.One2many(
        comodel_name="service.consumption",
        inverse_name="entitlement_id",
        readonly=True,
    )

    _check_quantity = models.Constraint("CHECK (quantity >= 0)", "The quantity of a quota cannot be negative.")
    _check_quantity_used = models.Constraint(
        "CHECK (quantity_used >= 0 AND (quantity_used <= quantity OR COALESCE(allow_overdraft, false)))",
        "A quota without overdraft cannot be used beyond its quantity.",
    )
    _check_dates = models.Constraint("CHECK (date_end >= date_start)", "A quota cannot end before it begins.")

    @api.depends("quantity", "quantity_used")
    def _compute_quantity_left(self):
        for entitlement in self:
            entitlement.quantity_left = entitlement.quantity - entitlement.quantity_used
            entitlement.used_percent = (
                100 * entitlement.quantity_used / entitlement.quantity if entitlement.quantity else 0.0
            )
