# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.service_helpdesk.tests.common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestChat(HelpdeskCase, HttpCase):
    """An operator makes calls of live chats."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._new_user(
            "hd_operator", "service_helpdesk.group_service_helpdesk_user,im_livechat.im_livechat_group_user"
        )
        cls.reader = cls._new_user("hd_chatter", "im_livechat.im_livechat_group_user")
        cls.livechat = cls.env["im_livechat.channel"].create(
            {"name": "Support", "user_ids": [Command.set((cls.operator | cls.reader).ids)]}
        )

    def _open_chat(self, operator=None, login=None, text="Pump leaks<br>since today"):
        """A chat that a visitor has opened, as its operator sees it."""
        operator = operator or self.operator
        self.livechat.user_ids = operator
        self.env["mail.presence"]._update_presence(operator)
        self.authenticate(login, login)
        data = self.make_jsonrpc_request(
            "/im_livechat/get_session", {"channel_id": self.livechat.id, "persisted": True}
        )
        channel = self.env["discuss.channel"].browse(data["channel_id"])
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "discuss.channel",
                "thread_id": channel.id,
                "post_data": {"body": text, "message_type": "comment", "subtype_xmlid": "mail.mt_comment"},
            },
        )
        return channel.with_user(operator)

    def test_a_customer_who_is_logged_in(self):
        channel = self._open_chat(login="eq_portal")
        channel.execute_command_call(body="/call Pump is noisy")
        call = channel.service_call_ids
        self.assertRecordValues(
            call,
            [
                {
                    "subject": "Pump is noisy",
                    "channel": "chat",
                    "contact_id": self.contact.id,
                    "partner_id": self.customer.id,
                    "needs_triage": False,
                    "chat_id": channel.id,
                }
            ],
        )
        self.assertIn("since today", call.description)
        self.assertIn(call.name, channel.message_ids[0].body, "the visitor reads the number")
        self.assertEqual(call.with_user(self.user_portal).subject, "Pump is noisy")

    def test_a_guest_is_nobody_we_know(self):
        channel = self._open_chat()
        channel.execute_command_call(body="/call")
        self.assertRecordValues(
            channel.service_call_ids,
            [{"subject": "Pump leaks", "contact_id": False, "partner_id": False, "needs_triage": True}],
        )

    def test_in_the_browser(self):
        """The button above a chat asks what it is about, and logs the call."""
        channel = self._open_chat(login="eq_portal")
        # What the bus has to tell of how the chat began would close it again, if it came after the chat was opened.
        self.env["bus.bus"].search([]).unlink()
        url = f"/odoo/discuss?active_id=discuss.channel_{channel.id}"
        self.start_tour(url, "service_chat_call_tour", login="hd_operator")
        channel.invalidate_recordset()
        self.assertRecordValues(
            channel.service_call_ids,
            [{"subject": "Tour: pump is noisy", "channel": "chat", "contact_id": self.contact.id}],
        )

    def test_from_the_list_of_sessions(self):
        channel = self._open_chat(login="eq_portal")
        action = channel.action_create_service_call()
        call = self.env["service.call"].browse(action["res_id"])
        self.assertEqual(call.chat_id, channel)
        self.assertEqual(call.action_view_chat()["context"]["active_id"], f"discuss.channel_{channel.id}")

    def test_who_may_not_log_calls_is_told(self):
        channel = self._open_chat(operator=self.reader)
        before = len(channel.message_ids)
        channel.execute_command_call(body="/call Pump leaks")
        self.assertFalse(channel.sudo().service_call_ids)
        self.assertEqual(len(channel.message_ids), before)
        with self.assertRaisesRegex(UserError, "ask a call taker"):
            channel.action_create_service_call()

    def test_other_chats_are_no_calls(self):
        channel = self.env["discuss.channel"].create({"name": "General", "channel_type": "channel"})
        with self.assertRaisesRegex(UserError, "Only a live chat"):
            channel.with_user(self.operator).action_create_service_call()

    def test_a_long_subject_is_cut(self):
        channel = self._open_chat(text="x" * 300)
        channel.execute_command_call(body="/call")
        self.assertEqual(len(channel.service_call_ids.subject), 200)
