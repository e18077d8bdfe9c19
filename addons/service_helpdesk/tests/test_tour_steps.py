# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestTourSteps(HelpdeskCase, HttpCase):
    """What the steps of a call look like in the browser, each for those who take them."""

    def _show(self, call, tour, login):
        self.start_tour(f"/odoo/service-calls/{call.id}", tour, login=login)
        call.invalidate_recordset()

    def test_wait_and_go_on(self):
        """A call taker puts a call on hold for a part, and takes it up again."""
        self.env["service.pause.reason"].create({"name": "Tour: a part", "waits_for": "part"})
        call = self._new_call(user_id=self.taker.id, team_id=self.team.id)
        self._show(call, "service_call_pause_tour", "hd_taker")
        events = call.sudo().event_ids.sorted("id").filtered(lambda event: event.kind in ("paused", "resumed"))
        self.assertEqual(events.mapped("kind"), ["paused", "resumed"])
        self.assertEqual(events[0].reason, "Order 4711")
        self.assertEqual(events[0].reason_id.waits_for, "part")
        self.assertFalse(call.is_paused or call.pause_reason_id)

    def test_escalate_and_accept(self):
        """An engineer asks the team that is competent; one of its engineers accepts, and the call is theirs."""
        expert = self._new_user("hd_tour_expert", "service_helpdesk.group_service_helpdesk_engineer")
        category = self.env["product.category"].create({"name": "Tour Pumps"})
        self.unit.product_id.categ_id = category
        experts = self.env["service.team"].create(
            {
                "name": "Tour Experts",
                "level": "2",
                "member_ids": [Command.set(expert.ids)],
                "competence_category_ids": [Command.set(category.ids)],
            }
        )
        call = self._new_call(team_id=self.team.id, user_id=self.engineer.id)
        self._show(call, "service_call_escalate_tour", "hd_engineer")
        escalation = call.pending_escalation_id
        self.assertRecordValues(
            escalation, [{"team_id": experts.id, "reason": "Needs a balancing machine", "state": "requested"}]
        )
        self.assertEqual(call.team_id, self.team)
        self._show(call, "service_call_accept_tour", "hd_tour_expert")
        self.assertRecordValues(call, [{"team_id": experts.id, "user_id": expert.id, "pending_escalation_id": False}])
        self.assertEqual(escalation.state, "accepted")

    def test_merge(self):
        """A call taker ticks two calls of a customer and merges them into the older one."""
        older, newer = self._new_call(subject="Tour: leaks"), self._new_call(subject="Tour: still leaks")
        self.start_tour("/odoo/service-calls", "service_call_merge_tour", login="hd_taker")
        (older | newer).invalidate_recordset()
        self.assertEqual(newer.merged_into_id, older)
        self.assertTrue(newer.is_closed)
        self.assertFalse(older.is_closed)

    def test_change_request(self):
        """A call taker asks for the approval of a change, and a controller gives it."""
        change_type = self.env["service.call.type"].create({"name": "Change", "code": "CHG", "is_change": True})
        self.env["service.change.step"].create(
            {"type_id": change_type.id, "name": "Technical", "approver": "controllers"}
        )
        call = self._new_call(
            subject="Tour: new software",
            type_id=change_type.id,
            team_id=self.team.id,
            change_reason="The old one is no longer maintained",
        )
        self.env["service.change.item"].with_user(self.taker).create({"call_id": call.id, "value_after": "2.0"})
        self._show(call, "service_change_submit_tour", "hd_taker")
        self.assertEqual(call.change_state, "waiting")
        self.start_tour("/odoo/service-approvals", "service_change_approve_tour", login="hd_controller")
        call.invalidate_recordset()
        self.assertEqual(call.change_state, "approved")
        self.assertEqual(call.approval_ids.decided_by_id, self.controller.partner_id)


@tagged("post_install", "-at_install")
class TestTourPhone(HelpdeskCase, HttpCase):
    """A customer with a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_answer_close_and_rate(self):
        """The customer answers what he was asked, says that it works again, and that he is content."""
        reason = self.env["service.pause.reason"].create(
            {"name": "A question", "waits_for": "customer", "resumes_on_reply": True}
        )
        call = self._new_call(subject="Tour: pump leaks", contact_id=self.contact.id, user_id=self.taker.id)
        call.action_pause(reason_id=reason.id)
        self.start_tour("/my/calls", "service_call_portal_tour", login="eq_portal")
        call.invalidate_recordset()
        self.assertFalse(call.is_paused, "his answer ended the wait")
        self.assertTrue(call.is_closed)
        self.assertIn("the type plate says 4711", self._bodies(call))
        self.assertIn("Tour: it was the seal", self._bodies(call))
        rating = call.sudo().rating_ids.filtered("consumed")
        self.assertRecordValues(rating, [{"rating": 5, "feedback": "Quick"}])
