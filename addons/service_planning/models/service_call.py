# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.service_helpdesk.const import CLOSING_KINDS

# Whoever handles calls need not see visits.
VISIT_READERS = (
    "service_planning.group_service_planning_engineer,service_planning.group_service_planning_user,"
    "service_helpdesk.group_service_helpdesk_reader,service_equipment.group_service_auditor"
)


class ServiceCall(models.Model):
    """A call is served by visits; who is on them works on the call."""

    _inherit = "service.call"

    visit_ids = fields.Many2many(
        comodel_name="service.visit",
        relation="service_visit_call_rel",
        column1="call_id",
        column2="visit_id",
        string="Visits",
        copy=False,
        groups=VISIT_READERS,
    )
    visit_count = fields.Integer(compute="_compute_visit_count", groups=VISIT_READERS)
    assigned_user_ids = fields.Many2many(compute="_compute_assigned_user_ids", store=True, readonly=False)

    @api.depends("visit_ids")
    def _compute_visit_count(self):
        for call in self:
            call.visit_count = len(call.visit_ids)

    @api.depends("visit_ids.engineer_ids.user_id", "visit_ids.state")
    def _compute_assigned_user_ids(self):
        for call in self:
            visits = call.visit_ids.filtered(lambda visit: visit.state != "cancelled")
            users = visits.engineer_ids.user_id
            if users != call.assigned_user_ids:
                call.assigned_user_ids = users

    def _get_portal_visits(self):
        """Return the visits of this call that its customer may know of, as superuser: the definite ones."""
        self.ensure_one()
        # sudo: customers have no right on visits, since engineers' own files hang there
        return (
            self.sudo()
            .visit_ids.filtered(lambda visit: visit.state not in ("provisional", "cancelled"))
            .sorted("date_start")
        )

    def action_plan_visit(self):
        """Open the calendar on which a visit for these calls is planned.

        :raise UserError: if a call is closed, has no customer, or the calls are of several customers
        """
        for call in self:
            if call.is_closed:
                raise UserError(
                    self.env._("Call %(call)s is closed: reopen it before planning a visit.", call=call.display_name)
                )
            if not call.partner_id:
                raise UserError(self.env._("Call %(call)s has no customer yet.", call=call.display_name))
        if len(self.commercial_partner_id) > 1:
            raise UserError(self.env._("A visit serves the calls of one customer: plan these calls apart."))
        action = self.env["ir.actions.act_window"]._for_xml_id("service_planning.service_visit_plan_action")
        return {
            **action,
            "context": {
                "default_call_ids": [Command.set(self.ids)],
                "default_company_id": self.company_id[:1].id,
                "default_state": "confirmed",
            },
        }

    def action_view_visits(self):
        """Open the visits of this call."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_planning.service_visit_action")
        return {
            **action,
            "domain": [("call_ids", "in", self.ids)],
            "context": {"default_call_ids": [Command.set(self.ids)]},
        }

    def _move_to(self, survivor):
        super()._move_to(survivor)
        # sudo: who merges calls has their coming visits serve the one that remains, dispatcher or not
        for visit in self.sudo().visit_ids.filtered(lambda visit: visit.state not in ("done", "cancelled")):
            visit.call_ids = visit.call_ids - self + survivor

    def _after_event(self, kind, at):
        super()._after_event(kind, at)
        if kind in CLOSING_KINDS:
            # sudo: who closes a call calls off the visits it no longer needs, dispatcher or not
            visits = self.sudo().visit_ids.filtered(
                lambda visit: visit.state in ("provisional", "confirmed") and all(visit.call_ids.mapped("is_closed"))
            )
            visits.action_cancel()

    def _check_timer_start(self):
        """A visit on the way or at work counts the time of its engineers: a timer would count it twice."""
        super()._check_timer_start()
        # sudo: whoever times a call need not see its visits
        visit = self.sudo().visit_ids.filtered(
            lambda visit: visit.state in ("travel", "working") and self.env.user in visit.engineer_ids.user_id
        )[:1]
        if visit:
            raise UserError(
                self.env._("Visit %(visit)s counts your time already: add labour and travel there.", visit=visit.name)
            )
