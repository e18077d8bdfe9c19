# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext

SUBJECT_LENGTH = 200
CALL_READERS = (
    "service_helpdesk.group_service_helpdesk_engineer,"
    "service_helpdesk.group_service_helpdesk_reader,"
    "service_equipment.group_service_auditor"
)


class DiscussChannel(models.Model):
    """A live chat becomes a call."""

    _inherit = "discuss.channel"

    service_call_ids = fields.One2many(
        comodel_name="service.call",
        inverse_name="chat_id",
        string="Calls",
        groups=CALL_READERS,
    )

    def execute_command_call(self, **kwargs):
        """Make a call of the chat: ``/call Pump leaks``; the words may be left out.

        Called by the composer; what comes of it is told to the operator alone.
        """
        subject = html2plaintext(kwargs.get("body") or "").strip().removeprefix("/call").strip()
        try:
            with self.env.cr.savepoint():
                call = self._create_service_call(subject)
        except (AccessError, UserError) as error:
            message = str(error)
        else:
            message = self.env._("Logged the call: %(call)s", call=call._get_html_link())
        self.env.user._bus_send_transient_message(self, message)

    def action_create_service_call(self):
        """Make a call of each chat, and open it.

        :return: action
        """
        calls = self.env["service.call"].union(*(channel._create_service_call() for channel in self))
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        if len(calls) == 1:
            return {**action, "views": [(False, "form")], "res_id": calls.id}
        return {**action, "domain": [("id", "in", calls.ids)], "context": {}}

    def _create_service_call(self, subject=None):
        """Make a call of one live chat under the rights of its operator, and tell the visitor its number.

        :param str subject: one line; the visitor's first words by default
        :raise UserError: where this is no live chat, or somebody may not log calls
        """
        self.ensure_one()
        if self.channel_type != "livechat":
            raise UserError(self.env._("Only a live chat with a visitor becomes a call."))
        calls = self.env["service.call"]
        if not calls.has_access("create"):
            raise UserError(self.env._("You may not log calls: ask a call taker."))
        call = calls.create(self._prepare_service_call_values(subject))
        self.message_post(
            body=self.env._("Your request has the number %(number)s.", number=call.name),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        return call

    def _prepare_service_call_values(self, subject=None):
        """Hook: return the values of the call that is made of one chat.

        :param str subject: one line; the visitor's first words by default
        """
        self.ensure_one()
        visitor = self._get_service_visitor()
        company = visitor.company_id or self.env.company
        return {
            "subject": (subject or self._get_service_subject())[:SUBJECT_LENGTH],
            "description": self._get_channel_history(),
            "channel": "chat",
            "contact_id": visitor.id,
            "partner_id": visitor.commercial_partner_id.id,
            "needs_triage": not visitor,
            "company_id": company.id,
            # Teams of all companies are none of the operator's; the one that takes calls without a team is.
            "team_id": self.env["service.team"].sudo()._get_default_team(company).id,
            "chat_id": self.id,
        }

    def _get_service_visitor(self):
        """Return the contact who is chatting; empty when it is a guest, whatever name he gave himself."""
        self.ensure_one()
        partners = self.with_context(active_test=False).channel_partner_ids
        if any(partner.is_public for partner in partners) or self.sudo().channel_member_ids.guest_id:
            return self.env["res.partner"]
        visitors = partners.filtered("partner_share")
        return visitors if len(visitors) == 1 else visitors.browse()

    def _get_service_subject(self):
        """Return the first words of the visitor."""
        self.ensure_one()
        # Who may be in the chat reads what was said in it.
        messages = self.sudo().message_ids.sorted("id").filtered(
            lambda message: message.message_type == "comment"
            and (message.author_guest_id or message.author_id.partner_share)
        )
        lines = (html2plaintext(message.body).strip().partition("\n")[0] for message in messages)
        return next(filter(None, lines), self.env._("Chat"))
