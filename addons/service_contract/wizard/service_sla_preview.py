# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import PRIORITIES


class ServiceSlaPreview(models.TransientModel):
    """Shows the deadlines of a service level for an instant, and how working hours count towards them."""

    _name = "service.sla.preview"
    _description = "Preview of Deadlines"

    policy_id = fields.Many2one(comodel_name="service.sla.policy", string="Service Level")
    at = fields.Datetime(string="Raised", default=fields.Datetime.now)
    at_site = fields.Char(string="At the Site", compute="_compute_deadlines_html")
    priority = fields.Selection(selection=PRIORITIES, default="1")
    site_id = fields.Many2one(
        comodel_name="res.partner",
        help="Its time zone counts; empty means that of the company.",
    )
    deadlines_html = fields.Html(string="Deadlines", compute="_compute_deadlines_html", sanitize=False)
    problem = fields.Char(compute="_compute_deadlines_html")

    @api.depends("policy_id", "at", "priority", "site_id")
    @api.depends_context("lang")
    def _compute_deadlines_html(self):
        for preview in self:
            policy = preview.policy_id._origin
            preview.at_site = preview.deadlines_html = preview.problem = False
            if not policy or not preview.at or not preview.priority:
                preview.problem = self.env._("Pick a service level, a priority and an instant.")
                continue
            tz = preview.site_id._get_service_tz(policy.company_id)
            preview.at_site = f"{policy._format_local(preview.at, tz)} ({tz})"
            try:
                deadlines = policy._prepare_deadline_words(
                    preview.at, preview.priority, tz, policy.calendar_id, preview.site_id._origin
                )
            except UserError as error:  # working hours that cannot drive a clock, a promise beyond two years
                preview.problem = str(error)
                continue
            if not deadlines:
                preview.problem = self.env._("This service level promises nothing for this priority.")
            preview.deadlines_html = self.env["ir.qweb"]._render(
                "service_contract.service_sla_deadlines", {"deadlines": deadlines}
            )
