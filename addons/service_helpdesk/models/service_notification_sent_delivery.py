# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from typing import NamedTuple

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import html2plaintext, is_html_empty

from odoo.addons.mail.tools.discuss import Store

from ..const import CUSTOMER_RECIPIENTS, STAFF_TEMPLATE

LAYOUT = "mail.mail_notification_light"

class Notice(NamedTuple):
    """What is rendered at once: the same rule, of the same events, in the same language."""

    rule_id: int
    event: str
    keys: tuple
    channel: str
    lang: str


class ServiceNotificationSent(models.Model):
    """How people are told: the text of each notice, and its way to mail boxes, inboxes and to-do lists."""

    _inherit = "service.notification.sent"

    def _group_notices(self):
        """Return what can be rendered together: dict {Notice: {call: rows, one or more per recipient}}."""
        notices = {}
        for _key, rows in self.sorted("id").grouped(lambda row: row._get_bundle_key()).items():
            first = rows[0]
            notice = Notice(
                first.rule_id.id, first.event, tuple(rows.mapped("key")), first.channel, first._get_recipient_lang()
            )
            by_call = notices.setdefault(notice, {})
            by_call[first.call_id] = by_call.get(first.call_id, self.browse()) | rows
        return notices

    def _get_recipient_lang(self):
        """Return the language in which a row is told."""
        self.ensure_one()
        customer = self.call_id.contact_id or self.call_id.partner_id
        return self.partner_id.lang or customer.lang or self.company_id.partner_id.lang or self.env.lang or "en_US"

    def _deliver(self, notice, rows_by_call):
        """Render a notice for its calls and hand it over to its channel."""
        texts = self._render_notice(notice, rows_by_call)
        method = {"mail": self._deliver_mails, "inbox": self._deliver_inbox, "activity": self._deliver_activities}
        method[notice.channel](notice, rows_by_call, texts)

    # ------------------------------------------------------------
    # Texts
    # ------------------------------------------------------------

    def _get_template(self, notice):
        """Return the text of a notice, in its language."""
        rule = self.env["service.notification.rule"].browse(notice.rule_id)
        template = rule.template_id
        if not template and rule.recipient not in CUSTOMER_RECIPIENTS:
            template = self.env.ref(STAFF_TEMPLATE, raise_if_not_found=False)
        if not template:
            raise UserError(self.env._("The notification has no text: choose one in its rule."))
        return template.with_context(lang=notice.lang)

    def _prepare_notice_context(self, notice, rows_by_call):
        """Return the context in which the fields ``notice_*`` of calls say what happened."""
        is_customers = self.env["service.notification.rule"].browse(notice.rule_id).recipient in CUSTOMER_RECIPIENTS
        # What a person wrote about an event is for colleagues.
        bodies = () if is_customers else tuple((call.id, rows._join_bodies()) for call, rows in rows_by_call.items())
        return {
            "lang": notice.lang,
            "notice_event": notice.event,
            "notice_key": notice.keys[-1],
            "notice_bodies": bodies,
        }

    def _join_bodies(self):
        """Return what happened, each thing once."""
        return Markup("").join(
            Markup("<div>%s</div>") % body
            for body in dict.fromkeys(row.body for row in self)
            if not is_html_empty(body)
        )

    def _render_notice(self, notice, rows_by_call):
        """Return dict {call: (subject, body)}."""
        calls = self.env["service.call"].union(*rows_by_call)
        template = self._get_template(notice).with_context(**self._prepare_notice_context(notice, rows_by_call))
        subjects = template._render_field("subject", calls.ids)
        bodies = template._render_field("body_html", calls.ids)
        return {call: (subjects[call.id], bodies[call.id]) for call in calls}

    # ------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------

    def _deliver_mails(self, notice, rows_by_call, texts):
        """Queue one mail per call, to all who hear of it in this language."""
        template = self._get_template(notice)
        calls = self.env["service.call"].union(*rows_by_call).with_context(lang=notice.lang)
        senders = template._render_field("email_from", calls.ids)
        answers = template._render_field("reply_to", calls.ids)
        if missing := calls.filtered(lambda call: not answers[call.id]):
            answers.update(missing._notify_get_reply_to())
        is_customers = self.env["service.notification.rule"].browse(notice.rule_id).recipient in CUSTOMER_RECIPIENTS
        vals_list = []
        for call in calls:
            subject, body = texts[call.with_env(self.env)]
            rows = rows_by_call[call.with_env(self.env)]
            vals_list.append(
                {
                    "subject": subject,
                    "body": body,
                    "body_html": self._lay_out(template, call, body, rows),
                    "email_from": senders[call.id] or call.company_id.email_formatted,
                    "reply_to": answers[call.id],
                    "recipient_ids": [fields.Command.link(partner.id) for partner in rows.partner_id],
                    "email_to": ", ".join(dict.fromkeys(row.email for row in rows if not row.partner_id)),
                    "model": call._name,
                    "res_id": call.id,
                    "auto_delete": template.auto_delete,
                    "mail_server_id": template.mail_server_id.id,
                    # A customer's mail stands in the chatter; what colleagues are told doesn't crowd it.
                    **({} if is_customers else {"message_type": "user_notification", "is_internal": True}),
                }
            )
        mails = self.env["mail.mail"].create(vals_list)
        for call, mail in zip(calls, mails, strict=True):
            rows_by_call[call.with_env(self.env)].mail_id = mail

    def _lay_out(self, template, call, body, rows):
        """Put a mail's words into the layout of notifications, with a button that opens the call."""
        url = ""
        if rows.rule_id.recipient not in CUSTOMER_RECIPIENTS:
            url = f"{call.get_base_url()}/odoo/service-calls/{call.id}"
        elif all(row._has_portal_user() for row in rows):
            url = f"{call.get_base_url()}{call.access_url}"
        if url:
            button = Markup(
                '<p style="margin: 24px 0 8px 0;"><a href="%s" style="background-color: #714B67; color: #FFFFFF; '
                'padding: 8px 16px; border-radius: 4px; text-decoration: none; font-weight: bold;">%s</a></p>'
            )
            body = Markup(body) + button % (url, call.env._("Open %(call)s", call=call.name))
        layout = template.email_layout_xmlid or LAYOUT
        # Layouts write the slash of a number as a dash; the number stands in the text.
        return template._render_encapsulate(
            layout, Markup(body), add_context={"record_name": call.subject}, context_record=call
        )

    def _has_portal_user(self):
        """Tell whether the recipient can log in and see the call."""
        self.ensure_one()
        return bool(self.partner_id.user_ids) and (
            self.partner_id.commercial_partner_id == self.call_id.commercial_partner_id
        )

    # ------------------------------------------------------------
    # Inbox
    # ------------------------------------------------------------

    def _deliver_inbox(self, _notice, rows_by_call, texts):
        """Put one message per call into the inboxes of those who hear of it."""
        vals_list = []
        for call, rows in rows_by_call.items():
            subject, body = texts[call]
            author = rows[0].create_uid
            author = author.partner_id if author._is_internal() else self.env.ref("base.partner_root")
            vals_list.append(
                {
                    "subject": subject,
                    "body": body,
                    "author_id": author.id,
                    "email_from": author.email_formatted or call.company_id.email_formatted,
                    "reply_to": False,
                    "model": call._name,
                    "res_id": call.id,
                    "message_type": "user_notification",
                    "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
                    "is_internal": True,
                    "partner_ids": [fields.Command.set(rows.partner_id.ids)],
                }
            )
        messages = self.env["mail.message"].create(vals_list)
        for rows, message in zip(rows_by_call.values(), messages, strict=True):
            rows.message_id = message
        self.env["mail.notification"].create(
            [
                {
                    "author_id": message.author_id.id,
                    "mail_message_id": message.id,
                    "notification_status": "sent",
                    "notification_type": "inbox",
                    "res_partner_id": partner.id,
                }
                for message in messages
                for partner in message.partner_ids
            ]
        )
        self._ring(messages)

    def _ring(self, messages):
        """Let open browsers show the new messages."""
        for message in messages:
            for user in message.partner_ids.user_ids.filtered(lambda user: user._is_internal()):
                of_user = message.with_user(user).with_context(allowed_company_ids=[])
                store = Store(bus_channel=user).add(of_user, add_followers=True)
                user._bus_send("mail.message/inbox", {"message_id": message.id, "store_data": store.get_result()})

    # ------------------------------------------------------------
    # To-dos
    # ------------------------------------------------------------

    def _deliver_activities(self, notice, rows_by_call, texts):
        """Give each a task on the call, due today where he is."""
        context = self._prepare_notice_context(notice, rows_by_call)
        todo = self.env["mail.activity.type"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id("mail.mail_activity_data_todo")
        )
        parts, vals_list = [], []
        for call, rows in rows_by_call.items():
            in_words = call.with_context(**context)
            for partner, part in rows.grouped("partner_id").items():
                user = partner.user_ids.filtered(lambda user: user._is_internal())[:1]
                text = html2plaintext(in_words.notice_text or "").strip()
                parts.append(part)
                vals_list.append(
                    {
                        "activity_type_id": todo.id,
                        "summary": text.split("\n")[0] or in_words.notice_title or texts[call][0],
                        "note": in_words.notice_text,
                        "res_model_id": self.env["ir.model"]._get_id(call._name),
                        "res_id": call.id,
                        "user_id": user.id,
                        "date_deadline": fields.Date.context_today(self.with_context(tz=user.tz or call.site_tz)),
                    }
                )
        # The to-do itself is the message: no further mail about it.
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(vals_list)
        for part, activity in zip(parts, activities, strict=True):
            part.activity_id = activity

    def _settle(self, calls, events):
        """Finish the to-dos of ``calls`` whose reason is gone."""
        rows = self.sudo().search(
            [("call_id", "in", calls.ids), ("activity_id", "!=", False), ("event", "in", events)]
        )
        if rows:
            rows.activity_id.action_done()
