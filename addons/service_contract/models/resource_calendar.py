# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import ValidationError


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _check_service_calendar(self):
        """Refuse, by name, a calendar that cannot drive a clock: flexible hours or no hours at all."""
        for calendar in self:
            if calendar.flexible_hours:
                raise ValidationError(
                    self.env._(
                        "The working hours %(calendar)s are flexible; a service level needs fixed hours.",
                        calendar=calendar.name,
                    ),
                )
            if not calendar.attendance_ids:
                raise ValidationError(
                    self.env._("The working hours %(calendar)s contain no hours.", calendar=calendar.name),
                )
