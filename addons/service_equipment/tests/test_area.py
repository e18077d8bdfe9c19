# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import EquipmentCase


@tagged("post_install", "-at_install")
class TestArea(EquipmentCase):
    """A site's area follows its address; so does the time zone in which it lives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Area = cls.env["service.area"]
        Area.search([]).action_archive()  # the database may have areas of its own
        cls.italy = cls.env.ref("base.it")
        cls.milan = cls.env.ref("base.state_it_mi")
        cls.area_italy = Area.create({"name": "Italy", "country_ids": [Command.link(cls.italy.id)]})
        cls.area_milan = Area.create({"name": "Milan", "state_ids": [Command.link(cls.milan.id)]})
        cls.area_north = Area.create({"name": "North", "postcode_prefixes": "20, 1"})
        cls.area_centre = Area.create({"name": "Centre", "postcode_prefixes": "2012"})
        cls.site.is_service_site = True

    def test_closest_area_wins(self):
        cases = [
            ({"zip": "00100", "state_id": False, "country_id": self.italy.id}, self.area_italy),
            ({"zip": False, "state_id": self.milan.id, "country_id": self.italy.id}, self.area_milan),
            ({"zip": "20090", "state_id": self.milan.id, "country_id": self.italy.id}, self.area_north),
            ({"zip": "20 121", "state_id": self.milan.id, "country_id": self.italy.id}, self.area_centre),
            ({"zip": False, "state_id": False, "country_id": False}, self.env["service.area"]),
        ]
        for address, area in cases:
            with self.subTest(address=address):
                self.site.write(address)
                self.assertEqual(self.site.area_id, area)

    def test_ranges_of_postcodes(self):
        area = self.env["service.area"].create({"name": "South", "postcode_prefixes": "SW1, 300 .. 309, 7000..7099"})
        inside, outside = ("30012", "309 99", "sw1a", "7050"), ("299", "30", "31000", "705")
        cases = [*((postcode, area) for postcode in inside), *((postcode, False) for postcode in outside)]
        for postcode, expected in cases:
            self.site.write({"zip": postcode, "state_id": False, "country_id": False})
            with self.subTest(postcode=postcode):
                self.assertEqual(self.site.area_id, expected or self.env["service.area"])
        for wrong in ("309..300", "30..3000", "30..", "..30"):
            with self.subTest(wrong=wrong), self.assertRaisesRegex(ValidationError, "is no range of postcodes"):
                area.with_user(self.user_manager).postcode_prefixes = f"20, {wrong}"
        area.with_user(self.user_manager).postcode_prefixes = "00-950, 1"

    def test_only_sites_have_an_area(self):
        self.other_customer.country_id = self.italy
        self.assertFalse(self.other_customer.area_id)
        self.other_customer.is_service_site = True
        self.assertEqual(self.other_customer.area_id, self.area_italy)

    def test_choice_by_hand_stays_until_the_address_changes(self):
        self.site.zip = "20121"
        self.site.area_id = self.area_italy
        self.site.street = "Via Roma 1"
        self.assertEqual(self.site.area_id, self.area_italy)
        self.site.zip = "20122"
        self.assertEqual(self.site.area_id, self.area_centre)

    def test_assign_sites_after_new_area(self):
        self.site.zip = "99999"
        self.assertFalse(self.site.area_id)
        area = self.env["service.area"].create({"name": "New", "postcode_prefixes": "999"})
        self.assertNotEqual(self.site.area_id, area)
        area.with_user(self.user_manager).action_assign_sites()
        self.assertEqual(self.site.area_id, area)

    def test_area_of_another_company_is_not_taken(self):
        self.area_centre.company_id = self.env["res.company"].create({"name": "Second Company"})
        self.site.zip = "20121"
        self.assertEqual(self.site.area_id, self.area_north)

    def test_unit_follows_the_area_of_its_site(self):
        unit = self._new_unit("P-1")
        self.site.zip = "20121"
        self.assertEqual(unit.area_id, self.area_centre)

    def test_time_zone_of_a_site(self):
        self.assertEqual(self.site._get_service_tz(self.company), "Europe/Rome")
        self.site.tz = False
        self.company.partner_id.tz = "Europe/Paris"
        self.assertEqual(self.site._get_service_tz(self.company), "Europe/Paris")
        self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "Asia/Tokyo"
        self.assertEqual(self.site._get_service_tz(self.company), "Asia/Tokyo")

    def test_fault_tree(self):
        Fault = self.env["service.fault"].with_user(self.user_manager)
        noise = Fault.create({"name": "Noise", "kind": "symptom"})
        bearing = Fault.create({"name": "Whistling", "kind": "symptom", "parent_id": noise.id})
        self.assertEqual(bearing.complete_name, "Noise / Whistling")
        noise.name = "Sound"
        self.assertEqual(bearing.display_name, "Sound / Whistling")
        with self.assertRaisesRegex(ValidationError, "of different kinds"):
            Fault.create({"name": "Replaced", "kind": "remedy", "parent_id": noise.id})


@tagged("post_install", "-at_install")
class TestZone(EquipmentCase):
    """Like units over one or many sites."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.machines = cls.env["product.category"].create({"name": "Machines"})
        cls.pumps = cls.env["product.category"].create({"name": "Pumps", "parent_id": cls.machines.id})
        cls.product.categ_id = cls.pumps
        cls.fan = cls._new_product("Fan", is_service_equipment=True)
        cls.unit = cls._new_unit("P-1")
        cls.far = cls._new_unit("P-2", site_id=cls.customer.id)
        cls.blower = cls._new_unit("F-1", product_id=cls.fan.id)
        cls.retired = cls._new_unit("P-3")
        cls.retired.action_retire()
        cls.zone = cls.env["service.zone"].with_user(cls.user_manager).create({"name": "Hall 1"})
        cls.other_zone = cls.env["service.zone"].create({"name": "Hall 2"})

    def test_matching_units(self):
        site, pumps = {"site_ids": [Command.set(self.site.ids)]}, {"categ_ids": [Command.set(self.machines.ids)]}
        model = {"product_tmpl_ids": [Command.set(self.fan.product_tmpl_id.ids)]}
        units = self.env["service.equipment"].browse((self.unit + self.far + self.blower + self.retired).ids)
        cases = [
            ({}, units.browse()),
            (site, self.unit + self.blower),
            (pumps, self.unit + self.far),
            (model, self.blower),
            ({**pumps, **model}, self.unit + self.far + self.blower),
            ({**site, **pumps}, self.unit),
        ]
        for number, (vals, expected) in enumerate(cases):
            zone = self.env["service.zone"].create({"name": f"Zone {number}", **vals})
            with self.subTest(vals=vals):
                found = units.search(zone._get_equipment_domain()) & units
                self.assertEqual(found.sorted("id"), expected)

    def test_a_new_zone_by_hand(self):
        form = Form(self.env["service.zone"].with_user(self.user_manager))
        form.name = "Hall 3"
        self.assertFalse(form.matching_count)
        self.assertEqual(form.save().name, "Hall 3")

    def test_assign_takes_units_without_a_zone(self):
        self.far.zone_id = self.other_zone
        self.zone.product_tmpl_ids = self.product.product_tmpl_id
        self.assertEqual(self.zone.matching_count, 1)
        action = self.zone.action_assign_equipment()
        self.assertEqual(action["params"]["message"], "1 unit(s) came into Hall 1.")
        self.assertEqual(self.zone.equipment_ids, self.unit)
        self.zone.action_reassign_equipment()
        self.assertEqual(self.zone.equipment_ids.sorted("id"), self.unit + self.far)
        self.assertEqual(self.unit.placement_ids.zone_id, self.zone)
        self.assertEqual(self.zone.with_user(self.user_equipment).equipment_count, 2)
        self.assertEqual(self.zone.action_view_equipment()["domain"], [("zone_id", "in", self.zone.ids)])

    def test_zone_without_criteria_takes_nothing(self):
        with self.assertRaisesRegex(UserError, "Choose the sites, models or categories"):
            self.zone.action_reassign_equipment()

    def test_only_managers_assign(self):
        self.zone.site_ids = self.site
        with self.assertRaises(AccessError):
            self.zone.with_user(self.user_equipment).action_assign_equipment()
        self.assertFalse(self.unit.zone_id)

    def test_categories_count_what_is_below(self):
        machines = self.machines.with_user(self.user_equipment)
        self.assertEqual((machines.service_equipment_count, self.pumps.service_equipment_count), (3, 3))
        found = self.env["service.equipment"].search(machines.action_view_service_equipment()["domain"])
        self.assertEqual(found.sorted("id"), self.unit + self.far + self.retired)
        self.assertEqual(self.machines.with_user(self.user_employee).service_equipment_count, 0)
