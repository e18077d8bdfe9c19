# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestTour(ContractCase, HttpCase):
    def test_make_a_contract(self):
        self.start_tour("/odoo/service-contracts", "service_contract_tour", login="ct_user")
        contract = self.env["service.contract"].search([("partner_id", "=", self.customer.id)])
        self.assertRecordValues(contract, [{"state": "suspended", "term_labour": "from_buckets"}])
        self.assertRecordValues(
            contract.coverage_ids.sorted("date_end"),
            [
                # made today, so that the first price was of no day
                {"equipment_id": self.unit_1.id, "price": 100.0, "date_end": contract.date_start - timedelta(days=1)},
                {"equipment_id": self.unit_1.id, "price": 130.0, "date_end": contract.date_end},
            ],
        )
        self.assertEqual(contract.entitlement_ids.mapped("quantity"), [2.0, 4.0])
