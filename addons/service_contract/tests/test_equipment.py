# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo.tests import tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestEquipment(ContractCase):
    """The contracts in a unit's history."""

    def _get_entries(self, user):
        history = self.unit_1.with_user(user).history()
        return [(entry["date"], entry["res_id"]) for entry in history if entry["kind"] == "contract"]

    def test_history_tells_when_contracts_covered(self):
        row = {"equipment_id": self.unit_1.id, "price": 100.0}
        dates = {"date_start": date(2025, 1, 1), "date_end": date(2025, 12, 31)}
        ended = self._new_contract(rows=[row], **dates)
        running = self._new_contract(rows=[row])
        running.coverage_ids.action_reprice("2026-02-01", 110.0)
        self._new_contract(rows=[row], activate=False)
        expected = [("2026-01-01", running.id), ("2025-12-31", ended.id), ("2025-01-01", ended.id)]
        self.user_contract.group_ids += self.env.ref("service_equipment.group_service_equipment_reader")
        self.assertEqual(self._get_entries(self.user_contract), expected)
        entries = self.unit_1.sudo()._get_portal_history()
        self.assertIn("contract", {entry["kind"] for entry in entries})

    def test_landlords_contract_is_not_the_tenants(self):
        self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 100.0}])
        self.unit_1.partner_id = self.env["res.partner"].create({"name": "Tenant", "is_company": True})
        self.assertTrue(self._get_entries(self.env.user))
        self.assertNotIn("contract", {entry["kind"] for entry in self.unit_1.sudo()._get_portal_history()})

    def test_whoever_reads_no_contracts_sees_none(self):
        self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 100.0}])
        reader = self._new_user("history_reader", "service_equipment.group_service_equipment_reader")
        self.assertFalse(self._get_entries(reader))
