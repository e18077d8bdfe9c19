# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..const import SETTLED_BY_CLOSING, SETTLED_BY_OWNER

# What is told of an event of the log, under the name of the rules.
TOLD_KINDS = ("allocated", "completed", "cancelled", "reopened")
WATCHED_FIELDS = ("priority", "user_id", "stage_id")
LETTER_TYPES = ("comment", "email")


class ServiceCall(models.Model):
    """What of a call's life the notification rules hear of."""

    _inherit = "service.call"

    # ------------------------------------------------------------
    # Values
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        calls = super().create(vals_list)
        opened = calls.filtered(lambda call: not call.is_closed)
        opened._notify_event("created", key="")
        opened.filtered("user_id")._notify_event("owner")
        opened.filtered(lambda call: not call.user_id)._tell_unowned()
        return calls

    def write(self, vals):
        before = self._get_watched_values(vals)
        result = super().write(vals)
        self._tell_watched_values(before)
        return result

    def _store(self, vals):
        before = self._get_watched_values(vals)
        result = super()._store(vals)
        self._tell_watched_values(before)
        return result

    def _get_watched_values(self, vals):
        """Return what a write may change that others want to know: {field: {call: value}}."""
        return {name: {call: call[name] for call in self} for name in WATCHED_FIELDS if name in vals}

    def _tell_watched_values(self, before):
        """Tell what is different from ``before``."""
        for name, value_by_call in before.items():
            changed = self.filtered(lambda call, name=name, values=value_by_call: call[name] != values[call])
            if changed:
                getattr(changed, f"_tell_{name}")()

    def _tell_priority(self):
        opened = self.filtered(lambda call: not call.is_closed)
        for priority, calls in opened.grouped("priority").items():
            calls._notify_event("priority", key=f"{priority} {fields.Datetime.now()}")

    def _tell_user_id(self):
        opened = self.filtered(lambda call: not call.is_closed)
        owned = opened.filtered("user_id")
        if owned:
            self.env["service.notification.sent"]._settle(owned, SETTLED_BY_OWNER)
        for user, calls in owned.grouped("user_id").items():
            calls._notify_event("owner", key=f"{user.id} {fields.Datetime.now()}")
        (opened - owned)._tell_unowned()

    def _tell_unowned(self):
        """Tell that nobody has taken these calls, but for those whose team has its own times after which it is told."""
        # How long a team may let calls wait is no secret of whoever logs one.
        unwatched = self.filtered(lambda call: not any(call.sudo().team_id._get_unassigned_minutes()))
        unwatched._notify_event("unassigned")

    def _tell_stage_id(self):
        """Tell of a step once in each life of a call; beginnings and ends are events of their own."""
        for stage, calls in self.grouped("stage_id").items():
            if not (stage.is_initial or stage.is_done or stage.is_cancelled):
                for life, part in calls.grouped(lambda call: call._get_life_key()).items():
                    part._notify_event("stage", key=f"{stage.id} {life}")

    def _get_life_key(self):
        """Return what tells a call's lives apart: one more with each time it was opened again."""
        self.ensure_one()
        # The log is the machine's; how often a call was reopened is no secret of it.
        return len(self.sudo().event_ids.filtered(lambda event: event.kind == "reopened"))

    # ------------------------------------------------------------
    # Events of the log
    # ------------------------------------------------------------

    def _after_event(self, kind, at):
        result = super()._after_event(kind, at)
        if kind in ("completed", "cancelled"):
            self.env["service.notification.sent"]._settle(self, SETTLED_BY_CLOSING)
        if kind in TOLD_KINDS:
            # A merged call was not given up: its customer is told under which number it goes on.
            told = self.filtered(lambda call: kind != "cancelled" or not call.sudo().merged_into_id)
            told._notify_event(kind, key=f"{at}")
        return result

    # ------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------

    def _message_auto_subscribe_notify(self, partner_ids, template):
        """Leave it to the rules to tell a new owner, as he wants to be told and once."""

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if event := self._get_message_event(message):
            self._notify_event(
                event, bodies={self.id: message.body}, key=str(message.id), author=message.sudo().author_id
            )
        return result

    def _message_update_content(self, message, /, **kwargs):
        result = super()._message_update_content(message, **kwargs)
        if kwargs.get("body") and self._get_message_event(message) == "note_added":
            key = f"{message.id} {fields.Datetime.now()}"
            self._notify_event("note_changed", bodies={self.id: message.body}, key=key)
        return result

    def _get_message_event(self, message):
        """Return the event that a message is: a note, our reply, the customer's; None for what machines log."""
        self.ensure_one()
        # Authors and subtypes are looked at on behalf of the rules, not of whoever writes.
        message = message.sudo()
        if message.message_type not in LETTER_TYPES:
            return None
        if message.is_internal or message.subtype_id.internal:
            return "note_added"
        if any(not user.share for user in message.author_id.user_ids):
            return "replied"
        return None if self._is_first_letter(message) else "customer_replied"

    def _is_first_letter(self, message):
        """Tell whether a message is the mail of which the call was made."""
        self.ensure_one()
        if self.channel != "email":
            return False
        earlier = [("message_type", "in", LETTER_TYPES), ("id", "!=", message.id)]
        return not message.search([("model", "=", self._name), ("res_id", "=", self.id), *earlier], limit=1)
