# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo import SUPERUSER_ID, Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.service_contract_life import ServiceContract as Life
from .common import TODAY, ContractCase

STATES = ("draft", "active", "suspended", "expired", "cancelled")


class LifeCase(ContractCase):
    def _new_contract_in(self, state):
        contract = self._new_contract(activate=state != "draft")
        if state == "suspended":
            contract.action_suspend()
        elif state != contract.state:
            contract._transition(state)
        return contract

    def _run_daily_job(self, day):
        with freeze_time(f"{day} 06:00:00"), self.enter_registry_test_mode():
            self.env.ref("service_contract.ir_cron_expire_contracts").method_direct_trigger()
        self.env.invalidate_all()

    def _open_change(self, contract, kind):
        wizard = self.env["service.contract.change"].with_user(self.user_contract)
        return Form(wizard.with_context(default_contract_id=contract.id, default_kind=kind))


@tagged("post_install", "-at_install")
class TestTransitions(LifeCase):
    def test_every_action_in_every_state(self):
        """What each action makes of each state; nothing where it is refused."""
        table = {
            "action_activate": ("active", None, None, None, None),
            "action_suspend": (None, "suspended", None, None, None),
            "action_resume": (None, None, "active", None, None),
            "action_renew": (None, "active", "suspended", "active", None),
            "action_cancel": ("cancelled", "cancelled", "cancelled", "cancelled", None),
            "action_withdraw_cancellation": (None, None, None, None, None),
        }
        for action, results in table.items():
            for state, result in zip(STATES, results, strict=True):
                with self.subTest(action=action, state=state):
                    contract = self._new_contract_in(state)
                    if result:
                        getattr(contract, action)()
                        self.assertEqual(contract.state, result)
                    else:
                        with self.assertRaises(UserError), self.env.cr.savepoint():
                            getattr(contract, action)()
                        self.assertEqual(contract.state, state)

    def test_neither_state_nor_end_is_written_by_hand(self):
        contract = self._new_contract()
        for values in ({"state": "expired"}, {"date_cancelled": TODAY}):
            with self.subTest(values), self.assertRaises(AccessError), self.env.cr.savepoint():
                contract.write(values)

    def test_a_batch_is_all_or_nothing(self):
        contracts = self._new_contract_in("active") | self._new_contract_in("draft")
        with self.assertRaisesRegex(UserError, "is Draft and cannot become Suspended"), self.env.cr.savepoint():
            contracts.action_suspend()
        self.assertEqual(contracts.mapped("state"), ["active", "draft"])


