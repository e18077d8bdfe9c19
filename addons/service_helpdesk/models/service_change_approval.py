# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

CONTROLLER_GROUP = "service_helpdesk.group_service_helpdesk_controller"


class ServiceChangeApproval(models.Model):
    """One step of approval of one change request: whose it is, and what became of it. Never changed afterwards."""

    _name = "service.change.approval"
    _description = "Approval of a Change"
    _order = "call_id desc, round desc, sequence, id"
    _rec_name = "name"
    _check_company_auto = True

    call_id = fields.Many2one(comodel_name="service.call", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True)
    name = fields.Char(string="Step", required=True, default="/", readonly=True)
    round = fields.Integer(default=1, readonly=True, help="A change that is submitted again is approved anew.")
    sequence = fields.Integer(readonly=True)
    is_customer = fields.Boolean(string="By the Customer", readonly=True)
    approver_ids = fields.Many2many(
        comodel_name="res.users",
        relation="service_change_approval_user_rel",
        string="Approvers",
        readonly=True,
        help="One of them decides.",
    )
    state = fields.Selection(
        selection=[
            ("waiting", "Waits for the step before"),
            ("asked", "To approve"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("skipped", "Not needed"),
        ],
        required=True,
        default="waiting",
        readonly=True,
        index=True,
    )
    decided_by_id = fields.Many2one(comodel_name="res.partner", readonly=True, index="btree_not_null")
    decided_at = fields.Datetime(readonly=True)
    reason = fields.Char(string="Remark", readonly=True)
    is_mine = fields.Boolean(string="Mine to Decide", compute="_compute_is_mine", search="_search_is_mine")
    can_decide = fields.Boolean(
        compute="_compute_is_mine",
        help="Mine to decide, or the customer's: controllers enter what he said by telephone or on paper.",
    )

    @api.depends("state", "approver_ids")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        is_controller = self.env.user.has_group(CONTROLLER_GROUP)
        for approval in self:
            is_asked = approval.state == "asked"
            approval.is_mine = is_asked and self.env.user in approval.approver_ids
            approval.can_decide = approval.is_mine or (is_asked and approval.is_customer and is_controller)

    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "=", "asked"), ("approver_ids", "in", self.env.user.ids)]

    def action_approve(self, reason=None):
        """Approve a change as one of those who are asked, or as the controller whom the customer told.

        :param str reason: remark; for the customer, who of his people said it and how
        :raise AccessError: for anybody else, and for who asked for the change
        :raise UserError: when the step is not to be decided
        """
        return self._decide("approved", reason)

    def action_reject(self, reason=None):
        """Reject a change as one of those who are asked.

        :param str reason: why, required
        :raise ValidationError: without a reason
        """
        if not (reason or "").strip():
            raise ValidationError(self.env._("Say why the change is rejected."))
        return self._decide("rejected", reason)

    def action_open_decision(self):
        """Open the dialog in which the change is decided."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide on %(call)s", call=self.call_id.display_name),
            "res_model": "service.change.decide",
            "view_mode": "form",
            "target": "new",
            "context": {"default_approval_id": self.id},
        }

    def _decide_as_customer(self, partner, is_approved, reason):
        """Write what a customer decided in the portal (sudo).

        :param partner: his `res.partner`
        :param bool is_approved: whether he approved
        :param str reason: his remark, required to reject
        """
        if not is_approved and not (reason or "").strip():
            raise ValidationError(self.env._("Say why the change is rejected."))
        return self._decide("approved" if is_approved else "rejected", reason, partner)

    def _decide(self, state, reason, partner=None):
        """Write a decision, and ask for the next one.

        :param partner: `res.partner` of the customer who decides in the portal
        """
        for approval in self:
            approval._check_decision(partner)
            if approval.is_customer and not partner and not (reason or "").strip():
                raise ValidationError(self.env._("Say who of the customer decided, and how he told us."))
            # Approvals are written by the machine alone; whose the decision is was checked.
            approval.sudo().write(
                {
                    "state": state,
                    "decided_by_id": (partner or self.env.user.partner_id).id,
                    "decided_at": fields.Datetime.now(),
                    "reason": (reason or "").strip() or False,
                }
            )
            approval.call_id.sudo()._after_change_decided(approval)
        return True

    def _check_decision(self, partner):
        self.ensure_one()
        call = self.sudo().call_id
        if self.state != "asked":
            raise UserError(
                self.env._(
                    "%(step)s of %(call)s is %(state)s: there is nothing to decide.",
                    step=self.name,
                    call=call.name,
                    state=dict(self._fields["state"]._description_selection(self.env))[self.state].lower(),
                )
            )
        if self.is_customer:
            if partner:
                is_allowed = partner.commercial_partner_id == call.commercial_partner_id
            else:
                is_allowed = self.env.user.has_group(CONTROLLER_GROUP)
            if not is_allowed:
                raise AccessError(self.env._("%(call)s is approved by its customer in the portal.", call=call.name))
        elif self.env.user not in self.sudo().approver_ids:
            raise AccessError(
                self.env._("%(step)s of %(call)s is not yours to decide.", step=self.name, call=call.name)
            )
        elif self.env.user == call.change_submitted_by_id:
            raise AccessError(self.env._("You asked for %(call)s: somebody else approves it.", call=call.name))
