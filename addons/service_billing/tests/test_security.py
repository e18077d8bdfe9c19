# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import BillingCommon

# Model, then per role what it may do: read, write, create, unlink.
ACCESS = {
    "service.charge": {"accountant": "r", "contract_user": "r", "auditor": "r"},
    "service.billing.run": {"accountant": "rwc", "manager": "rwcu", "auditor": "r"},
    "service.billing.preview": {"accountant": "r", "auditor": "r"},
    "service.billing.error": {"accountant": "r", "auditor": "r"},
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


@tagged("post_install", "-at_install")
@freeze_time("2026-03-12 09:00:00")
class TestSecurity(BillingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {
            "accountant": cls.accountant,
            "manager": cls._new_user("bi_manager", "service_billing.group_service_billing_manager"),
            "auditor": cls._new_user("bi_auditor", "service_equipment.group_service_auditor"),
            "controller": cls.controller,
            "engineer": cls.engineer,
            "contract_user": cls.contract_user,
            "employee": cls._new_user("bi_employee", "base.group_user"),
        }

    def test_access_table(self):
        for model, allowed in ACCESS.items():
            for role, user in self.roles.items():
                expected = allowed.get(role, allowed["accountant"] if role == "manager" else "")
                for key, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(self.env[model].with_user(user).has_access(operation), key in expected)

    def test_accountant_reads_what_billing_needs_and_changes_none_of_it(self):
        for model in ("service.contract", "service.coverage", "service.call", "service.work", "service.visit"):
            records = self.env[model].with_user(self.accountant)
            with self.subTest(model=model):
                self.assertTrue(records.has_access("read"))
                self.assertFalse(records.has_access("create"))
                self.assertFalse(records.has_access("unlink"))

    def test_other_company_sees_nothing(self):
        self._new_contract()
        run = self._run("2026-03-12")
        other = self._create_company(name="Other company")
        stranger = self._new_user("bi_stranger", "account.group_account_invoice", company=other)
        for records in (run, run.charge_ids):
            with self.subTest(model=records._name):
                self.assertFalse(self.env[records._name].with_user(stranger).search([("id", "in", records.ids)]))
                with self.assertRaises(AccessError):
                    records.with_user(stranger).read(["display_name"])

    def test_accountant_needs_no_more_than_invoicing_rights(self):
        self._new_contract()
        run = self.env["service.billing.run"].with_user(self.accountant).create({"date": "2026-03-12"})
        run.action_preview()
        run.action_run()
        run.move_ids.action_post()
        self.assertEqual(set(run.charge_ids.mapped("state")), {"posted"})

    def test_billing_user_opens_a_unit_without_rights_on_orders_or_invoices(self):
        unit = self.units[0].with_user(self.roles["manager"])
        self.assertEqual(Form(unit).invoice_count, 0)

    def test_engineer_may_neither_bill_nor_see_money(self):
        contract = self._new_contract()
        with self.assertRaises(AccessError):
            self.env["service.billing.run"].with_user(self.engineer).create({"date": "2026-03-12"})
        for field in ("revenue", "cost", "profit_amount", "billing_error"):
            with self.subTest(field=field), self.assertRaises(AccessError):
                contract.with_user(self.engineer).read([field])
