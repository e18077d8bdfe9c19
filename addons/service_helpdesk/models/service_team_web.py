# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import consteq, hmac


class ServiceTeam(models.Model):
    """A team has a public form of its own, and what customers say of its work."""

    _name = "service.team"
    _inherit = ["service.team", "rating.parent.mixin"]

    web_form_url = fields.Char(
        string="Public Form",
        compute="_compute_web_form_url",
        help="Put this link on your website: what is reported there becomes a call of this team.",
    )

    @api.depends("company_id.service_web_form")
    def _compute_web_form_url(self):
        for team in self:
            is_on = team.id and team.company_id.service_web_form
            team.web_form_url = f"{team.get_base_url()}/service/new/{team._get_web_token()}" if is_on else False

    def _get_web_token(self):
        """Return what names the team in the address of its public form; it cannot be guessed from another one."""
        self.ensure_one()
        return f"{self.id}-{hmac(self.env(su=True), 'service_team_web_form', self.id)[:24]}"

    @api.model
    def _find_by_web_token(self, token):
        """Return the team that a public form belongs to; empty for any other token."""
        team_id = token.partition("-")[0]
        team = self.browse(int(team_id) if team_id.isdecimal() and len(team_id) < 10 else []).exists()
        return team if team and team.active and consteq(team._get_web_token(), token) else self.browse()

    def action_view_ratings(self):
        """Open what customers said of the calls of these teams."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_rating_action")
        return {**action, "domain": [("parent_res_model", "=", self._name), ("parent_res_id", "in", self.ids)]}
