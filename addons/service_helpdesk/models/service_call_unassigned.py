# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

# Who is told, one after the other, that nobody has taken a call.
LEVELS = ("controllers", "leader")
ENDING_KINDS = ("allocated", "completed", "cancelled")
UNASSIGNED_TYPE = "service_helpdesk.mail_activity_type_unassigned"


class ServiceCall(models.Model):
    """Calls that nobody has taken: since when, and who is told of it.

    A call waits for somebody while it is open, nobody owns it and it was not allocated. A team may have its controllers
    told after some of its working minutes, and its leader later: each once, and anew when the call waits again.
    """

    _inherit = "service.call"

    unassigned_since = fields.Datetime(
        compute="_compute_unassigned_since",
        store=True,
        precompute=True,
        copy=False,
        groups="base.group_user",
        help="Since when the call waits for somebody to take it.",
    )
    unassigned_level = fields.Integer(
        compute="_compute_unassigned_since",
        store=True,
        precompute=True,
        copy=False,
        groups="base.group_user",
        help="How far it was told that nobody has taken the call.",
    )
    unassigned_alarm_at = fields.Datetime(
        compute="_compute_unassigned_alarm_at",
        store=True,
        precompute=True,
        copy=False,
        groups="base.group_user",
    )
    unassigned_words = fields.Char(string="Waits", compute="_compute_unassigned_words", groups="base.group_user")

    _unassigned_alarm_idx = models.Index("(unassigned_alarm_at) WHERE unassigned_alarm_at IS NOT NULL")

    @api.depends("user_id", "allocated_at", "closed_at")
    def _compute_unassigned_since(self):
        now = fields.Datetime.now()
        for call in self:
            if call.user_id or call.allocated_at or call.closed_at:
                call.unassigned_since = call.unassigned_level = False
            else:
                call.unassigned_since = call._origin.unassigned_since or now
                call.unassigned_level = call._origin.unassigned_level

    @api.depends("unassigned_since", "unassigned_level", "team_id")
    def _compute_unassigned_alarm_at(self):
        self.unassigned_alarm_at = False
        for team, calls in self.filtered("unassigned_since").grouped("team_id").items():
            # The team's own rule holds, whoever raises the call.
            minutes = team.sudo()._get_unassigned_minutes() if team else []
            ahead_by_call = {call: next(filter(None, minutes[call.unassigned_level :]), 0) for call in calls}
            starts = [(call.unassigned_since, ahead) for call, ahead in ahead_by_call.items() if ahead]
            told = [call for call, ahead in ahead_by_call.items() if ahead]
            for call, instant in zip(told, team.sudo()._plan(starts) if told else (), strict=True):
                call.unassigned_alarm_at = instant

    @api.depends("unassigned_since")
    @api.depends_context("lang")
    def _compute_unassigned_words(self):
        now = fields.Datetime.now()
        for call in self:
            since = call.unassigned_since
            call.unassigned_words = since and self._format_span(max(now, since) - since)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        calls = super().create(vals_list)
        calls.sudo()._set_unassigned_alarm()
        return calls

    def write(self, vals):
        told, moved, left = self.browse(), self.browse(), self.browse()
        if "user_id" in vals:
            told = self.sudo().filtered("unassigned_level")
            left = self.filtered(lambda call: not vals["user_id"] and call.user_id and not call.is_closed)
        if "team_id" in vals:
            moved = self.sudo().filtered(lambda call: call.unassigned_since and call.team_id.id != vals["team_id"])
        result = super().write(vals)
        told._end_unassigned_tasks()
        left._take_back_allocation()
        # What the next team has not taken it has not had for so long.
        moved.filtered("unassigned_since")._store({"unassigned_since": fields.Datetime.now(), "unassigned_level": 0})
        (moved | left.sudo())._set_unassigned_alarm()
        return result

    def _register_event(self, kind, at=None, **vals):
        told = self.sudo().filtered("unassigned_level") if kind in ENDING_KINDS else self.browse()
        events = super()._register_event(kind, at, **vals)
        told._end_unassigned_tasks()
        if kind == "reopened":
            self.sudo()._set_unassigned_alarm()
        return events

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _take_back_allocation(self):
        """Calls whose owner has left them wait for somebody again."""
        if self:
            self._store({"allocated_at": False})
            self.filtered("stage_id.is_allocated")._advance_stage("is_initial", is_back_allowed=True)

    def _end_unassigned_tasks(self):
        if calls := self.filtered(lambda call: not call.unassigned_since):
            calls.activity_unlink([UNASSIGNED_TYPE])

    def _set_unassigned_alarm(self):
        """Ask the job to run when the first of these calls has waited for too long."""
        if alarms := [call.unassigned_alarm_at for call in self if call.unassigned_alarm_at]:
            self.env.ref("service_helpdesk.ir_cron_unassigned_wake").sudo()._trigger(at=min(alarms))

    @api.model
    def _cron_wake_unassigned(self):
        """Tell who must know that nobody has taken a call, each once, then sleep until the next one is due."""
        now = fields.Datetime.now()
        self._do_in_batches([(Domain("unassigned_alarm_at", "<=", now), lambda calls: calls._wake_unassigned(now))])
        self.search([("unassigned_alarm_at", ">", now)], order="unassigned_alarm_at", limit=1)._set_unassigned_alarm()

    def _wake_unassigned(self, now):
        """Tell the next level, and what is late already too."""
        for call in self:
            while call.unassigned_alarm_at and call.unassigned_alarm_at <= now:
                minutes = call.team_id._get_unassigned_minutes()
                level = next(index for index in range(call.unassigned_level, len(LEVELS)) if minutes[index])
                call._tell_unassigned(LEVELS[level])
                call._store({"unassigned_level": level + 1})

    def _tell_unassigned(self, level):
        """Give the people of a level a task to find somebody for the call.

        :param str level: one of ``LEVELS``
        """
        self.ensure_one()
        body = self.env._(
            "Nobody has taken the call for %(amount)s: take or allocate it.", amount=self.unassigned_words
        )
        team = self.team_id
        self._message_log(body=body)
        for user in team.user_id if level == "leader" else team.controller_ids or team.user_id:
            self.activity_schedule(UNASSIGNED_TYPE, user_id=user.id, summary=body)
        self._notify_event("unassigned", bodies={self.id: Markup("%s") % body})
