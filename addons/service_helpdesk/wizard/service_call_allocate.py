# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceCallAllocate(models.TransientModel):
    """Asks who validates, plans and does what calls ask for."""

    _name = "service.call.allocate"
    _description = "Allocate Calls"

    call_ids = fields.Many2many(comodel_name="service.call", required=True)
    company_id = fields.Many2one(comodel_name="res.company", compute="_compute_company_id")
    team_id = fields.Many2one(comodel_name="service.team", domain="[('company_id', '=', company_id)]")
    suggestion = fields.Char(compute="_compute_suggestion")
    candidate_ids = fields.Many2many(comodel_name="res.users", compute="_compute_candidate_ids")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        domain="[('id', 'in', candidate_ids)]",
        help="Empty: the team's controllers validate and plan.",
    )
    user_warning = fields.Char(compute="_compute_user_warning")
    note = fields.Char()

    @api.depends("call_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.call_ids.company_id[:1]

    @api.depends("call_ids")
    def _compute_suggestion(self):
        for wizard in self:
            team = wizard.call_ids._origin._get_most_competent_team()
            wizard.suggestion = self.env._("Most competent: %(team)s", team=team.name) if team else False

    @api.depends("team_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            team = wizard.team_id
            wizard.candidate_ids = team.member_ids | team.controller_ids | team.user_id

    @api.depends("user_id")
    def _compute_user_warning(self):
        teams = self.env["service.team"]
        absences = teams._get_absences(self.user_id)
        for wizard in self:
            until = absences.get(wizard.user_id._origin)
            wizard.user_warning = bool(until) and f"{wizard.user_id.name}: {teams._format_absence(until)}"

    @api.onchange("team_id")
    def _onchange_team_id(self):
        if self.user_id not in self.candidate_ids:
            self.user_id = False

    def action_apply(self):
        """Allocate the calls.

        :raise UserError: without a team and a person
        """
        self.ensure_one()
        if not self.team_id and not self.user_id:
            raise UserError(self.env._("Choose a team or a person."))
        calls = self.call_ids
        calls.action_allocate(team_id=self.team_id.id, user_id=self.user_id.id)
        if self.note:
            body = Markup("%s: %s") % (self.user_id.name or self.team_id.name, self.note)
            calls._message_log_batch(bodies=dict.fromkeys(calls.ids, body))
        return True
