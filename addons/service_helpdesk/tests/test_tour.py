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

    def test_logging_by_keyboard(self):
        """A serial number, Enter, what it is about, Alt+S: the call is logged, without the mouse."""
        self._new_call(subject="Open already")
        self.start_tour("/odoo/service-log", "service_call_log_tour", login="hd_taker")
        call = self.env["service.call"].search([("subject", "=", "Tour: by keyboard")])
        self.assertRecordValues(
            call,
            [{"equipment_id": self.unit.id, "partner_id": self.customer.id, "coverage_id": self.coverage.id}],
        )

    def test_a_call_that_is_known_already(self):
        """The unit has an open call: the customer's words become a note there, and no second call is logged."""
        self.env["res.partner"].create({"name": "Wrong Depot", "parent_id": self.customer.id, "is_service_site": True})
        call = self._new_call(subject="Open already")
        before = self.env["service.call"].search_count([])
        self.start_tour("/odoo/service-log", "service_call_repeat_tour", login="hd_taker")
        self.assertEqual(self.env["service.call"].search_count([]), before)
        self.assertIn("Still leaking", self._bodies(call))

    def test_dragging_to_hold_asks_why(self):
        """A card that is dragged to a stage on hold asks for the reason, and stands there once it is given."""
        stage = self.env["service.call.stage"].search([("is_pause", "=", True)], limit=1)
        stage.pause_reason_id = False
        # What is dragged must be seen: the columns in between are folded.
        self.env["service.call.stage"].search([("is_allocated", "=", False), ("id", "!=", stage.id)]).fold = True
        reason = self.env["service.pause.reason"].create({"name": "Tour: a part"})
        call = self._new_call(subject="Tour: dragged", user_id=self.taker.id)
        self.start_tour("/odoo/service-my-calls?view_type=kanban", "service_call_kanban_tour", login="hd_taker")
        self.assertRecordValues(call, [{"stage_id": stage.id, "pause_reason_id": reason.id, "is_paused": True}])
