# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

HANDLER_GROUPS = (
    "service_helpdesk.group_service_helpdesk_user",
    "service_helpdesk.group_service_helpdesk_engineer",
)

AUDITOR_GROUP = "service_equipment.group_service_auditor"


class ServiceCall(models.Model):
    """Who may make something happen to a call without the right to write it: the engineer whose call it is.

    Engineers read calls. Those that they own or work on they complete, reopen, and put on hold by these actions, and no
    others; what a call is about and what is promised for it stays with those who take calls.
    """

    _inherit = "service.call"

    is_handler = fields.Boolean(
        string="Mine to Handle",
        compute="_compute_is_handler",
        groups="base.group_user",
        help="Whether you may complete the call and put it on hold.",
    )

    @api.depends("user_id", "assigned_user_ids")
    @api.depends_context("uid")
    def _compute_is_handler(self):
        writable = self._filtered_access("write")
        is_engineer = self.env.user.has_group("service_helpdesk.group_service_helpdesk_engineer")
        for call in self:
            call.is_handler = call in writable or (is_engineer and call._is_own())

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_complete(self):
        """Ask for cause and remedy, then complete the call.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        self._as_handler()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_complete_action")
        return {**action, "context": {"default_call_id": self.id}}

    def message_post(self, **kwargs):
        # Whoever reads a call may write about it, customers too; an auditor reads only.
        if not self.env.su and self.env.user.has_group(AUDITOR_GROUP) and not self.has_access("write"):
            self._check_handler_rights()
        return super().message_post(**kwargs)

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _is_own(self):
        """Tell whether the current user owns the call or works on it."""
        self.ensure_one()
        # Who works on a call is known to whoever reads it.
        call = self.sudo()
        return self.env.user in call.user_id | call.assigned_user_ids

    def _as_handler(self):
        """Return these calls with the right to handle them: an engineer's own ones with all rights.

        :raise AccessError: for calls that the user may neither write nor handle as an engineer
        """
        if self.has_access("write"):
            return self
        self._check_handler_rights()
        for call in self:
            if not call._is_own():
                raise AccessError(self.env._("Call %(call)s is not yours: take it first.", call=call.name))
        # Engineers have no right to write calls; what they may do with their own was checked.
        return self.sudo()

    def _check_handler_rights(self):
        """Refuse those who only read calls, such as auditors and customers."""
        self.check_access("read")
        user = self.env.user
        if not self.env.su and not any(user.has_group(group) for group in HANDLER_GROUPS):
            raise AccessError(self.env._("Only those who handle calls may do this."))
