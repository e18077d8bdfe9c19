# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime

from freezegun import freeze_time

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

# A Wednesday: 11:00 in Rome.
NOW = datetime(2026, 4, 15, 9, 0)
TODAY = date(2026, 4, 15)


class ContractCase(TransactionCase):
    """Users by role, a customer with a site in Rome and three units, and the contract of the story."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.company = cls.env.company
        cls.company.partner_id.tz = "Europe/Rome"
        cls.user_reader = cls._new_user("ct_reader", "service_contract.group_service_contract_reader")
        cls.user_contract = cls._new_user("ct_user", "service_contract.group_service_contract_user")
        cls.user_manager = cls._new_user("ct_manager", "service_contract.group_service_contract_manager")
        cls.user_auditor = cls._new_user("ct_auditor", "service_equipment.group_service_auditor")
        cls.user_employee = cls._new_user("ct_employee", "base.group_user")
        cls.customer = cls.env["res.partner"].create({"name": "Rossi Spa", "is_company": True, "tz": "Europe/Rome"})
        cls.site = cls.env["res.partner"].create(
            {"name": "Rossi Plant", "parent_id": cls.customer.id, "type": "delivery", "tz": "Europe/Rome"}
        )
        cls.other_customer = cls.env["res.partner"].create({"name": "Bianchi Srl", "is_company": True})
        cls.user_portal = cls._new_user("ct_portal", "base.group_portal", name="Rossi Portal")
        cls.user_portal.partner_id.parent_id = cls.customer
        cls.category = cls.env["product.category"].create({"name": "Pumps"})
        cls.product = cls.env["product.product"].create(
            {
                "name": "Pump",
                "type": "consu",
                "is_storable": True,
                "tracking": "serial",
                "categ_id": cls.category.id,
                "is_service_equipment": True,
                "warranty_parts_months": 24,
                "warranty_labour_months": 24,
            }
        )
        cls.unit_1 = cls._new_unit("P-1")
        cls.unit_2 = cls._new_unit("P-2")
        cls.unit_3 = cls._new_unit("P-3", date_delivered=date(2026, 3, 15))
        cls.call_type = cls.env.ref("service_contract.call_type_helpdesk")
        cls.calendar = cls._new_calendar()
        cls.policy = cls.env["service.sla.policy"].create(
            {
                "name": "4 and 16 hours",
                "calendar_id": cls.calendar.id,
                "target_ids": [
                    Command.create({"metric": "response", "budget_minutes": 240}),
                    Command.create({"metric": "resolution", "budget_minutes": 960}),
                ],
            }
        )

    @classmethod
    def _new_user(cls, login, groups, **vals):
        return new_test_user(cls.env, login, groups=groups, email=f"{login}@service.example", tz="Europe/Rome", **vals)

    @classmethod
    def _new_unit(cls, serial, **vals):
        """Make a unit at the site, delivered three years ago."""
        lot = cls.env["stock.lot"].create({"name": serial, "product_id": cls.product.id, "company_id": cls.company.id})
        return cls.env["service.equipment"].create(
            {
                "product_id": cls.product.id,
                "lot_id": lot.id,
                "partner_id": cls.customer.id,
                "site_id": cls.site.id,
                "date_delivered": date(2023, 4, 1),
                **vals,
            }
        )

    @classmethod
    def _new_calendar(cls, hours=((9, 17),), weekdays=range(5), **vals):
        """Make working hours in the zone of Rome, by default Monday to Friday 09-17."""
        return cls.env["resource.calendar"].create(
            {
                "name": "Office hours",
                "tz": "Europe/Rome",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "Work",
                            "dayofweek": str(weekday),
                            "hour_from": hour_from,
                            "hour_to": hour_to,
                            "day_period": "full_day",
                        }
                    )
                    for weekday in weekdays
                    for hour_from, hour_to in hours
                ],
                **vals,
            }
        )

    @classmethod
    def _new_contract(cls, rows=({},), activate=True, **vals):
        """Make a contract of the customer for 2026 as the contract manager; `rows` are values of coverage rows."""
        contract = (
            cls.env["service.contract"]
            .with_user(cls.user_contract)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "date_start": date(2026, 1, 1),
                    "date_end": date(2026, 12, 31),
                    "coverage_ids": [Command.create(row) for row in rows],
                    **vals,
                }
            )
        )
        if activate:
            contract.action_activate()
        return contract

    @classmethod
    def _new_story_contract(cls, **vals):
        """Make the contract of the story: 2 free calls, 4 free hours, units 1 and 2 at 100.00 a month."""
        return cls._new_contract(
            rows=[{"equipment_id": unit.id, "price": 100.0} for unit in (cls.unit_1, cls.unit_2)],
            **{
                "type_id": cls.env.ref("service_contract.contract_type_quota").id,
                "term_labour": "from_buckets",
                "term_travel": "from_buckets",
                "term_distance": "from_buckets",
                "term_callout": "from_buckets",
                "discount_part": 10.0,
                "date_start": date(2026, 3, 12),
                "date_end": date(2027, 3, 11),
                "date_anchor": date(2026, 3, 1),
                "sla_policy_id": cls.policy.id,
                "period_ids": [Command.create({"free_calls": 2, "free_hours": 4})],
                **vals,
            },
        )

    def _resolve(self, user=None, **values):
        """Resolve one request of the customer at the site, now, as the lowest role that may."""
        request = {
            "partner_id": self.customer.id,
            "site_id": self.site.id,
            "call_type_id": self.call_type.id,
            "at": NOW,
            "company_id": self.company.id,
            **values,
        }
        return self.env["service.coverage"].with_user(user or self.user_reader).resolve([request])[0]
