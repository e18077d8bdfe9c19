# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import file_path

from .common import TODAY, EquipmentCase


@tagged("post_install", "-at_install")
class TestPlacement(EquipmentCase):
    """Where a unit stood on any day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("P-1")
        cls.zone = cls.env["service.zone"].create({"name": "Hall 1"})

    def test_first_placement_begins_with_the_delivery(self):
        self.assertRecordValues(
            self.unit.placement_ids,
            [
                {
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "zone_id": False,
                    "date_start": date(2026, 10, 1),
                    "date_end": False,
                }
            ],
        )
        self.unit.with_user(self.user_manager).date_delivered = date(2026, 9, 1)
        self.assertEqual(self.unit.placement_ids.date_start, date(2026, 9, 1))
        undelivered = self._new_unit("P-2", date_delivered=False)
        self.assertEqual(undelivered.placement_ids.date_start, TODAY)
        self.assertFalse(self._new_unit("P-3", partner_id=False, site_id=False).placement_ids)

    def test_moves_close_and_open(self):
        unit = self.unit.with_user(self.user_manager)
        unit.write({"partner_id": self.other_customer.id, "site_id": self.other_customer.id})
        with freeze_time("2026-11-20 23:30:00"):  # the 21st in Rome
            unit.write({"partner_id": self.customer.id, "site_id": self.site.id})
        with freeze_time("2026-11-25"):
            unit.write({"partner_id": False, "site_id": False})
        self.assertRecordValues(
            unit.placement_ids.sorted("id"),
            [
                {"site_id": self.site.id, "date_start": date(2026, 10, 1), "date_end": TODAY},
                {"site_id": self.other_customer.id, "date_start": TODAY, "date_end": date(2026, 11, 21)},
                {"site_id": self.site.id, "date_start": date(2026, 11, 21), "date_end": date(2026, 11, 25)},
            ],
        )
        self.assertEqual(unit.placement_ids.user_id, self.env.user | self.user_manager)
        stays = [
            (date(2026, 9, 30), []),
            (date(2026, 11, 17), [self.site]),
            ("2026-11-18", [self.other_customer]),
            (date(2026, 11, 24), [self.site]),
            (date(2026, 11, 25), []),
        ]
        for day, sites in stays:
            with self.subTest(day=day):
                found = unit.with_user(self.user_equipment).placement_at(day)
                self.assertEqual(found.site_id, self.env["res.partner"].concat(*sites))

    def test_change_on_the_same_day_corrects(self):
        unit = self.unit.with_user(self.user_manager)
        unit.site_id = self.customer
        unit.site_id = self.site
        unit.zone_id = self.zone
        unit.write({"zone_id": self.zone.id, "version": "2"})
        self.assertRecordValues(
            unit.placement_ids.sorted("id"),
            [
                {"site_id": self.site.id, "zone_id": False, "date_end": TODAY},
                {"site_id": self.site.id, "zone_id": self.zone.id, "date_end": False},
            ],
        )

    def test_history_tells_moves(self):
        unit = self.unit.with_user(self.user_manager)
        unit.zone_id = self.zone
        moves = [entry for entry in unit.with_user(self.user_auditor).history() if entry["kind"] == "moved"]
        self.assertEqual(len(moves), 1)
        self.assertEqual((moves[0]["date"], moves[0]["res_model"]), ("2026-11-18", "service.equipment.placement"))
        self.assertRegex(moves[0]["text"], "^Rossi Spa, Rossi Plant -> Rossi Spa, Rossi Plant / Hall 1$")
        self.assertIn("moved", unit._get_history_kinds())

    def test_nobody_edits_placements(self):
        for user in (self.user_manager, self.user_equipment, self.user_auditor):
            placement = self.unit.placement_ids.with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                placement.reason = "Nice weather"
            self.assertEqual(placement.site_id, self.site)
        with self.assertRaises(AccessError):
            self.unit.with_user(self.user_portal).read(["placement_ids"])

    def test_delivery_to_another_customer(self):
        lot = self._new_lot("P-9", self.product, self.stock)
        picking = self._validate(self._new_delivery(lot))
        unit = self.env["service.equipment"].search([("lot_id", "=", lot.id)])
        with freeze_time("2026-11-20 12:00:00"):
            self._return(picking, lot)
            self._validate(self._new_delivery(lot, partner=self.other_customer))
        self.assertRecordValues(
            unit.placement_ids.sorted("id"),
            [
                {"partner_id": self.customer.id, "date_start": TODAY, "date_end": date(2026, 11, 20)},
                {"partner_id": self.other_customer.id, "date_start": date(2026, 11, 20), "date_end": False},
            ],
        )

    def test_registering_many_is_one_batch(self):
        def register(count):
            vals = {"product_id": self.product.id, "partner_id": self.customer.id, "site_id": self.site.id}
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env["service.equipment"].create([vals] * count)._sync_placements()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        register(1)
        small, large = register(20), register(40)
        self.assertLessEqual(large - small, 20, f"{small} queries for 20 units, {large} for 40")

    def test_upgrade_opens_placements(self):
        spec = spec_from_file_location(
            "post_placement", file_path("service_equipment/migrations/19.0.1.1.0/post-placement.py")
        )
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        moved = self._new_unit("P-2")
        moved.zone_id = self.zone
        self._new_unit("P-3", partner_id=False, site_id=False)
        self.env.flush_all()
        self.unit.placement_ids.unlink()
        self.env.flush_all()
        for _run in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertRecordValues(
            self.unit.placement_ids,
            [
                {
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "company_id": self.company.id,
                    "date_start": date(2026, 10, 1),
                    "date_end": False,
                }
            ],
        )
        self.assertEqual(len(moved.placement_ids), 2)
