# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ..const import CALL_READERS, CHANGE_RISKS

CHANGE_STATES = [
    ("draft", "Draft"),
    ("waiting", "Waits for approval"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("done", "Done"),
]
CHANGE_TRANSITIONS = {
    "draft": ("waiting", "approved"),
    "waiting": ("approved", "rejected", "draft"),
    "approved": ("done", "draft"),
    "rejected": ("draft",),
    "done": (),
}
# What may not happen to a change before it is approved.
WORK_KINDS_OF_CHANGE = ("arrived", "completed")
# What was read by those who approve.
FROZEN_BY_SUBMISSION = {"change_reason", "change_risk", "change_impact", "change_rollback"}


class ServiceCallType(models.Model):
    _inherit = "service.call.type"

    is_change = fields.Boolean(
        string="Change Request",
        help="Calls of this type say what they change; work begins once the change is approved.",
    )
    change_step_ids = fields.One2many(
        comodel_name="service.change.step",
        inverse_name="type_id",
        string="Approvals",
        groups=CALL_READERS,
    )


class ServiceCall(models.Model):
    """Change requests: what changes, why, at which risk, who approves it, and what became of it."""

    _inherit = "service.call"

    is_change = fields.Boolean(related="type_id.is_change")
    change_state = fields.Selection(
        selection=CHANGE_STATES,
        string="Change",
        readonly=True,
        copy=False,
        default="draft",
        tracking=True,
        groups="base.group_user",
    )
    change_reason = fields.Text(string="Reason of the Change", groups="base.group_user")
    change_risk = fields.Selection(selection=CHANGE_RISKS, string="Risk", default="0", groups="base.group_user")
    change_impact = fields.Text(string="Impact", groups="base.group_user", help="Who notices it, and for how long.")
    change_rollback = fields.Text(string="Way Back", groups="base.group_user", help="What is done when it fails.")
    change_start = fields.Datetime(string="Planned From", copy=False, groups="base.group_user")
    change_end = fields.Datetime(string="Planned To", copy=False, groups="base.group_user")
    is_emergency_change = fields.Boolean(
        string="Emergency",
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="Work begins before the approval, which is given afterwards.",
    )
    change_submitted_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Submitted By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
    )
    change_item_ids = fields.One2many(
        comodel_name="service.change.item",
        inverse_name="call_id",
        string="What Changes",
        copy=True,
        groups=CALL_READERS,
    )
    approval_ids = fields.One2many(
        comodel_name="service.change.approval",
        inverse_name="call_id",
        string="Approvals",
        readonly=True,
        groups=CALL_READERS,
    )

    _change_planned = models.Constraint(
        "CHECK (change_end IS NULL OR change_start IS NULL OR change_end > change_start)",
        "A change ends after it begins.",
    )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_submit_change(self):
        """Ask for the approvals that changes of this type need; without any the change is approved at once.

        :raise UserError: for a call that is no change, says neither why nor what, or is submitted already
        """
        for call in self:
            if not call.is_change:
                raise UserError(self.env._("%(call)s is no change request.", call=call.name))
            if not (call.change_reason or "").strip() or not call.change_item_ids:
                raise UserError(self.env._("Say in %(call)s why and what shall change.", call=call.name))
            # Whoever may submit need not read the steps of its type.
            call.sudo()._check_approvers()
            call._transition_change("waiting", change_submitted_by_id=self.env.uid)
            # Approvals are the machine's; the right to the call was checked.
            call.sudo()._make_approvals()
            call.sudo()._ask_next_approval()
        return True

    def action_revise_change(self):
        """Take a change back to alter it; it has to be approved anew."""
        for call in self:
            call._transition_change("draft")
            open_steps = call.approval_ids.filtered(lambda approval: approval.state in ("waiting", "asked"))
            # Approvals are the machine's; the right to the call was checked.
            open_steps.sudo().state = "skipped"
            call.sudo()._drop_approval_tasks()
        return True

    def _transition_change(self, target, **values):
        """Move a change to another state: the one guarded way."""
        self.ensure_one()
        self.check_access("write")
        if target not in CHANGE_TRANSITIONS[self.change_state or "draft"]:
            labels = dict(self._fields["change_state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The change %(call)s is %(state)s: it cannot become %(target)s.",
                    call=self.name,
                    state=labels[self.change_state].lower(),
                    target=labels[target].lower(),
                )
            )
        # The right to the change was that to the action.
        self.sudo()._store({"change_state": target, **values})

    def write(self, vals):
        if "change_state" in vals:
            raise UserError(self.env._("A change is approved by those who are asked, by nobody else."))
        if FROZEN_BY_SUBMISSION & vals.keys() and not self.env.su:
            for call in self.filtered(lambda call: call.change_state in ("waiting", "approved", "done")):
                raise UserError(self.env._("%(call)s is submitted: take the change back to alter it.", call=call.name))
        return super().write(vals)

    # ------------------------------------------------------------
    # Approvals (sudo)
    # ------------------------------------------------------------

    def _make_approvals(self):
        """Copy the steps that this change needs."""
        self.ensure_one()
        last_round = max(self.approval_ids.mapped("round"), default=0)
        return self.env["service.change.approval"].create(
            [
                {
                    "call_id": self.id,
                    "name": step.name,
                    "round": last_round + 1,
                    "sequence": step.sequence,
                    "is_customer": step.approver == "customer",
                    "approver_ids": step._get_approvers(self).ids,
                }
                for step in self._get_change_steps()
            ]
        )

    def _get_change_steps(self):
        """Return the approvals that this change needs."""
        self.ensure_one()
        return self.type_id.change_step_ids.filtered(
            lambda step: step.company_id in (self.company_id, step.company_id.browse()) and step._is_needed(self)
        )

    def _check_approvers(self):
        """Refuse to ask for an approval that nobody could give: the change would wait for ever (sudo)."""
        self.ensure_one()
        for step in self._get_change_steps():
            if step.approver == "customer":
                if not self.commercial_partner_id:
                    raise UserError(
                        self.env._("The customer approves %(call)s: choose the customer first.", call=self.name)
                    )
            elif not step._get_approvers(self).filtered("active") - self.env.user:
                raise UserError(
                    self.env._(
                        "Nobody else can give the approval %(step)s of %(call)s: give the call a team with controllers"
                        " and a leader, or name people on the step.",
                        step=step.name,
                        call=self.name,
                    )
                )

    def _ask_next_approval(self):
        """Ask those of the next step; when there is none the change is approved."""
        self.ensure_one()
        if self.approval_ids.filtered(lambda approval: approval.state == "asked"):
            return
        waiting = self.approval_ids.filtered(lambda approval: approval.state == "waiting")
        if not waiting:
            self._transition_change("approved")
            self._message_log(body=self.env._("The change is approved."))
            if self.is_closed:
                self._apply_change()
            return
        asked = waiting.filtered(lambda approval: approval.sequence == min(waiting.mapped("sequence")))
        asked.state = "asked"
        for approval in asked:
            for user in approval.approver_ids:
                self.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("To approve: %(step)s", step=approval.name),
                    user_id=user.id,
                )
        if not all(asked.mapped("is_customer")):
            self._notify_event("to_approve")
        if any(asked.mapped("is_customer")):
            self._notify_event("customer_to_approve")

    def _after_change_decided(self, approval):
        """Go on after one approval was decided (sudo)."""
        self.ensure_one()
        decision = self.env._("approved") if approval.state == "approved" else self.env._("rejected")
        self._message_log(
            body=self.env._(
                "%(step)s: %(decision)s by %(person)s. %(reason)s",
                step=approval.name,
                decision=decision,
                person=approval.decided_by_id.name,
                reason=approval.reason or "",
            ).strip()
        )
        self._drop_approval_tasks(approval.approver_ids)
        if approval.state == "rejected":
            open_steps = self.approval_ids.filtered(lambda approval: approval.state in ("waiting", "asked"))
            open_steps.state = "skipped"
            self._drop_approval_tasks()
            self._transition_change("rejected")
        else:
            self._ask_next_approval()

    def _drop_approval_tasks(self, users=None):
        """Remove the tasks of those who no longer have to decide."""
        asked = self.approval_ids.filtered(lambda approval: approval.state == "asked").approver_ids
        for user in (users or self.approval_ids.approver_ids) - asked:
            self.activity_unlink(["mail.mail_activity_data_todo"], user_id=user.id)

    # ------------------------------------------------------------
    # Work
    # ------------------------------------------------------------

    def _check_event(self, kind, at):
        """No work on a change before it is approved, but in an emergency."""
        super()._check_event(kind, at)
        call = self.sudo()
        if kind not in WORK_KINDS_OF_CHANGE or not call.is_change or call.is_emergency_change:
            return
        if call.change_state not in ("approved", "done"):
            raise UserError(
                self.env._(
                    "The change %(call)s is not approved yet: submit it, or mark it as an emergency.", call=call.name
                )
            )

    def _after_event(self, kind, at):
        super()._after_event(kind, at)
        if kind == "completed":
            for call in self.sudo().filtered("is_change"):
                if call.change_state == "approved":
                    call._apply_change(at)

    def _apply_change(self, at=None):
        """Record that an approved change was carried out (sudo)."""
        self.ensure_one()
        self._transition_change("done")
        self.change_item_ids._apply(at or self.closed_at)

    def _get_portal_approvals(self):
        """Return what this call's customer is asked to approve, as superuser: customers have no right on approvals."""
        self.ensure_one()
        return self.sudo().approval_ids.filtered(lambda approval: approval.state == "asked" and approval.is_customer)
