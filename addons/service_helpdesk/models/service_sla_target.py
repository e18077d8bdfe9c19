# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceSlaTarget(models.Model):
    _name = "service.sla.target"
    _inherit = ["service.sla.target", "service.replay.mixin"]

    def _request_service_replay(self):
        """Plan the open calls of these promises again: a corrected policy moves their deadlines."""
        self.env["service.call"]._request_replay([("sla_policy_id", "in", self.policy_id.ids)])

    def _get_point_minutes(self, rule):
        """Return after how many working minutes of a call an escalation rule first acts for this promise."""
        self.ensure_one()
        if rule.basis == "percent":
            return self.budget_minutes * rule.percent / 100
        minutes = rule.minutes if rule.basis == "after" else -rule.minutes
        return max(self.budget_minutes + minutes, 0)
