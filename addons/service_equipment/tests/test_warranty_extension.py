# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import TODAY, EquipmentCase


@tagged("post_install", "-at_install")
class TestWarrantyExtension(EquipmentCase):
    """The warranty of units is extended with a reason, never shortened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Parts until 30 September 2028, labour until 30 September 2027.
        cls.unit = cls._new_unit("P-1")
        cls.ended = cls._new_unit("P-2", date_delivered=date(2023, 1, 1))
        cls.without = cls._new_unit(product_id=cls._new_product("Plain", is_service_equipment=True).id)

    def _wizard(self, units, **vals):
        Wizard = self.env["service.warranty.extend"].with_user(self.user_manager)
        wizard = Wizard.with_context(active_model="service.equipment", active_ids=units.ids)
        return wizard.create({"reason": "Goodwill", **vals})

    def test_by_months(self):
        self._wizard(self.unit, months=6, reference="S00042").action_extend()
        self.assertRecordValues(
            self.unit,
            [
                {
                    "warranty_date_start": date(2026, 10, 1),
                    "warranty_parts_end": date(2029, 3, 31),
                    "warranty_labour_end": date(2028, 3, 31),
                    "has_warranty_gap": False,
                }
            ],
        )
        self.assertRecordValues(
            self.unit.warranty_extension_ids.sorted("id"),
            [
                {
                    "kind": kind,
                    "date_old_end": old_end,
                    "date_start": start,
                    "date_end": end,
                    "reason": "Goodwill",
                    "reference": "S00042",
                    "user_id": self.user_manager.id,
                    "date": TODAY,
                    "partner_id": self.customer.id,
                }
                for kind, old_end, start, end in [
                    ("parts", date(2028, 9, 30), date(2028, 10, 1), date(2029, 3, 31)),
                    ("labour", date(2027, 9, 30), date(2027, 10, 1), date(2028, 3, 31)),
                ]
            ],
        )

    def test_until_a_day_keeps_what_lasts_longer(self):
        wizard = self._wizard(self.unit, method="until", date_end=date(2028, 6, 30))
        self.assertRegex(str(wizard.preview_html), "stays as it is")
        wizard.action_extend()
        self.assertEqual(self.unit.warranty_extension_ids.mapped("kind"), ["labour"])
        self.assertEqual(self.unit.warranty_parts_end, date(2028, 9, 30))
        with self.assertRaisesRegex(UserError, "nothing to extend"):
            self._wizard(self.unit, method="until", date_end=date(2028, 6, 30)).action_extend()

    def test_a_row_never_shortens(self):
        Extension = self.env["service.warranty.extension"].with_user(self.user_manager)
        vals = {"equipment_id": self.unit.id, "kind": "parts", "reason": "Error"}
        cases = [
            ({"date_start": TODAY, "date_end": date(2028, 9, 30)}, "lasts until 09/30/2028: choose a later day"),
            ({"date_start": TODAY, "date_end": date(2029, 9, 30)}, "can start from 10/01/2028 to 10/01/2028"),
            ({"date_start": date(2028, 10, 2), "date_end": date(2029, 9, 30)}, "can start from 10/01/2028"),
        ]
        for dates, words in cases:
            with self.subTest(dates=dates), self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                Extension.create({**vals, **dates})
        self.assertEqual(self.unit.warranty_parts_end, date(2028, 9, 30))

    def test_ended_warranty_starts_again(self):
        wizard = self._wizard(self.ended, months=3, extends_labour=False)
        self.assertTrue(wizard.has_lapsed)
        self.assertEqual(wizard.date_start, TODAY)
        words = "12/31/2024.*02/17/2027.*without warranty in between: starts on 11/18"
        self.assertRegex(str(wizard.preview_html), words)
        wizard.action_extend()
        self.assertTrue(self.ended.is_under_warranty)
        cases = {
            "2024-12-31": {"part"},
            "2025-01-01": set(),
            "2026-11-17": set(),
            "2026-11-18": {"part"},
            "2027-02-17": {"part"},
            "2027-02-18": set(),
        }
        for day, kinds in cases.items():
            with self.subTest(day=day):
                self.assertEqual(self.ended.with_user(self.user_portal)._warranty_kinds_at(day), kinds)

    def test_ended_warranty_goes_on_from_its_end(self):
        self._wizard(self.ended, months=24, extends_labour=False, lapsed_from="end").action_extend()
        self.assertRecordValues(self.ended, [{"warranty_parts_end": date(2026, 12, 31), "has_warranty_gap": False}])
        self.assertEqual(self.ended._warranty_kinds_at("2026-01-01"), {"part"})
        wizard = self._wizard(self.ended, months=1, extends_parts=False, lapsed_from="end")
        self.assertRegex(str(wizard.preview_html), "has ended all the same")

    def test_a_unit_that_never_had_a_warranty(self):
        self.assertFalse(self.without.warranty_date_end)
        self._wizard(self.without, months=12, extends_parts=False).action_extend()
        self.assertRecordValues(
            self.without, [{"warranty_parts_end": False, "warranty_labour_end": date(2027, 11, 17)}]
        )
        self.assertFalse(self.without._warranty_kinds_at("2026-11-17"))
        self.assertEqual(self.without._warranty_kinds_at(TODAY), {"labour"})
        blank = self._new_unit(product_id=self.without.product_id.id, date_delivered=False)
        self._wizard(blank, extends_parts=False).action_extend()
        expected = {"warranty_date_start": TODAY, "warranty_labour_end": date(2027, 11, 17)}
        self.assertRecordValues(blank, [{**expected, "has_warranty_gap": False}])

    def test_a_warranty_that_waits_for_installation(self):
        self.product.warranty_basis = "installation"
        unit = self.env["service.equipment"].create({"product_id": self.product.id, "partner_id": self.customer.id})
        with self.assertRaisesRegex(UserError, "begins with its installation"):
            self._wizard(unit + self.unit).action_extend()

    def test_many_units_all_or_none(self):
        wizard = self._wizard(self.unit + self.ended, months=1, date_start=date(2026, 11, 19))
        with self.assertRaisesRegex(UserError, "P-2.*can start from"), self.cr.savepoint():
            wizard.action_extend()
        self.assertFalse((self.unit + self.ended).warranty_extension_ids)
        wizard.date_start = TODAY
        action = wizard.action_extend()
        self.assertIn("4 warranties extended", action["params"]["message"])
        self.assertEqual(len((self.unit + self.ended).warranty_extension_ids), 4)

    def test_bad_input(self):
        for vals, words in (
            ({"months": 0}, "by how many months"),
            ({"months": -3}, "by how many months"),
            ({"method": "until"}, "Enter the last day"),
            ({"extends_parts": False, "extends_labour": False}, "nothing to extend"),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, words):
                self._wizard(self.unit, **vals).action_extend()

    def test_a_corrected_date_keeps_the_extension(self):
        self._wizard(self.unit, months=6, extends_labour=False).action_extend()
        unit = self.unit.with_user(self.user_manager)
        unit.date_delivered = date(2026, 9, 1)
        self.assertRecordValues(
            unit, [{"warranty_parts_end": date(2029, 3, 31), "warranty_labour_end": date(2027, 8, 31)}]
        )

    def test_another_owner_does_not_inherit_it(self):
        self._wizard(self.unit, months=60, extends_labour=False).action_extend()
        self.unit.write(
            {"partner_id": self.other_customer.id, "site_id": False, "date_delivered": date(2026, 11, 1)}
        )
        self.assertEqual(self.unit.warranty_parts_end, date(2028, 10, 31))

    def test_end_of_month(self):
        unit = self._new_unit(warranty_parts_end=date(2027, 1, 30))
        self._wizard(unit, months=1, extends_labour=False).action_extend()
        self.assertEqual(unit.warranty_parts_end, date(2027, 2, 27))

    def test_history_tells_the_customer(self):
        self._wizard(self.unit, months=6, extends_labour=False, reference="S00042").action_extend()
        entry = self.unit.with_user(self.user_equipment).history()[0]
        self.assertEqual((entry["date"], entry["kind"]), ("2026-11-18", "warranty"))
        self.assertEqual(entry["text"], "Parts until 03/31/2029: Goodwill - S00042")
        self.assertIn("warranty", self.unit._get_portal_history_kinds())

    def test_roles(self):
        for user in (self.user_equipment, self.user_auditor, self.user_employee, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["service.warranty.extend"].with_user(user).create({"reason": "x"})
        self._wizard(self.unit).action_extend()
        extension = self.unit.warranty_extension_ids[:1].with_user(self.user_manager)
        for method in (lambda: extension.write({"reason": "Other"}), extension.unlink):
            with self.assertRaises(AccessError):
                method()

    def test_wizard_form(self):
        Wizard = self.env["service.warranty.extend"].with_user(self.user_manager)
        form = Form(Wizard.with_context(active_model="service.equipment", active_ids=self.unit.ids))
        self.assertFalse(form.has_lapsed)
        form.months = 3
        self.assertIn("12/31/2028", form.preview_html)
        form.method = "until"
        form.date_end = date(2030, 1, 1)
        self.assertIn("01/01/2030", form.preview_html)
        form.reason = "Goodwill"
        form.save().action_extend()
        self.assertEqual(self.unit.warranty_date_end, date(2030, 1, 1))
