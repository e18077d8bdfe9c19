# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

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
