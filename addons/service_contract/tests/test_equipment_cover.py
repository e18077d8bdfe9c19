# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from .common import TODAY, ContractCase


@tagged("post_install", "-at_install")
class TestEquipmentCover(ContractCase):
    """What happens to covered units in the register, by people who know nothing of contracts, is never silent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_story_contract()
        cls.row_1, cls.row_2 = cls.contract.coverage_ids
        cls.user_register = new_test_user(
            cls.env, "ct_register", groups="service_equipment.group_service_equipment_manager", tz="Europe/Rome"
        )
        cls.units = (cls.unit_1 | cls.unit_2).with_user(cls.user_register)

    def test_retired_units_are_proposed_in_one_amendment(self):
        self.units.action_retire()
        amendment = self.contract.amendment_ids
        self.assertRecordValues(
            amendment, [{"state": "draft", "date": date(2026, 4, 16), "reason": "Retired", "summary": "Remove: 2"}]
        )
        self.assertEqual(amendment.activity_ids.user_id, self.user_contract)
        self.assertEqual(self.contract.draft_amendment_count, 1)
        self.assertIn(self.unit_1.display_name, self.contract.message_ids[0].body)
        self.assertEqual(self.row_1.date_end, date(2027, 3, 11), "nothing changes before somebody applies it")
        amendment.with_user(self.user_contract).action_apply()
        self.assertEqual((self.row_1 | self.row_2).mapped("date_end"), [TODAY] * 2)
        self.assertFalse(amendment.activity_ids)

    def test_not_proposed_twice(self):
        self.units[0].action_retire()
        self.units[0].action_return_to_service()
        self.units.action_retire()
        self.assertEqual(
            self.contract.amendment_ids.line_ids.coverage_id.mapped("equipment_id"), self.unit_1 | self.unit_2
        )
        self.assertEqual(len(self.contract.amendment_ids.line_ids), 2)

    def test_moved_to_another_customer(self):
        with freeze_time("2026-04-20 09:00:00"):
            self.units[0]._move(
                {"partner_id": self.other_customer.id, "site_id": self.other_customer.id}, date(2026, 4, 18)
            )
        self.assertRecordValues(
            self.contract.amendment_ids,
            [{"state": "draft", "date": date(2026, 4, 18), "reason": "Moved to another customer"}],
        )
        self.assertEqual(self.contract.amendment_ids.line_ids.effect, "Last day 04/17/2026 instead of 03/11/2027")

    def test_moved_to_another_site(self):
        depot = self.env["res.partner"].create({"name": "Depot", "parent_id": self.customer.id, "type": "delivery"})
        self.units._move({"site_id": depot.id}, TODAY)
        self.assertFalse(self.contract.amendment_ids)
        self.assertEqual(self.contract.activity_ids.summary, "Units have moved")
        self.assertIn("Depot", self.contract.activity_ids.note)
        self.assertEqual(self.row_1.unit_site_id, depot)

    def test_cover_without_a_price_goes_on_at_another_site(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_3.id}])
        depot = self.env["res.partner"].create({"name": "Depot", "parent_id": self.customer.id, "type": "delivery"})
        self.unit_3.with_user(self.user_register)._move({"site_id": depot.id}, TODAY)
        self.assertFalse(contract.activity_ids)

    def test_handed_over_to_another_company(self):
        other = self.env["res.company"].create({"name": "Second"})
        self.user_register.company_ids |= other
        self.units._hand_over(other, {}, TODAY)
        self.assertRecordValues(
            self.contract.amendment_ids, [{"reason": "Handed over to another company", "summary": "Remove: 2"}]
        )

    def test_merged_units_bring_their_cover(self):
        lot = self.unit_2.lot_id
        self.unit_2.sudo().lot_id = False
        (self.unit_1 | self.unit_2).with_user(self.user_register)._merge(self.unit_1.with_user(self.user_register))
        self.assertTrue(lot)
        self.assertEqual(self.row_2.equipment_id, self.unit_1)
        self.assertFalse(self.contract.amendment_ids)
        self.contract.invalidate_recordset()
        self.assertEqual(self.contract.double_coverage, self.unit_1.display_name)
        self.assertEqual(self.contract.activity_ids.summary, "A unit is covered twice")

    def test_drafts_and_ended_contracts_are_left_alone(self):
        self.contract.action_cancel(date="2026-04-10")
        draft = self._new_contract(rows=[{"equipment_id": self.unit_1.id}], activate=False)
        self.units.action_retire()
        self.assertFalse((draft | self.contract).amendment_ids)

    def test_few_queries(self):
        """Retiring covered units proposes them at once, however many."""
        contract = self._new_contract(rows=[{"equipment_id": self.unit_3.id}])
        self.unit_3.with_user(self.user_register).action_retire()
        units = self.env["service.equipment"].create(
            [{"product_id": self.product.id, "partner_id": self.customer.id, "site_id": self.site.id}] * 20
        )
        contract.coverage_ids.create([{"contract_id": contract.id, "equipment_id": unit.id} for unit in units])
        units.with_user(self.user_register).action_retire()
        self.assertEqual(len(contract.amendment_ids.filtered(lambda document: document.state == "draft")), 2)
