# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ContractCase


class TemplateCase(ContractCase):
    """A template for pumps: a row per unit, a row for the rest, half-year periods, two services, an obligation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env["service.contract.type"].create(
            {"name": "Gold", "billing_timing": "arrears", "renewal_mode": "automatic", "term_labour": "included"}
        )
        cls.preventive = cls.env.ref("service_contract.call_type_maintenance")
        cls.obligation = cls.env["service.obligation"].create({"name": "Yearly report"})
        cls.template = cls.env["service.contract.template"].with_user(cls.user_manager).create(
            {
                "name": "Pumps, 18 months",
                "type_id": cls.type.id,
                "duration_months": 18,
                "sla_policy_id": cls.policy.id,
                "term_labour": "from_buckets",
                "discount_part": 15.0,
                "line_ids": [
                    Command.create(
                        {
                            "name": "Pumps",
                            "is_per_unit": True,
                            "categ_ids": [Command.link(cls.category.id)],
                            "price": 100.0,
                            "priority": "2",
                        }
                    ),
                    Command.create(
                        {
                            "name": "Helpdesk",
                            "call_type_ids": [Command.link(cls.call_type.id)],
                            "term_labour": "included",
                            "interval_unit": "year",
                            "price": 300.0,
                        }
                    ),
                ],
                "period_ids": [
                    Command.create({"months": 6, "free_calls": 4}),
                    Command.create({"months": 5, "free_calls": 2, "free_hours": 3}),
                ],
                "service_ids": [
                    Command.create({"call_type_id": cls.preventive.id, "interval_months": 3, "hours": 2}),
                    Command.create(
                        {"call_type_id": cls.call_type.id, "delivery": "extraordinary", "quantity": 5, "per": "term"}
                    ),
                ],
                "obligation_ids": [Command.link(cls.obligation.id)],
            }
        )

    def _create_contract(self, units=None, **kwargs):
        template = self.template.with_user(self.user_contract)
        units = self.unit_1 | self.unit_2 if units is None else units
        return template.create_contract(self.customer.id, "2026-08-31", equipment_ids=units.ids, **kwargs)


@tagged("post_install", "-at_install")
class TestTemplate(TemplateCase):
    def test_lines_are_named_after_their_scope(self):
        with Form(self.template.with_user(self.user_manager)) as form:
            with form.line_ids.new() as line:
                line.categ_ids.add(self.category)
            with form.line_ids.new() as line:
                line.name = "The rest"
            with form.line_ids.new():
                pass
        self.assertEqual(
            self.template.line_ids.sorted("id")[-3:].mapped("name"),
            [self.category.display_name, "The rest", "Whole contract"],
        )

    def test_contract_made_from_it(self):
        contract = self._create_contract(site_ids=self.site.ids)
        self.assertRecordValues(
            contract,
            [
                {
                    "state": "draft",
                    "template_id": self.template.id,
                    "type_id": self.type.id,
                    "date_start": date(2026, 8, 31),
                    "date_end": date(2028, 2, 28),
                    "billing_timing": "arrears",
                    "renewal_mode": "automatic",
                    "sla_policy_id": self.policy.id,
                    "term_labour": "from_buckets",
                    "site_ids": self.site.ids,
                }
            ],
        )
        self.assertRecordValues(
            contract.coverage_ids,
            [
                {
                    "name": self.unit_1.display_name,
                    "equipment_id": self.unit_1.id,
                    "categ_ids": [],
                    "price": 100.0,
                    "priority": "2",
                    "term_labour": "from_buckets",
                    "discount_part": 15.0,
                    "interval_unit": "month",
                },
                {
                    "name": self.unit_2.display_name,
                    "equipment_id": self.unit_2.id,
                    "categ_ids": [],
                    "price": 100.0,
                    "priority": "2",
                    "term_labour": "from_buckets",
                    "discount_part": 15.0,
                    "interval_unit": "month",
                },
                {
                    "name": "Helpdesk",
                    "equipment_id": False,
                    "categ_ids": [],
                    "price": 300.0,
                    "priority": False,
                    "term_labour": "included",
                    "discount_part": 15.0,
                    "interval_unit": "year",
                },
            ],
        )
        self.assertRecordValues(
            contract.period_ids,
            [
                {"date_start": date(2026, 8, 31), "date_end": date(2027, 2, 27), "free_calls": 4, "free_hours": 0},
                {"date_start": date(2027, 2, 28), "date_end": date(2027, 7, 30), "free_calls": 2, "free_hours": 3},
                {"date_start": date(2027, 7, 31), "date_end": date(2027, 12, 30), "free_calls": 2, "free_hours": 3},
                {"date_start": date(2027, 12, 31), "date_end": date(2028, 2, 28), "free_calls": 2, "free_hours": 3},
            ],
        )
        self.assertRecordValues(
            contract.service_ids,
            [
                {"call_type_id": self.preventive.id, "quantity": 4, "per": "year", "hours": 2.0},
                {"call_type_id": self.call_type.id, "quantity": 5, "per": "term", "hours": 0.0},
            ],
        )
        self.assertEqual(contract.obligation_ids.obligation_id, self.obligation)
        contract.action_activate()
        self.assertEqual(contract.state, "active")

    def test_applied_twice_it_makes_nothing_double_and_leaves_what_was_added(self):
        contract = self._create_contract()
        by_hand = self.env["service.coverage"].create({"contract_id": contract.id, "name": "By hand"})
        contract.coverage_ids.filtered("equipment_id").price = 90.0
        contract.action_apply_template()
        self.assertEqual(len(contract.coverage_ids), 4)
        self.assertIn(by_hand, contract.coverage_ids)
        self.assertEqual(contract.coverage_ids.filtered("equipment_id").mapped("price"), [100.0, 100.0])
        self.assertEqual(
            (len(contract.period_ids), len(contract.service_ids), len(contract.obligation_ids)), (4, 2, 1)
        )
        contract.action_apply_template(equipment_ids=self.unit_3.ids)
        self.assertEqual(contract.equipment_ids, self.unit_3)

    def test_own_periods_stay(self):
        contract = self._create_contract()
        contract.period_ids.unlink()
        self.env["service.contract.period"].create({"contract_id": contract.id, "free_calls": 9})
        contract.action_apply_template()
        self.assertEqual(contract.period_ids.mapped("free_calls"), [9.0])

    def test_unit_that_no_line_is_for_is_refused(self):
        fan = self.env["product.product"].create({"name": "Fan", "is_service_equipment": True})
        unit = self.env["service.equipment"].create(
            {"product_id": fan.id, "partner_id": self.customer.id, "site_id": self.site.id}
        )
        with self.assertRaisesRegex(UserError, "has no row per unit for"):
            self._create_contract(units=self.unit_1 | unit)

    def test_only_for_drafts_with_a_template(self):
        contract = self._new_contract(activate=False)
        with self.assertRaisesRegex(UserError, "Choose a template"):
            contract.action_apply_template()
        contract.template_id = self.template
        contract.action_activate()
        with self.assertRaisesRegex(UserError, "a template is for drafts"):
            contract.action_apply_template()
        self.assertEqual(len(contract.coverage_ids), 1)

    def test_form_proposes_and_the_dialogue_shows_what_it_makes(self):
        with Form(self.env["service.contract"].with_user(self.user_contract)) as form:
            form.partner_id = self.customer
            form.date_start = date(2026, 9, 1)
            form.template_id = self.template
            self.assertEqual(form.date_end, date(2028, 2, 29))
            self.assertEqual(form.sla_policy_id, self.policy)
            self.assertEqual(form.type_id, self.type)
            self.assertEqual(form.term_labour, "from_buckets")
            form.date_start = date(2026, 10, 1)
            self.assertEqual(form.date_end, date(2028, 3, 31))
        contract = form.record
        self.assertFalse(contract.coverage_ids)
        action = contract.action_open_template_apply()
        wizard = self.env["service.contract.template.apply"].with_user(self.user_contract)
        with Form(wizard.with_context(**action["context"])) as form:
            form.equipment_ids.add(self.unit_1)
            self.assertIn("Pumps: a row for each of 1 units, ", form.preview)
            self.assertIn("10/01/2026 - 03/31/2027: 4 free calls<", form.preview)
            self.assertIn("Yearly report", form.preview)
        form.record.action_all_units()
        self.assertEqual(form.record.equipment_ids, self.unit_1 | self.unit_2 | self.unit_3)
        form.record.action_apply()
        self.assertEqual(contract.equipment_ids, self.unit_1 | self.unit_2 | self.unit_3)

    def test_what_is_said_counts_more(self):
        contract = self.env["service.contract"].create(
            {
                "partner_id": self.customer.id,
                "template_id": self.template.id,
                "date_start": date(2026, 1, 1),
                "date_end": date(2026, 6, 30),
                "sla_policy_id": False,
                "billing_timing": "advance",
            }
        )
        self.assertRecordValues(
            contract,
            [
                {
                    "date_end": date(2026, 6, 30),
                    "sla_policy_id": False,
                    "billing_timing": "advance",
                    "renewal_mode": "automatic",
                }
            ],
        )

    def test_saved_as_a_template_it_makes_the_like(self):
        contract = self._create_contract()
        contract.action_activate()
        with self.assertRaises(AccessError):
            contract.action_save_as_template()
        action = contract.with_user(self.user_manager).action_save_as_template()
        template = self.env["service.contract.template"].browse(action["res_id"])
        self.assertEqual(template.duration_months, 18)
        self.assertRecordValues(
            template.line_ids,
            [
                {"is_per_unit": True, "product_ids": self.product.ids, "price": 100.0},
                {"is_per_unit": False, "product_ids": [], "price": 300.0},
            ],
        )
        again = template.create_contract(self.customer.id, "2026-08-31", equipment_ids=contract.equipment_ids.ids)
        for names, records in [
            (("equipment_id", "price", "term_labour", "priority", "interval_unit"), "coverage_ids"),
            (("date_start", "free_calls", "free_hours"), "period_ids"),
            (("call_type_id", "quantity", "per"), "service_ids"),
        ]:
            with self.subTest(records):
                self.assertEqual(
                    [tuple(record[name] for name in names) for record in contract[records][:3]],
                    [tuple(record[name] for name in names) for record in again[records][:3]],
                )

    def test_many_units_at_once(self):
        """The rows of a contract are made in one go: twice the units cost few more queries per unit."""
        units = self.env["service.equipment"].create(
            [{"product_id": self.product.id, "partner_id": self.customer.id, "site_id": self.site.id}] * 40
        )
        counts = []
        for number in (20, 40):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._create_contract(units=units[:number])
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 20)


@tagged("post_install", "-at_install")
class TestServicesForeseen(TemplateCase):
    def test_quantity_follows_the_rule_until_somebody_says_otherwise(self):
        service = self.env["service.contract.service"].create(
            {"contract_id": self._new_contract().id, "call_type_id": self.preventive.id, "interval_months": 2}
        )
        self.assertEqual(service.quantity, 6)
        service.quantity = 5
        self.assertEqual(service.quantity, 5)
        service.interval_months = 24
        self.assertEqual(service.quantity, 1)

    def test_counted_in_its_year_period_or_term(self):
        contract = self._new_contract(
            date_start=date(2025, 2, 28),
            date_end=date(2027, 2, 27),
            period_ids=[
                Command.create({"date_start": date(2025, 2, 28), "date_end": date(2026, 3, 31)}),
                Command.create({"date_start": date(2026, 4, 1), "date_end": date(2027, 2, 27)}),
            ],
            service_ids=[
                Command.create({"call_type_id": self.preventive.id, "per": per}) for per in ("year", "period", "term")
            ],
        )
        for day, expected in [
            ("2025-02-01", [("2025-02-28", "2026-02-27"), ("2025-02-28", "2026-03-31"), ("2025-02-28", "2027-02-27")]),
            ("2026-03-15", [("2026-02-28", "2027-02-27"), ("2025-02-28", "2026-03-31"), ("2025-02-28", "2027-02-27")]),
            ("2027-06-01", [("2026-02-28", "2027-02-27"), ("2026-04-01", "2027-02-27"), ("2025-02-28", "2027-02-27")]),
        ]:
            with self.subTest(day), freeze_time(f"{day} 10:00:00"):
                self.env.invalidate_all()
                self.assertEqual(
                    [(str(row.window_start), str(row.window_end)) for row in contract.service_ids], expected
                )

    def test_nothing_delivered_without_calls(self):
        service = self._create_contract().service_ids[0]
        self.assertRecordValues(service, [{"delivered_count": 0, "left_count": 4, "delivered_percent": 0.0}])
