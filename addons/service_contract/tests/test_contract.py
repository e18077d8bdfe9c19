# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import TODAY, ContractCase


@tagged("post_install", "-at_install")
class TestContract(ContractCase):
    def test_story_contract(self):
        contract = self._new_story_contract()
        self.assertRecordValues(
            contract,
            [
                {
                    "state": "active",
                    "date_anchor": date(2026, 3, 1),
                    "amount_total": 2400.0,
                    "date_notice": date(2027, 2, 9),
                    "commercial_partner_id": self.customer.id,
                }
            ],
        )
        self.assertRecordValues(
            contract.coverage_ids,
            [
                {
                    "equipment_id": unit.id,
                    "date_start": date(2026, 3, 12),
                    "date_end": date(2027, 3, 11),
                    "price": 100.0,
                    "interval_count": 1,
                    "interval_unit": "month",
                    "term_labour": "from_buckets",
                    "term_expense": "chargeable",
                    "discount_part": 10.0,
                }
                for unit in (self.unit_1, self.unit_2)
            ],
        )
        self.assertRecordValues(
            contract.entitlement_ids,
            [
                {"unit": "calls", "quantity": 2.0, "quantity_left": 2.0, "source": "period"},
                {"unit": "hours", "quantity": 4.0, "quantity_left": 4.0, "source": "period"},
            ],
        )
        account = contract.sudo().analytic_account_id
        self.assertEqual(account.plan_id, self.env.ref("service_contract.analytic_plan_service_contracts"))
        self.assertEqual(account.name, contract.name)

    def test_number_is_unique_and_drawn_in_batches(self):
        contracts = self.env["service.contract"].create([{"partner_id": self.customer.id}] * 3)
        self.assertEqual(len(set(contracts.mapped("name"))), 3)
        self.assertNotIn("/", contracts.mapped("name"))

    def test_form_proposes_term_anchor_and_terms(self):
        with Form(self.env["service.contract"].with_user(self.user_contract)) as form:
            form.partner_id = self.customer
            form.type_id = self.env.ref("service_contract.contract_type_quota")
            form.date_start = date(2026, 3, 12)
            self.assertEqual(form.date_end, date(2027, 3, 11))
            self.assertEqual(form.date_anchor, date(2026, 3, 12))
            with form.coverage_ids.new() as row:
                row.equipment_id = self.unit_1
                row.price = 100.0
            with form.period_ids.new() as period:
                period.free_calls = 2
        contract = form.record
        self.assertEqual(contract.coverage_ids.term_labour, "from_buckets")
        self.assertEqual(contract.coverage_ids.term_part, "chargeable")
        self.assertEqual(contract.coverage_ids.name, self.unit_1.display_name)
        self.assertEqual(contract.period_ids.date_end, date(2027, 3, 11))

    def test_draft_rows_follow_the_term(self):
        contract = self._new_contract(activate=False, period_ids=[Command.create({"free_calls": 1})])
        contract.date_end = date(2026, 6, 30)
        self.assertEqual(contract.coverage_ids.date_end, date(2026, 6, 30))
        self.assertEqual(contract.period_ids.date_end, date(2026, 6, 30))

    def test_activation_needs_something_covered(self):
        contract = self._new_contract(rows=(), activate=False)
        with self.assertRaisesRegex(UserError, "covers nothing yet"):
            contract.action_activate()

    def test_activation_happens_once(self):
        contract = self._new_contract()
        with self.assertRaisesRegex(UserError, "is Active and cannot become Active"):
            contract.action_activate()

    def test_state_is_not_written_by_hand(self):
        contract = self._new_contract(activate=False)
        with self.assertRaisesRegex(UserError, "by its buttons only"):
            contract.state = "active"
        with self.assertRaisesRegex(UserError, "by its buttons only"):
            self._new_contract(state="active")

    def test_flat_price_becomes_a_row(self):
        contract = self._new_contract(
            rows=(),
            period_ids=[
                Command.create({"date_start": date(2026, 1, 1), "date_end": date(2026, 6, 30), "price": 300.0}),
                Command.create({"date_start": date(2026, 7, 1), "date_end": date(2026, 12, 31), "price": 200.0}),
            ],
        )
        self.assertRecordValues(
            contract.coverage_ids,
            [
                {"price": 300.0, "interval_unit": "once", "date_end": date(2026, 6, 30), "equipment_id": False},
                {"price": 200.0, "interval_unit": "once", "date_end": date(2026, 12, 31), "equipment_id": False},
            ],
        )
        self.assertEqual(contract.amount_total, 500.0)

    def test_suspend_and_resume(self):
        contract = self._new_contract()
        contract.action_suspend(reason="Plant closed")
        self.assertEqual(contract.state, "suspended")
        with self.assertRaisesRegex(UserError, "is Suspended and cannot become Suspended"):
            contract.action_suspend()
        contract.action_resume(date="2026-04-20")
        self.assertEqual(contract.state, "suspended", "it resumes on the day")
        self.assertRecordValues(
            contract.suspension_ids,
            [{"date_start": TODAY, "date_end": date(2026, 4, 19), "reason": "Plant closed"}],
        )
        with freeze_time("2026-04-20 09:00:00"):
            contract.sudo()._update_life()
        self.assertEqual(contract.state, "active")

    def test_suspension_taken_back_on_its_first_day_leaves_nothing(self):
        contract = self._new_contract()
        contract.action_suspend()
        contract.action_resume()
        self.assertFalse(contract.suspension_ids)
        self.assertEqual(contract.state, "active")

    def test_suspension_later_begins_by_itself(self):
        contract = self._new_contract()
        contract.action_suspend(date="2026-05-01")
        self.assertEqual(contract.state, "active")
        with self.assertRaisesRegex(UserError, "already suspended"):
            contract.action_suspend(date="2026-05-10")
        with freeze_time("2026-05-01 09:00:00"):
            contract.sudo()._update_life()
        self.assertEqual(contract.state, "suspended")

    def test_suspension_outside_the_term_is_refused(self):
        with self.assertRaisesRegex(UserError, "outside the term"):
            self._new_contract().action_suspend(date="2027-05-01")

    def test_renew(self):
        contract = self._new_story_contract(renewal_increase=5.0)
        contract.action_renew()
        self.assertEqual(contract.date_end, date(2028, 3, 11))
        self.assertRecordValues(
            contract.period_ids,
            [
                {"date_start": date(2026, 3, 12), "date_end": date(2027, 3, 11), "state": "open"},
                {"date_start": date(2027, 3, 12), "date_end": date(2028, 3, 11), "state": "open"},
            ],
        )
        self.assertRecordValues(
            contract.coverage_ids.filtered(lambda row: row.equipment_id == self.unit_1).sorted("date_start"),
            [
                {"date_start": date(2026, 3, 12), "date_end": date(2027, 3, 11), "price": 100.0},
                {"date_start": date(2027, 3, 12), "date_end": date(2028, 3, 11), "price": 105.0},
            ],
        )
        hours = contract.entitlement_ids.filtered(lambda bucket: bucket.unit == "hours")
        self.assertRecordValues(
            hours.sorted("date_start"),
            [
                {"quantity": 4.0, "date_end": date(2027, 3, 11)},
                {"quantity": 4.0, "date_end": date(2028, 3, 11)},
            ],
        )

    def test_renew_leaves_rows_that_ended_before(self):
        contract = self._new_story_contract()
        removed = contract.coverage_ids[1]
        removed.action_end("2026-04-10")
        contract.action_renew()
        self.assertEqual(removed.date_end, date(2026, 4, 10))
        self.assertEqual(contract.coverage_ids[0].date_end, date(2028, 3, 11))

    def test_renew_twice_from_month_end(self):
        contract = self._new_contract(date_start=date(2026, 2, 1), date_end=date(2026, 2, 28))
        contract.action_renew()
        self.assertEqual(contract.date_end, date(2026, 3, 31))

    def test_renewing_an_expired_contract_closes_the_old_period(self):
        contract = self._new_contract(
            date_start=date(2025, 1, 1),
            date_end=date(2025, 12, 31),
            period_ids=[Command.create({"free_hours": 10, "rollover_percent": 50})],
        )
        contract.sudo()._update_life()
        self.assertEqual(contract.state, "expired")
        contract.action_renew()
        self.assertEqual(contract.state, "active")
        self.assertRecordValues(contract.period_ids, [{"state": "closed"}, {"state": "open"}])
        self.assertRecordValues(
            contract.entitlement_ids,
            [
                {"quantity": 10.0, "quantity_left": 5.0},
                {"quantity": 15.0, "quantity_left": 15.0},
            ],
        )

    def test_cancel_ends_the_rows(self):
        contract = self._new_story_contract()
        contract.action_cancel(date="2026-04-15")
        self.assertEqual(contract.state, "cancelled")
        self.assertEqual(contract.coverage_ids.mapped("date_end"), [date(2026, 4, 15)] * 2)
        with self.assertRaisesRegex(UserError, "is Cancelled and cannot be renewed"):
            contract.action_renew()

    def test_cancelled_draft_covers_nothing(self):
        contract = self._new_contract(activate=False)
        contract.action_cancel()
        self.assertEqual(contract.coverage_ids.date_end, date(2025, 12, 31))
        self.assertEqual(contract.amount_total, 0.0)

    def test_cron_renews_notifies_and_expires_each_on_its_own(self):
        automatic = self._new_contract(renewal_mode="automatic", notice_days=30)
        manual = self._new_contract(notice_days=30)
        ended = self._new_contract(date_end=date(2026, 12, 1))
        broken = self._new_contract(renewal_mode="automatic", notice_days=30)
        # a period beyond the term, as an import in SQL might leave it, makes the renewal fail
        self.env["service.contract.period"].sudo().create({"contract_id": broken.id})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE service_contract_period SET date_end = '2028-06-30' WHERE contract_id = %s", [broken.id]
        )
        self.env.invalidate_all()
        cron = self.env.ref("service_contract.ir_cron_expire_contracts")
        with (
            freeze_time("2026-12-05 06:00:00"),
            self.enter_registry_test_mode(),
            mute_logger("odoo.addons.service_contract.models.service_contract_life"),
        ):
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.assertRecordValues(
            automatic | manual | ended | broken,
            [
                {"state": "active", "date_end": date(2027, 12, 31)},
                {"state": "active", "date_end": date(2026, 12, 31)},
                {"state": "expired", "date_end": date(2026, 12, 1)},
                {"state": "active", "date_end": date(2026, 12, 31)},
            ],
        )
        self.assertEqual(len(manual.activity_ids), 1, "told once")
        self.assertIn("outside the term", broken.message_ids[0].body)

    def test_bad_input_is_refused(self):
        eur, usd = self.env.ref("base.EUR"), self.env.ref("base.USD")
        foreign = eur if self.company.currency_id == usd else usd
        foreign.active = True
        tariff = self.env["product.pricelist"].create({"name": "Foreign", "currency_id": foreign.id})
        cases = [
            ({"date_end": date(2025, 1, 1)}, "cannot end before it begins"),
            ({"notice_days": -1}, "not a negative number"),
            ({"date_end": "9999-12-31"}, "enter a day from 1900 to 2199"),
            ({"date_start": "0026-01-01"}, "First Day: enter a day from 1900 to 2199"),
            ({"date_anchor": "9999-12-31"}, "enter a day from 1900 to 2199"),
            ({"date_end": "31/12/2026"}, "is not a date such as 2026-12-31"),
            ({"notice_days": 99999999}, "enter 3650 at most"),
            ({"end_alert_days": 99999999}, "enter 3650 at most"),
            ({"termination_notice_count": 99999999}, "enter 3650 at most"),
            ({"renewal_months": 99999999}, "enter 1200 at most"),
            ({"renewal_reminder_days": "90, 99999999"}, "enter days, such as 90, 60, 30"),
            ({"interval_count": 99999999}, "enter 1200 at most"),
            ({"rows": [{"interval_count": 99999999}]}, "enter 1200 at most"),
            ({"rows": [{"date_end": "9999-12-31"}]}, "enter a day from 1900 to 2199"),
            ({"interval_count": 0}, "at least one"),
            ({"discount_part": 101.0}, "between 0 and 100"),
            ({"pricelist_id": tariff.id, "currency_id": self.company.currency_id.id}, "The tariff Foreign is in"),
            ({"rows": [{"date_end": date(2027, 1, 1)}]}, "outside the term of contract"),
            ({"rows": [{"date_start": date(2026, 5, 1), "date_end": date(2026, 4, 1)}]}, "cannot end before it begins"),
            ({"rows": [{"price": -1.0}]}, "cannot be negative"),
            ({"rows": [{"interval_count": 0}]}, "at least one"),
            ({"period_ids": [Command.create({"date_end": date(2027, 1, 1)})]}, "outside the term of contract"),
            ({"period_ids": [Command.create({"free_calls": -1})]}, "cannot be negative"),
            (
                {
                    "period_ids": [
                        Command.create({"date_start": date(2026, 1, 1), "date_end": date(2026, 6, 30)}),
                        Command.create({"date_start": date(2026, 6, 30), "date_end": date(2026, 12, 31)}),
                    ]
                },
                "overlap",
            ),
        ]
        for values, message in cases:
            with (
                self.subTest(message=message, values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(Exception) as caught,  # noqa: B017
                self.env.cr.savepoint(),
            ):
                self._new_contract(**values)
            self.assertIn(message, self._get_message(caught.exception))

    def test_screen_refuses_what_cannot_be_counted(self):
        """In a sentence, while it is typed."""
        for name, value, message in [
            ("date_end", date(9999, 12, 31), "Last Day: enter a day from 1900 to 2199"),
            ("notice_days", 99999999, "enter 3650 at most"),
        ]:
            form = Form(self.env["service.contract"].with_user(self.user_contract))
            form.partner_id = self.customer
            with self.subTest(field=name), self.assertRaisesRegex(UserError, message):
                setattr(form, name, value)

    def test_days_that_are_none(self):
        """Another system gives a day that is none: a sentence, and nothing has changed."""
        contract = self._new_contract()
        for act in (
            lambda: contract.action_suspend("soon"),
            lambda: contract.action_suspend(date_end="2026-13-01"),
            lambda: contract.action_renew("soon"),
            lambda: contract.action_cancel("soon"),
            lambda: contract.action_cancel(received_on="31/12/2026"),
            lambda: contract.coverage_ids.action_end("soon"),
        ):
            with self.assertRaisesRegex(UserError, "is not a date such as 2026-12-31"):
                act()
        with self.assertRaisesRegex(UserError, "enter a day from 1900 to 2199"):
            contract.action_cancel(received_on="9999-12-31")
        self.assertRecordValues(
            contract, [{"state": "active", "date_end": date(2026, 12, 31), "date_cancelled": False}]
        )
        self.assertFalse(contract.suspension_ids)
        quota = self.env["service.entitlement"].create(
            {
                "contract_id": contract.id,
                "name": "Package",
                "unit": "hours",
                "quantity": 10.0,
                "date_start": date(2026, 1, 1),
                "date_end": date(2026, 12, 31),
            }
        )
        for record in (contract, quota):
            for name in ("date_start", "date_end"):
                with self.subTest(record=record, name=name), self.assertRaisesRegex(UserError, "soon is not a date"):
                    record.write({name: "soon"})

    def test_catalogues_refuse_what_cannot_be_counted(self):
        """Nobody stops the clocks, the reminders or the prices of others by a number that is none."""
        obligation = self.env["service.obligation"].create({"name": "Report"})
        contract = self._new_contract()
        for model, values, message in [
            ("service.special.day", {"name": "For ever", "date_from": TODAY, "date_to": "9999-12-31"}, "to 2199"),
            ("service.contract.obligation", {"date_first": "9999-12-31"}, "to 2199"),
            ("service.contract.obligation", {"reminder_days": 10**8}, "3650 at most"),
            ("service.contract.obligation", {"interval_months": 10**8}, "1200 at most"),
            ("service.obligation", {"name": "Report", "interval_months": 10**8}, "1200 at most"),
            ("service.contract.amendment", {"contract_id": contract.id, "date": "9999-12-31"}, "to 2199"),
            ("service.price.index", {"name": "Prices", "interval_months": 10**8}, "1200 at most"),
            ("service.contract.template", {"name": "Long", "duration_months": 10**8}, "1200 at most"),
            ("service.entitlement.package", {"name": "Hours", "validity_months": 10**8}, "1200 at most"),
        ]:
            owner = {"contract_id": contract.id, "obligation_id": obligation.id}
            owner = owner if model == "service.contract.obligation" else {}
            with self.subTest(model=model), self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self.env[model].create({**owner, **values})

    def test_currency_stands_once_it_has_begun(self):
        """Neither a tariff nor a hand turns promised prices into another currency; a draft follows its tariff."""
        foreign = self.env["res.currency"].create({"name": "XXT", "symbol": "x"})
        tariff = self.env["product.pricelist"].create({"name": "Foreign", "currency_id": foreign.id})
        contract = self._new_contract(rows=[{"price": 100.0}])
        currency = contract.currency_id
        for values, message in [
            ({"pricelist_id": tariff.id}, "The tariff Foreign is in XXT"),
            ({"currency_id": foreign.id}, "prices stay in that currency"),
            ({"pricelist_id": tariff.id, "currency_id": foreign.id}, "prices stay in that currency"),
        ]:
            with self.subTest(values=values), self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                contract.write(values)
            self.assertRecordValues(
                contract, [{"currency_id": currency.id, "pricelist_id": False, "amount_total": 1200.0}]
            )
        contract.currency_id = currency
        draft = self._new_contract(rows=[{"price": 100.0}], activate=False)
        draft.pricelist_id = tariff
        self.assertEqual(draft.currency_id, foreign)

    def test_what_has_begun_is_not_pulled_away(self):
        """Its first day and its anchor are what is billed by; archived, no job would renew or end it any more."""
        contract = self._new_contract()
        for values, message in [
            ({"date_start": "2025-06-01"}, "first day and its billing anchor stay"),
            ({"date_anchor": "2026-01-15"}, "first day and its billing anchor stay"),
            ({"date_end": "2027-12-31"}, "last day changes when it is renewed or ended"),
            ({"active": False}, "is under way: end it before you archive it"),
        ]:
            with self.subTest(values=values), self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                contract.write(values)
        contract.write({"date_start": "2026-01-01", "date_anchor": date(2026, 1, 1), "active": True})
        contract.action_suspend()
        with self.assertRaisesRegex(UserError, "is under way"):
            contract.action_archive()
        contract.action_cancel()
        contract.action_archive()
        self.assertRecordValues(
            contract, [{"active": False, "date_start": date(2026, 1, 1), "date_anchor": date(2026, 1, 1)}]
        )
        self._new_contract(activate=False).action_archive()

    def test_lists_show_suspended_contracts(self):
        """What is suspended runs on: nobody has to look for it, and it is renewed and ends like the others."""
        contract = self._new_contract(date_end=date(2026, 5, 10))
        contract.action_suspend()
        actions = self.env["ir.actions.act_window"]
        for name in ("service_contract_action", "service_contract_action_supplier"):
            context = actions._for_xml_id(f"service_contract.{name}")["context"]
            self.assertIn("'search_default_suspended': 1", context)
        search = etree.fromstring(
            self.env["service.contract"].with_user(self.user_contract).get_view(view_type="search")["arch"]
        )
        for name in ("to_renew", "ends_soon"):
            domain = search.find(f".//filter[@name='{name}']").get("domain")
            with self.subTest(filter=name):
                self.assertIn(contract, contract.search(safe_eval(domain)))

    def _get_message(self, error):
        """Return what the user reads: for a violated constraint of the database, its message."""
        if isinstance(error, UserError):
            return str(error)
        model = self.env[next(name for name, cls in self.env.items() if cls._table == error.diag.table_name)]
        return model._table_objects[error.diag.constraint_name].get_error_message(model, error.diag)

    def test_duplicate_is_a_fresh_draft(self):
        contract = self._new_story_contract()
        contract.coverage_ids[1].action_end("2026-03-01")
        copy = contract.copy()
        self.assertEqual(copy.state, "draft")
        self.assertNotEqual(copy.name, contract.name)
        self.assertEqual(copy.coverage_ids.equipment_id, self.unit_1)
        self.assertFalse(copy.entitlement_ids)
        self.assertFalse(copy.sudo().analytic_account_id)
        copy.action_activate()
        self.assertEqual(len(copy.entitlement_ids), 2)

    def test_delete_only_what_never_began(self):
        self._new_contract(activate=False).unlink()
        with self.assertRaisesRegex(UserError, "cancel it instead"):
            self._new_contract().unlink()
