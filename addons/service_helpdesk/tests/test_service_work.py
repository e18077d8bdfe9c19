# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestServiceWork(HelpdeskCase):
    """Work lines: submit, validate, who pays, take back (rules.md 4, the story's step 6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls._new_call(team_id=cls.team.id)
        cls.calls_quota = cls.contract.entitlement_ids.filtered(lambda quota: quota.unit == "calls")
        cls.hours_quota = cls.contract.entitlement_ids.filtered(lambda quota: quota.unit == "hours")

    def _line(self, kind, quantity, call=None, **vals):
        return self._new_work(call or self.call, kind, quantity, **vals)

    def test_entering(self):
        line = self._line("labour", 3)
        self.assertRecordValues(
            line,
            [
                {
                    "state": "draft",
                    "resource_id": self.resource.id,
                    "user_id": self.engineer.id,
                    "date": date(2026, 11, 18),
                    "product_id": self.env.ref("service_helpdesk.product_labour").id,
                    "uom_id": self.env.ref("uom.product_uom_hour").id,
                    "contract_id": self.contract.id,
                    "coverage_id": self.coverage.id,
                    "partner_id": self.customer.id,
                    "equipment_id": self.unit.id,
                }
            ],
        )

    def test_the_work_of_others_is_entered_by_a_controller(self):
        other = self.env["resource.resource"].create({"name": "Colleague"})
        with self.assertRaisesRegex(AccessError, "is entered by a controller"):
            self._line("labour", 1, resource_id=other.id)
        line = self._line("labour", 1)
        with self.assertRaisesRegex(AccessError, "is entered by a controller"):
            line.resource_id = other
        line.with_user(self.controller).resource_id = other
        self.assertEqual(line.resource_id, other)

    def test_story_a_one_free_call_and_three_of_four_hours(self):
        lines = (
            self._line("callout", 1) | self._line("labour", 3) | self._line("travel", 0.5) | self._line("distance", 20)
        )
        self._validate_work(lines)
        self.assertRecordValues(
            lines,
            [
                {"quantity_free": 1, "quantity_chargeable": 0, "payer": "contract"},
                {"quantity_free": 3, "quantity_chargeable": 0, "payer": "contract"},
                {"quantity_free": 0.5, "quantity_chargeable": 0, "payer": "contract"},
                {"quantity_free": 20, "quantity_chargeable": 0, "payer": "contract"},
            ],
        )
        self.assertEqual((self.calls_quota.quantity_used, self.hours_quota.quantity_used), (1, 3))
        self.assertIn("Free call", lines[0].charge_reason)

    def test_story_b_the_rest_of_the_hours_is_chargeable(self):
        self._validate_work(self._line("labour", 3))
        second = self._new_call()
        lines = self._line("labour", 2, second) | self._line("travel", 0.5, second) | self._line("distance", 20, second)
        self._validate_work(lines)
        self.assertEqual(lines.mapped("quantity_chargeable"), [1, 0, 0])
        self.assertEqual((self.calls_quota.quantity_left, self.hours_quota.quantity_left), (0, 0))
        third = self._new_call()
        lines = self._line("callout", 1, third) | self._line("labour", 1, third)
        self._validate_work(lines)
        self.assertEqual(lines.mapped("quantity_chargeable"), [1, 1])

    def test_story_c_nothing_covers_it(self):
        call = self._new_call(equipment_id=self.unit_bare.id)
        lines = self._line("callout", 1, call) | self._line("labour", 1, call)
        self._validate_work(lines)
        self.assertRecordValues(
            lines,
            [
                {"payer": "customer", "quantity_free": 0, "quantity_chargeable": 1, "contract_id": False},
                {"payer": "customer", "quantity_free": 0, "quantity_chargeable": 1, "contract_id": False},
            ],
        )
        self.assertTrue(lines[0].charge_reason)

    def test_story_d_warranty_pays_and_touches_no_quota(self):
        unit = self._new_unit("HD-1003")
        call = self._new_call(equipment_id=unit.id)
        line = self._line("labour", 1, call)
        self._validate_work(line)
        self.assertRecordValues(line, [{"payer": "warranty", "quantity_free": 1, "quantity_chargeable": 0}])
        self.assertEqual(self.hours_quota.quantity_used, 0)

    def test_included_costs_nothing_and_takes_nothing(self):
        line = self._line("expense", 1)
        self._validate_work(line)
        self.assertRecordValues(line, [{"quantity_free": 1, "quantity_chargeable": 0}])
        self.assertFalse(line.consumption_ids)

    def test_preventive_labour_takes_maintenance_hours(self):
        quota = self.env["service.entitlement"].create(
            {
                "contract_id": self.contract.id,
                "name": "Maintenance",
                "unit": "hours_maintained",
                "quantity": 10,
                "date_start": date(2026, 1, 1),
                "date_end": date(2026, 12, 31),
            }
        )
        call = self._new_call(type_id=self.preventive_type.id)
        self._validate_work(self._line("labour", 2, call))
        self.assertEqual((quota.quantity_used, self.hours_quota.quantity_used), (2, 0))

    def test_part_of_an_exchange(self):
        lot = self._new_lot("HD-PART-1", location=self.van)
        exchange = (
            self.env["service.exchange"]
            .with_user(self.engineer)
            .create(
                {
                    "equipment_id": self.unit.id,
                    "call_id": self.call.id,
                    "new_product_id": self.part.id,
                    "new_lot_id": lot.id,
                    "location_id": self.van.id,
                    "disposition": "left",
                    "quantity": 1,
                }
            )
        )
        exchange.action_done()
        line = self.call.sudo().work_ids
        self.assertRecordValues(
            line,
            [
                {
                    "kind": "part",
                    "product_id": self.part.id,
                    "quantity": 1,
                    "exchange_id": exchange.id,
                    "resource_id": self.resource.id,
                    "state": "draft",
                }
            ],
        )
        line.with_user(self.engineer).action_submit()
        line.with_user(self.controller).action_validate()
        self.assertRecordValues(
            line,
            [
                {
                    "payer": "customer",
                    "quantity_chargeable": 1,
                    "discount": 10,
                    "term": "chargeable",
                    "cost": 45.0,
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "take the validation back first"):
            exchange.action_reverse()
        line.with_user(self.controller).action_unvalidate()
        exchange.action_reverse()
        self.assertFalse(line.exists())

    def test_unvalidating_gives_back_exactly_what_was_taken(self):
        labour, travel = self._line("labour", 3), self._line("travel", 1)
        self._validate_work(labour | travel)
        labour.with_user(self.controller).action_unvalidate()
        self.assertRecordValues(labour, [{"state": "submitted", "quantity_free": 0, "payer": False}])
        self.assertEqual((self.calls_quota.quantity_used, self.hours_quota.quantity_used), (1, 0))
        self.assertEqual(sum(labour.consumption_ids.mapped("quantity")), 3, "what was taken stays in the log")
        travel.with_user(self.controller).action_unvalidate()
        self.assertEqual(self.calls_quota.quantity_used, 0, "the free call goes back with the last line")
        (labour | travel).with_user(self.controller).action_validate()
        self.assertEqual((self.calls_quota.quantity_used, self.hours_quota.quantity_used), (1, 3))
        labour.with_user(self.controller).action_unvalidate()
        self.assertEqual(self.hours_quota.quantity_used, 0)

    def test_cost_is_frozen_at_validation(self):
        product = self.env.ref("service_helpdesk.product_labour")
        product.standard_price = 30
        line = self._line("labour", 2)
        self._validate_work(line)
        product.standard_price = 99
        self.assertRecordValues(line.sudo(), [{"unit_cost": 30, "cost": 60}])

    def test_time_is_rounded_up_to_step_and_minimum(self):
        self.env.ref("service_helpdesk.product_labour").write({"service_time_step": 15, "service_time_minimum": 60})
        short, long = self._line("labour", 0.2), self._line("labour", 1.1)
        self._validate_work(short | long)
        self.assertEqual((short | long).mapped("quantity_free"), [1, 1.25])

    def test_the_flow_is_guarded(self):
        line = self._line("labour", 1)
        with self.assertRaises(AccessError):
            line.action_validate()
        with self.assertRaisesRegex(UserError, "is Draft: it cannot become Validated"):
            line.with_user(self.controller).action_validate()
        line.action_submit()
        with self.assertRaisesRegex(UserError, "only a controller may still change it"):
            line.quantity = 9
        line.with_user(self.controller).quantity = 2
        line.with_user(self.controller).action_refuse("Who was there?")
        self.assertRecordValues(line, [{"state": "refused", "refusal_reason": "Who was there?"}])
        line.action_draft()
        self._validate_work(line)
        with self.assertRaisesRegex(UserError, "is validated"):
            line.with_user(self.controller).quantity = 3
        with self.assertRaisesRegex(UserError, "is validated"):
            line.with_user(self.controller).unlink()
        with self.assertRaises(AccessError):
            line.action_unvalidate()

    def test_work_in_a_closed_period_is_refused(self):
        line = self._line("expense", 1)
        line.action_submit()
        self.contract.period_ids.sudo().state = "closed"
        with self.assertRaisesRegex(UserError, "closed period"):
            line.with_user(self.controller).action_validate()

    def test_bad_values_are_refused(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation):
            self._line("labour", -1).flush_recordset()
        with self.assertRaisesRegex(ValidationError, "another kind of work"):
            self._line("labour", 1, product_id=self.env.ref("service_helpdesk.product_travel").id)
