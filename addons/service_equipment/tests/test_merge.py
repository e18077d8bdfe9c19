# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import TODAY, EquipmentCase


@tagged("post_install", "-at_install")
class TestMerge(EquipmentCase):
    """Units that were registered twice become one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Entered by hand first, registered by a delivery later.
        cls.double = cls._new_unit(date_delivered=False, asset_code="A1", version="2", invoice_ref="INV/7")
        cls.unit = cls._new_unit("P-1", site_id=False)

    def _form(self, units):
        wizard = self.env["service.equipment.merge"].with_user(self.user_manager)
        return Form(wizard.with_context(active_model="service.equipment", active_ids=units.ids))

    def _merge(self, units=None):
        units = units or self.unit + self.double
        with self._form(units) as form:
            self.assertFalse(form.conflict)
        action = form.save().action_merge()
        self.env.flush_all()
        return self.env["service.equipment"].browse(action["res_id"])

    def test_kept_unit_takes_what_it_lacks(self):
        kept = self._merge()
        self.assertEqual(kept, self.unit)
        self.assertRecordValues(
            kept,
            [
                {
                    "serial_number": "P-1",
                    "asset_code": "A1",
                    "version": "2",
                    "invoice_ref": "INV/7",
                    "site_id": self.site.id,
                    "date_delivered": date(2026, 10, 1),
                    "state": "in_service",
                }
            ],
        )
        self.assertRecordValues(
            self.double,
            [
                {
                    "active": False,
                    "state": "retired",
                    "date_retired": TODAY,
                    "merged_into_id": kept.id,
                    "asset_code": False,
                }
            ],
        )
        self.assertIn("Merged into <a href", self.double.message_ids.mapped("body")[0])
        self.assertIn(f"Merged with {self.double.name}", kept.message_ids.mapped("body")[0])

    def test_serial_number_comes_from_the_other(self):
        older = self._new_unit(product_id=self.product.id)
        with self._form(older + self.unit) as form:
            self.assertEqual(form.equipment_id, self.unit)
            form.equipment_id = older
        lot = self.unit.lot_id
        form.save().action_merge()
        self.assertRecordValues(older, [{"lot_id": lot.id, "serial_number": "P-1", "serial_key": "P-1"}])
        self.assertFalse(self.unit.lot_id)

    def test_everything_hangs_on_the_kept_unit(self):
        motor = self._new_component(self.double, "M-1", position="Drive")
        exchange = self.env["service.exchange"].create(
            {"equipment_id": self.double.id, "new_product_id": self.part.id, "component_id": motor.id}
        )
        pump = self._new_unit("P-2", parent_id=self.double.id)
        file = self.env["ir.attachment"].create(
            {"name": "Photo", "raw": b"x", "res_model": "service.equipment", "res_id": self.double.id}
        )
        tag = self.env["service.equipment.tag"].create({"name": "Rented"})
        self.double.tag_ids = tag
        partners = self.customer + self.other_customer
        self.double.message_subscribe(partners.ids)
        self.unit.message_subscribe(self.customer.ids)
        message = self.double.message_post(body="It rattles")
        activity = self.double.activity_schedule("mail.mail_activity_data_todo", user_id=self.user_manager.id)
        self._merge()
        for record, field in ((motor, "equipment_id"), (exchange, "equipment_id"), (pump, "parent_id")):
            with self.subTest(record=record):
                self.assertEqual(record[field], self.unit)
        for record in (file, message, activity):
            with self.subTest(record=record):
                self.assertEqual(record.res_id, self.unit.id)
        self.assertEqual(self.unit.tag_ids, tag)
        self.assertLessEqual(partners, self.unit.message_partner_ids)
        self.assertEqual(self.unit.open_component_ids, motor)

    def test_same_components_are_not_doubled(self):
        rows = [self._new_component(unit, position="Drive") for unit in (self.unit, self.double)]
        gear = [self._new_component(row.equipment_id, position="Gear", parent_id=row.id) for row in rows]
        other = self._new_component(self.double, position="Brake")
        self._merge()
        self.assertEqual(self.unit.open_component_ids, rows[0] + gear[0] + other)

    def test_placements_are_joined(self):
        manager = self.double.with_user(self.user_manager)
        manager.date_delivered = date(2026, 5, 1)
        manager._move({"site_id": self.customer.id}, date(2026, 8, 1))
        kept = self._new_unit("P-5", site_id=self.customer.id)
        self._merge(kept + self.double)
        self.assertRecordValues(
            kept.placement_ids.sorted("date_start"),
            [
                {"site_id": self.site.id, "date_start": date(2026, 5, 1), "date_end": date(2026, 8, 1)},
                {"site_id": self.customer.id, "date_start": date(2026, 8, 1), "date_end": False},
            ],
        )
        self.assertFalse(self.double.placement_ids)

    def test_merged_number_finds_the_kept_unit(self):
        number = self.double.name
        self._merge()
        Equipment = self.env["service.equipment"].with_user(self.user_equipment)
        self.assertEqual([unit_id for unit_id, _name in Equipment.name_search(number)], self.unit.ids)

    def test_old_label_opens_the_kept_unit(self):
        self.double._ensure_label_key()
        texts = (self.double.label_key, self.double.name)
        self._merge()
        Equipment = self.env["service.equipment"].with_user(self.user_equipment)
        for text in texts:
            with self.subTest(text=text):
                self.assertEqual(Equipment._find_by_scan(text), self.unit)
        self.assertFalse(self.unit.label_key)

    def test_merged_again(self):
        third = self._new_unit()
        self._merge()
        self._merge(self.unit + third)
        self.assertEqual((self.double + third).merged_into_id, self.unit)

    def test_unit_not_installed_goes_into_service(self):
        self.unit.state = "draft"
        self._merge()
        self.assertEqual(self.unit.state, "in_service")

    def test_refusals(self):
        fan = self._new_unit(product_id=self._new_product("Fan").id)
        other = self._new_unit("P-9")
        elsewhere = self._new_unit(partner_id=self.other_customer.id, site_id=False)
        company = self.env["res.company"].create({"name": "Second Company"})
        foreign = self.env["service.equipment"].create({"product_id": self.product.id, "company_id": company.id})
        cases = [
            (self.env["service.equipment"], "Choose two units or more"),
            (fan, "Only units of one product can be merged, not of Pump, Fan"),
            (other, "serial numbers P-1, P-9 are not the same unit"),
            (elsewhere, "different places, Rossi Spa, Bianchi Srl: move one of them first"),
            (foreign, "Units of different companies cannot be merged"),
        ]
        for double, words in cases:
            with self.subTest(words=words):
                units = self.unit + double
                self.assertRegex(units._get_merge_conflict(self.unit), words)
                with self.assertRaisesRegex(UserError, words):
                    units.with_user(self.user_manager)._merge(self.unit)
                self.assertTrue(double.active if double else True)

    def test_rows_that_exclude_each_other(self):
        """Followed by a unique key of a unit and another record: the same is dropped, another refused."""
        Placement = self.env["service.equipment.placement"]
        stay = {"partner_id": self.customer.id, "date_start": date(2020, 1, 1), "date_end": date(2021, 1, 1)}
        self.double.placement_ids.unlink()
        for unit in self.unit + self.double:
            Placement.create({**stay, "equipment_id": unit.id})
        self.env.cr.execute(
            "CREATE UNIQUE INDEX test_merge ON service_equipment_placement (equipment_id, date_start)"
        )
        same = self.double.placement_ids
        self.double._repoint(self.unit)
        self.assertFalse(same.exists())
        different = Placement.create({**stay, "equipment_id": self.double.id, "reason": "Flood"})
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, r"\(Equipment Placement\) exists for both units and differs"):
            self.double._repoint(self.unit)
        self.assertEqual(different.equipment_id, self.double)

    def test_only_managers_merge(self):
        wizard = self.env["service.equipment.merge"].with_user(self.user_equipment)
        with self.assertRaises(AccessError):
            wizard.create({"equipment_ids": [Command.set((self.unit + self.double).ids)]})
        with self.assertRaises(AccessError):
            (self.unit + self.double).with_user(self.user_equipment)._merge(self.unit.with_user(self.user_equipment))
        self.assertTrue(self.double.active)
