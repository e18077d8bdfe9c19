# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.tests import tagged

from .common import MONDAY, PlanningCase


@tagged("post_install", "-at_install")
@freeze_time(f"{MONDAY} 07:00:00")
class TestServiceEquipment(PlanningCase):
    """The visits in a unit's history."""

    def test_history_of_the_unit_has_its_visits(self):
        unit = self.new_equipment()
        call = self.new_call(equipment_id=unit.id)
        planned, begun = self.new_visit(call), self.new_visit(call, hour=12)
        begun.action_confirm()
        begun.action_start_work()
        entries = [entry for entry in unit.with_user(self.dispatcher).history() if entry["kind"] == "visit"]
        self.assertEqual([(entry["title"], entry["res_id"]) for entry in entries], [(begun.name, begun.id)])
        self.assertIn(call.display_name, entries[0]["text"])
        self.assertNotIn(planned.name, str(entries))
        self.assertEqual(entries[0]["date"], MONDAY)
        self.assertIn("visit", unit._get_history_kinds())

    def test_customer_sees_his_own_visits_only(self):
        unit = self.new_equipment()
        visit = self.new_visit(self.new_call(equipment_id=unit.id))
        visit.action_confirm()
        visit.action_start_work()
        self.assertIn(visit.name, [entry["title"] for entry in unit.sudo()._get_portal_history()])
        unit.sudo().partner_id = self.env["res.partner"].create({"name": "Tenant", "is_company": True})
        self.assertNotIn(visit.name, [entry["title"] for entry in unit.sudo()._get_portal_history()])
