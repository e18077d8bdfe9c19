# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import HttpCase, tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestTour(HelpdeskCase, HttpCase):
    def test_call(self):
        """A call taker logs a call by its serial number, sees cover and deadline, and takes it."""
        self.start_tour("/odoo/service-calls", "service_call_tour", login="hd_taker")
        call = self.env["service.call"].search([("subject", "=", "Tour: pump leaks")])
        self.assertRecordValues(
            call,
            [
                {
                    "equipment_id": self.unit.id,
                    "partner_id": self.customer.id,
                    "user_id": self.taker.id,
                    "coverage_id": self.coverage.id,
                    "is_paused": True,
                }
            ],
        )
        self.assertTrue(call.allocated_at)
