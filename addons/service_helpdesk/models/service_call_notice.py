# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup, escape

from odoo import api, fields, models

from ..const import NOTIFICATION_EVENTS


class ServiceCall(models.Model):
    """What the texts of notifications can say of what happened."""

    _inherit = "service.call"

    notice_title = fields.Char(
        compute="_compute_notice",
        groups="base.group_user",
        help="For the texts of notifications: what happened, in a word.",
    )
    notice_text = fields.Html(
        compute="_compute_notice",
        sanitize=False,
        groups="base.group_user",
        help="For the texts of notifications: what happened, and what was written about it.",
    )

    @api.depends("stage_id", "priority", "user_id", "team_id")
    @api.depends_context("lang", "notice_event", "notice_key", "notice_bodies")
    def _compute_notice(self):
        event = self.env.context.get("notice_event")
        bodies = dict(self.env.context.get("notice_bodies") or ())
        title = self._get_notice_title(event) if event else False
        for call in self:
            sentence = call._get_notice_sentence(event) if event else ""
            parts = [Markup("<p>%s</p>") % sentence if sentence else "", bodies.get(call.id) or ""]
            call.notice_title = title
            call.notice_text = Markup("").join(escape(part) for part in parts) or False

    def _get_notice_title(self, event):
        """Return what happened in a word: the new step, else the name of the event."""
        if event == "stage":
            stage_id = (self.env.context.get("notice_key") or "").split(" ")[0]
            if stage_id.isdigit():
                return self.env["service.call.stage"].sudo().browse(int(stage_id)).exists().name
        labels = dict(self.env["service.notification.rule"]._fields["event"]._description_selection(self.env))
        return labels.get(event) or dict(NOTIFICATION_EVENTS).get(event)

    def _get_notice_sentence(self, event):
        """Return the sentence that says what happened to the call, or what is to be done."""
        self.ensure_one()
        if event == "priority":
            return self.env._("The priority is now %(priority)s.", priority=self._get_label("priority"))
        if event == "owner":
            return self.env._("%(owner)s owns the call now.", owner=self.user_id.name or self.env._("Nobody"))
        if event == "allocated":
            return self.env._("It is in the hands of %(who)s.", who=self.user_id.name or self.team_id.name or "?")
        if event == "created":
            return self.env._("A new call came in: %(channel)s.", channel=self._get_label("channel"))
        return {
            "unassigned": self.env._("Nobody has taken this call yet: take it, or give it to somebody."),
            "bounced": self.env._("Call the customer: our mail came back."),
            "merged": self.env._("It goes on in another call."),
            "escalated": self.env._("The call was passed on: look at it and accept it."),
            "warned": self.env._("A deadline is at risk: see that it is kept."),
            "missed": self.env._("A deadline was missed: tell the customer how it goes on."),
            "hours_exceeded": self.env._("More hours were worked than were foreseen."),
            "work_to_validate": self.env._("Work waits for your approval."),
            "work_refused": self.env._("Work was sent back: correct it and submit it again."),
            "to_approve": self.env._("A change waits for your approval."),
            "customer_to_approve": self.env._("The customer is asked to approve the change."),
            "completed": self.env._("The call is completed."),
            "cancelled": self.env._("The call was cancelled."),
            "reopened": self.env._("The call is open again."),
            "rated_low": self.env._("The customer is not content: call him."),
        }.get(event, "")
