# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from importlib.util import module_from_spec, spec_from_file_location

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import file_path, mute_logger

from .common import EquipmentCase

# One black pixel.
PICTURE = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="


@tagged("post_install", "-at_install")
class TestRegister(EquipmentCase):
    """What is kept of a unit, and how it is found again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Equipment = cls.env["service.equipment"].with_user(cls.user_manager)

    def _find(self, text, user=None):
        Equipment = self.Equipment.with_user(user or self.user_equipment)
        return Equipment.browse(unit_id for unit_id, _name in Equipment.name_search(text))

    def _track_changes(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    def test_form_keeps_tags_picture_and_responsible(self):
        tag = self.env["service.equipment.tag"].with_user(self.user_manager).create({"name": "Prototype"})
        with Form(self.Equipment) as form:
            form.product_id = self.product
            form.partner_id = self.customer
            form.user_id = self.user_equipment
            form.tag_ids.add(tag)
            form.image_1920 = PICTURE
        unit = form.save()
        self.assertRecordValues(
            unit,
            [
                {
                    "tag_ids": tag.ids,
                    "user_id": self.user_equipment.id,
                    "product_tmpl_id": self.product.product_tmpl_id.id,
                }
            ],
        )
        self.assertTrue(unit.image_128)
        self.assertEqual(unit.picture_128, unit.image_128)

    def test_picture_falls_back_to_the_product(self):
        unit = self._new_unit("P-1").with_user(self.user_equipment)
        self.assertFalse(unit.picture_128)
        self.product.image_1920 = PICTURE
        unit.invalidate_recordset(["picture_128"])
        self.assertEqual(unit.picture_128, self.product.image_128)
        self.assertFalse(unit.image_1920)

    def test_customer_sees_neither_tags_nor_responsible(self):
        unit = self._new_unit("P-1", user_id=self.user_equipment.id).with_user(self.user_portal)
        for name in ("tag_ids", "user_id"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                unit.read([name])
        self.assertFalse(unit.read(["image_128"])[0]["image_128"])

    def test_tags_have_one_name(self):
        Tag = self.env["service.equipment.tag"]
        Tag.create({"name": "Rented"})
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            Tag.create({"name": "Rented"})

    # ------------------------------------------------------------------
    # One unit for each code and serial number
    # ------------------------------------------------------------------

    def test_taken_codes_are_refused_by_name(self):
        unit = self._new_unit("P-1", asset_code="A1")
        unit.active = False
        other = self._new_unit("P-2", asset_code="A2").with_user(self.user_manager)
        cases = [
            ({"lot_id": unit.lot_id.id}, f"P-1 is registered as {unit.name}"),
            ({"asset_code": "A1"}, f"Asset code A1 belongs to {unit.name} - Pump - P-1"),
        ]
        for vals, words in cases:
            with self.subTest(vals=vals):
                with self.assertRaisesRegex(ValidationError, words):
                    self.Equipment.create({"product_id": self.product.id, **vals})
                with self.assertRaisesRegex(ValidationError, words):
                    other.write(vals)
        self.assertRecordValues(other, [{"asset_code": "A2", "serial_number": "P-2"}])
        other.write({"asset_code": "A2", "lot_id": other.lot_id.id})

    def test_one_code_for_two_new_units(self):
        units = self._new_unit() + self._new_unit()
        lot = self._new_lot("P-1", self.product)
        cases = [
            ({"asset_code": "A1"}, "Asset code A1 is given to two units"),
            ({"lot_id": lot.id}, "P-1 is given to two units"),
        ]
        for vals, words in cases:
            with self.subTest(vals=vals):
                with self.assertRaisesRegex(ValidationError, words):
                    self.Equipment.create([{"product_id": self.product.id, **vals}] * 2)
                with self.assertRaisesRegex(ValidationError, words):
                    units.with_user(self.user_manager).write(vals)

    def test_two_companies_use_the_same_code(self):
        self._new_unit("P-1", asset_code="A1")
        other = self.env["res.company"].create({"name": "Second Company"})
        lot = self._new_lot("P-1", self.product, company=other)
        unit = self.env["service.equipment"].create(
            {"product_id": self.product.id, "lot_id": lot.id, "asset_code": "A1", "company_id": other.id}
        )
        self.assertEqual(unit.serial_key, "P-1")

    @mute_logger("odoo.sql_db")
    def test_index_is_the_last_guard(self):
        self._new_unit("P-1", asset_code="A1")
        other = self._new_unit("P-2")
        self.env.flush_all()
        with self.assertRaises(UniqueViolation):
            self.env.cr.execute("UPDATE service_equipment SET asset_code = 'A1' WHERE id = %s", [other.id])

    # ------------------------------------------------------------------
    # Back from retirement
    # ------------------------------------------------------------------

    def test_bring_back_tells_who_and_keeps_the_history(self):
        unit = self._new_unit("P-1").with_user(self.user_manager)
        self._track_changes()
        unit.action_retire()
        self._track_changes()
        unit.action_return_to_service()
        self._track_changes()
        self.assertRecordValues(unit, [{"state": "in_service", "date_retired": False}])
        changes = unit.message_ids.sudo().tracking_value_ids.filtered(lambda value: value.field_id.name == "state")
        self.assertEqual(
            [(value.old_value_char, value.new_value_char) for value in changes.sorted("id")],
            [("In Service", "Retired"), ("Retired", "In Service")],
        )
        self.assertEqual(changes.mail_message_id.author_id, self.user_manager.partner_id)

    def test_unit_in_our_stock_is_not_brought_back(self):
        lot = self._new_lot("P-1", self.product, self.stock)
        picking = self._validate(self._new_delivery(lot))
        unit = self.Equipment.search([("lot_id", "=", lot.id)])
        self._return(picking, lot)
        with self.assertRaisesRegex(UserError, "P-1 is in .*Stock: deliver it"):
            unit.action_return_to_service()
        self.assertEqual(unit.state, "retired")
        self._validate(self._new_delivery(lot))
        self.assertEqual(unit.state, "in_service")

    # ------------------------------------------------------------------
    # Search
    # ------------------------------------------------------------------

    def test_search_by_what_is_written_on_the_unit(self):
        unit = self._new_unit("Ab-12 3", asset_code="inv_77")
        other = self._new_unit("XB-12", asset_code="INV-78")
        cases = [
            ("ab-123", unit),
            ("AB", unit),
            ("Ab-12 3", unit),
            (unit.name.lower(), unit),
            ("inv_7", unit),
            ("inv", unit + other),
            ("XB-12", other),
            ("pump", unit + other),
            ("no such thing", self.Equipment),
        ]
        for text, expected in cases:
            with self.subTest(text=text):
                self.assertEqual(self._find(text), expected.sorted(reverse=True))
        self.assertLessEqual(unit + other, self._find(""))

    def test_exact_search_for_imports(self):
        unit, other = self._new_unit("AB-1", asset_code="INV-1"), self._new_unit("AB-12")
        Equipment = self.Equipment.with_user(self.user_equipment)
        for text in ("AB-1", "ab-1", "inv-1", unit.name):
            with self.subTest(text=text):
                self.assertEqual(Equipment.search([("display_name", "=", text)]), unit)
        both = Equipment.browse((unit + other).ids)
        self.assertEqual(both.filtered_domain([("name_key", "=", unit.name)]), unit)
        domain = [("id", "in", both.ids), ("display_name", "not ilike", "ab-12")]
        self.assertEqual(Equipment.search(domain), unit)
        self.assertEqual(Equipment.search([("id", "in", both.ids), ("display_name", "!=", "AB-1")]), other)

    def test_model_is_found_when_no_key_begins_so(self):
        unit = self._new_unit("S-1")
        self.assertEqual(self._find("ump"), unit)
        fan = self._new_unit("PUMP-9", product_id=self._new_product("Fan").id)
        self.assertEqual(self._find("ump"), unit)
        self.assertEqual(self._find("pump"), fan)

    def test_customer_searches_own_units(self):
        unit = self._new_unit("ROSSI-1")
        self._new_unit("ROSSI-2", partner_id=self.other_customer.id, site_id=False)
        self.assertEqual(self._find("rossi", self.user_portal), unit)
        self.assertFalse(self._find("pump", self.user_portal))

    def test_beginnings_are_read_from_indexes(self):
        """With scans of the whole table forbidden, the planner finds an index for each key."""
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self._new_unit("AB-1")
        for field in ("name_key", "serial_key", "asset_key"):
            self.env.cr.execute(f"EXPLAIN SELECT id FROM service_equipment WHERE {field} LIKE 'AB%'")
            plan = "\n".join(line for (line,) in self.env.cr.fetchall())
            with self.subTest(field=field):
                self.assertIn(f"service_equipment_{field}_idx", plan)

    def test_upgrade_fills_keys_and_models(self):
        spec = spec_from_file_location(
            "pre_register", file_path("service_equipment/migrations/19.0.1.1.0/pre-register.py")
        )
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        unit = self._new_unit("P-1", asset_code="inv 7")
        self.env.flush_all()
        self.env.cr.execute("UPDATE service_equipment SET name_key = NULL, asset_key = NULL, product_tmpl_id = NULL")
        for _run in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertRecordValues(
            unit,
            [
                {
                    "name_key": unit.name.upper(),
                    "asset_key": "INV7",
                    "product_tmpl_id": self.product.product_tmpl_id.id,
                }
            ],
        )
