# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import fields, models
from odoo.fields import Domain


class ResUsers(models.Model):
    _inherit = "res.users"

    is_service_mail_wanted = fields.Boolean(
        string="Calls by E-mail",
        default=True,
        help="Off: notifications about calls send you no e-mail.",
    )
    is_service_inbox_wanted = fields.Boolean(
        string="Calls in the Inbox",
        default=True,
        help="Off: notifications about calls stay out of your inbox.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "is_service_mail_wanted", "is_service_inbox_wanted"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "is_service_mail_wanted", "is_service_inbox_wanted"]

    def _get_service_call_scope(self, path="", *own):
        """Return the domain of the calls that this engineer sees, for record rules.

        His own, those of his teams, and those that his teams gave away or were asked to take; or all of them, in
        companies whose engineers see all calls.

        :param str path: field of the model of the rule that leads to the call; empty for calls themselves
        :param own: fields that lead to users of whom each sees the record too, whatever its call
        :return: `Domain`
        """
        self.ensure_one()
        open_companies = self.company_ids.filtered(lambda company: company.service_engineer_scope == "all")
        if open_companies == self.company_ids:
            return Domain.TRUE
        asked = Domain("from_team_id.member_ids", "in", self.ids) | Domain("team_id.member_ids", "in", self.ids)
        asked &= Domain("state", "in", ("requested", "accepted"))
        scope = (
            Domain("user_id", "=", self.id)
            | Domain("assigned_user_ids", "in", self.ids)
            | Domain("team_id.member_ids", "in", self.ids)
            | Domain("escalation_ids", "any", asked)
        )
        if open_companies:
            scope |= Domain("company_id", "in", open_companies.ids)
        if not path:
            return scope
        return Domain.OR([Domain(path, "any", scope), *(Domain(name, "in", self.ids) for name in own)])

    def write(self, vals):
        leaving = self.filtered("active") if "active" in vals and not vals["active"] else self.browse()
        result = super().write(vals)
        leaving._leave_service_calls()
        return result

    def _leave_service_calls(self):
        """Let the open calls of users who leave wait for somebody else, and tell whom it concerns."""
        if not self:
            return
        # Whoever archives a user need not handle calls.
        calls = self.env["service.call"].sudo().search([("user_id", "in", self.ids), ("is_closed", "=", False)])
        for user, owned in calls.grouped("user_id").items():
            owned.write({"user_id": False})
            body = Markup("%s") % self.env._("%(user)s has left: the call waits for somebody else.", user=user.name)
            owned._message_log_batch(bodies=dict.fromkeys(owned.ids, body))
