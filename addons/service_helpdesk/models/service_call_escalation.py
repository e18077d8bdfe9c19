# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.service_contract.const import PRIORITIES

ESCALATION_TYPE = "service_helpdesk.mail_activity_type_escalation"


class ServiceCallEscalation(models.Model):
    """One handing over of a call to another team, and whether that team accepted it.

    Until it is accepted the call stays with the team that has it. Whoever handles a call may ask; those of the other
    team answer. The time until the answer is measured in the working hours of the other team.
    """

    _name = "service.call.escalation"
    _description = "Escalation of a Call"
    _inherit = ["service.number.mixin", "service.transition.mixin", "service.batch.mixin"]
    _order = "requested_at desc, id desc"
    _check_company_auto = True

    _initial_state = "requested"
    _transitions = {"requested": ("accepted", "declined", "withdrawn"), "accepted": (), "declined": (), "withdrawn": ()}
    _frozen_fields = ("call_id", "team_id", "from_team_id", "priority", "reason", "tried", "requested_at")

    state = fields.Selection(
        selection=[
            ("requested", "Waits for acceptance"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="requested",
        index=True,
    )
    call_id = fields.Many2one(
        comodel_name="service.call",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True, precompute=True)
    partner_id = fields.Many2one(related="call_id.commercial_partner_id", string="Customer")
    from_team_id = fields.Many2one(
        comodel_name="service.team", string="From", index="btree_not_null", readonly=True, check_company=True
    )
    from_user_id = fields.Many2one(comodel_name="res.users", string="Owner Before", readonly=True)
    team_id = fields.Many2one(
        comodel_name="service.team", string="To", required=True, index=True, ondelete="restrict", check_company=True
    )
    level = fields.Selection(related="team_id.level", store=True, precompute=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Person", help="Who of the team it is meant for.")
    priority = fields.Selection(
        selection=PRIORITIES,
        string="Urgency",
        default="1",
        required=True,
        help="When the team accepts, the priority of the call is raised to it; it is never lowered.",
    )
    reason = fields.Text(string="Why")
    tried = fields.Text(string="What Was Tried")
    requested_by_id = fields.Many2one(
        comodel_name="res.users", string="Asked By", readonly=True, default=lambda self: self.env.user
    )
    requested_at = fields.Datetime(string="Asked At", required=True, readonly=True, default=fields.Datetime.now)
    due_at = fields.Datetime(string="Answer Until", readonly=True)
    alarm_at = fields.Datetime(readonly=True, copy=False)
    is_late = fields.Boolean(string="Answered Late", readonly=True, copy=False)
    answered_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    answered_at = fields.Datetime(readonly=True, copy=False)
    answer_note = fields.Char(string="Answer", readonly=True, copy=False)
    minutes_to_answer = fields.Float(
        string="Working Minutes Until the Answer", readonly=True, copy=False, aggregator="avg"
    )
    can_answer = fields.Boolean(compute="_compute_can_answer")

    _requested_uniq = models.UniqueIndex(
        "(call_id) WHERE state = 'requested'",
        "This call already waits for another team to accept it.",
    )
    _alarm_idx = models.Index("(alarm_at) WHERE alarm_at IS NOT NULL")

    @api.depends("state", "team_id")
    @api.depends_context("uid")
    def _compute_can_answer(self):
        # A call hands this on with all rights: those of the user count.
        is_manager = self.sudo(False)._is_manager()
        for escalation in self:
            is_addressee = is_manager or self.env.user in escalation._get_addressees()
            escalation.can_answer = escalation.state == "requested" and is_addressee

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        escalations = super().create(vals_list)
        for escalation in escalations:
            team = escalation.team_id
            minutes = team.accept_minutes
            due_at = minutes and team._plan([(escalation.requested_at, minutes)])[0]
            # Whoever asks, the other team's own time counts.
            escalation.sudo().write({"due_at": due_at, "alarm_at": due_at})
            escalation.call_id.sudo()._store({"pending_escalation_id": escalation.id})
        escalations.sudo()._set_alarm()
        return escalations

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if any(escalation.state != "requested" for escalation in self):
            raise UserError(self.env._("An answered escalation stays in the history of its call."))

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_accept(self):
        """Take the calls over: they go to the team that was asked, and to the person meant or who accepts.

        :raise AccessError: unless the user belongs to the team that was asked
        :raise UserError: when it was answered already
        """
        for escalation in self:
            call = escalation._answer("accepted")
            team = escalation.team_id
            owner = escalation.user_id or (self.env.user & team.sudo().member_ids)
            followers = (escalation.from_user_id | escalation.requested_by_id).partner_id
            call.write({"team_id": team.id, "user_id": owner.id, **escalation._prepare_priority_values(call)})
            # Whoever had the call goes on following it.
            call.message_subscribe(followers.ids)
            escalation._tell(
                self.env._("%(team)s has accepted the call (%(number)s).", team=team.name, number=escalation.name)
            )
        return True

    def _prepare_priority_values(self, call):
        """Return the priority that an accepted escalation gives its call: it raises it, and never lowers it."""
        self.ensure_one()
        return {"priority": self.priority} if self.priority > call.priority else {}

    def action_decline(self, note=None):
        """Leave the calls where they are.

        :param str note: why
        :raise UserError: without a reason
        """
        if not (note or "").strip():
            raise UserError(self.env._("Say why the call is declined."))
        for escalation in self:
            escalation._answer("declined", note)
            escalation._tell(
                self.env._(
                    "%(team)s declines the call (%(number)s): %(note)s",
                    team=escalation.team_id.name,
                    number=escalation.name,
                    note=note,
                )
            )
            escalation._give_back_task()
        return True

    def action_open_decline(self):
        """Ask why the call is declined.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_decline_action")
        return {**action, "context": {"default_escalation_id": self.id}}

    def action_withdraw(self):
        """Keep the calls: nobody needs to accept them any more."""
        for escalation in self:
            if not escalation._is_requester():
                raise AccessError(
                    self.env._("Only the team that asked may withdraw %(number)s.", number=escalation.name)
                )
            escalation._close("withdrawn")
            escalation._tell(self.env._("Escalation %(number)s is withdrawn.", number=escalation.name))
        return True

    def action_view_call(self):
        """Open the call."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.call",
            "res_id": self.call_id.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _is_manager(self):
        return self.env.su or self.env.user.has_group("service_helpdesk.group_service_helpdesk_manager")

    def _is_addressee(self):
        """Tell whether the current user may answer."""
        return self.env.user in self._get_addressees() or self._is_manager()

    def _get_addressees(self):
        """Return the users who are asked to take the call over."""
        self.ensure_one()
        team = self.team_id.sudo()
        return team.member_ids | team.controller_ids | team.user_id | self.user_id

    def _is_requester(self):
        """Tell whether the current user may withdraw what was asked."""
        self.ensure_one()
        team = self.from_team_id.sudo()
        people = team.member_ids | team.controller_ids | team.user_id | self.from_user_id | self.requested_by_id
        return self.env.user in people or self._is_manager()

    def _answer(self, state, note=None):
        """Write the answer of the team that was asked, and return the call (sudo) for what follows from it."""
        self.ensure_one()
        self.check_access("read")
        if not self._is_addressee():
            raise AccessError(
                self.env._("Only %(team)s may answer %(number)s.", team=self.team_id.name, number=self.name)
            )
        # Two who answer at once: the second one finds the answer of the first. Calls and escalations are written in
        # the name of the team that was asked, whose people may have no right to write either.
        call = self.call_id.sudo()
        call._lock()
        self.invalidate_recordset()
        self._close(state, note)
        return call

    def _close(self, state, note=None):
        self.ensure_one()
        now = fields.Datetime.now()
        escalation = self.sudo()
        escalation._transition(state)
        working = escalation.team_id._get_working_time(escalation.requested_at, now)
        escalation.write(
            {
                "answered_by_id": self.env.uid,
                "answered_at": now,
                "answer_note": note,
                "alarm_at": False,
                "is_late": bool(escalation.due_at) and now > escalation.due_at,
                "minutes_to_answer": working.minutes_between(escalation.requested_at, now),
            }
        )
        escalation.call_id._store({"pending_escalation_id": False})
        escalation.call_id.activity_unlink([ESCALATION_TYPE])

    def _tell(self, text):
        """Say on the call what became of the escalation, and tell whom it concerns."""
        self.ensure_one()
        call = self.call_id.sudo()
        call._message_log(body=text)
        call._notify_event("escalated", bodies={call.id: text})

    def _give_back_task(self):
        """Give who asked a task: the call is still theirs."""
        if user := self.from_user_id or self.requested_by_id:
            self.call_id.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=self.env._("%(team)s has declined: the call is still yours.", team=self.team_id.name),
            )

    def _schedule_acceptance(self):
        """Give those who can accept a task on the call: the person meant, else the controllers, else the leader."""
        for escalation in self.sudo():
            team = escalation.team_id
            for user in escalation.user_id or team.controller_ids or team.user_id or team.member_ids:
                escalation.call_id.activity_schedule(
                    ESCALATION_TYPE,
                    user_id=user.id,
                    date_deadline=fields.Date.context_today(self, escalation.due_at or escalation.requested_at),
                    summary=self.env._("Accept or decline %(number)s", number=escalation.name),
                    note=escalation.reason,
                )

    # ------------------------------------------------------------
    # Nobody answers
    # ------------------------------------------------------------

    def _set_alarm(self):
        if alarms := [escalation.alarm_at for escalation in self if escalation.alarm_at]:
            self.env.ref("service_helpdesk.ir_cron_escalation_wake")._trigger(at=min(alarms))

    @api.model
    def _cron_wake(self):
        """Tell the leaders of teams that have not answered in time, once each, and sleep until the next is due."""
        now = fields.Datetime.now()
        self._do_in_batches([(Domain("alarm_at", "<=", now), lambda escalations: escalations._tell_late())])
        self.search([("alarm_at", ">", now)], order="alarm_at", limit=1)._set_alarm()

    def _tell_late(self):
        """Tell the leader, once, that his team has not answered."""
        for escalation in self:
            team = escalation.team_id
            escalation.write({"alarm_at": False, "is_late": True})
            body = self.env._(
                "%(team)s has not answered %(number)s within %(minutes)s working minutes.",
                team=team.name,
                number=escalation.name,
                minutes=team.accept_minutes,
            )
            if leader := team.user_id:
                escalation.call_id.activity_schedule(ESCALATION_TYPE, user_id=leader.id, summary=body)
            escalation._tell(body)

    def _tell_failure(self, error):
        self.ensure_one()
        body = self.env._("Nobody could be told of %(number)s: %(error)s", number=self.name, error=error)
        self.call_id._message_log(body=body)
