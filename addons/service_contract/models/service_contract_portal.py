# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceContract(models.Model):
    """What the customer sees of a contract, and gets by mail."""

    _inherit = "service.contract"

    # Whoever has it reads the page of the customer, where the prices are.
    access_token = fields.Char(groups="base.group_portal,service_contract.group_service_contract_price")
    # Portal users search no internal notes; the page reads what is for them from the messages themselves.
    message_ids = fields.One2many(groups="base.group_user")
    website_message_ids = fields.One2many(groups="base.group_user")

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        owners = {contract: contract.commercial_partner_id for contract in self} if "partner_id" in vals else {}
        res = super().write(vals)
        moved = self.browse(
            [contract.id for contract, owner in owners.items() if contract.commercial_partner_id != owner]
        )
        if moved:
            # A link that the earlier customer kept shall not open the contract of another, whoever changed it.
            moved.sudo().filtered("access_token").access_token = False
        return res

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_send(self):
        """Write the customer of one contract an e-mail, with the contract as PDF and the link to its page.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        self.check_access("write")
        return {
            "name": self.env._("Send"),
            "type": "ir.actions.act_window",
            "view_mode": "form",
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": self._get_mail_template().id,
                "default_email_layout_xmlid": "mail.mail_notification_layout_with_responsible_signature",
                "email_notification_allow_footer": True,
                "force_email": True,
            },
        }

    def action_preview(self):
        """Open the page of one contract as its customer sees it.

        :return: an `ir.actions.act_url` dict
        """
        self.ensure_one()
        return {"type": "ir.actions.act_url", "target": "self", "url": self.access_url}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _is_portal_visible(self):
        """Say whether the customer sees the contract: once it has begun, or while it is offered to him."""
        self.ensure_one()
        return self.kind == "customer" and (self.state != "draft" or self.is_offered)

    def _get_mail_template(self):
        """Hook: return the template of the e-mail that one contract is sent with; may be empty."""
        self.ensure_one()
        name = "mail_template_offer" if self.state == "draft" else "mail_template_contract"
        template = self.env.ref(f"service_contract.{name}", raise_if_not_found=False)
        return template or self.env["mail.template"]

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.name

    @api.model
    def _get_thread_with_access(self, thread_id, *, mode="read", **kwargs):
        thread = super()._get_thread_with_access(thread_id, mode=mode, **kwargs)
        # A link to a draft opens nothing while that is not offered, whatever was said about it.
        if thread and self.env.user.share and not thread.sudo()._is_portal_visible():
            return self.browse()
        return thread

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """The button of a mail leads the customer to what he shall sign, and nowhere while he may not see the draft."""
        groups = super()._notify_get_recipients_groups(message, model_description, msg_vals=msg_vals)
        if not self:
            return groups
        self.ensure_one()
        for name, _is_member, data in groups:
            if name not in ("portal_customer", "portal", "customer"):
                continue
            if not self._is_portal_visible():
                data["has_button_access"] = False
            elif name == "portal_customer" and self.state == "draft":
                data.setdefault("button_access", {})["title"] = self.env._("Read and sign")
        return groups
