# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceSlaPolicy(models.Model):
    _inherit = "service.sla.policy"

    escalation_html = fields.Html(
        string="Escalation",
        compute="_compute_escalation_html",
        sanitize=False,
        help="Who is told when, for a call that nobody touches.",
    )

    def _compute_escalation_html(self):
        for policy in self:
            targets = policy._origin._prepare_escalation_preview() if policy._origin else []
            policy.escalation_html = targets and self.env["ir.qweb"]._render(
                "service_helpdesk.service_sla_policy_escalation", {"targets": targets}
            )

    def _prepare_escalation_preview(self):
        """Return, for each promise with rules, a dict `promise` and `points`, in the order of time.

        Each point says after how much working time what is done, for a call that is never put on hold.
        """
        self.ensure_one()
        # What the rules of the company do is no secret to whoever sees the service level.
        rules = self.env["service.escalation.rule"].sudo().search(
            [("company_id", "=", self.company_id.id), ("policy_id", "in", (self.id, False))]
        )
        preview = []
        for target in self.target_ids:
            points = []
            for rule in rules:
                if rule.metric in (target.metric, False) and (rule.priority or "0") <= (target.priority or "3"):
                    points.append((target._get_point_minutes(rule), rule))
            points.sort(key=lambda point: (point[0], point[1].sequence))
            if points:
                preview.append(
                    {
                        "promise": target.summary,
                        "points": [
                            {
                                "time": self._format_minutes(minutes),
                                "when": rule._get_when_text(),
                                "what": "; ".join(rule._get_effect_texts()),
                                "team": rule.team_id.name,
                            }
                            for minutes, rule in points
                        ],
                    }
                )
        return preview

    def write(self, vals):
        result = super().write(vals)
        if "calendar_id" in vals:
            # Calls keep the calendar that the resolver gave them: those without one of their own follow.
            self.env["service.call"]._request_replay([("sla_policy_id", "in", self.ids)])
        return result
