# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger
from odoo.tools.misc import file_path

from .common import TODAY, EquipmentCase


@tagged("post_install", "-at_install")
class TestWarrantyTerms(EquipmentCase):
    """Where the terms come from: product, category, as-designed line; and which day they end on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Category = cls.env["product.category"]
        cls.machines = Category.create({"name": "Machines", "warranty_parts_months": 24, "warranty_labour_months": 12})
        cls.saws = Category.create({"name": "Saws", "parent_id": cls.machines.id})
        cls.band_saws = Category.create({"name": "Band Saws", "parent_id": cls.saws.id})
        cls.saw = cls._new_product("Saw", is_service_equipment=True, categ_id=cls.band_saws.id)

    def _get_terms(self, product):
        template = product.product_tmpl_id
        terms = template._get_warranty_terms()[template]
        return terms["parts_months"], terms["labour_months"], terms["source"]

    def test_nearest_category_with_terms_wins(self):
        self.assertEqual(self._get_terms(self.saw), (24, 12, self.machines))
        self.saws.write({"warranty_parts_months": 6, "warranty_basis": "installation", "warranty_covers_travel": True})
        self.assertTrue(self.saws.has_warranty_terms)
        self.assertEqual(self._get_terms(self.saw), (6, 0, self.saws))
        note = "Parts 6 .* labour 0 .* from installation, as .*Saws says. Travel is covered."
        self.assertRegex(self.saw.warranty_note, note)
        self.saws.has_warranty_terms = False
        self.assertEqual(self._get_terms(self.saw), (24, 12, self.machines))
        self.assertRegex(self.band_saws.warranty_note, "Parts 24 .* labour 12 .* from delivery, as Machines says.$")

    def test_a_category_may_exclude_warranty(self):
        self.saws.has_warranty_terms = True
        self.assertEqual(self._get_terms(self.saw), (0, 0, self.saws))
        self.assertRegex(self.saw.warranty_note, "No warranty, as .*Saws says")
        self.assertFalse(self._new_unit("S-1", product_id=self.saw.id).warranty_date_end)

    def test_own_terms_go_before_those_of_the_category(self):
        template = self.saw.product_tmpl_id
        self.assertEqual(template.warranty_policy, "category")
        template.warranty_labour_months = 3
        self.assertEqual(template.warranty_policy, "own")
        self.assertEqual(self._get_terms(self.saw), (0, 3, template))
        template.warranty_labour_months = 0
        self.assertEqual(self._get_terms(self.saw), (0, 0, template))
        template.write({"warranty_policy": "category", "warranty_parts_months": 36})
        self.assertEqual(self._get_terms(self.saw), (24, 12, self.machines))

    def test_no_category_no_terms(self):
        self.saw.categ_id = False
        self.assertEqual(self._get_terms(self.saw)[:2], (0, 0))
        self.assertIn("No warranty", self.saw.warranty_note)

    def test_product_form(self):
        user = self._new_user("eq_products", "service_equipment.group_service_equipment_manager,base.group_system")
        form = Form(self.env["product.template"].with_user(user))
        form.name = "Drill"
        form.categ_id = self.saws
        self.assertEqual(form.warranty_policy, "category")
        self.assertRegex(form.warranty_note, "Parts 24 .* as Machines says")
        form.warranty_policy = "own"
        form.warranty_parts_months = 18
        template = form.save()
        self.assertRecordValues(template, [{"warranty_policy": "own", "warranty_parts_months": 18}])
        self.assertEqual(Form(self.saws.with_user(user)).warranty_note, self.saws.warranty_note)

    def test_terms_of_many_products_take_few_queries(self):
        templates = self.env["product.template"].create(
            [{"name": f"Saw {number}", "categ_id": self.band_saws.id} for number in range(50)]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(5):
            terms_by_template = templates._get_warranty_terms()
        self.assertEqual({terms["source"] for terms in terms_by_template.values()}, {self.machines})

    def test_unit_has_the_terms_of_the_category_on_the_day_of_sale(self):
        unit = self._new_unit("S-1", product_id=self.saw.id, date_delivered=date(2024, 1, 31))
        expected = {"warranty_parts_end": date(2026, 1, 30), "warranty_labour_end": date(2025, 1, 30)}
        self.assertRecordValues(unit, [expected])
        self.machines.warranty_parts_months = 1
        self.saws.has_warranty_terms = True
        unit.invalidate_recordset()
        self.assertRecordValues(unit, [expected])

    def test_last_day_at_the_end_of_months(self):
        cases = [
            (date(2026, 1, 31), 1, date(2026, 2, 27)),
            (date(2024, 1, 31), 1, date(2024, 2, 28)),
            (date(2024, 2, 29), 12, date(2025, 2, 27)),
            (date(2026, 3, 1), 12, date(2027, 2, 28)),
            (date(2026, 12, 1), 1, date(2026, 12, 31)),
            (date(2026, 5, 31), 0, False),
            (False, 12, False),
        ]
        for start, months, end in cases:
            with self.subTest(start=start, months=months):
                self.assertEqual(self.env["service.equipment"]._get_warranty_end(start, months), end)

    def test_delivery_of_a_product_with_terms_from_installation(self):
        self.machines.warranty_basis = "installation"
        lot = self._new_lot("S-1", self.saw, location=self.stock)
        self._validate(self._new_delivery(lot))
        unit = self.env["service.equipment"].search([("lot_id", "=", lot.id)])
        self.assertRecordValues(unit, [{"state": "draft", "warranty_date_start": False, "warranty_parts_end": False}])
        unit.with_user(self.user_manager).action_install()
        self.assertRecordValues(unit, [{"warranty_date_start": TODAY, "warranty_parts_end": date(2028, 11, 17)}])

    @mute_logger("odoo.sql_db")
    def test_negative_months_are_refused(self):
        for record in (self.saw.product_tmpl_id, self.saws):
            with self.subTest(record=record._name), self.assertRaises(CheckViolation), self.cr.savepoint():
                record.warranty_parts_months = -1
                record.flush_recordset()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.env["service.product.component"].create(
                {"product_tmpl_id": self.saw.product_tmpl_id.id, "product_id": self.part.id, "warranty_months": -1}
            )


@tagged("post_install", "-at_install")
class TestComponentWarranty(EquipmentCase):
    """The own warranty of components, at registration and at exchange."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.belt = cls._new_product("Belt", tracking="none")
        cls.motor = cls.part

    def _register(self, *lines, **vals):
        self.product.service_design_line_ids = [Command.clear(), *map(Command.create, lines)]
        self.product.write(vals)
        lot = self._new_lot(f"P-{lines}", self.product, location=self.stock)
        self._validate(self._new_delivery(lot))
        return self.env["service.equipment"].search([("lot_id", "=", lot.id)])

    def _exchange(self, component, lot, **vals):
        exchange = (
            self.env["service.exchange"]
            .with_user(self.user_equipment)
            .create(
                {
                    "equipment_id": component.equipment_id.id,
                    "component_id": component.id,
                    "new_lot_id": lot.id,
                    "location_id": self.van.id,
                    **vals,
                }
            )
        )
        exchange.action_done()
        return exchange.sudo().new_component_id

    def test_line_then_product_then_unit(self):
        unit = self._register(
            {"product_id": self.motor.id, "position": "1", "warranty_months": 60},
            {"product_id": self.motor.id, "position": "2"},
            {"product_id": self.belt.id, "position": "3"},
        )
        self.assertRecordValues(
            unit.open_component_ids.sorted("position"),
            [
                {"warranty_months": 60, "warranty_end": date(2031, 11, 17)},
                {"warranty_months": 6, "warranty_end": date(2027, 5, 17)},
                {"warranty_months": 0, "warranty_end": False},
            ],
        )
        long, own, plain = unit.open_component_ids.sorted("position")
        cases = [
            ("2026-11-17", (False, False, False)),
            (TODAY, (True, True, True)),
            ("2027-05-17", (True, True, True)),
            ("2027-05-18", (True, False, True)),
            ("2028-11-17", (True, False, True)),
            ("2028-11-18", (True, False, False)),
            ("2031-11-18", (False, False, False)),
        ]
        for day, expected in cases:
            with self.subTest(day=day):
                self.assertEqual(tuple(part._is_under_warranty_at(day) for part in (long, own, plain)), expected)

    def test_search_by_warranty(self):
        unit = self._new_unit("P-1")
        ended = self._new_unit("P-2", date_delivered=date(2020, 1, 1))
        own = self._new_component(unit, warranty_end=date(2026, 11, 18))
        over = self._new_component(unit, warranty_end=date(2026, 11, 17))
        by_unit = self._new_component(unit, product_id=self.belt.id)
        by_ended = self._new_component(ended, product_id=self.belt.id)
        rows = own + over + by_unit + by_ended
        self.assertEqual(rows.filtered("is_under_warranty"), own + by_unit)
        Component = self.env["service.component"].with_user(self.user_equipment)
        domain = [("id", "in", rows.ids)]
        self.assertEqual(Component.search([*domain, ("is_under_warranty", "=", True)]), own + by_unit)
        self.assertEqual(Component.search([*domain, ("is_under_warranty", "=", False)]), over + by_ended)

    def test_terms_from_installation_wait_for_it(self):
        unit = self._register({"product_id": self.motor.id}, warranty_basis="installation")
        component = unit.open_component_ids
        self.assertRecordValues(component, [{"warranty_months": 6, "warranty_end": False}])
        unit.with_user(self.user_manager).date_installed = date(2026, 12, 31)
        self.assertEqual(component.warranty_end, date(2027, 6, 29))

    def test_an_end_entered_by_hand_stays(self):
        unit = self._new_unit("P-1")
        component = self._new_component(unit, product_id=self.belt.id, warranty_end=date(2030, 1, 1))
        unit.with_user(self.user_manager).date_delivered = date(2026, 11, 1)
        self.assertEqual(component.warranty_end, date(2030, 1, 1))

    def test_new_part_has_its_own_terms(self):
        unit = self._new_unit("P-1")
        component = self._new_component(unit, "M-1", warranty_end=date(2026, 12, 1))
        new = self._exchange(component, self._new_lot("M-2", location=self.van))
        self.assertRecordValues(new, [{"warranty_months": 6, "warranty_end": date(2027, 5, 17)}])

    def test_new_part_keeps_at_least_the_rest_of_the_old_one(self):
        unit = self._new_unit("P-1")
        component = self._new_component(unit, "M-1", warranty_end=date(2029, 12, 1))
        new = self._exchange(component, self._new_lot("M-2", location=self.van))
        self.assertEqual(new.warranty_end, date(2029, 12, 1))
        # A part that went with the unit is replaced by one that is not worse off than the unit.
        component = self._new_component(unit, "M-3", warranty_months=0, warranty_end=False)
        new = self._exchange(component, self._new_lot("M-4", location=self.van))
        self.assertEqual(new.warranty_end, unit.warranty_parts_end)

    def test_new_part_without_terms_goes_with_the_unit(self):
        self.motor.warranty_parts_months = 0
        unit = self._new_unit("P-1")
        component = self._new_component(unit, "M-1")
        new = self._exchange(component, self._new_lot("M-2", location=self.van))
        self.assertFalse(new.warranty_end)
        self.assertTrue(new._is_under_warranty_at("2028-09-30"))
        self.assertFalse(new._is_under_warranty_at("2028-10-01"))

    def test_delivered_again_never_shortens_what_an_exchange_gave(self):
        unit = self._new_unit("P-1")
        component = self._new_component(unit, "M-1", warranty_end=date(2029, 12, 1))
        new = self._exchange(component, self._new_lot("M-2", location=self.van))
        unit.date_delivered = date(2026, 11, 18)
        self.assertEqual(new.warranty_end, date(2029, 12, 1))
        unit.date_delivered = date(2030, 1, 1)
        self.assertEqual(new.warranty_end, date(2030, 6, 30))


@tagged("post_install", "-at_install")
class TestWarrantyMigration(EquipmentCase):
    """The update of a database that had no terms on categories and components."""

    def test_products_and_components_keep_their_warranty(self):
        with_terms = self.product.product_tmpl_id
        without = self._new_product("Plain").product_tmpl_id
        component = self._new_component(self._new_unit("P-1"), "M-1", warranty_end=date(2030, 1, 1))
        self.env.flush_all()
        path = file_path("service_equipment/migrations/19.0.1.1.0/pre-warranty.py")
        script = load_script(path, "pre_warranty")
        for table, column, _type in (("product_template", "warranty_policy", ""), *script.COLUMNS):
            self.cr.execute(SQL("ALTER TABLE %s DROP COLUMN %s", SQL.identifier(table), SQL.identifier(column)))
        for _run in range(2):
            script.migrate(self.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertRecordValues(with_terms + without, [{"warranty_policy": "own"}, {"warranty_policy": "category"}])
        self.assertRecordValues(
            component, [{"warranty_months": 0, "warranty_end": date(2030, 1, 1), "vendor_warranty_end": False}]
        )
