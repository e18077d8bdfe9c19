# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.service_contract.engine.working_time import WorkingTime

# How many days ahead working time is read; time that reaches further reads more.
HORIZONS = (30, 730)


class ServiceTeam(models.Model):
    """People who take calls together, with the mail address that turns a message into a call."""

    _name = "service.team"
    _description = "Service Team"
    _inherit = ["mail.alias.mixin", "mail.thread", "service.cached.mixin"]
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
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        check_company=True,
        help="In which the time until somebody takes or accepts a call counts; empty: those of the company.",
    )
    alias_id = fields.Many2one(help="A mail to this address becomes a call of this team.")
    call_open_count = fields.Integer(string="Open Calls", compute="_compute_call_counts")
    call_unassigned_count = fields.Integer(string="Unassigned Calls", compute="_compute_call_counts")
    call_missed_count = fields.Integer(string="Missed Calls", compute="_compute_call_counts")
    call_due_count = fields.Integer(string="Due Today", compute="_compute_call_counts")

    def _compute_call_counts(self):
        base = Domain("team_id", "in", self.ids) & Domain("is_closed", "=", False)
        counts = {
            "call_open_count": base,
            "call_unassigned_count": base & Domain("user_id", "=", False),
            "call_missed_count": base & Domain("sla_state", "=", "missed"),
            "call_due_count": base & self._get_due_domain(),
        }
        calls = self.env["service.call"]
        for name, domain in counts.items():
            count_by_team = dict(calls._read_group(domain, ["team_id"], ["__count"]))
            for team in self:
                team[name] = count_by_team.get(team, 0)

    @api.model
    def _get_due_domain(self):
        """Return the domain of the calls whose next deadline is before the user's midnight."""
        return Domain("next_deadline", ">=", "today") & Domain("next_deadline", "<", "today +1d")

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
        """Open the calls of this team, open ones first.

        The context's ``team_filter`` names a further filter of the search: what the button on the card counts.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        context = {"search_default_open": 1, "default_team_id": self.id}
        if team_filter := self.env.context.get("team_filter"):
            context[f"search_default_{team_filter}"] = 1
        return {**action, "domain": [("team_id", "=", self.id)], "context": context}

    # ------------------------------------------------------------
    # Working hours
    # ------------------------------------------------------------

    def _get_working_time(self, start, end):
        """Return the hours in which the team works, as ``engine.working_time.WorkingTime``.

        A calendar that cannot drive a clock counts as round the clock: an alert too early beats none.

        :param start: first instant of the window, naive UTC
        :param end: last instant of the window, naive UTC
        """
        self.ensure_one()
        calendar = self.calendar_id or self.company_id.resource_calendar_id
        try:
            return calendar._get_working_time(calendar.tz or "UTC", start, end, self.company_id)
        except UserError:
            return WorkingTime(always=True)

    def _plan(self, starts):
        """Return the instants at which the team has worked some minutes since others: its hours are read once.

        :param starts: list of (naive UTC instant, working minutes)
        :return: list of naive UTC instants
        """
        self.ensure_one()
        if not starts:
            return []
        first, last = min(starts)[0], max(starts)[0]
        for days in HORIZONS:
            working = self._get_working_time(first, last + timedelta(days=days))
            instants = [working.add_minutes(start, minutes) for start, minutes in starts]
            if all(instants):
                return instants
        return [instant or start for instant, (start, _minutes) in zip(instants, starts, strict=True)]
