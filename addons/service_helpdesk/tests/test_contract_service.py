# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestContractService(HelpdeskCase):
    """How many of the services foreseen were delivered: completed calls of the contract."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_reader = cls._new_user("hd_ct_reader", "service_contract.group_service_contract_reader")
        cls.services = cls.env["service.contract.service"].create(
            [
                {"contract_id": cls.contract.id, "call_type_id": cls.call_type.id, "quantity": 4},
                {"contract_id": cls.contract.id, "call_type_id": cls.preventive_type.id, "interval_months": 3},
            ]
        )

    def _get_counts(self):
        self.env.flush_all()
        services = self.services.with_user(self.user_reader)
        services.invalidate_recordset()
        return [(service.delivered_count, service.left_count) for service in services]

    def _close(self, call, at):
        call.sudo().action_complete()
        self.env.flush_all()
        self.env.cr.execute("UPDATE service_call SET closed_at = %s WHERE id = %s", [at, call.id])

    def test_completed_calls_count(self):
        self.assertEqual(self._get_counts(), [(0, 4), (0, 4)])
        call = self._new_call()
        self.assertEqual(call.contract_id, self.contract)
        self.assertEqual(self._get_counts(), [(0, 4), (0, 4)], "it is open")
        call.sudo().action_complete()
        self.assertEqual(self._get_counts(), [(1, 3), (0, 4)])
        call.sudo().action_reopen()
        self.assertEqual(self._get_counts(), [(0, 4), (0, 4)])

    def test_cancelled_calls_and_those_of_others_do_not(self):
        self._new_call().sudo().action_cancel()
        self._new_call(equipment_id=self.unit_bare.id).sudo().action_complete()
        self.assertEqual(self._get_counts(), [(0, 4), (0, 4)])

    def test_counted_within_the_year_of_the_company(self):
        self.env.company.partner_id.tz = "Europe/Rome"
        for at, expected in [
            (datetime(2025, 12, 31, 22, 59), (0, 4)),
            (datetime(2025, 12, 31, 23, 0), (1, 3)),
            (datetime(2026, 12, 31, 22, 59), (1, 3)),
            (datetime(2026, 12, 31, 23, 0), (0, 4)),
        ]:
            with self.subTest(at):
                call = self._new_call()
                self._close(call, at)
                self.assertEqual(self._get_counts()[0], expected)
                call.sudo().action_reopen()

    def test_only_units_of_its_product(self):
        self._new_call().sudo().action_complete()
        self.services[0].product_id = self.unit.product_id
        self.assertEqual(self._get_counts()[0], (1, 3))
        self.services[0].product_id = self.env["product.product"].create({"name": "Fan"})
        self.assertEqual(self._get_counts()[0], (0, 4))

    def test_what_a_supplier_promises_covers_no_call(self):
        bought = self.env["service.contract"].create(
            {
                "kind": "supplier",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "coverage_ids": [Command.create({"equipment_id": self.unit_bare.id})],
            }
        )
        bought.action_activate()
        call = self._new_call(equipment_id=self.unit_bare.id)
        self.assertEqual(call.cover_source, "none")
        with self.assertRaisesRegex(ValidationError, "what a supplier promises us"):
            call.sudo().write(
                {"cover_is_manual": True, "coverage_id": bought.coverage_ids.id, "cover_manual_reason": "By phone"}
            )
