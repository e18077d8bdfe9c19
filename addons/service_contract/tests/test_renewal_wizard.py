# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestRenewalWizard(ContractCase):
    """The preview before a renewal, for one contract and for many."""

    def _open(self, contracts):
        action = contracts.action_open_renew()
        self.assertEqual(action["res_model"], "service.contract.renew")
        return Form(self.env["service.contract.renew"].with_user(self.user_contract).with_context(**action["context"]))

    def test_preview_of_one(self):
        contract = self._new_story_contract(renewal_increase=5.0, is_payment_blocked=True)
        with self._open(contract) as form:
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.date_end, date(2028, 3, 11))
                self.assertEqual((line.increase, line.amount_old, line.amount_new), (5.0, 2400.0, 2520.0))
                self.assertEqual(line.remark, "Blocked for payment.")
                line.increase = 2.0
                self.assertEqual(line.amount_new, 2448.0)
            for text in ("102.00", "Free Hours", "2,448.00", "Blocked for payment."):
                self.assertIn(text, form.preview)
        self.assertFalse(contract.renewal_ids, "nothing is changed yet")
        result = form.record.action_confirm()
        self.assertEqual(result["tag"], "display_notification")
        self.assertRecordValues(contract.renewal_ids, [{"increase": 2.0, "indexation": "agreed", "amount_new": 2448.0}])

    def test_roll_over_is_shown(self):
        contract = self._new_contract(period_ids=[Command.create({"free_hours": 10, "rollover_percent": 50})])
        self.env["service.entitlement"]._consume("hours", 4.0, date(2026, 4, 1), contract)
        self.assertEqual(
            contract.renewal_preview()["rollover"],
            [{"name": "Free Hours", "left": 6.0, "percent": 50.0, "quantity": 3.0}],
        )
        self.assertIn("6.00", self._open(contract).preview)

    def test_many_each_on_its_own(self):
        good = self._new_contract(rows=[{"price": 100.0}], renewal_increase=3.0)
        index = self.env["service.price.index"].create({"name": "Consumer prices"})
        bad = self._new_contract(renewal_indexation="index", price_index_id=index.id)
        draft = self._new_contract(activate=False)
        wizard = self._open(good | bad | draft).save()
        self.assertEqual(wizard.line_ids.mapped("has_problem"), [False, True, True])
        result = wizard.action_confirm()
        self.assertEqual((result["res_id"], result["name"]), (wizard.id, "2 not renewed"))
        missing = f"Contract {bad.name}: index Consumer prices has no value for 01/01/2026, enter it first."
        self.assertRecordValues(
            wizard.line_ids,
            [
                {"state": "done", "message": False, "date_end": date(2027, 12, 31), "amount_new": 1236.0},
                {"state": "failed", "message": missing, "date_end": date(2027, 12, 31), "amount_new": 0.0},
                {
                    "state": "failed",
                    "message": f"Contract {draft.name} is Draft and cannot be renewed.",
                    "date_end": date(2027, 12, 31),
                    "amount_new": 0.0,
                },
            ],
        )
        self.assertEqual(good.date_end, date(2027, 12, 31))
        self.assertEqual((bad | draft).mapped("date_end"), [date(2026, 12, 31)] * 2)
        index.value_ids = [
            Command.create({"date": date(2026, 1, 1), "value": 100.0}),
            Command.create({"date": date(2027, 1, 1), "value": 102.0}),
        ]
        wizard.line_ids.filtered(lambda line: line.contract_id == draft).unlink()
        wizard.action_confirm()
        self.assertTrue(wizard.is_done)
        self.assertEqual(len(good.renewal_ids), 1, "what was done is not done again")
        self.assertEqual(bad.renewal_ids.increase, 2.0)

    def test_renewed_by_somebody_else_meanwhile(self):
        contract = self._new_contract()
        wizard = self._open(contract).save()
        contract.action_renew()
        wizard.action_confirm()
        self.assertRegex(wizard.line_ids.message, "has been renewed meanwhile")
        self.assertEqual(len(contract.renewal_ids), 1)

    def test_nothing_chosen(self):
        wizard = self._open(self._new_contract()).save()
        wizard.line_ids.unlink()
        with self.assertRaisesRegex(UserError, "Choose the contracts to renew first"):
            wizard.action_confirm()

    def test_readers_do_not_renew(self):
        with self.assertRaises(AccessError):
            self.env["service.contract.renew"].with_user(self.user_reader).create({})
