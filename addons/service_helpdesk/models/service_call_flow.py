# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ..const import CLOSING_KINDS, INSTANT_FIELD_BY_KIND, PROGRESS_KINDS, STAGE_FLAG_BY_KIND


class ServiceCall(models.Model):
    """The events of a call and the stages that follow from them."""

    _inherit = "service.call"

    # ------------------------------------------------------------
    # Public actions
    # ------------------------------------------------------------

    def action_complete(self):
        """Close the calls with a result; their clocks stop met or missed."""
        self._as_handler()._register_event("completed")
        return True

    def action_cancel(self):
        """Close the calls without a result."""
        self._register_event("cancelled")
        return True

    def action_mark_workaround(self):
        """Record that the customer can work again although the cause isn't removed."""
        self._as_handler()._register_event("workaround")
        return True

    def action_view_linked(self):
        """Open the calls that follow from this one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        return {**action, "domain": [("original_id", "=", self.id)], "context": {"default_original_id": self.id}}

    def action_view_equipment_calls(self):
        """Open all calls of this call's unit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        return {
            **action,
            "domain": [("equipment_id", "=", self.equipment_id.id)],
            "context": {"default_equipment_id": self.equipment_id.id},
        }

    # ------------------------------------------------------------
    # Events
    # ------------------------------------------------------------

    def _register_event(self, kind, at=None, **vals):
        """Write one event per call, and let stage, instants and clocks follow.

        The one guarded way in which the state of a call changes.

        :param str kind: one of ``const.EVENT_KINDS``
        :param datetime at: when it happened, naive UTC; now by default
        :param vals: further values of the event (``reason``, ``user_id``)
        :return: the new events (sudo)
        :raise AccessError: unless the user may write the calls
        :raise UserError: when a call is not in a state in which this can happen
        """
        # The log is written with all rights: whoever only reads a call, as customers do, makes nothing happen to it.
        self.check_access("write")
        at = at or fields.Datetime.now()
        for call in self:
            call._check_event(kind, at)
        # Work that begins ends a pause; whoever closes or restarts a call may do so from a pause too.
        paused = self.filtered("is_paused") if kind in ("travel", "arrived") else self.browse()
        events = paused._log_event("resumed", at, **vals) + self._log_event(kind, at, **vals)
        self._follow_event(kind, at)
        self._replay_clocks()
        self._after_event(kind, at)
        return events

    def _check_event(self, kind, at):
        """Refuse an event that cannot happen now, with one sentence that names the call."""
        self.ensure_one()
        if kind == "reopened":
            if not self.is_closed:
                raise UserError(self.env._("Call %(call)s is not closed.", call=self.name))
        elif self.is_closed:
            raise UserError(self.env._("Call %(call)s is closed: reopen it first.", call=self.name))
        elif kind == "paused" and self.is_paused:
            raise UserError(self.env._("Call %(call)s is already on hold.", call=self.name))
        elif kind == "resumed" and not self.is_paused:
            raise UserError(self.env._("Call %(call)s is not on hold.", call=self.name))
        if at < self.raised_at:
            raise UserError(self.env._("Nothing can happen to call %(call)s before it was raised.", call=self.name))

    def _log_event(self, kind, at, **vals):
        # The log belongs to the machine: users have no right to write it by hand.
        return (
            self.env["service.call.event"]
            .sudo()
            .create(
                [
                    {
                        "user_id": self.env.uid,
                        **vals,
                        "call_id": call.id,
                        "company_id": call.company_id.id,
                        "kind": kind,
                        "at": at,
                    }
                    for call in self
                ]
            )
        )

    def _log_raised(self):
        """Write the first event of new calls, and that of the stage in which they were created."""
        self.env["service.call.event"].sudo().create(
            [
                {"call_id": call.id, "company_id": call.company_id.id, "kind": "raised", "at": call.raised_at}
                for call in self
            ]
        )
        now = fields.Datetime.now()
        beginnings = {stage_id for stage_id, _type_ids in self.env["service.call.stage"]._get_by_flag("is_initial")}
        for stage, calls in self.grouped("stage_id").items():
            kind = stage._get_event_kind() if stage and stage.id not in beginnings else None
            if kind:
                calls._log_event(kind, now)
                calls._follow_event(kind, now)
        owned = self.filtered(lambda call: call.user_id and not call.allocated_at and not call.is_closed)
        if owned:
            owned._log_event("allocated", now)
            owned._follow_event("allocated", now)

    def _follow_event(self, kind, at):
        """Let the call's own columns and its stage follow an event."""
        values = {}
        if instant_field := INSTANT_FIELD_BY_KIND.get(kind):
            values[instant_field] = at
        if kind == "paused":
            values["is_paused"] = True
        elif kind in ("resumed", "travel", "arrived", *CLOSING_KINDS):
            values["is_paused"] = False
        elif kind == "reopened":
            values.update(closed_at=False, replied_at=False)
        if values:
            self._store(values)
        if kind in ("resumed", "reopened"):
            for progress, calls in self.grouped(lambda call: call._get_progress_kind()).items():
                calls._advance_stage(STAGE_FLAG_BY_KIND[progress], is_back_allowed=True)
        elif flag := STAGE_FLAG_BY_KIND.get(kind):
            # Who is given or planned a call that waits does not end the wait: it stays on hold until it is resumed.
            self.filtered(lambda call: kind == "paused" or not call.is_paused)._advance_stage(flag)

    def _get_progress_kind(self):
        """Return how far the call has come, leaving pauses and closings aside."""
        self.ensure_one()
        reached = [kind for kind in PROGRESS_KINDS[1:] if self[INSTANT_FIELD_BY_KIND[kind]]]
        return reached[-1] if reached else PROGRESS_KINDS[0]

    def _correct_raised(self):
        """Correct the first event of calls whose raised instant was changed, and replay their clocks."""
        for call in self.sudo():
            raised = call.event_ids.filtered(lambda event: event.kind == "raised" and not event.corrects_id)
            call._log_event("raised", call.raised_at, corrects_id=raised[:1].id)
        self._replay_clocks(is_told=True)

    # ------------------------------------------------------------
    # Stages
    # ------------------------------------------------------------

    def _find_stages(self, flag):
        """Find the stage that stands for a step, for each type of these calls.

        :param str flag: a flag of ``service.call.stage``
        :return: dict {service.call.type: the first such stage, empty when that step is not used}
        """
        stages = self.env["service.call.stage"]
        by_flag = stages._get_by_flag(flag)
        return {
            call_type: stages.browse(
                next((key for key, types in by_flag if not types or call_type._origin.id in types), None)
            )
            for call_type in {call.type_id for call in self}
        }

    def _advance_stage(self, flag, is_back_allowed=False):
        """Move the calls to the stage with ``flag``; each stage is optional and none is gone back to.

        :param str flag: a flag of ``service.call.stage``
        :param bool is_back_allowed: after a pause or a reopening the call goes back to where it was
        """
        stage_by_type = self._find_stages(flag)
        moved = {}
        for call in self:
            stage, current = stage_by_type[call.type_id], call.stage_id
            is_ahead = not current or current.is_pause or stage.sequence > current.sequence
            if stage and stage != current and (is_ahead or is_back_allowed or stage.is_pause):
                moved[stage] = moved.get(stage, self.browse()) | call
        for stage, calls in moved.items():
            calls._store({"stage_id": stage.id})

    def _prepare_stage_event(self, stage):
        """Return the further values of the event that entering ``stage`` means (pure).

        :raise UserError: when a person has to say more than the stage
        """
        return {}

    def _change_stage(self, stage):
        """A person moved the calls to ``stage``: write the events that this means."""
        now = fields.Datetime.now()
        kind = stage._get_event_kind()
        moved = self.filtered(lambda call: call.stage_id != stage)
        for call in moved:
            if not stage._serves(call.type_id):
                raise UserError(
                    self.env._(
                        "Stage %(stage)s is not used by calls of type %(type)s.",
                        stage=stage.name,
                        type=call.type_id.name,
                    )
                )
        closed = moved.filtered("is_closed")
        closed._check_reopen()
        closed._register_event("reopened", now)
        if not stage.is_pause:
            moved.filtered("is_paused")._register_event("resumed", now)
        if kind and kind != "raised":
            moved._register_event(kind, now, **moved._prepare_stage_event(stage))
        moved._store({"stage_id": stage.id})
