# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import TODAY, ContractCase


@tagged("post_install", "-at_install")
class TestWizards(ContractCase):
    def _open_change(self, rows, kind):
        wizard = self.env["service.coverage.change"].with_user(self.user_contract)
        return Form(
            wizard.with_context(active_model="service.coverage", active_ids=rows.ids, default_kind=kind),
        )

    def test_remove_rows(self):
        rows = self._new_story_contract().coverage_ids
        with self._open_change(rows, "end") as form:
            self.assertEqual(form.date, TODAY)
            form.date = date(2026, 4, 30)
        form.record.action_confirm()
        self.assertEqual(rows.mapped("date_end"), [date(2026, 4, 30)] * 2)

    def test_new_price(self):
        row = self._new_story_contract().coverage_ids[0]
        with self._open_change(row, "reprice") as form:
            self.assertEqual(form.price, 100.0, "the present one is proposed")
            form.price = 130.0
        form.record.action_confirm()
        self.assertEqual(row.search([("origin_id", "=", row.id)]).price, 130.0)

    def test_move_rows(self):
        rows = self._new_story_contract().coverage_ids
        target = self._new_contract(rows=[{"equipment_id": self.unit_3.id, "price": 1.0}])
        with self._open_change(rows, "move") as form:
            form.date = date(2026, 5, 1)
            self.assertEqual(form.amount_difference, -2 * (1000 + 35.48), "what the first contract loses")
            form.target_contract_id = target
            form.reason = "One contract for all"
        form.record.action_confirm()
        self.assertEqual(rows.mapped("date_end"), [date(2026, 4, 30)] * 2)
        self.assertEqual(
            [(row.equipment_id, row.price) for row in target.coverage_ids[1:]],
            [(self.unit_1, 100.0), (self.unit_2, 100.0)],
        )
        self.assertEqual(target.amendment_ids.reason, "One contract for all")

    def test_move_needs_a_contract(self):
        rows = self._new_story_contract().coverage_ids
        wizard = self.env["service.coverage.change"].with_user(self.user_contract)
        wizard = wizard.create({"coverage_ids": rows.ids, "kind": "move"})
        with self.assertRaisesRegex(UserError, "Choose the contract"):
            wizard.action_confirm()

    def test_suspend_resume_cancel(self):
        contract = self._new_contract()
        for kind, day, state in [
            ("suspend", TODAY, "suspended"),
            ("resume", TODAY, "active"),
            ("cancel", TODAY, "cancelled"),
        ]:
            wizard = self.env["service.contract.change"].with_user(self.user_contract)
            wizard = wizard.create({"contract_id": contract.id, "kind": kind, "date": day, "reason": "Asked for"})
            with self.subTest(kind):
                wizard.action_confirm()
                self.assertEqual(contract.state, state)
        self.assertEqual(contract.coverage_ids.date_end, TODAY)
        self.assertIn("Asked for", contract.message_ids.mapped("preview"))
