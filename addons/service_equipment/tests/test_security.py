# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import EquipmentCase

R, RW, RWC, ALL = "r", "rw", "rwc", "rwcd"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}

# What each role may do; later modules extend this table with their own models.
TABLE = {
    "service.area": {"user": R, "manager": ALL, "auditor": R, "stock": R, "employee": R, "portal": ""},
    "service.zone": {"user": R, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.fault": {"user": R, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.product.component": {
        "user": R,
        "manager": ALL,
        "auditor": R,
        "stock": R,
        "employee": R,
        "portal": "",
    },
    "service.equipment": {"user": R, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": R},
    "service.component": {"user": R, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.exchange": {"user": RWC, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.equipment.tag": {"user": R, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.equipment.document": {
        "user": RWC,
        "manager": ALL,
        "auditor": R,
        "stock": "",
        "employee": "",
        "portal": "",
    },
    "service.equipment.placement": {"user": R, "manager": R, "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.exchange.reason": {"user": R, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.warranty.extension": {"user": R, "manager": "rc", "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.warranty.claim": {"user": RWC, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.loan": {"user": RWC, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.label": {"user": "", "manager": "", "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.fix": {"user": R, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": ""},
    "service.fix.application": {"user": RW, "manager": ALL, "auditor": R, "stock": "", "employee": "", "portal": ""},
}
# Configuration of all companies.
SHARED = ("service.fault", "service.equipment.tag", "service.exchange.reason", "service.label")


@tagged("post_install", "-at_install")
class TestSecurity(EquipmentCase):
    """Model x role x operation, in the own company and in another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("P-1")
        cls.records = cls._new_records(cls.company, cls.unit)
        cls.other_company = cls.env["res.company"].create({"name": "Second Company"})
        other_unit = cls.env["service.equipment"].create(
            {
                "product_id": cls.product.id,
                "partner_id": cls.customer.id,
                "company_id": cls.other_company.id,
            }
        )
        cls.other_records = cls._new_records(cls.other_company, other_unit)
        cls.users = {
            "user": cls.user_equipment,
            "manager": cls.user_manager,
            "auditor": cls.user_auditor,
            "stock": cls.user_stock,
            "employee": cls.user_employee,
            "portal": cls.user_portal,
        }

    @classmethod
    def _new_records(cls, company, unit):
        create = {
            "service.area": {"name": "Area", "company_id": company.id},
            "service.zone": {"name": "Zone", "company_id": company.id},
            "service.fault": {"name": "Fault"},
            "service.component": {"equipment_id": unit.id, "product_id": cls.part.id},
            "service.exchange": {
                "equipment_id": unit.id,
                "new_product_id": cls.part.id,
                "location_id": company.service_quarantine_location_id.id,
            },
        }
        records = {model: cls.env[model].create(vals) for model, vals in create.items()}
        template = cls.env["product.template"].create({"name": "Part of a company", "company_id": company.id})
        records["service.product.component"] = cls.env["service.product.component"].create(
            {"product_tmpl_id": template.id, "product_id": cls.part.id}
        )
        records["service.equipment"] = unit
        of_unit = {"equipment_id": unit.id}
        fix = cls.env["service.fix"].create({"title": "Fix", "company_id": company.id})
        create = {
            "service.equipment.tag": {"name": f"Tag of {company.name}"},
            "service.label": {"name": f"Label of {company.name}", "source": f"Word of {company.name}"},
            "service.equipment.document": {**of_unit, "name": "Photo"},
            "service.exchange.reason": {"name": "Reason"},
            "service.warranty.extension": {
                **of_unit,
                "kind": "parts",
                "date_end": date(2040, 1, 1),
                "reason": "Goodwill",
            },
            "service.warranty.claim": {"company_id": company.id},
            "service.loan": {
                "company_id": company.id,
                "partner_id": cls.customer.id,
                "product_id": cls.part.id,
                "location_id": company.service_loan_location_id.id,
            },
            "service.fix.application": {**of_unit, "fix_id": fix.id},
        }
        records.update({model: cls.env[model].create(vals) for model, vals in create.items()})
        records["service.fix"] = fix
        records["service.equipment.placement"] = unit.placement_ids
        return records

    def test_table(self):
        for model, roles in TABLE.items():
            for role, allowed in roles.items():
                record = self.records[model].with_user(self.users[role])
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(record.has_access(operation), letter in allowed)

    def test_other_company_is_closed(self):
        for model, roles in TABLE.items():
            if model in SHARED:
                continue
            for role in roles:
                if role == "portal" and model == "service.equipment":
                    continue
                record = self.other_records[model].with_user(self.users[role])
                with self.subTest(model=model, role=role):
                    self.assertFalse(record.has_access("read"))

    def test_every_model_stands_in_the_table(self):
        models = self.env["ir.model"].search([("model", "=like", "service.%"), ("transient", "=", False)])
        own = {model.model for model in models if "service_equipment" in (model.modules or "").split(", ")}
        self.assertFalse({model for model in own if not self.env[model]._abstract} - set(TABLE))

    def test_portal_sees_own_units_only(self):
        foreign = self._new_unit("P-2", partner_id=self.other_customer.id, site_id=False)
        units = self.env["service.equipment"].with_user(self.user_portal).search([])
        self.assertIn(self.unit, units)
        self.assertNotIn(foreign, units)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_portal).read(["name"])

    def test_portal_reads_no_history(self):
        with self.assertRaises(AccessError):
            self.unit.with_user(self.user_portal).history()

    def test_engineer_sees_no_values(self):
        exchange = self.records["service.exchange"]
        self.assertIn("value_out", exchange.with_user(self.user_manager).read()[0])
        self.assertNotIn("value_out", exchange.with_user(self.user_equipment).read()[0])
        with self.assertRaises(AccessError):
            exchange.with_user(self.user_equipment).read(["value_out"])

    def test_auditor_exchanges_nothing(self):
        exchange = self.records["service.exchange"]
        for user in (self.user_auditor, self.user_stock, self.user_employee, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                exchange.with_user(user).action_done()

    def test_nobody_writes_a_state_by_himself(self):
        forged = {
            "service.exchange": "done",
            "service.loan": "returned",
            "service.warranty.claim": "settled",
            "service.fix": "closed",
            "service.fix.application": "applied",
            "service.equipment": "draft",
        }
        for model, state in forged.items():
            record = self.records[model].with_user(self.user_manager)
            before = record.state
            with self.subTest(model=model), self.assertRaisesRegex(AccessError, "by its buttons only"):
                record.write({"state": state})
            self.assertEqual(record.state, before)
        Exchange = self.env["service.exchange"].with_user(self.user_equipment)
        vals = {"equipment_id": self.unit.id, "new_product_id": self.part.id}
        with self.assertRaisesRegex(AccessError, "by its buttons only"):
            Exchange.create({**vals, "state": "done"})
        with self.assertRaisesRegex(AccessError, "by its buttons only"):
            Exchange.with_context(default_state="done").create(vals)
        self.assertEqual(Exchange.create(vals).state, "draft")

    def test_user_does_not_edit_the_register(self):
        unit = self.unit.with_user(self.user_equipment)
        for action in (unit.action_retire, unit.action_repair):
            with self.assertRaises(AccessError):
                action()
        with self.assertRaises(AccessError):
            unit.open_component_ids.date_removed = "2026-11-01"
