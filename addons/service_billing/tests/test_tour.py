# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestTour(BillingCommon, HttpCase):

    def test_accountant_previews_and_bills(self):
        with freeze_time("2026-03-12 09:00:00"):
            contract = self._new_contract()
        self.start_tour("/odoo/service-billing-runs", "service_billing_run", login="bi_accountant")
        self.assertTrue(contract.charge_ids)
        self.assertEqual(set(contract.charge_ids.mapped("state")), {"draft"})
