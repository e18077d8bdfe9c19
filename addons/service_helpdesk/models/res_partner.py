# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

# What the record rule of customers reads of a contact.
CALL_RULE_FIELDS = {"service_sees_all_calls", "parent_id", "is_company"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    service_sees_all_calls = fields.Boolean(
        string="Sees All Calls of the Company",
        default=lambda self: self.env.company.service_contacts_see_all_calls,
        groups="base.group_user",
        help="In the portal this contact sees all calls of the company, not only those that are his own.",
    )
    service_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Service Responsible",
        company_dependent=True,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        copy=False,
        groups="base.group_user",
        help="Looks after this customer: is told of complaints, escalations and hours beyond the contract.",
    )
    service_call_count = fields.Integer(
        string="Call Count",
        compute="_compute_service_call_count",
        groups="service_helpdesk.group_service_helpdesk_engineer,service_helpdesk.group_service_helpdesk_reader",
    )

    def _compute_service_call_count(self):
        calls = self.env["service.call"]
        by_customer = dict(
            calls._read_group(
                [("commercial_partner_id", "in", self.ids), ("is_closed", "=", False)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        by_site = dict(
            calls._read_group(
                [("site_id", "in", self.ids), ("is_closed", "=", False)],
                ["site_id"],
                ["__count"],
            )
        )
        for partner in self:
            counts = by_customer if partner == partner.commercial_partner_id else by_site
            partner.service_call_count = counts.get(partner, 0)

    def write(self, vals):
        result = super().write(vals)
        if CALL_RULE_FIELDS & vals.keys():
            # Whether a contact has a log-in is no secret of whoever writes it.
            users = self.env["res.users"].sudo().with_context(active_test=False)
            if users.search_count([("share", "=", True), ("partner_id", "child_of", self.ids)], limit=1):
                # Record rules remember what they read of a user: what was taken away must be gone at once.
                self.env.flush_all()
                self.env.registry.clear_cache()
        return result

    def action_view_service_calls(self):
        """Open the calls of this customer, or at this site."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        return {
            **action,
            "domain": ["|", ("commercial_partner_id", "=", self.id), ("site_id", "=", self.id)],
            "context": {"search_default_open": 1, "default_partner_id": self.commercial_partner_id.id},
        }