@tagged("post_install", "-at_install")
class TestSuspension(LifeCase):
    def test_planned_with_its_end_begins_and_ends_by_itself(self):
        contract = self._new_contract()
        contract.action_suspend(date="2026-05-01", date_end="2026-05-31", reason="Holidays")
        self.assertRecordValues(contract, [{"state": "active", "date_due": date(2026, 5, 1)}])
        for day, state, of_suspension in [
            ("2026-04-30", "active", "planned"),
            ("2026-05-01", "suspended", "running"),
            ("2026-05-31", "suspended", "running"),
            ("2026-06-01", "active", "over"),
            ("2026-06-01", "active", "over"),
        ]:
            with self.subTest(day):
                self._run_daily_job(day)
                self.assertEqual(contract.state, state)
                self.assertEqual(contract.suspension_ids.state, of_suspension)
        self.assertEqual(contract.date_due, contract.date_notice)

    def test_cover_stops_and_comes_back(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id}])
        contract.action_suspend(date="2026-05-01", date_end="2026-05-31")
        for at, is_covered in [
            ("2026-04-30 12:00:00", True),
            ("2026-05-31 12:00:00", False),
            ("2026-06-01 12:00:00", True),
        ]:
            with self.subTest(at):
                answer = self._resolve(equipment_id=self.unit_1.id, at=at)
                self.assertEqual(bool(answer["coverage_id"]), is_covered)

    def test_a_job_that_comes_late_skips_what_is_over(self):
        contract = self._new_contract()
        contract.action_suspend(date="2026-05-01", date_end="2026-05-31")
        self._run_daily_job("2026-06-15")
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract.suspension_ids.state, "over")

    def test_planned_one_is_changed(self):
        contract = self._new_contract()
        contract.action_suspend(date="2026-05-01", date_end="2026-05-31", reason="Holidays")
        action = contract.suspension_ids.with_user(self.user_contract).action_edit()
        wizard = self.env["service.contract.change"].with_user(self.user_contract).with_context(**action["context"])
        with Form(wizard) as form:
            self.assertEqual((form.date, form.date_end, form.reason), (date(2026, 5, 1), date(2026, 5, 31), "Holidays"))
            form.date = date(2026, 5, 10)
            form.date_end = False
        form.record.action_confirm()
        self.assertRecordValues(
            contract.suspension_ids, [{"date_start": date(2026, 5, 10), "date_end": False, "state": "planned"}]
        )

    def test_planned_one_is_withdrawn_until_it_begins(self):
        contract = self._new_contract()
        contract.action_suspend(date="2026-05-01")
        with self.assertRaises(AccessError):
            contract.suspension_ids.with_user(self.user_reader).action_withdraw()
        contract.suspension_ids.with_user(self.user_contract).action_withdraw()
        self.assertFalse(contract.suspension_ids)
        contract.action_suspend()
        with self.assertRaisesRegex(UserError, "has begun: resume the contract"):
            contract.suspension_ids.with_user(self.user_contract).action_withdraw()

    def test_several_that_do_not_overlap(self):
        contract = self._new_contract()
        contract.action_suspend(date_end="2026-04-30")
        contract.action_suspend(date="2026-08-01", date_end="2026-08-31")
        for first, last in [("2026-08-31", "2026-09-15"), ("2026-07-01", None), ("2026-04-20", "2026-05-15")]:
            with (
                self.subTest(first),
                self.assertRaisesRegex(ValidationError, "already suspended"),
                self.env.cr.savepoint(),
            ):
                contract.action_suspend(date=first, date_end=last)
        self.assertEqual(len(contract.suspension_ids), 2)

    def test_dialogue_wants_a_reason_and_says_what_it_does(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 100.0}])
        with self._open_change(contract, "suspend") as form:
            form.date = date(2026, 5, 1)
            form.date_end = date(2026, 5, 31)
            self.assertIn("31 days without cover", form.preview)
            self.assertIn("100.00", form.preview)
            self.assertIn("From 06/01/2026", form.preview)
            form.reason = " "
        with self.assertRaisesRegex(UserError, "Say why"):
            form.record.action_confirm()
        self.assertFalse(contract.suspension_ids)

    def test_responsible_is_told_a_week_before_it_ends(self):
        contract = self._new_contract()
        contract.action_suspend(date_end="2026-06-30")
        self._run_daily_job("2026-06-22")
        self.assertFalse(contract.activity_ids)
        self._run_daily_job("2026-06-23")
        self._run_daily_job("2026-06-24")
        self.assertRecordValues(
            contract.activity_ids, [{"date_deadline": date(2026, 7, 1), "user_id": self.user_contract.id}]
        )


