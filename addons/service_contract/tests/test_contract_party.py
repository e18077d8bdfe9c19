# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools.misc import file_path

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestFrame(ContractCase):
    """Units and sites of other customers: on frame contracts only, and nobody else's business."""

    def test_units_and_sites_of_others_need_a_frame(self):
        for values in (
            {"rows": [{"equipment_id": self.unit_1.id}]},
            {"rows": [{"site_ids": [Command.link(self.site.id)]}]},
            {"site_ids": [Command.link(self.site.id)]},
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, "make it a frame contract"):
                self._new_contract(partner_id=self.other_customer.id, activate=False, **values)
            contract = self._new_contract(partner_id=self.other_customer.id, activate=False, is_frame=True, **values)
            with self.assertRaisesRegex(ValidationError, "make it a frame contract"):
                contract.is_frame = False

    def test_another_customer_leaves_his_units_behind(self):
        contract = self._new_contract(activate=False, rows=[{"equipment_id": self.unit_1.id}])
        with self.assertRaisesRegex(ValidationError, "belongs to another customer"):
            contract.partner_id = self.other_customer

    def test_price_of_a_unit_that_was_sold_still_changes(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id, "price": 100.0}])
        self.unit_1.sudo().partner_id = self.other_customer
        self.assertEqual(contract.coverage_ids.action_reprice("2026-06-01", 110.0).price, 110.0)

    def test_contract_of_the_former_owner_does_not_cover_the_new_one(self):
        self._new_contract(rows=[{"equipment_id": self.unit_1.id}])
        self.assertEqual(self._resolve(equipment_id=self.unit_1.id)["source"], "contract")
        answer = self._resolve(partner_id=self.other_customer.id, equipment_id=self.unit_1.id)
        self.assertEqual((answer["source"], answer["explanation"]), ("none", []))

    def test_owner_of_a_unit_does_not_see_the_frame_of_another(self):
        contract = self._new_contract(
            partner_id=self.other_customer.id,
            is_frame=True,
            rows=[{"equipment_id": self.unit_1.id}, {"site_ids": [Command.link(self.site.id)]}],
            period_ids=[Command.create({"free_calls": 1})],
        )
        for records in (contract, contract.coverage_ids, contract.period_ids, contract.entitlement_ids):
            with self.subTest(records._name):
                self.assertTrue(records)
                self.assertFalse(records.with_user(self.user_portal).search([("id", "in", records.ids)]))

    def test_older_contracts_become_frames(self):
        frame = self._new_contract(
            partner_id=self.other_customer.id, is_frame=True, rows=[{"equipment_id": self.unit_1.id}]
        )
        plain = self._new_contract(rows=[{"equipment_id": self.unit_1.id}])
        plain.action_suspend(date="2026-03-01", date_end="2026-03-31")
        self.env.flush_all()
        self.env.cr.execute("UPDATE service_contract SET is_frame = NULL")
        self.env.cr.execute("UPDATE service_contract_suspension SET state = 'planned'")
        path = file_path("service_contract/migrations/19.0.1.1.0/post-life.py")
        for _time in range(2):
            load_script(path, "post_life").migrate(self.env.cr, "19.0.1.0.0")
            self.env.invalidate_all()
            self.assertEqual((frame | plain).mapped("is_frame"), [True, False])
            self.assertNotEqual(plain.suspension_ids.state, "planned")


@tagged("post_install", "-at_install")
class TestSupplierContract(ContractCase):
    """What suppliers promise us covers no call, is nobody's cover in the portal, and hangs on what it serves."""

    def _new_supplier_contract(self, **vals):
        return self._new_contract(
            **{
                "kind": "supplier",
                "partner_id": self.other_customer.id,
                "rows": [{"equipment_id": self.unit_1.id, "price": 40.0}, {}],
                **vals,
            }
        )

    def test_it_covers_no_call(self):
        self._new_supplier_contract()
        for partner in (self.customer, self.other_customer):
            answer = self._resolve(partner_id=partner.id, equipment_id=self.unit_1.id)
            self.assertEqual((answer["source"], answer["explanation"]), ("none", []))

    def test_vendor_sees_nothing_of_it(self):
        contract = self._new_supplier_contract(
            partner_id=self.customer.id, period_ids=[Command.create({"free_calls": 1})]
        )
        for records in (contract, contract.coverage_ids, contract.period_ids, contract.entitlement_ids):
            with self.subTest(records._name):
                self.assertFalse(records.with_user(self.user_portal).search([("id", "in", records.ids)]))

    def test_linked_to_the_promises_that_it_serves(self):
        promise = self._new_contract()
        bought = self._new_supplier_contract()
        promise.supplier_contract_ids = bought
        self.assertEqual(bought.customer_contract_ids, promise)
        self.assertFalse(promise.copy().supplier_contract_ids)
        with self.assertRaisesRegex(ValidationError, "to contracts with suppliers only"):
            promise.supplier_contract_ids = self._new_contract()

    def test_kind_stands_once_it_has_begun(self):
        contract = self._new_contract()
        with self.assertRaisesRegex(UserError, "it stays a contract with a customer"):
            contract.kind = "supplier"

    def test_responsible_is_told_before_it_ends(self):
        contract = self._new_supplier_contract(renewal_mode="none", end_alert_days=60)
        self.assertEqual(contract.date_due, date(2026, 11, 1))


@tagged("post_install", "-at_install")
class TestContractType(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env["service.contract.type"].create(
            {
                "name": "Gold",
                "sla_policy_id": cls.policy.id,
                "term_labour": "included",
                "discount_part": 20.0,
                "renewal_mode": "automatic",
                "notice_days": 60,
                "termination_notice_count": 3,
                "termination_notice_unit": "month",
                "termination_at": "term",
                "end_alert_days": 45,
                "billing_timing": "arrears",
                "proration": "30_360",
                "credit_policy": "credit_note",
                "billing_grouping": "site",
                "interval_count": 2,
                "interval_unit": "quarter",
            }
        )
        cls.expected = cls.type._prepare_contract_values()

    def _check(self, contract, **changed):
        for name, value in {**self.expected, **changed}.items():
            with self.subTest(name):
                field = contract._fields[name]
                self.assertEqual(field.convert_to_write(contract[name], contract), value)

    def test_form_proposes_everything(self):
        with Form(self.env["service.contract"].with_user(self.user_contract)) as form:
            form.partner_id = self.customer
            form.type_id = self.type
            with form.coverage_ids.new() as row:
                row.equipment_id = self.unit_1
        self._check(form.record)
        self.assertRecordValues(
            form.record.coverage_ids, [{"term_labour": "included", "interval_count": 2, "interval_unit": "quarter"}]
        )

    def test_created_by_another_system_it_gets_the_same(self):
        contract = self._new_contract(type_id=self.type.id, activate=False)
        self._check(contract)
        self.assertEqual(contract.coverage_ids.interval_unit, "quarter")

    def test_what_is_said_counts_more(self):
        said = {"notice_days": 10, "billing_timing": "advance", "sla_policy_id": False, "term_labour": "chargeable"}
        self._check(self._new_contract(type_id=self.type.id, activate=False, **said), **said)

    def test_type_without_level_leaves_the_level(self):
        with Form(self.env["service.contract"].with_user(self.user_contract)) as form:
            form.partner_id = self.customer
            form.sla_policy_id = self.policy
            form.type_id = self.env.ref("service_contract.contract_type_full")
            self.assertEqual(form.sla_policy_id, self.policy)
