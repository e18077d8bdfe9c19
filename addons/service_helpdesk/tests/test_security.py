# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import HelpdeskCase

R, RW, RWC, ALL = "r", "rw", "rwc", "rwcd"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
NOBODY = {"employee": "", "stock": "", "equipment": ""}

CONFIGURATION = {"engineer": R, "taker": R, "controller": R, "manager": ALL, "auditor": R, "portal": "", **NOBODY}
DOCUMENT = {"engineer": R, "taker": ALL, "controller": ALL, "manager": ALL, "auditor": R, "portal": "", **NOBODY}
LOG = {"engineer": R, "taker": R, "controller": R, "manager": R, "auditor": R, "portal": "", **NOBODY}

# What each role may do with a record of the own company: the call is the engineer's own.
TABLE = {
    "service.team": {
        "engineer": R,
        "taker": R,
        "controller": R,
        "manager": ALL,
        "auditor": R,
        "portal": "",
        **NOBODY,
    },
    "service.call.stage": {
        "engineer": R,
        "taker": R,
        "controller": R,
        "manager": ALL,
        "auditor": R,
        "portal": "",
        **NOBODY,
    },
    "service.call": {
        "engineer": R,
        "taker": RWC,
        "controller": RWC,
        "manager": ALL,
        "auditor": R,
        "portal": R,
        **NOBODY,
    },
    "service.call.event": {
        "engineer": R,
        "taker": R,
        "controller": R,
        "manager": R,
        "auditor": R,
        "portal": "",
        **NOBODY,
    },
    "service.sla.clock": {
        "engineer": R,
        "taker": R,
        "controller": R,
        "manager": R,
        "auditor": R,
        "portal": "",
        **NOBODY,
    },
    "service.work": {
        "engineer": ALL,
        "taker": R,
        "controller": ALL,
        "manager": ALL,
        "auditor": R,
        "portal": "",
        **NOBODY,
    },
    "service.work.timer": LOG,
    "service.pause.reason": CONFIGURATION,
    "service.call.tag": CONFIGURATION,
    "service.call.escalation": CONFIGURATION,
    "service.call.recurrence": DOCUMENT,
    "service.change.step": CONFIGURATION,
    "service.change.approval": LOG,
    "service.change.item": DOCUMENT,
    "service.escalation.rule": CONFIGURATION,
    "service.escalation.step": LOG,
    "service.reliability.trigger": CONFIGURATION,
    "service.reliability.flag": LOG,
    "service.mail.block": CONFIGURATION,
    "service.mail.receipt": {
        "engineer": "",
        "taker": "",
        "controller": "",
        "manager": R,
        "auditor": "",
        "portal": "",
        **NOBODY,
    },
    "service.notification.rule": CONFIGURATION,
    "service.notification.sent": LOG,
    "service.solution": DOCUMENT,
    "service.solution.use": DOCUMENT,
    "service.personal.log": {
        "engineer": "",
        "taker": "",
        "controller": "",
        "manager": R,
        "auditor": R,
        "portal": "",
        **NOBODY,
    },
    "service.customer.report": DOCUMENT,
    "service.customer.report.month": {**LOG, "portal": R},
    "service.web.hit": {**LOG, "engineer": "", "taker": "", "controller": ""},
    "service.call.report": LOG,
    "service.sla.report": LOG,
    "service.work.report": LOG,
    "service.call.step.report": LOG,
}


