# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The suite's end-to-end fixtures: one customer, its site, the tariff, the people.

No demo records: the story makes what it needs, so that it runs with and without
demo data.
"""
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

# login -> groups, as a service company would give them out
ROLES = {
    "story_sales": "sales_team.group_sale_salesman",
    "story_call_taker": "service_management.role_call_taker",
    "story_engineer": "service_management.role_engineer",
    "story_controller": "service_management.role_controller",
    "story_clerk": "service_management.role_stock_clerk",
    "story_contracts": "service_management.role_contract_manager",
    "story_accountant": "account.group_account_invoice",
    "story_manager": "service_management.role_service_manager",
    "story_auditor": "service_management.role_auditor",
}


class ServiceSuiteCase(HttpCase):
    """Users of every role, a customer with a site in Rome, products and the tariff."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.env.company.partner_id.tz = "Europe/Rome"
        cls.users = {
            login: new_test_user(cls.env, login=login, groups=f"base.group_user,{group}", tz="Europe/Rome")
            for login, group in ROLES.items()
        }
        cls._create_customers()
        cls._create_products()
        cls._create_engineer()
        cls._create_calendar_and_policy()

    @classmethod
    def _create_customers(cls):
        cls.customer = cls.env["res.partner"].create({
            "name": "Adria Packaging", "is_company": True, "email": "office@adria.example.com", "tz": "Europe/Rome",
        })
        cls.site = cls.env["res.partner"].create({
            "name": "Adria Plant 1", "parent_id": cls.customer.id, "type": "delivery",
            "is_service_site": True, "tz": "Europe/Rome", "street": "Via del Porto 1", "city": "Ancona",
        })
        cls.contact = cls.env["res.partner"].create({
            "name": "Carla Conti", "parent_id": cls.customer.id, "email": "carla@adria.example.com",
            "service_sees_all_calls": True,
        })
        cls.other_customer = cls.env["res.partner"].create({"name": "Borea Foods", "is_company": True})
        cls.portal_user = new_test_user(
            cls.env, login="story_customer", groups="base.group_portal",
            partner_id=cls.contact.id, email="carla@adria.example.com",
        )
        cls.subcontractor = new_test_user(
            cls.env, login="story_subcontractor", groups="service_planning.group_service_planning_subcontractor",
        )
        cls.other_portal_user = new_test_user(cls.env, login="story_other_customer", groups="base.group_portal")
        cls.other_portal_user.partner_id.parent_id = cls.other_customer

    @classmethod
    def _create_products(cls):
        no_tax = {"taxes_id": [Command.clear()], "supplier_taxes_id": [Command.clear()]}
        Product = cls.env["product.product"]
        cls.machine = Product.create({
            "name": "Labeller L200", "type": "consu", "is_storable": True, "tracking": "serial",
            "is_service_equipment": True, "warranty_parts_months": 24, "warranty_labour_months": 24,
            "warranty_basis": "delivery", "list_price": 12000, **no_tax,
        })
        cls.part = Product.create({
            "name": "Print head", "type": "consu", "is_storable": True, "tracking": "serial",
            "list_price": 80.0, "standard_price": 45.0, **no_tax,
        })
        cls.machine.product_tmpl_id.write({"service_design_line_ids": [Command.create({
            "position": "Head", "product_id": cls.part.id, "quantity": 1,
        })]})
        cls.uncovered_product = Product.create({"name": "Old conveyor", "type": "consu"})
        kinds = {"labour": 60.0, "travel": 40.0, "distance": 0.5, "callout": 50.0}
        # the shipped products of each kind, priced by the story's tariff
        cls.kind_products = {
            kind: Product.search([("service_work_kind", "=", kind)], limit=1) for kind in kinds
        }
        for kind in kinds:
            cls.kind_products[kind].write({"taxes_id": [Command.clear()]})
        cls.kind_products["distance"].standard_price = 0.30
        cls.tariff = cls.env["product.pricelist"].create({
            "name": "Service tariff 2026",
            "item_ids": [
                Command.create({
                    "applied_on": "0_product_variant", "product_id": product.id,
                    "compute_price": "fixed", "fixed_price": price,
                })
                for product, price in [
                    *((cls.kind_products[kind], price) for kind, price in kinds.items()),
                    (cls.part, 80.0),
                ]
            ],
        })
        cls.customer.property_product_pricelist = cls.tariff
        cls.fee = Product.create({"name": "Maintenance fee", "type": "service", **no_tax})

    @classmethod
    def _create_engineer(cls):
        user = cls.users["story_engineer"]
        cls.van = cls.env["stock.location"].create(
            {
                "name": "Van of Silvio",
                "usage": "internal",
                "location_id": cls.env["stock.warehouse"]
                .search([("company_id", "=", cls.company.id)], limit=1)
                .lot_stock_id.id,
            }
        )
        employee = cls.env["hr.employee"].create({
            "name": "Silvio Storia", "user_id": user.id, "hourly_cost": 30.0, "company_id": cls.company.id,
        })
        cls.engineer = employee.resource_id
        cls.engineer.write({"is_service_engineer": True, "van_location_id": cls.van.id})

    @classmethod
    def _create_calendar_and_policy(cls):
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Monday to Friday 09-17",
                "tz": "Europe/Rome",
                "company_id": cls.company.id,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {"name": "Day", "dayofweek": str(day), "hour_from": 9, "hour_to": 17, "day_period": "full_day"}
                    )
                    for day in range(5)
                ],
            }
        )
        cls.policy = cls.env["service.sla.policy"].create({
            "name": "Respond 4, resolve 16", "calendar_id": cls.calendar.id,
            "target_ids": [
                Command.create({"metric": "response", "budget_minutes": 4 * 60}),
                Command.create({"metric": "resolution", "budget_minutes": 16 * 60}),
            ],
        })
        cls.env.company.service_sla_policy_id = cls.policy
        domain = cls.env["mail.alias.domain"].create({"name": "service.example.com"})
        cls.team = cls.env["service.team"].create({
            "name": "Field service", "alias_name": "story-service", "alias_domain_id": domain.id,
            "member_ids": [Command.link(cls.users["story_engineer"].id)],
            "controller_ids": [Command.link(cls.users["story_controller"].id)],
        })

    def serial(self, product, name, location=None):
        """A serial of ``product`` put into stock at ``location`` (the warehouse when empty)."""
        lot = self.env["stock.lot"].create({"name": name, "product_id": product.id, "company_id": self.company.id})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)], limit=1)
        self.env["stock.quant"]._update_available_quantity(product, location or warehouse.lot_stock_id, 1, lot_id=lot)
        return lot
