# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import TODAY, EquipmentCase


@tagged("post_install", "-at_install")
class TestEquipment(EquipmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Equipment = cls.env["service.equipment"].with_user(cls.user_manager)

    def test_form_makes_a_unit(self):
        with Form(self.Equipment) as form:
            form.product_id = self.product
            form.partner_id = self.customer
            form.site_id = self.site
            form.date_delivered = date(2026, 2, 28)
        unit = form.save()
        self.assertRecordValues(
            unit,
            [
                {
                    "state": "draft",
                    "commercial_partner_id": self.customer.id,
                    "warranty_parts_end": date(2028, 2, 27),
                    "warranty_labour_end": date(2027, 2, 27),
                    "is_under_warranty": True,
                }
            ],
        )
        self.assertRegex(unit.name, "^EQ")

    def test_transitions(self):
        unit = self.Equipment.create({"product_id": self.product.id})
        unit.action_install()
        self.assertRecordValues(unit, [{"state": "in_service", "date_installed": TODAY}])
        unit.action_repair()
        with self.assertRaisesRegex(UserError, "is In Repair and cannot become In Repair"):
            unit.action_repair()
        unit.action_return_to_service()
        unit.action_retire()
        self.assertRecordValues(unit, [{"state": "retired", "date_retired": TODAY}])
        with self.assertRaisesRegex(UserError, "is Retired and cannot become Retired"):
            unit.action_retire()
        unit.action_return_to_service()
        self.assertRecordValues(unit, [{"state": "in_service", "date_retired": False}])

    def test_install_keeps_the_date_entered(self):
        unit = self.Equipment.create({"product_id": self.product.id, "date_installed": date(2026, 3, 1)})
        unit.action_install()
        self.assertEqual(unit.date_installed, date(2026, 3, 1))

    def test_used_unit_is_not_deleted(self):
        unit = self._new_unit("P-1").with_user(self.user_manager)
        with self.assertRaisesRegex(UserError, "retire or archive it"):
            unit.unlink()
        self.Equipment.create({"product_id": self.product.id}).unlink()

    def test_refusals(self):
        fan = self._new_product("Fan")
        lot = self._new_lot("F-1", fan)
        cases = [
            ({"lot_id": lot.id}, "F-1 is of Fan, not of Pump"),
            ({"date_delivered": date(2026, 5, 2), "date_installed": date(2026, 5, 1)}, "cannot be installed before"),
            ({"date_delivered": date(2026, 5, 2), "warranty_parts_end": date(2026, 5, 1)}, "ends before it starts"),
        ]
        for vals, words in cases:
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, words):
                self.Equipment.create({"product_id": self.product.id, **vals})
        unit = self._new_unit("P-1")
        child = self._new_unit("P-2", parent_id=unit.id)
        with self.assertRaisesRegex(ValidationError, "cannot be part of itself"):
            unit.parent_id = child

    def test_links_stay_in_the_company(self):
        other = self.env["res.company"].create({"name": "Second Company"})
        zone = self.env["service.zone"].create({"name": "Gates", "company_id": other.id})
        with self.assertRaises(UserError):
            self._new_unit("P-1", zone_id=zone.id)

    def test_warranty_kinds(self):
        unit = self._new_unit("P-1")
        travelling = self._new_unit("P-2", warranty_covers_travel=True)
        everything = {"labour", "travel", "distance", "callout", "part"}
        cases = [
            (date(2026, 9, 30), set(), set()),
            (date(2026, 10, 1), {"labour", "part"}, everything),
            (date(2027, 9, 30), {"labour", "part"}, everything),
            (date(2027, 10, 1), {"part"}, {"part"}),
            (date(2028, 9, 30), {"part"}, {"part"}),
            ("2028-10-01", set(), set()),
        ]
        for day, kinds, travelling_kinds in cases:
            with self.subTest(day=day):
                self.assertEqual(unit._warranty_kinds_at(day), kinds)
                self.assertEqual(travelling._warranty_kinds_at(day), travelling_kinds)

    def test_warranty_terms_are_those_of_the_sale(self):
        unit = self._new_unit("P-1")
        self.product.warranty_parts_months = 60
        self.assertEqual(unit.warranty_parts_end, date(2028, 9, 30))
        unit.warranty_parts_end = date(2030, 1, 1)
        self.assertEqual(unit.warranty_labour_end, date(2027, 9, 30))
        self.assertEqual(unit.warranty_date_end, date(2030, 1, 1))

    def test_search_under_warranty(self):
        new, old = self._new_unit("P-1"), self._new_unit("P-2", date_delivered=date(2020, 1, 1))
        units = new + old
        domain = [("id", "in", units.ids)]
        for value, expected in ((True, new), (False, old)):
            with self.subTest(value=value):
                self.assertEqual(self.Equipment.search([*domain, ("is_under_warranty", "=", value)]), expected)
                self.assertEqual(units.filtered(lambda unit, value=value: unit.is_under_warranty is value), expected)

    def test_match_serials(self):
        unit = self._new_unit("Ab-12 3")
        foreign = self._new_unit("AB-99", partner_id=self.other_customer.id, site_id=False)
        retired = self._new_unit("AB-77")
        retired.action_retire()
        Equipment = self.env["service.equipment"].with_user(self.user_equipment)
        self.assertEqual(Equipment._match_serials(["pump", "AB-123", "ab-99"]), unit + foreign)
        self.assertEqual(Equipment._match_serials(["aB-123", "AB-99"], partner=self.site), unit)
        self.assertFalse(Equipment._match_serials(["AB-12", "AB-77", "", None]))
        with self.assertQueryCount(0):
            Equipment._match_serials([])

    def test_history_is_plain_data(self):
        unit = self._new_unit("P-1", date_installed=date(2026, 10, 5))
        unit.with_user(self.user_manager).action_retire()
        self.assertEqual(
            [(entry["date"], entry["kind"]) for entry in unit.with_user(self.user_auditor).history()],
            [("2026-11-18", "retired"), ("2026-10-05", "installed"), ("2026-10-01", "delivered")],
        )

    def test_smart_buttons(self):
        unit = self._new_unit("P-1")
        self._new_unit("P-2", partner_id=self.other_customer.id, site_id=self.other_customer.id)
        sources = [
            (self.product, 2),
            (self.product.product_tmpl_id, 2),
            (unit.lot_id, 1),
            (self.customer, 1),
            (self.site, 1),
            (self.other_customer, 1),
        ]
        for record, count in sources:
            with self.subTest(record=record):
                source = record.with_user(self.user_equipment)
                self.assertEqual(source.service_equipment_count, count)
                action = source.action_view_service_equipment()
                found = self.env["service.equipment"].search(action["domain"])
                self.assertEqual(len(found), count)
        self.assertEqual(unit.lot_id.action_view_service_equipment()["res_id"], unit.id)
        self.assertEqual(self.product.with_user(self.user_employee).service_equipment_count, 0)

    def test_quarantine_location_of_each_company(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        for record in company + self.company:
            location = record.service_quarantine_location_id
            self.assertRecordValues(location, [{"usage": "internal", "company_id": record.id}])
        company.service_quarantine_location_id = False
        self.env["res.company"]._create_missing_service_quarantine_location()
        self.assertTrue(company.service_quarantine_location_id)

    def test_days_and_numbers_out_of_bounds(self):
        """They are refused in a sentence before anything is computed of them, on the screen too."""
        unit = self._new_unit()
        component = self.env["service.component"].create({"equipment_id": unit.id, "product_id": self.product.id})
        for record, name, value, message in (
            (unit, "date_delivered", "9999-12-31", "enter a day from 1900 to 2199"),
            (unit, "date_delivered", "0001-01-01", "enter a day from 1900 to 2199"),
            (unit, "date_delivered", "soon", "soon is not a date such as 2026-12-31"),
            (component, "warranty_months", 10**12, "enter 1200 at most"),
            (component, "warranty_months", -(2**31), "enter 1200 at most"),
        ):
            before = record[name]
            with self.subTest(name, value=value), self.assertRaisesRegex(UserError, message):
                record.with_user(self.user_manager).write({name: value})
            self.assertEqual(record[name], before)
        form = Form(unit.with_user(self.user_manager))
        with self.assertRaisesRegex(UserError, "enter a day from 1900 to 2199"):
            form.date_delivered = date(9999, 12, 31)

    def test_each_company_numbers_by_its_own_sequence(self):
        second = self.env["res.company"].create({"name": "Second"})
        self.env["ir.sequence"].create(
            {"name": "Second", "code": "service.equipment", "prefix": "SEC-", "padding": 3, "company_id": second.id}
        )
        units = self.env["service.equipment"].create(
            [
                {"product_id": self.product.id, "partner_id": self.customer.id, "company_id": company.id, "name": name}
                for company, name in ((second, False), (self.env.company, False), (second, "OLD-7"), (second, False))
            ]
        )
        self.assertEqual((units[0] | units[2] | units[3]).mapped("name"), ["SEC-001", "OLD-7", "SEC-002"])
        self.assertFalse(units[1].name.startswith("SEC-"))

    def test_numbers_are_unique_and_drawn_at_once(self):
        sequences = self.env["ir.sequence"]
        numbers = sequences._next_range_by_code("service.equipment", 5)
        self.assertEqual(len(set(numbers)), 5)
        self.assertEqual(sequences._next_range_by_code("service.equipment", 0), [])
        self.assertEqual(sequences._next_range_by_code("service.nothing", 2), ["", ""])
        self.env.ref("service_equipment.sequence_service_equipment").implementation = "no_gap"
        self.assertEqual(len(set(sequences._next_range_by_code("service.equipment", 3))), 3)
