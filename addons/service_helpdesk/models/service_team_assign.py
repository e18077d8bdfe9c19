# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ..const import CALL_READERS

ASSIGNMENT_MODES = [
    ("manual", "By hand: whoever is free takes it"),
    ("round_robin", "In turn: who has waited longest gets the next"),
    ("least_open", "To who has the fewest open calls"),
]


class ServiceTeam(models.Model):
    """Who of a team gets a new call, and who is there at all."""

    _inherit = "service.team"

    assignment_mode = fields.Selection(
        selection=ASSIGNMENT_MODES,
        string="New Calls Go",
        default="manual",
        required=True,
        help="Members who are away are left out. If all are away, the call waits for somebody to take it.",
    )
    accept_minutes = fields.Integer(
        string="Accept Within (Minutes)",
        help="Working minutes within which the team answers an escalation; then its leader is told. 0: never.",
    )
    unassigned_controller_minutes = fields.Integer(
        string="Tell Controllers After (Minutes)",
        help="Working minutes after which the controllers are told of a call that nobody has taken. 0: never.",
    )
    unassigned_leader_minutes = fields.Integer(
        string="Tell the Leader After (Minutes)",
        help="Working minutes after which the leader is told of a call that nobody has taken. 0: never.",
    )
    waiting_count = fields.Integer(string="To Accept", compute="_compute_waiting_count", groups=CALL_READERS)
    load_html = fields.Html(string="Load", compute="_compute_load_html", sanitize=False)

    _minutes_positive = models.Constraint(
        "CHECK (accept_minutes >= 0 AND unassigned_controller_minutes >= 0 AND unassigned_leader_minutes >= 0)",
        "A number of minutes cannot be negative.",
    )
    _leader_after_controllers = models.Constraint(
        "CHECK (unassigned_leader_minutes = 0 OR unassigned_leader_minutes > unassigned_controller_minutes)",
        "The leader is told after the controllers: give more minutes until the leader is told.",
    )

    def _compute_waiting_count(self):
        counts = dict(
            self.env["service.call.escalation"]._read_group(
                [("team_id", "in", self.ids), ("state", "=", "requested")], ["team_id"], ["__count"]
            )
        )
        for team in self:
            team.waiting_count = counts.get(team, 0)

    def _get_unassigned_minutes(self):
        """Return after how many working minutes each level is told that nobody has taken a call; 0: never."""
        return [self.unassigned_controller_minutes, self.unassigned_leader_minutes]

    def action_view_waiting(self):
        """Open the calls that this team is asked to take over.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_escalation_action")
        return {**action, "domain": [("team_id", "in", self.ids)], "context": {"search_default_requested": 1}}

    def _compute_load_html(self):
        calls = self.env["service.call"]
        rows = calls._read_group(
            [("team_id", "in", self.ids), ("is_closed", "=", False), ("user_id", "!=", False)],
            ["team_id", "user_id"],
            ["__count"],
        )
        paused = calls._read_group(
            [("team_id", "in", self.ids), ("is_closed", "=", False), ("is_paused", "=", True)],
            ["team_id", "user_id"],
            ["__count"],
        )
        counts = {(team, user): count for team, user, count in rows}
        on_hold = {(team, user): count for team, user, count in paused}
        absences = self._get_absences(self.member_ids)
        for team in self:
            users = team.member_ids | self.env["res.users"].union(*(user for key, user in counts if key == team))
            team.load_html = team._render_load(
                [(user, counts.get((team, user), 0), on_hold.get((team, user), 0)) for user in users], absences
            )

    def _render_load(self, rows, absences):
        """Return the table of who has how many open calls, the busiest first.

        :param rows: list of (user, open calls, of these on hold)
        :param dict absences: {user: naive UTC instant until which he is away}
        """
        self.ensure_one()
        cell = Markup("<tr><td>%s</td><td class='text-end'>%s</td><td class='text-end'>%s</td><td>%s</td></tr>")
        body = Markup().join(
            cell % (user.name, count, paused or "", self._format_absence(absences.get(user)))
            for user, count, paused in sorted(rows, key=lambda row: (-row[1], row[0].name))
        )
        if not body:
            return False
        head = Markup("<tr><th>%s</th><th class='text-end'>%s</th><th class='text-end'>%s</th><th></th></tr>") % (
            self.env._("Member"),
            self.env._("Open calls"),
            self.env._("On hold"),
        )
        return Markup("<table class='table table-sm mb-0'>%s%s</table>") % (head, body)

    @api.model
    def _format_absence(self, until):
        """Say until when somebody is away, in the reader's time zone; empty when he is not."""
        if not until:
            return ""
        local = fields.Datetime.context_timestamp(self, until)
        return self.env._("away until %(day)s", day=local.strftime("%d %b %H:%M"))

    @api.model
    def _get_absences(self, users, now=None):
        """Return who of the users is away now, and until when.

        :return: dict {user: naive UTC instant}, without those who are there
        """
        now = now or fields.Datetime.now()
        # That somebody is away is no secret among colleagues; why he is is not read.
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search([("resource_id.user_id", "in", users.ids), ("date_from", "<=", now), ("date_to", ">", now)])
            if users
            else ()
        )
        absences = {}
        for leave in leaves:
            user = leave.resource_id.user_id.with_env(self.env)
            absences[user] = max(leave.date_to, absences.get(user, leave.date_to))
        return absences

    def _choose_owners(self, count):
        """Choose who gets the next ``count`` new calls of this team, by its way of assigning.

        :return: list of ``res.users``, empty when nobody is there or calls are taken by hand
        """
        self.ensure_one()
        absences = self._get_absences(self.member_ids)
        present = self.member_ids.filtered(lambda user: user.active and user not in absences)
        if not present or self.assignment_mode == "manual":
            return []
        if self.assignment_mode == "round_robin":
            turn = self._get_turn(present)
            return [turn[index % len(turn)] for index in range(count)]
        load = dict.fromkeys(present.sorted("id"), 0)
        load.update(
            self.env["service.call"]
            .sudo()  # all open calls of a member are his load, those that the operator may not see too
            ._read_group([("user_id", "in", present.ids), ("is_closed", "=", False)], ["user_id"], ["__count"])
        )
        chosen = []
        for _index in range(count):
            user = min(load, key=load.get)
            load[user] += 1
            chosen.append(user)
        return chosen

    def _get_turn(self, users):
        """Return members in the order of their turn: whose newest call of this team is the oldest comes first."""
        self.env["service.call"].flush_model(["team_id", "user_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT member.id, newest.id
                  FROM unnest(%s) AS member(id)
                  LEFT JOIN LATERAL (SELECT call.id FROM service_call call
                                      WHERE call.team_id = %s AND call.user_id = member.id
                                      ORDER BY call.id DESC LIMIT 1) newest ON true
                 ORDER BY newest.id NULLS FIRST, member.id
                """,
                users.ids,
                self.id,
            )
        )
        return [self.env["res.users"].browse(user_id) for user_id, _newest in rows]
