# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools.misc import file_path
from odoo.tools.sql import column_exists

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestBudget(HelpdeskCase):
    """Labour against the estimate and the hours of the contract."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call_type.default_hours = 5
        cls.call = cls._new_call(team_id=cls.team.id)

    def _submit(self, *hours, call=None, **vals):
        lines = self.env["service.work"].with_user(self.engineer)
        for quantity in hours:
            lines |= self._new_work(call or self.call, "labour", quantity, **vals)
        lines.action_submit()
        return lines

    def _levels(self):
        return self.call.hours_alert_estimate, self.call.hours_alert_agreed

    def test_the_estimate_comes_from_the_type(self):
        self.assertEqual(self.call.hours_estimated, 5)
        self.assertEqual(self._new_call(hours_estimated=2).hours_estimated, 2)
        with Form(self.env["service.call"].with_user(self.taker)) as form:
            form.subject = "Pump leaks"
            form.equipment_id = self.unit
            form.type_id = self.call_type
            self.assertEqual(form.hours_estimated, 5)

    def test_what_is_spent_left_and_in_draft(self):
        self._new_work(self.call, "labour", 1)
        self._new_work(self.call, "travel", 3)
        self.call.invalidate_recordset()
        self.assertEqual(self.call.budget_words, "0 of 5 h, 5 h left (and 1 h in draft)")
        self.assertEqual(self.call.hours_agreed, 4, "what the quota has left")
        lines = self._submit(3)
        lines.with_user(self.controller).action_validate()
        self.call.invalidate_recordset()
        self.assertRecordValues(
            self.call,
            [{"hours_spent": 3, "hours_draft": 1, "hours_left": 2, "hours_agreed": 4, "budget_state": "ok"}],
        )
        self._submit(3)
        self.call.invalidate_recordset()
        self.assertEqual(self.call.budget_state, "exceeded")
        self.assertEqual(self.call.budget_words, "6 of 5 h, 1 h over (and 1 h in draft)")

    def test_a_foreseen_service_agrees_its_hours(self):
        self.env["service.contract.service"].create(
            {"contract_id": self.contract.id, "call_type_id": self.call_type.id, "quantity": 2, "hours": 3}
        )
        self.call.invalidate_recordset()
        self.assertEqual(self.call.hours_agreed, 3)

    def test_no_budget(self):
        self.call_type.default_hours = 0
        call = self._new_call(equipment_id=self.unit_bare.id, team_id=self.team.id)
        self._submit(9, call=call)
        self.assertEqual((call.budget_state, call.budget_words), ("none", "9 h, no budget"))
        self.assertEqual((call.hours_alert_estimate, call.hours_alert_agreed), (0, 0))

    def test_alerts_come_once_for_each_level(self):
        with patch.object(self.env.registry["service.call"], "_notify_event") as notify:

            def told():
                return [call.args[0] for call in notify.call_args_list].count("hours_exceeded")

            self._submit(3)
            self.assertEqual((self._levels(), told()), ((0, 0), 0))
            self._submit(0.5)
            self.assertEqual((self._levels(), told()), ((0, 80), 1))
            self._submit(0.5)
            self.assertEqual((self._levels(), told()), ((80, 100), 2))
            lines = self._submit(0.1, 0.1)
            self.assertEqual(told(), 2)
            self._submit(1)
            self.assertEqual((self._levels(), told()), ((100, 100), 3))
            lines.with_user(self.controller).action_validate()
            lines.with_user(self.controller).action_unvalidate()
            self.assertEqual(told(), 3)
        events = self.call.event_ids.filtered(lambda event: event.kind == "hours")
        self.assertEqual(len(events), 3)
        self.assertIn("of the hours of the contract", events[0].reason)

    def test_more_hours_need_a_reason_where_the_type_says_so(self):
        self.call_type.needs_excess_reason = True
        self._submit(5)
        with self.assertRaisesRegex(UserError, "would take 6 of 5 h"):
            self._submit(1)
        line = self._submit(1, excess_reason="The shaft was bent too")
        self.assertEqual(line.state, "submitted")

    def test_how_it_came_out_is_kept_when_the_call_is_closed(self):
        self._submit(4)
        self.call.action_complete()
        self.assertRecordValues(
            self.call, [{"hours_budget": 5, "hours_actual": 4, "is_within_budget": True, "budget_state": "warning"}]
        )
        line = self._submit(2)
        self.assertRecordValues(self.call, [{"hours_actual": 6, "is_within_budget": False}])
        line.with_user(self.controller).action_refuse("Not on this call")
        self.call.action_reopen()
        self.assertFalse(self.call.is_within_budget)
        self.call.action_complete()
        self.assertRecordValues(self.call, [{"hours_actual": 4, "is_within_budget": True}])

    def test_queries_of_a_page(self):
        calls = self.env["service.call"]
        for _index in range(20):
            calls |= self._new_call(team_id=self.team.id)
        counts = []
        for size in (10, 20):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            calls[:size].mapped("budget_words")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 1, counts)

    def test_calls_that_were_closed_before_keep_their_labour(self):
        self._submit(3)
        idle = self._new_call()
        opened = self._new_call()
        (self.call | idle).action_complete()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE service_call SET hours_actual = NULL, is_within_budget = NULL WHERE id = ANY(%s)",
            [[self.call.id, idle.id, opened.id]],
        )
        self.env.invalidate_all()
        script = load_script(file_path("service_helpdesk/migrations/19.0.1.1.0/post-work.py"), "post_work")
        for _run in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
            self.env.invalidate_all()
            self.assertRecordValues(
                self.call | idle | opened,
                [
                    {"hours_actual": 3, "is_within_budget": True},
                    {"hours_actual": 0, "is_within_budget": True},
                    {"hours_actual": 0, "is_within_budget": False},
                ],
            )

    def test_the_column_of_the_estimate_is_made_before_it_is_computed(self):
        """So that an update does not compute it for every call that was ever logged."""
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE service_call DROP COLUMN hours_estimated CASCADE")
        script = load_script(file_path("service_helpdesk/migrations/19.0.1.1.0/pre-work.py"), "pre_work")
        for _run in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.assertTrue(column_exists(self.env.cr, "service_call", "hours_estimated"))
        self.env.invalidate_all()
        self.assertFalse(self.call.hours_estimated, "calls of before have no estimate")
        with patch.object(self.env.registry["service.call"], "_compute_hours_estimated") as compute:
            self.env.registry.init_models(self.env.cr, ["service.call"], {"models_to_check": False}, install=False)
            self.env.flush_all()
        self.assertFalse(compute.called, "the update finds the column and computes nothing")
        call = self._new_call(team_id=self.team.id)
        self.assertEqual(call.hours_estimated, 5, "new calls have theirs")
