# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain


class ServiceSpecialDay(models.Model):
    """A special day changes the hours in which clocks run: entered or corrected, it moves deadlines."""

    _name = "service.special.day"
    _inherit = ["service.special.day", "service.replay.mixin"]

    def _request_service_replay(self):
        """Have the open calls at the places of the days planned again; weights concern no clock."""
        hours = self.filtered(lambda day: day.effect != "weight")
        if hours:
            self.env["service.call"]._request_replay(Domain.OR(day._get_call_domain() for day in hours))

    def _get_call_domain(self):
        """Return the domain of the calls whose hours the day may change."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id)
        if self.site_ids:
            places = self.site_ids.ids
            return domain & (Domain("site_id", "in", places) | Domain("partner_id", "in", places))
        if self.partner_id:
            customer = self.partner_id.commercial_partner_id.id
            return domain & (Domain("site_id", "child_of", customer) | Domain("partner_id", "child_of", customer))
        return domain


class ServiceRegime(models.Model):
    """A special day may take its hours from a regime: other hours of the regime move deadlines too."""

    _inherit = "service.regime"

    def write(self, vals):
        result = super().write(vals)
        if "calendar_id" in vals:
            # Whoever corrects a regime corrects the days that rest on it.
            days = self.env["service.special.day"].sudo().search([("regime_id", "in", self.ids)])
            days._request_service_replay()
        return result
