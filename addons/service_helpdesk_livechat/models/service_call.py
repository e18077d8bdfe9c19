# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCall(models.Model):
    _inherit = "service.call"

    chat_id = fields.Many2one(
        comodel_name="discuss.channel",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
        groups="base.group_user",
    )

    def action_view_chat(self):
        """Open the chat of which this call was made."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "mail.action_discuss",
            "name": self.env._("Chat"),
            "context": {"active_id": f"discuss.channel_{self.chat_id.id}"},
        }
