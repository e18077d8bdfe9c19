# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ServiceLimitsMixin(models.AbstractModel):
    _inherit = "service.limits.mixin"

    @api.model
    def _get_limits(self):
        return {
            **super()._get_limits(),
            "notice_days": 3650,
            "end_alert_days": 3650,
            "reminder_days": 3650,
            "termination_notice_count": 3650,
            "renewal_months": 1200,
            "index_lag_months": 1200,
            "duration_months": 1200,
            "validity_months": 1200,
            "interval_count": 1200,
            "interval_months": 1200,
        }
