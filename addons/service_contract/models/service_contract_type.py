# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

# What a contract takes over from its type, besides the terms: always, and where the type says something.
DEFAULTS = (
    "kind",
    "renewal_mode",
    "notice_days",
    "termination_notice_count",
    "termination_notice_unit",
    "termination_at",
    "end_alert_days",
    "billing_timing",
    "proration",
    "credit_policy",
    "billing_grouping",
    "interval_count",
    "interval_unit",
)
OPTIONAL_DEFAULTS = ("sla_policy_id", "template_id")


class ServiceContractType(models.Model):
    """A kind of contract, with what contracts of this kind start from: terms, level, renewal, notice and billing."""

    _name = "service.contract.type"
    _description = "Service Contract Type"
    _inherit = ["service.coverage.terms", "service.billing.terms", "service.limits.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
    contract_properties_definition = fields.PropertiesDefinition(
        string="Own Fields of Contracts",
        groups="base.group_user",
    )
    coverage_properties_definition = fields.PropertiesDefinition(
        string="Own Fields of Coverage",
        groups="base.group_user",
    )
    kind = fields.Selection(
        selection=[("customer", "Customer"), ("supplier", "Supplier")], required=True, default="customer"
    )
    template_id = fields.Many2one(
        comodel_name="service.contract.template",
        company_dependent=True,
        check_company=True,
        groups="base.group_user",
        help="Proposed to new contracts of this type.",
    )
    sla_policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
        string="Service Level",
        company_dependent=True,
        check_company=True,
        groups="base.group_user",
        help="Each company has its own for a type that companies share.",
    )

    # renewal and end
    renewal_mode = fields.Selection(
        selection=lambda self: self.env["service.contract"]._fields["renewal_mode"].selection,
        string="Renewal",
        required=True,
        default="manual",
    )
    notice_days = fields.Integer(string="Renewal Notice (Days)", default=30)
    termination_notice_count = fields.Integer(string="Notice to End")
    termination_notice_unit = fields.Selection(
        selection=[("day", "Days"), ("month", "Months")], string="Notice Unit", required=True, default="day"
    )
    termination_at = fields.Selection(
        selection=lambda self: self.env["service.contract"]._fields["termination_at"].selection,
        string="Ends At",
        required=True,
        default="any",
    )
    end_alert_days = fields.Integer(string="Tell of the End", default=30)

    _check_notices = models.Constraint(
        "CHECK (LEAST(notice_days, termination_notice_count, end_alert_days) >= 0)",
        "A notice is not a negative number.",
    )

    def _prepare_contract_values(self):
        """Hook: prepare what a contract of this type starts from, in the current company.

        :return: dict of values of `service.contract`
        """
        self.ensure_one()
        return {
            **{name: self[name] for name in DEFAULTS},
            **{name: self[name].id for name in OPTIONAL_DEFAULTS if self[name]},
            **self._prepare_terms_values(),
        }
