# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from odoo.addons.service_contract.const import METRICS, PRIORITIES

from ..engine.sla_clock import Mark

# Who can be told, in the order in which the sentence names them.
AUDIENCE = ("tells_owner", "tells_members", "tells_controllers", "tells_leader", "tells_responsible")


class ServiceEscalationRule(models.Model):
    """Who is told and what changes some time before or after a deadline.

    A rule becomes marks of the clocks that it concerns; the job that wakes for warnings and deadlines wakes for them
    too, and each is carried out once per clock (`service.escalation.step`).
    """

    _name = "service.escalation.rule"
    _inherit = ["service.rule.mixin", "service.replay.mixin"]
    _description = "Escalation Rule"
    _check_company_auto = True

    # For which deadlines
    policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
        string="Service Level",
        index="btree_not_null",
        check_company=True,
        help="Empty: every service level of the company.",
    )
    team_id = fields.Many2one(
        comodel_name="service.team",
        index="btree_not_null",
        check_company=True,
        help="Empty: the calls of every team.",
    )
    metric = fields.Selection(selection=METRICS, string="Deadline", help="Empty: every deadline.")
    priority = fields.Selection(selection=PRIORITIES, string="Priority From", help="Empty: every priority.")
    # When
    basis = fields.Selection(
        selection=[
            ("percent", "When so much of the time is used"),
            ("before", "Before the deadline"),
            ("after", "After the deadline"),
        ],
        string="When",
        required=True,
        default="percent",
    )
    percent = fields.Integer(default=50)
    minutes = fields.Integer(string="Working Minutes", help="In the working hours of the call's service level.")
    repeat_count = fields.Integer(string="Repeat", help="So many times more, while the promise is not kept.")
    repeat_minutes = fields.Integer(string="Every (minutes)", help="Working minutes from one time to the next.")
    # Who is told
    tells_owner = fields.Boolean(string="Owner", default=True)
    tells_members = fields.Boolean(string="Team Members")
    tells_controllers = fields.Boolean(string="Controllers")
    tells_leader = fields.Boolean(string="Team Leader")
    tells_responsible = fields.Boolean(string="Responsible for the Customer")
    user_ids = fields.Many2many(
        comodel_name="res.users",
        string="And",
        check_company=True,
        domain="[('share', '=', False)]",
    )
    # What changes
    priority_to = fields.Selection(
        selection=PRIORITIES,
        string="Raise Priority To",
        help="Never lowers it.",
    )
    team_to_id = fields.Many2one(
        comodel_name="service.team", string="Move to Team", index="btree_not_null", check_company=True
    )
    is_team_asked = fields.Boolean(
        string="Ask It First",
        help="The team is asked to take the call over; until it accepts, the call stays where it is.",
    )
    tag_ids = fields.Many2many(
        comodel_name="service.call.tag", string="Add Tags", check_company=True, help="None is taken away."
    )
    owner_to = fields.Selection(
        selection=[("nobody", "Nobody: back to the queue"), ("person", "A person")],
        string="Give to",
    )
    user_to_id = fields.Many2one(
        comodel_name="res.users",
        string="New Owner",
        check_company=True,
        domain="[('share', '=', False)]",
    )
    summary = fields.Char(string="In Words", compute="_compute_summary")

    _check_percent = models.Constraint(
        "CHECK (basis <> 'percent' OR percent BETWEEN 1 AND 100)", "The percentage lies between 1 and 100."
    )
    _check_minutes = models.Constraint(
        "CHECK (basis = 'percent' OR minutes >= 0)", "Minutes before or after a deadline cannot be negative."
    )
    _check_repeat = models.Constraint(
        "CHECK (repeat_count >= 0 AND (repeat_count = 0 OR basis <> 'after' OR COALESCE(repeat_minutes, 0) > 0))",
        "Say after how many minutes the rule repeats.",
    )

    @api.depends(
        "policy_id", "team_id", "metric", "priority", "basis", "percent", "minutes", "repeat_count", "repeat_minutes",
        "user_ids", "priority_to", "team_to_id", "is_team_asked", "tag_ids", "owner_to", "user_to_id", *AUDIENCE,
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_summary(self):
        for rule in self:
            rule.summary = self.env._(
                "%(deadline)s, %(when)s: %(what)s.",
                deadline=rule._get_label("metric") or self.env._("Every deadline"),
                when=rule._get_when_text(),
                what="; ".join(rule._get_effect_texts()) or self.env._("nothing"),
            )

    @api.constrains("user_ids", "priority_to", "team_to_id", "tag_ids", "owner_to", "user_to_id", *AUDIENCE)
    def _check_effect(self):
        for rule in self:
            if not rule._get_effect_texts():
                raise ValidationError(
                    self.env._("Rule %(rule)s does nothing: say who is told or what changes.", rule=rule.name)
                )
            if rule.owner_to == "person" and not rule.user_to_id:
                raise ValidationError(self.env._("Rule %(rule)s: say to whom the call is given.", rule=rule.name))

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        # Whoever sets up rules need not see every call on which one was carried out.
        done = self.env["service.escalation.step"].sudo().search([("rule_id", "in", self.ids)], limit=1)
        if done:
            raise UserError(
                self.env._("Rule %(rule)s was carried out already: archive it instead.", rule=done.rule_id.name)
            )

    def _request_service_replay(self):
        """Have the clocks of open calls wake at the points of these rules too."""
        for rule in self:
            domain = Domain("company_id", "=", rule.company_id.id) & Domain("sla_policy_id", "!=", False)
            if rule.policy_id:
                domain &= Domain("sla_policy_id", "=", rule.policy_id.id)
            if rule.team_id:
                domain &= Domain("team_id", "=", rule.team_id.id)
            self.env["service.call"]._request_replay(domain)

    # ------------------------------------------------------------
    # Words
    # ------------------------------------------------------------

    def _get_when_text(self):
        """Return when the rule acts: "at 50 % of the time", "1 h after the deadline, then 3 times every 30 min"."""
        self.ensure_one()
        if self.basis == "percent":
            return self.env._("at %(percent)s %% of the time", percent=self.percent)
        time = self.policy_id._format_minutes(self.minutes)
        if self.basis == "before":
            return self.env._("%(time)s before it", time=time)
        text = self.env._("%(time)s after it", time=time) if self.minutes else self.env._("when it is missed")
        if not self.repeat_count:
            return text
        return self.env._(
            "%(when)s, then %(count)s times every %(time)s",
            when=text,
            count=self.repeat_count,
            time=self.policy_id._format_minutes(self.repeat_minutes),
        )

    def _get_effect_texts(self):
        """Return what the rule does, as a list of texts."""
        self.ensure_one()
        names = [self._fields[name]._description_string(self.env) for name in AUDIENCE if self[name]]
        names += self.user_ids.mapped("name")
        texts = [self.env._("tell %(names)s", names=", ".join(names))] if names else []
        return texts + list(self._get_change_texts().values())

    def _get_change_texts(self):
        """Return what the rule changes on a call: dict of the call's field, or "asked", to text."""
        self.ensure_one()
        texts = {}
        if self.priority_to:
            label = self._get_label("priority_to")
            texts["priority"] = self.env._("raise the priority to %(priority)s", priority=label)
        if self.team_to_id and self.is_team_asked:
            texts["asked"] = self._get_asked_text()
        elif self.team_to_id:
            texts["team_id"] = self.env._("move to %(team)s", team=self.team_to_id.name)
        if self.owner_to == "nobody":
            texts["user_id"] = self.env._("take it from its owner")
        elif self.owner_to and "asked" not in texts:
            texts["user_id"] = self.env._("give it to %(user)s", user=self.user_to_id.name or "...")
        if self.tag_ids:
            names = ", ".join(self.tag_ids.mapped("name"))
            texts["tag_ids"] = self.env._("add the tag %(names)s", names=names)
        return texts

    def _get_asked_text(self):
        team = self.team_to_id.name
        if self.owner_to == "person":
            user = self.user_to_id.name or "..."
            return self.env._("ask %(team)s, for %(user)s, to take over", team=team, user=user)
        return self.env._("ask %(team)s to take over", team=team)

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _concerns(self, call, target):
        """Tell whether the rule is for this target of this call."""
        self.ensure_one()
        return (
            self.company_id == call.company_id
            and self.policy_id in (target.policy_id, self.policy_id.browse())
            and self.team_id in (call.team_id, self.team_id.browse())
            and self.metric in (target.metric, False)
            and (self.priority or "0") <= call.priority
        )

    def _get_marks(self):
        """Return the points at which these rules act, as marks of the clock's engine, each with (rule id, number)."""
        marks = []
        for rule in self:
            if rule.basis == "percent":
                marks.append(Mark((rule.id, 0), "percent", rule.percent))
                continue
            times = rule.repeat_count if rule.basis == "after" else 0
            marks += [
                Mark((rule.id, number), rule.basis, rule.minutes + number * rule.repeat_minutes)
                for number in range(times + 1)
            ]
        return tuple(marks)

    def _get_users(self, call):
        """Return whom the rule tells of a call."""
        self.ensure_one()
        team = call.team_id
        users = self.user_ids
        for is_told, candidates in (
            (self.tells_owner, call.user_id),
            (self.tells_members, team.member_ids),
            (self.tells_controllers, team.controller_ids),
            (self.tells_leader, team.user_id),
            (self.tells_responsible, call._get_responsible()),
        ):
            users |= candidates if is_told else users.browse()
        return users.filtered(lambda user: user.active and not user.share)

    def _prepare_call_values(self, call):
        """Hook: prepare what the rule changes on a call.

        :return: dict of values, empty when nothing differs
        """
        self.ensure_one()
        values = {}
        if self.priority_to and self.priority_to > call.priority:
            values["priority"] = self.priority_to
        if self.team_to_id and not self.is_team_asked and self.team_to_id != call.team_id:
            values["team_id"] = self.team_to_id.id
        owner = self.user_to_id if self.owner_to == "person" else self.user_to_id.browse()
        # A person of a team that is asked gets the call only when the team accepts it.
        is_given = self.owner_to == "nobody" or self.owner_to and not self._get_asked_team()
        if is_given and owner != call.user_id:
            values["user_id"] = owner.id
        if tags := self.tag_ids - call.tag_ids:
            values["tag_ids"] = [Command.link(tag.id) for tag in tags]
        return values

    def _get_asked_team(self):
        """Return the team that the rule asks to take calls over."""
        self.ensure_one()
        return self.team_to_id if self.is_team_asked else self.team_to_id.browse()

    def _ask_team(self, call, reason):
        """Ask the team of the rule to take a call over, unless it has it, or another team is asked already.

        :return: the ``service.call.escalation``, or none
        """
        self.ensure_one()
        team = self._get_asked_team()
        if not team or team == call.team_id or call.pending_escalation_id:
            return call.pending_escalation_id.browse()
        user = self.user_to_id if self.owner_to == "person" else self.user_to_id.browse()
        return call.action_escalate(team.id, reason, user_id=user.id)
