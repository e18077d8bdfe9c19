# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import MONDAY, PlanningCase


@tagged("post_install", "-at_install")
@freeze_time(f"{MONDAY} 11:00:00")
class TestServiceVisitWork(PlanningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(f"{MONDAY} 06:30:00"):
            cls.unit = cls.new_equipment()
            cls.call = cls.new_call(equipment_id=cls.unit.id)
            cls.visit = cls.new_visit(cls.call)
            cls.visit.action_confirm()
        cls.visit = cls.visit.with_user(cls.engineer_user)
        with freeze_time(f"{MONDAY} 11:00:00"):
            cls.visit.action_start_travel(at=f"{MONDAY} 07:30:00")
            cls.visit.action_start_work(at=f"{MONDAY} 08:00:00")

    def open_form(self, action, user=None):
        """Return the form that a button opens for the engineer."""
        view_id = action["views"][0][0]
        model = self.env[action["res_model"]].with_user(user or self.engineer_user)
        return Form(model.with_context(**action["context"]), view=self.env["ir.ui.view"].browse(view_id))

    def test_hours_are_offered_from_the_time_stamps(self):
        with self.subTest("labour"):
            self.open_form(self.visit.action_add_labour()).save()
        with self.subTest("travel"):
            self.open_form(self.visit.action_add_travel()).save()
        with self.subTest("distance"):
            form = self.open_form(self.visit.action_add_distance())
            form.quantity = 20
            form.save()
        self.assertRecordValues(
            self.visit.work_ids.sorted("id"),
            [
                {"kind": "labour", "quantity": 3.0, "call_id": self.call.id, "resource_id": self.engineer.id},
                {"kind": "travel", "quantity": 0.5, "call_id": self.call.id, "resource_id": self.engineer.id},
                {"kind": "distance", "quantity": 20.0, "call_id": self.call.id, "resource_id": self.engineer.id},
            ],
        )
        self.assertEqual(set(self.visit.work_ids.mapped("state")), {"draft"})

    def test_what_is_recorded_is_not_offered_again(self):
        form = self.open_form(self.visit.action_add_labour())
        form.quantity = 1.25
        form.save()
        self.assertEqual(self.open_form(self.visit.action_add_labour()).quantity, 1.75)

    def test_the_crew_records_its_own_hours(self):
        self.visit.with_user(self.dispatcher).crew_ids = [Command.set(self.other_engineer.ids)]
        self.open_form(self.visit.action_add_labour()).save()
        visit = self.visit.with_user(self.other_user)
        line = self.open_form(visit.action_add_labour(), self.other_user).save()
        self.assertRecordValues(line, [{"quantity": 3.0, "resource_id": self.other_engineer.id}])

    def test_the_dispatcher_records_for_the_lead(self):
        visit = self.visit.with_user(self.dispatcher)
        line = self.open_form(visit.action_add_labour(), self.dispatcher).save()
        self.assertEqual(line.resource_id, self.engineer)

    def test_the_day_of_the_work_is_that_of_the_site(self):
        with freeze_time(f"{MONDAY} 23:30:00"):
            visit = self.new_visit(self.call, hour=20, date_end="2026-04-14 02:00:00").with_user(self.dispatcher)
            visit.action_confirm()
            visit.action_start_work()
            self.assertEqual(visit.action_add_labour()["context"]["default_date"], "2026-04-14")

    def test_work_of_a_call_that_the_visit_does_not_serve(self):
        stranger = self.new_call()
        with self.assertRefused(ValidationError, "doesn't serve call"):
            self.env["service.work"].create(
                {"visit_id": self.visit.id, "call_id": stranger.id, "kind": "labour", "quantity": 1}
            )

    def test_completing_hands_the_work_to_the_controller(self):
        self.open_form(self.visit.action_add_labour()).save()
        self.visit.action_complete()
        self.assertEqual(self.visit.work_ids.state, "submitted")
        self.visit.work_ids.with_user(self.dispatcher).action_validate()
        self.assertEqual(self.visit.work_ids.state, "validated")

    def test_exchange_from_the_van(self):
        """The engineer, without stock rights, exchanges a component; the part line stands on the visit."""
        self.assertFalse(self.engineer_user.has_group("stock.group_stock_user"))
        seal = self.env["product.product"].create(
            {"name": "Seal", "type": "consu", "is_storable": True, "tracking": "serial", "standard_price": 45}
        )
        old_lot, new_lot = self.env["stock.lot"].create(
            [{"name": name, "product_id": seal.id, "company_id": self.company.id} for name in ("SEAL-OLD", "SEAL-NEW")]
        )
        component = self.env["service.component"].create(
            {"equipment_id": self.unit.id, "product_id": seal.id, "lot_id": old_lot.id, "quantity": 1}
        )
        self.env["stock.quant"]._update_available_quantity(seal, self.engineer.van_location_id, 1, lot_id=new_lot)
        form = self.open_form(self.visit.action_exchange_component())
        self.assertEqual(form.location_id, self.engineer.van_location_id)
        self.assertEqual(form.equipment_id, self.unit)
        form.component_id = component
        self.assertEqual(form.old_lot_id, old_lot)
        form.new_product_id = seal
        form.new_lot_id = new_lot
        form.disposition = "scrap"
        exchange = form.save()
        exchange.action_done()
        self.assertRecordValues(
            self.visit.exchange_ids, [{"state": "done", "call_id": self.call.id, "new_lot_id": new_lot.id}]
        )
        self.assertRecordValues(
            self.visit.work_ids.filtered(lambda line: line.kind == "part"),
            [{"product_id": seal.id, "quantity": 1.0, "exchange_id": exchange.id, "resource_id": self.engineer.id}],
        )
        quants = self.env["stock.quant"]._get_available_quantity(seal, self.engineer.van_location_id, lot_id=new_lot)
        self.assertEqual(quants, 0)

    def test_exchange_on_a_call_that_the_visit_does_not_serve(self):
        action = self.visit.action_exchange_component()
        seal = self.env["product.product"].create({"name": "Seal", "type": "consu", "is_storable": True})
        stranger = self.new_call(equipment_id=self.unit.id)
        with self.assertRefused(ValidationError, "one of the calls of that visit"):
            self.env["service.exchange"].with_context(**action["context"]).create(
                {"call_id": stranger.id, "new_product_id": seal.id}
            )
