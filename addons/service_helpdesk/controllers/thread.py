# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.http import request

from odoo.addons.portal.controllers.thread import PortalThreadController


class ServiceCallThread(PortalThreadController):
    """What customers write on calls."""

    def _prepare_message_data(self, post_data, *, thread, **kwargs):
        post_data = super()._prepare_message_data(post_data, thread=thread, **kwargs)
        if thread._name == "service.call" and kwargs.get("from_create") and request.env.user.share:
            # Never an internal note, whatever the browser asks for.
            post_data.update(message_type="comment", subtype_xmlid="mail.mt_comment")
        return post_data
