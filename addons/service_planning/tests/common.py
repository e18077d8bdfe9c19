# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from base64 import b64encode
from contextlib import contextmanager

from odoo import Command
from odoo.tests import TransactionCase, new_test_user
from odoo.tools.misc import file_open

MONDAY = "2026-04-13"


class PlanningCase(TransactionCase):
    """One customer with a site in Rome, a dispatcher, two engineers with vans, and small factories."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "mail_notrack": True})
        cls.company = cls.env.company
        cls.customer = cls.env["res.partner"].create(
            {"name": "Aqua Spa", "is_company": True, "phone": "+39 06 555 01", "email": "office@aqua.example"}
        )
        cls.site = cls.env["res.partner"].create(
            {
                "name": "Aqua Pumping Station",
                "parent_id": cls.customer.id,
                "type": "delivery",
                "is_service_site": True,
                "tz": "Europe/Rome",
                "street": "Via del Mare 7",
                "zip": "00122",
                "city": "Roma",
            }
        )
        cls.other_customer = cls.env["res.partner"].create({"name": "Other Spa", "is_company": True})
        cls.dispatcher = cls.new_user("planning_dispatcher", "service_planning.group_service_planning_user")
        cls.manager = cls.new_user("planning_manager", "service_planning.group_service_planning_manager")
        cls.engineer_user = cls.new_user("planning_engineer", "service_planning.group_service_planning_engineer")
        cls.other_user = cls.new_user("planning_other", "service_planning.group_service_planning_engineer")
        cls.engineer = cls.new_engineer("Elena Engineer", cls.engineer_user)
        cls.other_engineer = cls.new_engineer("Otto Other", cls.other_user)

    @classmethod
    def new_user(cls, login, group):
        return new_test_user(cls.env, login=login, groups=f"base.group_user,{group}", tz="Europe/Rome")

    @classmethod
    def new_engineer(cls, name, user, **values):
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        van = cls.env["stock.location"].create(
            {"name": f"Van {name}", "usage": "internal", "location_id": warehouse.lot_stock_id.id}
        )
        return cls.env["resource.resource"].create(
            {
                "name": name,
                "user_id": user.id,
                "is_service_engineer": True,
                "van_location_id": van.id,
                "tz": "Europe/Rome",
                **values,
            }
        )

    @classmethod
    def new_call(cls, **values):
        return cls.env["service.call"].create(
            {
                "subject": "Pump leaks",
                "partner_id": cls.customer.id,
                "site_id": cls.site.id,
                "raised_at": f"{MONDAY} 06:00:00",
                **values,
            }
        )

    @classmethod
    def new_visit(cls, calls, hour=8, **values):
        """Return a provisional visit on Monday from `hour` for two hours (UTC), made by the dispatcher."""
        return (
            cls.env["service.visit"]
            .with_user(cls.dispatcher)
            .create(
                {
                    "call_ids": [Command.set(calls.ids)],
                    "lead_id": cls.engineer.id,
                    "date_start": f"{MONDAY} {hour:02}:00:00",
                    "date_end": f"{MONDAY} {hour + 2:02}:00:00",
                    **values,
                }
            )
        )

    @classmethod
    def read_signature(cls):
        with file_open("web/static/img/placeholder.png", "rb") as image:
            return b64encode(image.read())

    @classmethod
    def new_equipment(cls, serial="PUMP-001", **values):
        """Return a unit at the site with an installed seal that can be exchanged."""
        product = cls.env["product.product"].create(
            {"name": "Pump", "type": "consu", "is_storable": True, "tracking": "serial", "is_service_equipment": True}
        )
        lot = cls.env["stock.lot"].create({"name": serial, "product_id": product.id, "company_id": cls.company.id})
        return cls.env["service.equipment"].create(
            {
                "product_id": product.id,
                "lot_id": lot.id,
                "partner_id": cls.customer.id,
                "site_id": cls.site.id,
                "state": "in_service",
                **values,
            }
        )

    @contextmanager
    def assertRefused(self, exception, pattern):
        """Like `assertRaisesRegex`, and nothing of what was refused stays."""
        with self.assertRaisesRegex(exception, pattern), self.env.cr.savepoint():
            yield
            self.env.flush_all()
        self.env.invalidate_all()
