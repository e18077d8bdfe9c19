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

    def test_what_would_happen_if(self):
        self._new_story_contract()
        self.start_tour("/odoo/service-what-if", "service_coverage_whatif_tour", login="ct_reader")

    def test_customer_signs_an_offer(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 100.0}], activate=False)
        contract.action_offer()
        self.start_tour("/my/contracts", "service_contract_sign_tour", login="ct_portal")
        self.assertRecordValues(contract, [{"offer_state": "signed", "signed_by": "Rossi Portal", "state": "draft"}])
