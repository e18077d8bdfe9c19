# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import HttpCase, tagged

from .common import EquipmentCase


@tagged("post_install", "-at_install")
class TestTour(EquipmentCase, HttpCase):
    def test_exchange(self):
        part = self._new_product("Tour Part")
        unit = self._new_unit("TOUR-UNIT")
        component = self._new_component(unit, "TOUR-OLD", product_id=part.id, position="Drive")
        lot = self._new_lot("TOUR-NEW", part, self.stock)
        self.start_tour("/odoo/service-equipment", "service_equipment_exchange_tour", login="eq_user")
        self.assertEqual(unit.open_component_ids.lot_id, lot)
        self.assertTrue(component.date_removed)
