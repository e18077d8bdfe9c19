# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import CALL_READERS, CLOSING_KINDS


class ServiceCall(models.Model):
    """Calls that another team shall take over."""

    _inherit = "service.call"

    escalation_ids = fields.One2many(
        comodel_name="service.call.escalation",
        inverse_name="call_id",
        readonly=True,
        groups=CALL_READERS,
    )
    escalation_count = fields.Integer(compute="_compute_escalation_count", groups="base.group_user")
    pending_escalation_id = fields.Many2one(
        comodel_name="service.call.escalation",
        string="Waits for Acceptance",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    escalation_team_id = fields.Many2one(
        related="pending_escalation_id.team_id", string="Team That Was Asked", groups="base.group_user"
    )
    can_answer_escalation = fields.Boolean(
        related="pending_escalation_id.can_answer", groups="base.group_user"
    )

    @api.depends("escalation_ids")
    def _compute_escalation_count(self):
        # Whoever reads a call may know how often it was escalated, accountants too.
        escalations = self.env["service.call.escalation"].sudo()
        counts = dict(escalations._read_group([("call_id", "in", self.ids)], ["call_id"], ["__count"]))
        for call in self:
            call.escalation_count = counts.get(call._origin, 0)

    def action_open_escalate(self):
        """Ask to which team the call goes on.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_escalate_action")
        return {**action, "context": {"default_call_id": self.id}}

    def action_escalate(self, team_id, reason, user_id=None, priority=None, tried=None):
        """Ask another team to take the calls over; until it accepts they stay where they are.

        :param int team_id: ``service.team`` that is asked
        :param str reason: why
        :param int user_id: who of that team it is meant for
        :param str priority: urgency, by default that of the call
        :param str tried: what was tried so far
        :return: the new ``service.call.escalation`` records
        :raise AccessError: for who only reads calls, such as auditors and customers
        :raise UserError: for a closed call, one that already waits, its own team, or no reason
        """
        self._check_handler_rights()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why another team is needed."))
        team = self.env["service.team"].browse(team_id)
        for call in self:
            call._check_can_escalate(team)
        # Engineers have no right to write calls or escalations: whoever sees a call may ask for help with it.
        escalations = (
            self.env["service.call.escalation"]
            .sudo()
            .create(
                [
                    {
                        "call_id": call.id,
                        "from_team_id": call.team_id.id,
                        "from_user_id": call.user_id.id,
                        "team_id": team.id,
                        "user_id": user_id,
                        "priority": priority or call.priority,
                        "reason": reason,
                        "tried": tried,
                    }
                    for call in self
                ]
            )
        )
        escalations._schedule_acceptance()
        for escalation in escalations:
            escalation._tell(
                self.env._(
                    "%(user)s asks %(team)s to take over (%(number)s): %(reason)s",
                    user=self.env.user.name,
                    team=team.name,
                    number=escalation.name,
                    reason=reason,
                )
            )
        return escalations.sudo(False)

    def action_accept_escalation(self):
        """Accept the calls for the team that was asked."""
        return self.pending_escalation_id.action_accept()

    def action_decline_escalation(self):
        """Ask why the team that was asked declines the call."""
        return self.pending_escalation_id.action_open_decline()

    def action_withdraw_escalation(self):
        """Keep the calls."""
        return self.pending_escalation_id.action_withdraw()

    def action_view_escalations(self):
        """Open what was asked of other teams.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_escalation_action")
        return {**action, "domain": [("call_id", "in", self.ids)], "context": {}}

    def _check_can_escalate(self, team):
        self.ensure_one()
        if self.is_closed:
            raise UserError(self.env._("Call %(call)s is closed: reopen it first.", call=self.name))
        if pending := self.sudo().pending_escalation_id:
            raise UserError(
                self.env._(
                    "Call %(call)s already waits for %(team)s to accept it.", call=self.name, team=pending.team_id.name
                )
            )
        if team == self.sudo().team_id:
            raise UserError(self.env._("%(team)s already has call %(call)s.", team=team.name, call=self.name))

    def _after_event(self, kind, at):
        super()._after_event(kind, at)
        if kind in CLOSING_KINDS:
            # Whoever closes a call ends what was asked of other teams.
            for escalation in self.sudo().pending_escalation_id:
                escalation._close("withdrawn", self.env._("The call was closed."))
