# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import CHANGE_RISKS

APPROVERS = [
    ("user", "Named people"),
    ("controllers", "Controllers of the team"),
    ("leader", "Leader of the team"),
    ("responsible", "Responsible for the customer"),
    ("customer", "The customer, in the portal"),
]


class ServiceChangeStep(models.Model):
    """One approval that changes of a call type need, in their order: who gives it, and from which risk on."""

    _name = "service.change.step"
    _description = "Approval Step"
    _order = "type_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    type_id = fields.Many2one(
        comodel_name="service.call.type",
        string="Call Type",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain="[('is_change', '=', True)]",
    )
    sequence = fields.Integer(default=10, help="Steps of the same number are asked at once.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True, help="Empty for all companies.")
    approver = fields.Selection(selection=APPROVERS, required=True, default="controllers")
    user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="service_change_step_user_rel",
        string="People",
        domain="[('share', '=', False)]",
        help="One of them approves.",
    )
    min_risk = fields.Selection(
        selection=CHANGE_RISKS,
        string="From Risk",
        help="Changes of a lower risk do not need this step; empty: all do.",
    )

    @api.constrains("approver", "user_ids")
    def _check_user_ids(self):
        for step in self:
            if step.approver == "user" and not step.user_ids:
                raise ValidationError(self.env._("Name who gives the approval %(step)s.", step=step.name))

    def _is_needed(self, call):
        """Tell whether a change needs this step."""
        self.ensure_one()
        return not self.min_risk or (call.change_risk or "0") >= self.min_risk

    def _get_approvers(self, call):
        """Return the users one of whom gives this approval for a change; none when the customer does."""
        self.ensure_one()
        if self.approver == "user":
            return self.user_ids
        if self.approver == "controllers":
            return call.team_id.controller_ids or call.team_id.user_id
        if self.approver == "leader":
            return call.team_id.user_id
        if self.approver == "responsible":
            return call._get_responsible()
        return self.env["res.users"]
