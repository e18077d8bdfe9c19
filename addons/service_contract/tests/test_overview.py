# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import Form, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestOwnFields(ContractCase):
    """Own fields on contracts and coverage rows, defined on the contract type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env.ref("service_contract.contract_type_quota").with_user(cls.user_manager)
        cls.type.write(
            {
                "contract_properties_definition": [{"name": "room", "type": "char", "string": "Room", "default": "A"}],
                "coverage_properties_definition": [{"name": "lane", "type": "integer", "string": "Lane"}],
            }
        )

    def test_contract(self):
        with Form(self.env["service.contract"].with_user(self.user_contract)) as form:
            form.partner_id = self.customer
            form.type_id = self.type
        contract = form.save()
        self.assertEqual(contract.contract_properties["room"], "A")
        contract.contract_properties = {"room": "B"}
        self.assertEqual(contract.copy().contract_properties["room"], "B")
        Contract = self.env["service.contract"].with_user(self.user_reader)
        self.assertEqual(Contract.search([("contract_properties.room", "=", "B")], order="id", limit=1), contract)

    def test_coverage(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id}], type_id=self.type.id)
        row = contract.coverage_ids
        row.coverage_properties = {"lane": 3}
        row.invalidate_recordset()
        self.assertEqual(row.coverage_properties["lane"], 3)
        following = row.action_reprice("2026-07-01", 10.0)
        self.assertEqual(following.coverage_properties["lane"], 3)

    def test_customers_do_not_see_them(self):
        fields = self.env["service.contract"].with_user(self.user_portal).fields_get()
        self.assertNotIn("contract_properties", fields)