@tagged("post_install", "-at_install")
class TestTermination(LifeCase):
    def test_notice_arithmetic(self):
        cases = [
            # notice, unit, at, received, earliest last day
            (0, "day", "any", TODAY, TODAY),
            (30, "day", "any", date(2026, 6, 1), date(2026, 7, 1)),
            (1, "month", "any", date(2026, 1, 31), date(2026, 2, 28)),
            (1, "month", "month", date(2026, 1, 31), date(2026, 2, 28)),
            (0, "day", "month", date(2026, 1, 31), date(2026, 1, 31)),
            (3, "month", "quarter", date(2026, 2, 1), date(2026, 6, 30)),
            (3, "month", "term", date(2026, 2, 1), date(2026, 12, 31)),
            (3, "month", "any", date(2026, 11, 1), date(2026, 12, 31)),  # it ends before anyway
        ]
        for count, unit, at, received, expected in cases:
            with self.subTest(count=count, unit=unit, at=at, received=received):
                contract = self._new_contract(
                    termination_notice_count=count, termination_notice_unit=unit, termination_at=at
                )
                self.assertEqual(contract._get_earliest_end(received), expected)

    def test_late_notice_of_a_contract_that_renews_by_itself_goes_to_the_next_term(self):
        contract = self._new_contract(
            termination_notice_count=3,
            termination_notice_unit="month",
            termination_at="term",
            renewal_mode="automatic",
        )
        contract.action_cancel(received_on="2026-11-01")
        self.assertRecordValues(contract, [{"state": "active", "date_cancelled": date(2027, 12, 31)}])
        self._run_daily_job("2026-12-10")
        self.assertEqual(contract.date_end, date(2027, 12, 31), "it still renewed")
        self._run_daily_job("2027-12-10")
        self.assertEqual(contract.date_end, date(2027, 12, 31), "for the last time")
        self._run_daily_job("2028-01-01")
        self.assertEqual(contract.state, "cancelled")

    def test_end_within_the_next_term_cuts_its_rows(self):
        contract = self._new_contract(renewal_mode="automatic", rows=[{"price": 100.0}])
        contract.action_cancel(date="2027-03-31")
        contract.action_renew()
        self.assertEqual(contract.coverage_ids.date_end, date(2027, 3, 31))
        contract.action_withdraw_cancellation()
        self.assertEqual(contract.coverage_ids.date_end, date(2027, 12, 31))

    def test_planned_end_keeps_the_contract_until_then(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 100.0}])
        contract.action_cancel(date="2026-06-30", reason="Machines sold")
        self.assertRecordValues(
            contract,
            [
                {
                    "state": "active",
                    "is_ending": True,
                    "date_cancelled": date(2026, 6, 30),
                    "termination_reason": "Machines sold",
                    "amount_total": 600.0,
                }
            ],
        )
        covered = {
            day: bool(self._resolve(equipment_id=self.unit_1.id, at=f"{day} 10:00:00")["coverage_id"])
            for day in ("2026-06-30", "2026-07-01")
        }
        self.assertEqual(covered, {"2026-06-30": True, "2026-07-01": False})
        self._run_daily_job("2026-06-30")
        self.assertEqual(contract.state, "active")
        self._run_daily_job("2026-07-01")
        self._run_daily_job("2026-07-01")
        self.assertEqual(contract.state, "cancelled")
        self.assertFalse(contract.date_due)

    def test_withdrawn_end_leaves_no_trace_on_the_rows(self):
        contract = self._new_contract(
            rows=[
                {"equipment_id": self.unit_1.id, "price": 100.0},
                {"equipment_id": self.unit_2.id, "price": 100.0},
                {"equipment_id": self.unit_3.id, "price": 100.0, "date_start": date(2026, 9, 1)},
            ]
        )
        contract.coverage_ids[1].action_end("2026-06-30")  # for a reason of its own
        contract.action_cancel(date="2026-06-30")
        self.assertEqual(contract.coverage_ids[2].date_end, date(2026, 8, 31), "it never begins")
        repriced = contract.coverage_ids[0].action_reprice("2026-06-01", 120.0)
        contract.action_withdraw_cancellation()
        self.assertRecordValues(
            contract.coverage_ids | repriced,
            [
                {"date_end": date(2026, 5, 31), "price": 100.0},
                {"date_end": date(2026, 6, 30), "price": 100.0},
                {"date_end": date(2026, 12, 31), "price": 100.0},
                {"date_end": date(2026, 12, 31), "price": 120.0},
            ],
        )
        self.assertRecordValues(contract, [{"state": "active", "date_cancelled": False, "is_ending": False}])

    def test_another_day_replaces_the_planned_one(self):
        contract = self._new_contract()
        contract.action_cancel(date="2026-06-30")
        contract.action_cancel(date="2026-09-30")
        self.assertEqual(contract.coverage_ids.date_end, date(2026, 9, 30))

    def test_it_does_not_renew_while_its_end_is_planned(self):
        contract = self._new_contract(renewal_mode="automatic", notice_days=365)
        contract.action_cancel(date="2026-06-30")
        with self.assertRaisesRegex(UserError, "withdraw the termination before you renew"):
            contract.action_renew()
        self._run_daily_job("2026-06-01")
        self.assertEqual(contract.date_end, date(2026, 12, 31))

    def test_earlier_than_the_notice_needs_a_tick_and_a_reason(self):
        contract = self._new_contract(termination_notice_count=3, termination_notice_unit="month")
        with self.assertRaisesRegex(UserError, "ends on 07/15/2026 at the earliest"):
            contract.action_cancel(date="2026-05-31")
        with self.assertRaisesRegex(UserError, "Say why"):
            contract.action_cancel(date="2026-05-31", is_early=True)
        self.assertFalse(contract.date_cancelled)
        contract.action_cancel(date="2026-05-31", is_early=True, reason="Plant burnt down")
        self.assertEqual(contract.date_cancelled, date(2026, 5, 31))

    def test_dialogue_proposes_the_earliest_day(self):
        contract = self._new_contract(
            rows=[{"equipment_id": self.unit_1.id, "price": 100.0}],
            termination_notice_count=1,
            termination_notice_unit="month",
            termination_at="month",
        )
        reason = self.env["service.contract.close.reason"].create({"name": "Price"})
        with self._open_change(contract, "cancel") as form:
            self.assertEqual(form.date, date(2026, 5, 31))
            form.date_received = date(2026, 3, 31)
            self.assertEqual(form.date, date(2026, 4, 30))
            self.assertIn("falls by", form.preview)
            self.assertIn("800.00", form.preview)
            self.assertFalse(form.needs_early)
            form.date = date(2026, 4, 20)
            self.assertTrue(form.needs_early)
            form.is_early = True
            form.reason = "Agreed"
            form.close_reason_id = reason
            form.termination_by = "company"
        form.record.action_confirm()
        self.assertRecordValues(
            contract,
            [
                {
                    "date_cancelled": date(2026, 4, 20),
                    "date_termination_received": date(2026, 3, 31),
                    "termination_by": "company",
                    "close_reason_id": reason.id,
                }
            ],
        )

    def test_end_before_the_beginning_is_refused(self):
        contract = self._new_contract()
        with self.assertRaisesRegex(UserError, "cannot end before"):
            contract.action_cancel(date="2025-06-30")
        self.assertEqual(contract.state, "active")

    def test_company_far_to_the_east_is_a_day_ahead(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        contract = self._new_contract()
        with freeze_time("2026-06-29 13:00:00"):  # 30 June, 01:00 there
            contract.action_cancel()
        self.assertEqual(contract.date_cancelled, date(2026, 6, 30))


@tagged("post_install", "-at_install")
class TestDailyJob(LifeCase):
    def test_only_contracts_that_are_due_are_looked_at(self):
        due = self._new_contract(date_end=date(2026, 6, 30), renewal_mode="manual")
        other = self._new_contract()
        seen = []
        original = Life._update_life
        with patch.object(Life, "_update_life", lambda contract: (seen.append(contract.id), original(contract))):
            self._run_daily_job("2026-07-01")
            self._run_daily_job("2026-07-02")
        self.assertEqual(seen.count(due.id), 1)
        self.assertNotIn(other.id, seen)
        self.assertEqual(due.state, "expired")

    def test_killed_between_two_contracts_it_goes_on_the_next_time(self):
        first, second = (self._new_contract(date_end=date(2026, 6, 30), renewal_mode="manual") for _i in range(2))
        original = Life._update_life
        committed = []

        def _update_life_or_die(contract):
            if contract == second:
                raise KeyboardInterrupt
            return original(contract)

        def _commit_progress(_cron, *_args, **_kwargs):
            committed.append((first | second).mapped("state"))
            return 1

        cron_class = self.env.registry["ir.cron"]
        with freeze_time("2026-07-01 06:00:00"), patch.object(cron_class, "_commit_progress", _commit_progress):
            with patch.object(Life, "_update_life", _update_life_or_die), self.assertRaises(KeyboardInterrupt):
                self.env["service.contract"]._cron_expire()
            self.assertEqual(committed[-1], ["expired", "active"])
            self.env["service.contract"]._cron_expire()
        self.assertEqual(committed[-1], ["expired", "expired"])

    def test_one_that_fails_is_noted_on_itself(self):
        broken, fine = (self._new_contract(date_end=date(2026, 6, 30), renewal_mode="manual") for _i in range(2))
        original = Life._update_life

        def _update_life_or_fail(contract):
            if contract == broken:
                contract.note = "half done"
                raise ZeroDivisionError("nothing to divide")
            return original(contract)

        with (
            patch.object(Life, "_update_life", _update_life_or_fail),
            mute_logger("odoo.addons.service_contract.models.service_contract_life"),
        ):
            self._run_daily_job("2026-07-01")
        self.assertEqual((broken | fine).mapped("state"), ["active", "expired"])
        self.assertFalse(broken.note)
        self.assertIn("nothing to divide", broken.message_ids[0].body)

    def test_responsible_is_told_once_that_it_ends(self):
        contract = self._new_contract(end_alert_days=20)
        contract.action_cancel(date="2026-06-30")
        self._run_daily_job("2026-06-09")
        self.assertFalse(contract.activity_ids)
        self._run_daily_job("2026-06-10")
        self._run_daily_job("2026-06-11")
        self.assertRecordValues(
            contract.activity_ids, [{"date_deadline": date(2026, 6, 30), "user_id": self.user_contract.id}]
        )

    def test_alerts_speak_to_whoever_is_there(self):
        """In the language of the responsible; once he has left, to whoever runs the job."""
        self.env["res.lang"]._activate_lang("it_IT")
        self.user_contract.lang = "it_IT"
        ending, left, suspended = (self._new_contract(renewal_mode="none", end_alert_days=300) for _index in range(3))
        left.user_id = self._new_user("ct_left", "service_contract.group_service_contract_user")
        left.user_id.sudo().active = False
        suspended.action_suspend(date_end="2026-06-30")
        self._run_daily_job("2026-06-23")
        self.assertRecordValues(
            ending.activity_ids, [{"summary": "Il contratto termina", "user_id": self.user_contract.id}]
        )
        self.assertIn("La sospensione termina", " ".join(suspended.activity_ids.mapped("summary")))
        self.assertRecordValues(left.activity_ids, [{"summary": "The contract ends", "user_id": SUPERUSER_ID}])

    def test_no_second_note_beside_that_about_the_renewal(self):
        contract = self._new_contract(end_alert_days=10, notice_days=30)
        self._run_daily_job("2026-12-05")
        self._run_daily_job("2026-12-25")
        self.assertEqual(len(contract.activity_ids), 1)


@tagged("post_install", "-at_install")
class TestDuplicate(LifeCase):
    """A duplicate is a draft for the next term, with what the contract would go on with."""

    def _new_source(self):
        contract = self._new_contract(
            date_start=date(2026, 3, 12),
            date_end=date(2027, 3, 11),
            date_anchor=date(2026, 3, 1),
            rows=[
                {"equipment_id": self.unit_1.id, "price": 100.0},
                {"equipment_id": self.unit_2.id, "price": 100.0},
                {"equipment_id": self.unit_3.id, "price": 100.0},
            ],
            period_ids=[
                Command.create({"date_end": date(2026, 9, 11), "free_calls": 2, "price": 50.0}),
                Command.create({"date_start": date(2026, 9, 12), "free_calls": 3}),
            ],
            service_ids=[Command.create({"call_type_id": self.call_type.id, "quantity": 4})],
        )
        contract.coverage_ids[1].action_end("2026-06-30")
        contract.coverage_ids[0].action_reprice("2026-06-01", 120.0)
        return contract

    def test_next_term(self):
        contract = self._new_source()
        contract.action_cancel(date="2026-12-31")
        copy = contract.copy()
        self.assertRecordValues(
            copy,
            [
                {
                    "state": "draft",
                    "date_start": date(2027, 3, 12),
                    "date_end": date(2028, 3, 11),
                    "date_anchor": date(2027, 3, 1),
                    "date_cancelled": False,
                    "termination_reason": False,
                }
            ],
        )
        self.assertRecordValues(
            copy.coverage_ids.sorted("price"),
            [
                {"equipment_id": self.unit_3.id, "price": 100.0, "date_end": date(2028, 3, 11), "origin_id": False},
                {"equipment_id": self.unit_1.id, "price": 120.0, "date_end": date(2028, 3, 11), "origin_id": False},
            ],
        )
        self.assertFalse(any(copy.coverage_ids.mapped("date_end_agreed")))
        self.assertRecordValues(
            copy.period_ids,
            [
                {"date_start": date(2027, 3, 12), "date_end": date(2027, 9, 11), "free_calls": 2, "price": 50.0},
                {"date_start": date(2027, 9, 12), "date_end": date(2028, 3, 11), "free_calls": 3, "price": 0.0},
            ],
        )
        self.assertEqual(copy.service_ids.quantity, 4)
        copy.action_activate()
        self.assertEqual(copy.amount_total, 12 * 220.0 + 50.0)

    def test_from_another_day(self):
        copy = self._new_source().copy({"date_start": "2027-04-01"})
        self.assertRecordValues(copy, [{"date_start": date(2027, 4, 1), "date_end": date(2028, 3, 31)}])
        self.assertEqual(copy.coverage_ids.mapped("date_start"), [date(2027, 4, 1)] * 2)
        self.assertEqual(copy.period_ids[0].date_start, date(2027, 4, 1))

    def test_of_a_draft(self):
        contract = self._new_contract(activate=False, rows=[{"date_start": date(2026, 5, 1), "price": 10.0}])
        copy = contract.copy({"partner_id": self.other_customer.id})
        self.assertRecordValues(copy, [{"date_start": date(2026, 1, 1), "date_end": date(2026, 12, 31)}])
        self.assertEqual(copy.coverage_ids.date_start, date(2026, 5, 1))

    def test_nothing_that_happened_comes_along(self):
        contract = self._new_contract()
        contract.action_suspend()
        contract.action_resume("2026-05-01")
        copy = contract.copy()
        self.assertFalse(copy.suspension_ids)
        self.assertFalse(copy.date_due)
