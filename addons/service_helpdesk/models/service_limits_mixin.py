# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ServiceLimitsMixin(models.AbstractModel):
    _inherit = "service.limits.mixin"

    @api.model
    def _get_limits(self):
        return {**super()._get_limits(), "interval": 1200, "hour": 24, "lead_days": 3650, "window_days": 366}
