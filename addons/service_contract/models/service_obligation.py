# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

KINDS = [
    ("availability", "System Availability"),
    ("response", "Response and Fix Times"),
    ("bonus", "Bonus and Abatement"),
    ("priority", "Call Priority"),
    ("maintenance", "Maintenance Targets"),
    ("report", "Report"),
    ("meeting", "Meeting"),
    ("stock", "Spare Stock"),
    ("certificate", "Certificate"),
    ("other", "Other"),
]
RECURRENCES = [
    ("standing", "Always"),
    ("once", "Once"),
    ("months", "Every n Months"),
]
# What the figures of a contract can say by themselves.
MEASURED_KINDS = ("availability", "response", "maintenance")


class ServiceObligation(models.Model):
    """A duty that contracts may contain: the catalogue."""

    _name = "service.obligation"
    _description = "Obligation"
    _inherit = ["service.limits.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
    kind = fields.Selection(selection=KINDS, required=True, default="other")
    recurrence = fields.Selection(
        selection=RECURRENCES,
        string="Due",
        required=True,
        default="months",
        help="What holds always has no due date: it is kept or missed.",
    )
    interval_months = fields.Integer(string="Months", default=12)
    reminder_days = fields.Integer(
        string="Remind Before",
        default=14,
        help="Days before the due date on which the responsible is told.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        check_company=True,
        help="Empty means the responsible of the contract.",
    )
    instructions = fields.Text(translate=True, help="What has to be done, for whoever does it.")
    is_evidence_needed = fields.Boolean(
        string="Evidence Needed",
        help="It is done only with a file: the report, the minutes, the certificate.",
    )
    is_measured = fields.Boolean(
        string="Measured",
        compute="_compute_is_measured",
        store=True,
        readonly=False,
        precompute=True,
        help="Whether it is kept follows from the figures of the contract.",
    )
    is_shared = fields.Boolean(string="Shown to the Customer", default=True)

    _check_interval = models.Constraint(
        "CHECK (recurrence != 'months' OR interval_months > 0)",
        "An obligation recurs every month or more rarely.",
    )
    _check_reminder_days = models.Constraint(
        "CHECK (reminder_days >= 0)",
        "The reminder is not a negative number of days before the due date.",
    )

    @api.depends("kind")
    def _compute_is_measured(self):
        for obligation in self:
            obligation.is_measured = obligation.kind in MEASURED_KINDS
