# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Channels by which customers raise calls themselves.
SELF_SERVICE = ("portal", "web", "chat")


class ServiceCall(models.Model):
    """Who handles calls: the team that is competent, the person whose turn it is, taking and handing over."""

    _inherit = "service.call"

    team_id = fields.Many2one(compute="_compute_team_id", store=True, readonly=False, precompute=True)
    team_match = fields.Char(
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        groups="base.group_user",
        help="Scopes by which the team was found; empty when it was chosen by hand.",
    )
    team_reason = fields.Char(string="Why This Team", compute="_compute_team_reason", groups="base.group_user")
    owner_warning = fields.Char(compute="_compute_owner_warning", groups="base.group_user")

    # Whose turn it is, and who has how much to do.
    _turn_idx = models.Index("(team_id, user_id, id) WHERE user_id IS NOT NULL")
    _open_owner_idx = models.Index("(user_id) WHERE is_closed IS NOT TRUE")
    _open_team_idx = models.Index("(team_id, user_id) WHERE is_closed IS NOT TRUE")

    # ------------------------------------------------------------
    # The team of a new call
    # ------------------------------------------------------------

    @api.depends("type_id", "product_id", "site_id", "partner_id", "symptom_id", "company_id")
    def _compute_team_id(self):
        """Find the team of new calls; once logged, or chosen by hand, it stays."""
        unrouted = self.filtered(lambda call: not call._origin and (not call.team_id or call.team_match))
        teams = self.env["service.team"]
        matches = teams._route(unrouted)
        for call in self:
            if match := matches.get(call):
                call.team_id = match.key
                call.team_match = ",".join(match.matched) or "all"
            elif call in unrouted:
                # Nobody looks at what customers raise by themselves unless some team has it.
                call.team_id = call.channel in SELF_SERVICE and teams.sudo()._get_default_team(call.company_id)
                call.team_match = "default" if call.team_id else False
            else:
                call.team_id, call.team_match = call.team_id, call.team_match

    @api.depends("team_match")
    @api.depends_context("lang")
    def _compute_team_reason(self):
        labels = self._get_scope_labels()
        for call in self:
            if not call.team_match:
                call.team_reason = False
            elif call.team_match == "default":
                call.team_reason = self.env._("gets what customers raise and no team is competent for")
            elif call.team_match == "all":
                call.team_reason = self.env._("takes what no other team is competent for")
            else:
                scopes = [labels[scope] for scope in call.team_match.split(",") if scope in labels]
                call.team_reason = self.env._("competent for this %(scopes)s", scopes=", ".join(scopes))

    @api.depends("user_id", "is_closed")
    def _compute_owner_warning(self):
        teams = self.env["service.team"]
        absences = teams._get_absences(self.filtered(lambda call: not call.is_closed).user_id)
        for call in self:
            until = absences.get(call.user_id)
            call.owner_warning = bool(until) and self.env._(
                "%(owner)s is %(absence)s: give the call to somebody else if it cannot wait.",
                owner=call.user_id.name,
                absence=teams._format_absence(until),
            )

    @api.model
    def _get_scope_labels(self):
        """Return the words for what a team may be competent for."""
        return {
            "customer": self.env._("customer"),
            "product": self.env._("product"),
            "category": self.env._("product category"),
            "symptom": self.env._("symptom"),
            "area": self.env._("service area"),
            "type": self.env._("call type"),
        }

    @api.onchange("team_id")
    def _onchange_team_id(self):
        """A team chosen by hand is not changed any more by what is typed later."""
        match = self.env["service.team"]._route(self).get(self)
        if self.team_match and (not match or match.key != self.team_id.id):
            self.team_match = False

    def _assign_new(self):
        """Give new calls without an owner to members of their teams, as each team wants it."""
        for team, calls in self.filtered(lambda call: call.team_id and not call.user_id).grouped("team_id").items():
            # Whoever raises the call, the team's own rule says who gets it.
            owners = team.sudo()._choose_owners(len(calls)) if team.sudo().assignment_mode != "manual" else ()
            ids_by_owner = defaultdict(list)
            # Fewer owners than calls means that nobody is there.
            for call, owner in zip(calls, owners, strict=False):
                ids_by_owner[owner].append(call.id)
            for owner, call_ids in ids_by_owner.items():
                # As if created so: of new calls with an owner is told once, when they are complete.
                models.BaseModel.write(calls.browse(call_ids), {"user_id": owner.id})

    # ------------------------------------------------------------
    # Taking and allocating
    # ------------------------------------------------------------

    def action_assign_to_me(self):
        """Make the current user the owner of the calls, if nobody else was quicker.

        :raise UserError: when a call is closed, or somebody else has it
        """
        self._check_may_take()
        self._lock()
        for call in self:
            if call.is_closed:
                raise UserError(self.env._("Call %(call)s is closed: reopen it first.", call=call.name))
            if call.user_id and call.user_id != self.env.user:
                raise UserError(
                    self.env._("Call %(call)s is already taken by %(owner)s.", call=call.name, owner=call.user_id.name)
                )
        # Engineers have no right to write calls; they may take those of their teams, which was checked above.
        self.filtered(lambda call: not call.user_id).sudo().action_allocate(user_id=self.env.uid)
        return True

    def action_allocate(self, team_id=None, user_id=None):
        """Route the calls to a team or a person for validation, planning and action.

        :param int team_id: team, or None to keep
        :param int user_id: owner, or None to keep
        """
        values = {name: value for name, value in (("team_id", team_id), ("user_id", user_id)) if value}
        unallocated = self.filtered(lambda call: not call.allocated_at)
        if values:
            self.write(values)
        unallocated.filtered(lambda call: not call.allocated_at)._register_event("allocated")
        return True

    def action_open_allocate(self):
        """Ask to whom the calls go.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_allocate_action")
        team = self.team_id if len(self.team_id) == 1 else self._get_most_competent_team()
        return {**action, "context": {"default_call_ids": self.ids, "default_team_id": team.id}}

    def _get_most_competent_team(self):
        """Return the team that fits the first of these calls best; none where no team is competent."""
        call, teams = self[:1], self.env["service.team"]
        if not call:
            return teams
        ranked = teams.search([("company_id", "=", call.company_id.id)])._rank_for(call)
        return teams.browse(next((match.key for match in ranked if not match.missed), False))

    def _check_may_take(self):
        """Refuse those who may neither write the calls nor belong to their teams."""
        if self.has_access("write"):
            return
        self.check_access("read")
        for call in self:
            if self.env.user not in call.sudo().team_id.member_ids:
                raise UserError(self.env._("Only members of its team may take call %(call)s.", call=call.name))

    def _lock(self):
        """Wait until nobody else changes these calls; whoever was quicker is seen after the retry of the request."""
        self.flush_recordset()
        self.env.execute_query(
            SQL("SELECT id FROM service_call WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", tuple(self.ids) or (0,))
        )
        self.invalidate_recordset()
