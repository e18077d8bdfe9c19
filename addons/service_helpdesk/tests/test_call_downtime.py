# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import RAISED, HelpdeskCase

NOON = datetime(2026, 11, 18, 11)


@tagged("post_install", "-at_install")
class TestCallDowntime(HelpdeskCase):
    """Calls tell the register of down time that a unit is down, and when it works again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Downtime = cls.env["service.downtime"]

    def _rows(self, unit=None):
        return self.Downtime.search([("equipment_id", "=", (unit or self.unit).id)], order="started_at, id")

    def test_a_call_is_logged_with_its_unit_down(self):
        with Form(self.env["service.call"].with_user(self.taker)) as form:
            form.subject = "Stands still"
            form.type_id = self.call_type
            form.equipment_id = self.unit
            form.raised_at = RAISED
            form.unit_condition = "degraded"
            form.unit_loss = 40
        call = form.record
        self.assertRecordValues(
            self._rows(),
            [
                {
                    "call_id": call.id,
                    "kind": "degraded",
                    "percent": 40,
                    "started_at": RAISED,
                    "ended_at": False,
                    "reason": f"{call.name} Stands still",
                }
            ],
        )
        self.assertEqual((call.unit_condition, call.unit_loss), ("degraded", 40))
        self.assertIn("Degraded", call.downtime_words)

    def test_the_type_says_so(self):
        self.call_type.unit_condition = "down"
        self.assertEqual(self._new_call().unit_condition, "down")
        self.assertFalse(self._new_call(equipment_id=self.unit_bare.id, unit_condition=False).unit_condition)
        no_unit = self._new_call(equipment_id=False, partner_id=self.customer.id)
        self.assertFalse(no_unit.unit_condition)

    def test_most_calls_tell_nothing(self):
        self._new_call()
        self.assertFalse(self._rows())

    def test_closing_ends_it_and_reopening_offers_to_go_on(self):
        call = self._new_call(unit_condition="down")
        call.action_complete()
        self.assertRecordValues(self._rows(), [{"ended_at": NOON.replace(hour=12), "hours": 3}])
        self.assertEqual(call.downtime_words, "Was down for 3 h 00 min, works again.")
        call.action_reopen()
        call.action_unit_still_down()
        self.assertRecordValues(self._rows(), [{"ended_at": False}])
        with self.assertRaisesRegex(UserError, "or it still is"):
            call.action_unit_still_down()

    def test_it_works_again_before_the_call_is_closed(self):
        call = self._new_call(unit_condition="down", team_id=self.team.id)
        call.with_user(self.engineer).action_unit_works(NOON)
        self.assertRecordValues(self._rows(), [{"started_at": RAISED, "ended_at": NOON}])
        self.assertFalse(call.unit_condition)
        with self.assertRaisesRegex(UserError, "is not down"):
            call.action_unit_works()
        call.action_complete()
        self.assertRecordValues(self._rows(), [{"ended_at": NOON}])

    def test_a_stage_ends_it(self):
        stage = self.env["service.call.stage"].create({"name": "Observed", "sequence": 40, "is_unit_working": True})
        call = self._new_call(unit_condition="down")
        call.stage_id = stage
        self.assertTrue(self._rows().ended_at)

    def test_degraded_then_down_then_an_alternative(self):
        call = self._new_call()
        call.action_unit_down("degraded", 30, RAISED)
        call.action_unit_down("down", at=NOON)
        call.action_unit_down("alternative", at=NOON)
        self.assertRecordValues(
            self._rows(),
            [
                {"kind": "degraded", "percent": 30, "started_at": RAISED, "ended_at": NOON},
                {"kind": "down", "percent": 100, "started_at": NOON, "ended_at": False},
                {"kind": "alternative", "percent": 100, "started_at": NOON, "ended_at": False},
            ],
        )
        self.assertEqual(call.unit_condition, "down")
        call.action_unit_works()
        self.assertFalse(self._rows().filtered("is_open"), "with the down time the alternative ends")

    def test_the_same_unit_is_not_entered_twice(self):
        found = self.Downtime.create({"equipment_id": self.unit.id, "started_at": RAISED})
        first = self._new_call(unit_condition="down")
        self.assertEqual(found.call_id, first, "what monitoring found becomes the call's")
        second = self._new_call(unit_condition="down")
        self.assertEqual(self._rows(), found)
        self.assertIn("was down already", self._bodies(second))
        with self.assertRaisesRegex(UserError, "said already"):
            first.action_unit_down()

    def test_cancelling_withdraws_it_with_a_note(self):
        call = self._new_call(unit_condition="down")
        call.action_cancel()
        self.assertFalse(self._rows())
        self.assertIn("Withdrawn with call", self._bodies(call))
        self.assertIn(call.name, " ".join(self.unit.message_ids.mapped("body")))

    def test_what_is_frozen_stays_and_does_not_keep_the_call_open(self):
        calls = self._new_call(unit_condition="down") | self._new_call(
            equipment_id=self.unit_bare.id, unit_condition="down"
        )
        frozen = patch.object(
            self.env.registry["service.downtime"], "_check_frozen_downtime", side_effect=UserError("Frozen statement")
        )
        with frozen:
            calls[0].action_complete()
            calls[1].action_cancel()
        self.assertTrue(all(calls.mapped("is_closed")))
        self.assertTrue(self._rows().is_open)
        self.assertTrue(self._rows(self.unit_bare).is_open)
        for call in calls:
            self.assertIn("Frozen statement", self._bodies(call))

    def test_wrong_input_is_refused(self):
        call = self._new_call()
        with self.assertRaises(ValidationError):
            call.action_unit_down(at="2026-11-19 10:00:00")
        with self.assertRaisesRegex(UserError, "Choose the unit"):
            self._new_call(equipment_id=False, partner_id=self.customer.id).action_unit_down()
        with self.assertRaisesRegex(UserError, "down, degraded"):
            call.action_unit_down("excused")
        with self.assertRaises(AccessError):
            call.with_user(self.user_portal).action_unit_down()
        with self.assertRaises(AccessError):
            call.with_user(self.user_auditor).action_unit_down()
        self.assertFalse(self._rows())

    def test_the_wizard(self):
        call = self._new_call()
        wizard = self.env["service.call.downtime"].with_user(self.taker)
        action = call.action_open_downtime()
        down = wizard.with_context(**action["context"]).create({"reason": "Motor burnt"})
        self.assertEqual((down.kind, down.at), ("down", RAISED))
        down.action_confirm()
        self.assertRecordValues(self._rows(), [{"kind": "down", "started_at": RAISED, "reason": "Motor burnt"}])
        with freeze_time("2026-11-18 12:30:00"):
            action = call.action_open_downtime()
            works = wizard.with_context(**action["context"]).create({})
            self.assertEqual(works.kind, "works")
            works.action_confirm()
        self.assertRecordValues(self._rows(), [{"ended_at": datetime(2026, 11, 18, 12, 30)}])
