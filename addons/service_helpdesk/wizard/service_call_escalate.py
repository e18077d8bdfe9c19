# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.service_contract.const import PRIORITIES


class ServiceCallEscalate(models.TransientModel):
    """Asks to which team a call goes on, and why: the most competent team first."""

    _name = "service.call.escalate"
    _inherit = ["service.words.mixin"]
    _description = "Escalate a Call"

    call_id = fields.Many2one(comodel_name="service.call", required=True)
    company_id = fields.Many2one(related="call_id.company_id")
    current_team_id = fields.Many2one(related="call_id.team_id", string="Present Team")
    team_id = fields.Many2one(
        comodel_name="service.team",
        string="To",
        required=True,
        compute="_compute_team_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('company_id', '=', company_id), ('id', '!=', current_team_id)]",
    )
    ranking_html = fields.Html(string="Who Is Competent", compute="_compute_ranking_html", sanitize=False)
    candidate_ids = fields.Many2many(comodel_name="res.users", compute="_compute_candidate_ids")
    user_id = fields.Many2one(
        comodel_name="res.users", string="Person", domain="[('id', 'in', candidate_ids)]", help="Empty: anybody of it."
    )
    priority = fields.Selection(
        selection=PRIORITIES,
        string="Urgency",
        required=True,
        compute="_compute_priority",
        store=True,
        precompute=True,
        readonly=False,
    )
    priority_words = fields.Char(compute="_compute_priority_words")
    reason = fields.Text(string="Why", required=True)
    tried = fields.Text(string="What Was Tried")

    @api.depends("call_id")
    def _compute_priority(self):
        for wizard in self:
            wizard.priority = wizard.call_id.priority

    @api.depends("call_id", "team_id", "priority")
    def _compute_priority_words(self):
        for wizard in self:
            words = False
            if wizard.team_id and (wizard.priority or "") > (wizard.call_id.priority or ""):
                words = self.env._(
                    "When %(team)s accepts, the priority of the call rises from %(before)s to %(after)s.",
                    team=wizard.team_id.name,
                    before=wizard.call_id._get_label("priority"),
                    after=wizard._get_label("priority"),
                )
            wizard.priority_words = words

    @api.depends("call_id")
    def _compute_team_id(self):
        for wizard in self:
            ranking = wizard._get_ranking()
            wizard.team_id = ranking[0][0] if ranking else False

    @api.depends("team_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            wizard.candidate_ids = wizard.team_id.member_ids

    @api.depends("call_id")
    def _compute_ranking_html(self):
        row = Markup("<tr><td><b>%s</b></td><td>%s</td><td>%s</td><td class='text-end'>%s</td></tr>")
        for wizard in self:
            levels = dict(self.env["service.team"]._fields["level"]._description_selection(self.env))
            rows = [
                row % (team.name, levels[team.level], wizard._get_fit(match), team.call_open_count)
                for team, match in wizard._get_ranking()
            ]
            head = Markup("<tr><th>%s</th><th>%s</th><th>%s</th><th class='text-end'>%s</th></tr>") % (
                self.env._("Team"),
                self.env._("Level"),
                self.env._("Competence"),
                self.env._("Open calls"),
            )
            wizard.ranking_html = bool(rows) and Markup("<table class='table table-sm mb-0'>%s%s</table>") % (
                head,
                Markup().join(rows),
            )

    def _get_ranking(self):
        """Return (team, engine Match) of the other teams, the most competent first, then those of no lower level."""
        self.ensure_one()
        call = self.call_id
        if not call:
            return []
        teams = self.env["service.team"].search([("company_id", "=", call.company_id.id)]) - call.team_id
        team_by_id = {team.id: team for team in teams}
        ranking = [(team_by_id[match.key], match) for match in teams._rank_for(call)]
        level = call.team_id.level or "1"
        return sorted(ranking, key=lambda entry: (len(entry[1].missed), entry[0].level < level))

    def _get_fit(self, match):
        """Say in words how competent a team is for the call."""
        labels = self.env["service.call"]._get_scope_labels()
        matched = ", ".join(labels[scope] for scope in match.matched)
        missed = ", ".join(labels[scope] for scope in match.missed)
        if missed:
            return self.env._("not for this %(scopes)s", scopes=missed)
        return self.env._("for this %(scopes)s", scopes=matched) if matched else self.env._("for everything")

    @api.onchange("team_id")
    def _onchange_team_id(self):
        if self.user_id not in self.candidate_ids:
            self.user_id = False

    def action_apply(self):
        """Ask the team to take the call over."""
        self.ensure_one()
        self.call_id.action_escalate(
            self.team_id.id, self.reason, user_id=self.user_id.id, priority=self.priority, tried=self.tried
        )
        return True
