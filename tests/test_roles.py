# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may do what (rules.md 10): every model, every role, every operation, in one table.

``access.csv`` is the promise, a line per model and a column per role: ``c`` create,
``r`` read, ``w`` write, ``d`` delete. A new model without a line fails the test.
"""
import csv

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import file_open

from .common import ServiceSuiteCase

OPERATIONS = {"c": "create", "r": "read", "w": "write", "d": "unlink"}
SUITE = ("service_equipment", "service_contract", "service_helpdesk", "service_planning", "service_billing")


def letters(model):
    """Return the operations that the user of ``model`` may do on it, as letters of ``crwd``."""
    return "".join(letter for letter, operation in OPERATIONS.items() if model.has_access(operation)) or "-"


@tagged("post_install", "-at_install")
class TestRoles(ServiceSuiteCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open("service_management/tests/access.csv") as table:
            cls.table = {line.pop("model"): line for line in csv.DictReader(table)}
        cls.people = {
            "call_taker": cls.users["story_call_taker"],
            "engineer": cls.users["story_engineer"],
            "controller": cls.users["story_controller"],
            "stock_clerk": cls.users["story_clerk"],
            "contract_manager": cls.users["story_contracts"],
            "accountant": cls.users["story_accountant"],
            "manager": cls.users["story_manager"],
            "auditor": cls.users["story_auditor"],
            "subcontractor": cls.subcontractor,
            "customer": cls.portal_user,
            "public": cls.env.ref("base.public_user"),
        }

    def _suite_models(self):
        return sorted(
            model._name for model in self.env.values()
            if model._original_module in SUITE and not model._abstract
        )

    def test_every_model_has_a_line(self):
        self.assertEqual(sorted(self.table), self._suite_models())

    def test_table(self):
        found = {
            (name, role): letters(self.env[name].with_user(user))
            for name in self.table
            for role, user in self.people.items()
        }
        broken = {
            key: f"may {operations}, promised {self.table[key[0]][key[1]]}"
            for key, operations in found.items()
            if operations != self.table[key[0]][key[1]]
        }
        self.assertFalse(broken)

    def test_who_works_elsewhere_searches_no_internal_notes(self):
        for role in ("customer", "subcontractor"):
            for name in self._suite_models():
                model = self.env[name].with_user(self.people[role])
                for field in {"message_ids", "website_message_ids"} & set(model._fields):
                    if model.has_access("read"):
                        with self.subTest(role=role, model=name, field=field), self.assertRaises(AccessError):
                            model.search([(f"{field}.body", "ilike", "price")])

    def test_every_model_with_a_company_is_isolated(self):
        rules = self.env["ir.rule"].sudo().search([("groups", "=", False)])
        ruled = {rule.model_id.model for rule in rules if "company" in (rule.domain_force or "")}
        missing = [
            name for name in self._suite_models()
            if "company_id" in self.env[name]._fields and not self.env[name]._transient and name not in ruled
        ]
        self.assertFalse(missing, "these models have a company and no company rule")
