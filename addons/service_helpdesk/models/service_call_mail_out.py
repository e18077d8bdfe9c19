# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import Command, api, models


class ServiceCall(models.Model):
    """Messages that leave: acknowledgement, where answers go to, the first reply."""

    _inherit = "service.call"

    # ------------------------------------------------------------
    # Outgoing
    # ------------------------------------------------------------

    def _creation_message(self):
        self.ensure_one()
        lines = [
            self.env._("Raised: %(channel)s", channel=self._get_label("channel")),
            self.cover_reason,
            *(
                self.env._(
                    "%(metric)s until %(deadline)s",
                    metric=clock._get_label("metric"),
                    deadline=self._format_at_site(clock.deadline),
                )
                for clock in self.clock_ids
                if clock.deadline
            ),
        ]
        return Markup("<br/>").join(line for line in lines if line)

    @api.model
    def mail_allowed_qweb_expressions(self):
        # A template of these expressions alone is filled in without being compiled for each call, by whoever edits it.
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.company_id.email_formatted",
            "object.company_id.name",
            "object.contact_id.id",
            "object.deadline_words",
            "object.equipment_id.display_name",
            "object.notice_text",
            "object.notice_title",
            "object.partner_id.name",
            "object.site_id.display_name",
            "object.stage_id.name",
            "object.subject",
            "object.team_id.alias_email",
            "object.team_id.name",
            "object.user_id.name",
        )

    def _subscribe_contacts(self):
        """Let those who raised the calls follow them, in one batch."""
        _subtypes, _internal, subtypes = self.env["mail.message.subtype"].sudo().default_subtypes(self._name)
        self.env["mail.followers"].sudo().create(
            [
                {
                    "res_model": self._name,
                    "res_id": call.id,
                    "partner_id": call.contact_id.id,
                    "subtype_ids": [Command.set(subtypes.ids)],
                }
                for call in self
                if call.contact_id and not call.is_automatic
            ]
        )

    def _message_compute_subject(self):
        self.ensure_one()
        return f"[{self.name}] {self.subject}"

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Let answers come to the team's address."""
        by_team = self.sudo().team_id._notify_get_reply_to(default=default, author_id=author_id)
        reply_to = {call.id: by_team.get(call.team_id.id) for call in self if call.team_id}
        without_team = self.filtered(lambda call: not call.team_id)
        if without_team:
            reply_to.update(super(ServiceCall, without_team)._notify_get_reply_to(default=default, author_id=author_id))
        return reply_to

    def _mail_get_partners(self, introspect_fields=False):
        """Write to whoever raised the call, else to the customer."""
        return {call.id: call.contact_id or call.partner_id for call in self}

    # ------------------------------------------------------------
    # The first reply
    # ------------------------------------------------------------

    def _message_post_after_hook(self, message, msg_values):
        """A public message of one of us is the reply that the response clock waits for."""
        result = super()._message_post_after_hook(message, msg_values)
        if not self.replied_at and not self.is_closed and self._is_reply(message):
            self.sudo()._register_event("replied")
        return result

    def _is_reply(self, message):
        """Tell whether ``message`` is a person's public answer to the customer."""
        self.ensure_one()
        author = message.sudo().author_id
        return (
            message.message_type in ("comment", "email")
            and author != self.contact_id
            and message.subtype_id.id == self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
            and any(not user.share for user in author.user_ids)
        )
