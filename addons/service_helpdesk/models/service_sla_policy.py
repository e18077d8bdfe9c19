# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceSlaPolicy(models.Model):
    _inherit = "service.sla.policy"

    def write(self, vals):
        result = super().write(vals)
        if "calendar_id" in vals:
            # Calls keep the calendar that the resolver gave them: those without one of their own follow.
            self.env["service.call"]._request_replay([("sla_policy_id", "in", self.ids)])
        return result
