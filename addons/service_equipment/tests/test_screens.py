# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import Form, tagged

from .common import EquipmentCase


@tagged("post_install", "-at_install")
class TestScreens(EquipmentCase):
    """What the forms fill in, as the user with the least rights fills them."""

    def test_exchange_form(self):
        unit = self._new_unit("P-1")
        component = self._new_component(unit, "M-OLD", position="Drive")
        lot = self._new_lot("M-NEW", location=self.van)
        elsewhere = self._new_lot("M-STOCK", location=self.stock)
        Exchange = self.env["service.exchange"].with_user(self.user_equipment)
        form = Form(Exchange.with_context(default_equipment_id=unit.id, default_component_id=component.id))
        self.assertEqual(form.position, "Drive")
        self.assertEqual(form.old_product_id, self.part)
        self.assertEqual(form.old_lot_id, component.lot_id)
        self.assertEqual(form.location_id, self.stock)
        self.assertEqual(form.dest_location_id, self.company.service_quarantine_location_id)
        self.assertEqual(form.new_product_id, self.part)
        self.assertEqual(form.available_lot_ids[:], elsewhere)
        form.location_id = self.van
        self.assertEqual(form.available_lot_ids[:], lot)
        form.new_lot_id = lot
        form.disposition = "scrap"
        self.assertEqual(form.dest_location_id.usage, "inventory")
        exchange = form.save()
        exchange.action_done()
        self.assertEqual(unit.open_component_ids.lot_id, lot)

    def test_unit_form_opens_for_readers(self):
        unit = self._new_unit("P-1")
        self._new_component(unit, "M-1")
        for user in (self.user_equipment, self.user_auditor):
            with self.subTest(user=user.login):
                form = Form(unit.with_user(user))
                self.assertEqual(len(form.open_component_ids), 1)

    def test_buttons_open_actions(self):
        unit = self._new_unit("P-1").with_user(self.user_equipment)
        self.assertEqual(unit.action_view_exchanges()["domain"], [("equipment_id", "in", unit.ids)])
        exchange = self.env["service.exchange"].create({"equipment_id": unit.id, "new_product_id": self.part.id})
        self.assertEqual(exchange.action_view_moves()["domain"], [("service_exchange_id", "in", exchange.ids)])
