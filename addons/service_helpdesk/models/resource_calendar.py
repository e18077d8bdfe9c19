# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ResourceCalendarAttendance(models.Model):
    _name = "resource.calendar.attendance"
    _inherit = ["resource.calendar.attendance", "service.replay.mixin"]

    def _request_service_replay(self):
        """Corrected hours move the deadlines of the open calls that run in them."""
        self.env["service.call"]._request_replay([("calendar_id", "in", self.calendar_id.ids)])
        # Special days that borrow these hours from a regime, whoever corrects them.
        days = self.env["service.special.day"].sudo().search([("regime_id.calendar_id", "in", self.calendar_id.ids)])
        days._request_service_replay()


class ResourceCalendarLeaves(models.Model):
    _name = "resource.calendar.leaves"
    _inherit = ["resource.calendar.leaves", "service.replay.mixin"]

    def _request_service_replay(self):
        """A corrected holiday moves the deadlines of the open calls that it concerns; a person's leave does not."""
        holidays = self.filtered(lambda leave: not leave.resource_id and leave.time_type == "leave")
        if not holidays:
            return
        domain = [("calendar_id", "!=", False)]
        if all(holiday.calendar_id for holiday in holidays):
            domain = [("calendar_id", "in", holidays.calendar_id.ids)]
        self.env["service.call"]._request_replay(domain)
