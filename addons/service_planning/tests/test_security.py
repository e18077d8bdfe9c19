# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MONDAY, PlanningCase

OPERATIONS = ("read", "write", "create", "unlink")
# role: what it may do with visits of its company; r read, w write, c create, u unlink
TABLE = {
    "engineer of the visit": ("engineer", "rw"),
    "crew of the visit": ("crew", "rw"),
    "engineer not on the visit": ("stranger", ""),
    "dispatcher": ("dispatcher", "rwcu"),
    "planning manager": ("manager", "rwcu"),
    "call taker": ("call_taker", "r"),
    "subcontractor not on the visit": ("subcontractor", ""),
    "auditor": ("auditor", "r"),
    "employee": ("employee", ""),
    "customer in the portal": ("portal", ""),
    "visitor": ("public", ""),
    "dispatcher of another company": ("foreign_dispatcher", ""),
    "auditor of another company": ("foreign_auditor", ""),
}


@tagged("post_install", "-at_install")
@freeze_time(f"{MONDAY} 07:00:00")
class TestServicePlanningSecurity(PlanningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.company"].create({"name": "Second Company"})
        foreign = {"company_id": company.id, "company_ids": [Command.set(company.ids)]}

        def user(login, groups, **values):
            return new_test_user(cls.env, login=f"planning_table_{login}", groups=groups, **values)

        auditor = "base.group_user,service_equipment.group_service_auditor"
        dispatcher = "base.group_user,service_planning.group_service_planning_user"
        cls.users = {
            "engineer": cls.engineer_user,
            "crew": cls.other_user,
            "stranger": user("stranger", "base.group_user,service_planning.group_service_planning_engineer"),
            "dispatcher": cls.dispatcher,
            "manager": cls.manager,
            "call_taker": user("call_taker", "base.group_user,service_helpdesk.group_service_helpdesk_user"),
            "auditor": user("auditor", auditor),
            "employee": user("employee", "base.group_user"),
            "subcontractor": user("subcontractor", "service_planning.group_service_planning_subcontractor"),
            "portal": user("portal", "base.group_portal", partner_id=cls.customer.id),
            "public": cls.env.ref("base.public_user"),
            "foreign_dispatcher": user("foreign_dispatcher", dispatcher, **foreign),
            "foreign_auditor": user("foreign_auditor", auditor, **foreign),
        }
        cls.call = cls.new_call()
        cls.visit = cls.new_visit(cls.call, crew_ids=[Command.set(cls.other_engineer.ids)])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_table(self):
        for role, (login, allowed) in TABLE.items():
            visit = self.visit.with_user(self.users[login])
            for operation in OPERATIONS:
                may = operation[0] in allowed
                with self.subTest(role=role, operation=operation):
                    if operation == "create":
                        self.assertEqual(self.can_create(visit), may)
                    else:
                        self.assertEqual(visit.has_access(operation), may)

    def can_create(self, visits):
        """Tell whether the user of `visits` can make a visit for the call of this company."""
        values = {
            "call_ids": [Command.set(self.call.ids)],
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "date_start": f"{MONDAY} 20:00:00",
        }
        try:
            with self.env.cr.savepoint():
                visits.create(values)
        except AccessError:
            return False
        return True

    def test_engineers_list_own_visits_only(self):
        other = self.new_visit(self.call, hour=12, lead_id=self.other_engineer.id)
        visits = self.env["service.visit"]
        self.assertEqual(visits.with_user(self.engineer_user).search([]), self.visit)
        self.assertEqual(visits.with_user(self.other_user).search([]), self.visit | other)

    def test_engineers_read_the_calls_of_their_visits(self):
        foreign_call = self.new_call()
        calls = self.env["service.call"].with_user(self.engineer_user).search([("partner_id", "=", self.customer.id)])
        self.assertIn(self.call, calls)
        self.assertNotIn(foreign_call, calls)

    def test_whoever_handles_calls_opens_them_without_seeing_visits(self):
        engineer = self.new_user("planning_none", "service_helpdesk.group_service_helpdesk_engineer")
        call = self.new_call(user_id=engineer.id)
        self.new_visit(call, hour=14)
        self.env.invalidate_all()
        form = Form(call.with_user(engineer))
        self.assertEqual(form.subject, "Pump leaks")
        self.assertNotIn("visit_count", form._view["fields"])
        self.assertEqual(Form(call.with_user(self.dispatcher)).visit_count, 1)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_a_stranger_makes_no_step(self):
        self.visit.action_confirm()
        for login in ("stranger", "call_taker", "auditor", "portal"):
            with self.subTest(login), self.assertRaises(AccessError):
                self.visit.with_user(self.users[login]).action_start_travel()

    def test_the_manager_keeps_engineers_and_the_dispatcher_does_not(self):
        self.engineer.with_user(self.manager).is_out_of_hours = True
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.engineer.with_user(self.dispatcher).is_out_of_hours = False

    def test_the_engineer_sees_no_price_and_no_cost(self):
        work_fields = self.env["service.work"].with_user(self.engineer_user).fields_get()
        exchange_fields = self.env["service.exchange"].with_user(self.engineer_user).fields_get()
        self.assertFalse({"cost", "unit_cost"} & work_fields.keys())
        self.assertFalse({"value_out", "value_recovered", "value_net"} & exchange_fields.keys())