@tagged("post_install", "-at_install")
class TestSecurity(HelpdeskCase):
    """Model x role x operation, in the own company and in another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "engineer": cls.engineer,
            "taker": cls.taker,
            "controller": cls.controller,
            "manager": cls.manager,
            "auditor": cls.user_auditor,
            "portal": cls.user_portal,
            "employee": cls.user_employee,
            "stock": cls.user_stock,
            "equipment": cls.user_equipment,
        }
        call = cls._new_call(team_id=cls.team.id)
        cls.records = cls._get_records(call, cls._new_work(call, "labour", 1))
        cls.other_company = cls.env["res.company"].create({"name": "Second Company"})
        product = cls.env.ref("service_helpdesk.product_labour")
        cls.env.user.company_ids |= cls.other_company
        other_call = cls.env["service.call"].create(
            {
                "subject": "Other",
                "partner_id": cls.customer.id,
                "company_id": cls.other_company.id,
                "team_id": cls.env["service.team"].create({"name": "Other", "company_id": cls.other_company.id}).id,
            }
        )
        other_work = cls.env["service.work"].create(
            {
                "call_id": other_call.id,
                "kind": "labour",
                "product_id": product.id,
                "resource_id": False,
            }
        )
        cls.other_records = cls._get_records(other_call, other_work)

    @classmethod
    def _get_records(cls, call, work):
        call = call.with_user(cls.env.user).sudo()
        return {
            "service.team": call.team_id,
            "service.call.stage": call.stage_id,
            "service.call": call,
            "service.call.event": call.event_ids[:1],
            "service.sla.clock": call.clock_ids[:1]
            or cls.env["service.sla.clock"].create(
                {
                    "call_id": call.id,
                    "company_id": call.company_id.id,
                    "metric": "response",
                    "started_at": call.raised_at,
                }
            ),
            "service.work": work,
            "service.call.report": cls.env["service.call.report"].browse(call.id),
            "service.work.report": cls.env["service.work.report"].browse(work.id),
            "service.call.step.report": cls.env["service.call.step.report"].browse(
                call.event_ids.sorted("id")[:1].id
            ),
            "service.work.timer": cls.env["service.work.timer"].create(
                {
                    "call_id": call.id,
                    "user_id": cls.engineer.id,
                    "resource_id": cls.resource.id,
                    "resumed_at": False,
                }
            ),
            **cls._get_other_records(call, call.company_id),
        }

    @classmethod
    def _get_other_records(cls, call, company):
        env = cls.env
        own = {"name": "Own", "company_id": company.id}
        records = {
            model: env[model].create(own)
            for model in (
                "service.pause.reason",
                "service.call.tag",
                "service.call.recurrence",
                "service.escalation.rule",
                "service.reliability.trigger",
            )
        }
        records["service.mail.block"] = env["service.mail.block"].create(
            {"email": "spam@nowhere.example", "company_id": company.id}
        )
        records["service.mail.receipt"] = env["service.mail.receipt"].create(
            {"message_key": f"m{call.id}", "sender_key": "s", "content_key": "c", "call_id": call.id}
        )
        records["service.change.step"] = env["service.change.step"].create({**own, "type_id": call.type_id.id})
        records["service.notification.rule"] = env["service.notification.rule"].create({"company_id": company.id})
        records["service.call.escalation"] = env["service.call.escalation"].create(
            {
                "call_id": call.id,
                "team_id": env["service.team"].create({"name": "Second Line", "company_id": company.id}).id,
            }
        )
        records["service.change.approval"] = env["service.change.approval"].create({"call_id": call.id})
        records["service.change.item"] = env["service.change.item"].create({"call_id": call.id})
        records["service.notification.sent"] = env["service.notification.sent"].create(
            {"call_id": call.id, "event": "created", "key": "test", "channel": "inbox"}
        )
        records["service.solution"] = env["service.solution"].create({"title": "Own", "company_id": company.id})
        records["service.solution.use"] = env["service.solution.use"].create(
            {"solution_id": records["service.solution"].id, "call_id": call.id}
        )
        records["service.reliability.flag"] = env["service.reliability.flag"].create(
            {"trigger_id": records["service.reliability.trigger"].id}
        )
        records["service.web.hit"] = env["service.web.hit"].create(
            {"key": f"key of {company.id}", "hour": "2026-11-18 12:00:00", "count": 1}
        )
        records["service.personal.log"] = env["service.personal.log"].create(
            {"kind": "erase", "user_id": env.uid, "company_id": company.id}
        )
        records["service.customer.report"] = env["service.customer.report"].create(
            {"partner_id": cls.customer.id, "company_id": company.id, "recipient_ids": cls.user_portal.partner_id.ids}
        )
        records["service.customer.report.month"] = env["service.customer.report.month"].create(
            {
                "report_id": records["service.customer.report"].id,
                "date_month": "2026-10-01",
                "sent_at": call.raised_at,
            }
        )
        clock = call.clock_ids[:1] or env["service.sla.clock"].create(
            {
                "call_id": call.id,
                "company_id": company.id,
                "metric": "resolution",
                "started_at": call.raised_at,
            }
        )
        records["service.sla.report"] = env["service.sla.report"].search([("clock_id", "=", clock.id)])
        records["service.escalation.step"] = env["service.escalation.step"].create(
            {"clock_id": clock.id, "rule_id": records["service.escalation.rule"].id}
        )
        return records

    def test_table(self):
        for model, roles in TABLE.items():
            for role, allowed in roles.items():
                record = self.records[model].with_user(self.users[role]).sudo(False)
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(record.has_access(operation), letter in allowed)

    def test_the_table_is_complete(self):
        models = {
            model._name
            for model in self.env.values()
            if model._original_module == "service_helpdesk" and not model._abstract and not model._transient
        }
        self.assertEqual(models, set(TABLE))

    def test_other_companies_stay_closed(self):
        for model, roles in TABLE.items():
            # Stages, and how often the public form was sent, are of all companies; a portal user's own calls are his
            # in every company he deals with.
            if model in ("service.call.stage", "service.web.hit"):
                continue
            for role in set(roles) - {"portal"}:
                record = self.other_records[model].with_user(self.users[role]).sudo(False)
                for operation in OPERATIONS.values():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertFalse(record.has_access(operation))

    def test_an_engineer_sees_own_calls_and_those_of_the_own_teams(self):
        other_team = self.env["service.team"].create({"name": "Elsewhere"})
        strange = self._new_call(team_id=other_team.id)
        self.assertFalse(strange.with_user(self.engineer).has_access("read"))
        strange.assigned_user_ids = self.engineer
        self.assertTrue(strange.with_user(self.engineer).has_access("read"))

    def test_an_engineer_writes_own_work_only(self):
        colleague = self._new_user("hd_engineer_2", "service_helpdesk.group_service_helpdesk_engineer")
        line = self.records["service.work"]
        self.assertFalse(line.with_user(colleague).has_access("write"))
        with self.assertRaises(AccessError):
            line.with_user(colleague).quantity = 9

    def test_costs_are_for_those_who_may_see_them(self):
        line = self.records["service.work"]
        for role in ("engineer", "taker", "controller"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                line.with_user(self.users[role]).read(["cost"])
        for role in ("manager", "auditor"):
            line.with_user(self.users[role]).read(["cost"])

    def test_call_takers_do_not_see_prices(self):
        with self.assertRaises(AccessError):
            self.coverage.with_user(self.taker).read(["price"])
