# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast

from odoo import api, fields, models


class ServiceTeam(models.Model):
    """People who take calls together, with the mail address that turns a message into a call."""

    _name = "service.team"
    _description = "Service Team"
    _inherit = ["mail.alias.mixin", "mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Leader",
        check_company=True,
        domain="[('share', '=', False)]",
        tracking=True,
        help="Told of missed deadlines of calls that nobody owns.",
    )
    member_ids = fields.Many2many(
        comodel_name="res.users",
        relation="service_team_member_rel",
        string="Members",
        check_company=True,
        domain="[('share', '=', False)]",
    )
    controller_ids = fields.Many2many(
        comodel_name="res.users",
        relation="service_team_controller_rel",
        string="Controllers",
        check_company=True,
        domain="[('share', '=', False)]",
        help="They validate, plan and act on calls allocated to this team.",
    )
    alias_id = fields.Many2one(help="A mail to this address becomes a call of this team.")
    call_open_count = fields.Integer(string="Open Calls", compute="_compute_call_counts")
    call_unassigned_count = fields.Integer(string="Unassigned Calls", compute="_compute_call_counts")
    call_missed_count = fields.Integer(string="Missed Calls", compute="_compute_call_counts")

    def _compute_call_counts(self):
        base = [("team_id", "in", self.ids), ("is_closed", "=", False)]
        calls = self.env["service.call"]
        opened = dict(calls._read_group(base, ["team_id"], ["__count"]))
        unassigned = dict(calls._read_group([*base, ("user_id", "=", False)], ["team_id"], ["__count"]))
        missed = dict(calls._read_group([*base, ("sla_state", "=", "missed")], ["team_id"], ["__count"]))
        for team in self:
            team.call_open_count = opened.get(team, 0)
            team.call_unassigned_count = unassigned.get(team, 0)
            team.call_missed_count = missed.get(team, 0)

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("service.call")
        if self.id:
            values["alias_defaults"] = defaults = ast.literal_eval(self.alias_defaults or "{}")
            defaults.update(team_id=self.id, company_id=self.company_id.id)
        return values

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            for team in self:
                team.alias_id.sudo().alias_defaults = str(
                    {
                        **ast.literal_eval(team.alias_defaults or "{}"),
                        "company_id": team.company_id.id,
                    }
                )
        return result

    @api.model
    def _get_default_team(self, company):
        """Return the team of ``company`` that gets calls raised without one (portal, API); may be empty."""
        return self.search([("company_id", "=", company.id)], limit=1)

    def action_view_calls(self):
        """Open the calls of this team, open ones first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        action["domain"] = [("team_id", "=", self.id)]
        action["context"] = {"search_default_open": 1, "default_team_id": self.id}
        return action
