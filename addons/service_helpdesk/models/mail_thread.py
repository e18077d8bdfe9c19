# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from functools import partial

from markupsafe import Markup

from odoo import api, models

from ..engine.mail_facts import clean_text


class MailThread(models.AbstractModel):
    """Odoo's mail gateway, where mails for calls take another way. All other mails pass unchanged."""

    _inherit = "mail.thread"

    @api.model
    def message_process(  # noqa: PLR0913, PLR0917 - as in Odoo
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Take a mail in; one for calls is tried again when another worker was in the way, and never lost."""
        process = partial(
            super().message_process,
            model,
            custom_values=custom_values,
            save_original=save_original,
            strip_attachments=strip_attachments,
            thread_id=thread_id,
        )
        return self.env["service.call"]._take_mail(process, message, model)

    @api.model
    def message_parse(self, message, save_original=False):
        """Leave out what the database cannot hold, such as null bytes."""
        # Now: reading a mail changes it.
        original = self._read_mail_source(message) if save_original else None
        values = super().message_parse(message)
        if original is not None:
            attachment = self._Attachment("original_email.eml", original, {})
            values["attachments"] = [attachment, *(values.get("attachments") or ())]
        for name, value in values.items():
            if isinstance(value, str):
                cleaned = clean_text(value)
                values[name] = Markup(cleaned) if isinstance(value, Markup) else cleaned  # noqa: S704 - as it was
        attachments = values.get("attachments") or ()
        values["attachments"] = [self._clean_attachment(*item) for item in attachments if item[1] is not None]
        return values

    @api.model
    def _clean_attachment(self, name, content, info):
        """Return an attachment whose content is bytes; a mail that is attached to a mail is a file as well."""
        if isinstance(content, str):
            content, info = content.encode("utf-8", "replace"), {**info, "encoding": "utf-8"}
        elif not isinstance(content, bytes):
            content = self._read_mail_source(content)
        return self._Attachment(clean_text(name), content, info)

    @api.model
    def _read_mail_source(self, message):
        """Return the source of a parsed mail, as far as it can be written again.

        Its lines stay as long as they came: the standard library never ends folding a parameter with a very long name.
        """
        try:
            return message.as_bytes(policy=message.policy.clone(refold_source="none", max_line_length=0))
        except Exception:  # noqa: BLE001 - the standard library raises all sorts of errors on broken mails
            return str(message.get_payload()).encode("utf-8", "replace")

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        routes = super().message_route(
            message,
            message_dict,
            model=model,
            thread_id=thread_id,
            custom_values=custom_values,
        )
        if any(route[0] == "service.call" for route in routes or ()):
            return self.env["service.call"]._adjust_mail_routes(message, message_dict, routes)
        return routes

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        # Calls have a way of their own with storms: nothing is refused, and nobody is answered.
        others = [route for route in routes or () if route[0] != "service.call"]
        return bool(others) and super()._detect_loop_sender(message, message_dict, others)

    def _message_parse_post_process(self, message, message_dict, routes):
        values = super()._message_parse_post_process(message, message_dict, routes)
        if message_dict.get("service_mail_facts", {}).get("is_doubtful"):
            # Whoever wrote this only claims to be the partner with that address.
            values["author_id"] = message_dict["author_id"] = False
        return values

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        self.env["service.call"]._handle_bounce(email_message, message_dict)
        return result
