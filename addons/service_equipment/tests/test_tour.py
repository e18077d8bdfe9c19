# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import EquipmentCase


@tagged("post_install", "-at_install")
class TestTour(EquipmentCase, HttpCase):
    def test_exchange(self):
        part, fan = self._new_product("Tour Part"), self._new_product("Tour Fan")
        unit = self._new_unit("TOUR-UNIT")
        rows = self._new_component(unit, "TOUR-OLD", product_id=part.id, position="Drive")
        rows += self._new_component(unit, "TOUR-FAN-OLD", product_id=fan.id, position="Cooling")
        lots = self._new_lot("TOUR-NEW", part, self.stock) + self._new_lot("TOUR-FAN-NEW", fan, self.stock)
        self.start_tour("/odoo/service-equipment", "service_equipment_exchange_tour", login="eq_user")
        self.assertEqual(unit.open_component_ids.lot_id, lots)
        self.assertTrue(all(row.date_removed for row in rows))

    def test_loan(self):
        unit = self._new_unit("TOUR-UNIT")
        lot = self._new_lot("TOUR-POOL", self.product, self.stock)
        self.start_tour(f"/odoo/service-equipment/{unit.id}", "service_equipment_loan_tour", login="eq_user")
        loan = self.env["service.loan"].search([("equipment_id", "=", unit.id)])
        self.assertRecordValues(loan, [{"state": "returned", "condition_in": "damaged", "lot_id": lot.id}])
        self.assertEqual(self._get_quantity(lot, self.company.service_quarantine_location_id), 1)

    def test_fix(self):
        unit = self._new_unit("TOUR-UNIT", version="1.2")
        fix = self.env["service.fix"].create(
            {
                "title": "Tour fix",
                "product_tmpl_ids": [Command.set(self.product.product_tmpl_id.ids)],
                "version_to": "1.9",
                "version_fixed": "2.0",
            }
        )
        fix.action_release()
        self.start_tour(f"/odoo/service-equipment/{unit.id}", "service_equipment_fix_tour", login="eq_user")
        self.assertEqual(unit.version, "2.0")

    def test_component_tree(self):
        rotor, brake = self._new_product("Tree Rotor"), self._new_product("Tree Brake", tracking="none")
        for whole, part, position in ((self.product, self.part, "Drive"), (self.part, brake, "Brake")):
            self.env["service.product.component"].create(
                {"product_tmpl_id": whole.product_tmpl_id.id, "product_id": part.id, "position": position}
            )
        unit = self._new_unit("TREE-UNIT")
        drive = self._new_component(unit, position="Drive", is_serial_wanted=True)
        self._new_component(unit, "TREE-ROTOR", product_id=rotor.id, position="Rotor", parent_id=drive.id)
        self.start_tour("/odoo/service-equipment", "service_component_tree_tour", login="eq_manager")
        added = unit.component_ids.filtered(lambda component: component.product_id == brake)
        self.assertRecordValues(
            added, [{"parent_id": drive.id, "complete_position": "Drive / Brake", "date_removed": date(2026, 11, 18)}]
        )
