# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import nullcontext
from datetime import date, datetime

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import Form  # noqa: F401 - for the tests that build on this

from odoo.addons.service_equipment.tests.common import EquipmentCase

# A Wednesday, 10:00 in Rome.
RAISED = datetime(2026, 11, 18, 9, 0)


class HelpdeskCase(EquipmentCase):
    """Roles of the helpdesk, a team, a contract on one of two units, a service level of 4 and 16 hours.

    The clock stands at Wednesday 18 November 2026, 13:00 in Rome; the site is in Rome too.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.service_sla_policy_id = False
        cls.taker = cls._new_user("hd_taker", "service_helpdesk.group_service_helpdesk_user")
        cls.controller = cls._new_user("hd_controller", "service_helpdesk.group_service_helpdesk_controller")
        cls.engineer = cls._new_user("hd_engineer", "service_helpdesk.group_service_helpdesk_engineer")
        cls.manager = cls._new_user("hd_manager", "service_helpdesk.group_service_helpdesk_manager")
        cls.resource = cls.env["resource.resource"].create({"name": "Engineer", "user_id": cls.engineer.id})
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Office 09-17",
                "tz": "Europe/Rome",
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": str(day),
                                "dayofweek": str(day),
                                "hour_from": 9,
                                "hour_to": 17,
                                "day_period": "morning",
                            }
                        )
                        for day in range(5)
                    ),
                ],
            }
        )
        cls.policy = cls.env["service.sla.policy"].create(
            {
                "name": "Respond in 4, resolve in 16",
                "calendar_id": cls.calendar.id,
                "target_ids": [
                    Command.create({"metric": "response", "budget_minutes": 4 * 60, "warn_percents": "50"}),
                    Command.create({"metric": "resolution", "budget_minutes": 16 * 60, "warn_percents": "80"}),
                ],
            }
        )
        cls.team = cls.env["service.team"].create(
            {
                "name": "Field Service",
                "alias_name": "hd-test-service",
                "user_id": cls.manager.id,
                "member_ids": [Command.set(cls.engineer.ids)],
                "controller_ids": [Command.set(cls.controller.ids)],
            }
        )
        cls.call_type = cls.env["service.call.type"].search([("is_preventive", "=", False)], limit=1)
        cls.preventive_type = cls.env["service.call.type"].search([("is_preventive", "=", True)], limit=1)
        cls.contact = cls.user_portal.partner_id
        cls.contact.service_sees_all_calls = True
        cls.unit = cls._new_unit("HD-1001", date_delivered=date(2020, 1, 1))
        cls.unit_bare = cls._new_unit("HD-1002", date_delivered=date(2020, 1, 1))
        cls.contract = cls._new_contract()

    @classmethod
    def _new_contract(cls, **vals):
        """An active contract on ``unit``: labour, travel, distance and call-out from quotas, parts less 10 %."""
        contract = cls.env["service.contract"].create(
            {
                "partner_id": cls.customer.id,
                "date_start": date(2026, 1, 1),
                "date_end": date(2026, 12, 31),
                "sla_policy_id": cls.policy.id,
                "period_ids": [
                    Command.create(
                        {
                            "date_start": date(2026, 1, 1),
                            "date_end": date(2026, 12, 31),
                            "free_calls": 2,
                            "free_hours": 4,
                        }
                    )
                ],
                **vals,
            }
        )
        cls.coverage = cls.env["service.coverage"].create(
            {
                "contract_id": contract.id,
                "equipment_id": cls.unit.id,
                "price": 100.0,
                "term_labour": "from_buckets",
                "term_travel": "from_buckets",
                "term_distance": "from_buckets",
                "term_callout": "from_buckets",
                "term_part": "chargeable",
                "discount_part": 10.0,
                "term_expense": "included",
            }
        )
        contract.action_activate()
        return contract

    @classmethod
    def _new_call(cls, user=None, **vals):
        return (
            cls.env["service.call"]
            .with_user(user or cls.taker)
            .create(
                {
                    "subject": "Pump leaks",
                    "equipment_id": cls.unit.id,
                    "raised_at": RAISED,
                    "type_id": cls.call_type.id,
                    **vals,
                }
            )
        )

    @classmethod
    def _new_work(cls, call, kind, quantity, **vals):
        values = {"call_id": call.id, "kind": kind, "quantity": quantity, **vals}
        return cls.env["service.work"].with_user(cls.engineer).create(values)

    def _validate_work(self, lines):
        lines.action_submit()
        lines.with_user(self.controller).action_validate()

    def _tell(self, at=None):
        """Let the job tell what the notification rules left waiting, now or at an instant given as text (UTC)."""
        cron = self.env.ref("service_helpdesk.ir_cron_notification")
        with freeze_time(at) if at else nullcontext(), self.enter_registry_test_mode():
            cron.method_direct_trigger()

    def _clock(self, call, metric, cycle=0):
        return call.clock_ids.filtered(lambda clock: clock.metric == metric and clock.cycle == cycle)

    def _bodies(self, call):
        return " ".join(call.sudo().message_ids.mapped("body"))

    @classmethod
    def _at(cls, text):
        """An instant, naive UTC, from text."""
        return fields.Datetime.to_datetime(text)
