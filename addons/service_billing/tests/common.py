# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class BillingCommon(AccountTestInvoicingCommon):
    """A company with books, the tariff of the story, a customer with two units, and one user per role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.company.partner_id.tz = "Europe/Rome"
        cls.env.user.group_ids |= (
            cls.env.ref("service_billing.group_service_billing_manager")
            | cls.env.ref("service_contract.group_service_contract_manager")
            | cls.env.ref("service_helpdesk.group_service_helpdesk_manager")
            | cls.env.ref("service_equipment.group_service_equipment_manager")
        )
        cls.accountant = cls._new_user("bi_accountant", "account.group_account_invoice")
        cls.controller = cls._new_user("bi_controller", "service_helpdesk.group_service_helpdesk_controller")
        cls.engineer = cls._new_user("bi_engineer", "service_helpdesk.group_service_helpdesk_engineer")
        cls.contract_user = cls._new_user("bi_contracts", "service_contract.group_service_contract_user")
        cls.customer = cls.env["res.partner"].create({"name": "Ferrari Pumps", "is_company": True, "tz": "Europe/Rome"})
        cls.site = cls.env["res.partner"].create({
            "name": "Plant Modena", "parent_id": cls.customer.id, "type": "delivery", "is_service_site": True,
            "tz": "Europe/Rome",
        })
        cls.model = cls.env["product.product"].create({
            "name": "Pump P1", "type": "consu", "is_storable": True, "tracking": "serial", "is_service_equipment": True,
        })
        cls.products = cls.env["product.product"]._get_service_products()
        cls.part = cls.env["product.product"].create({
            "name": "Seal kit", "type": "consu", "is_storable": True, "list_price": 999.0, "standard_price": 45.0,
        })
        cls.pricelist = cls._new_pricelist("Service tariff")
        cls.units = cls._new_units(2)
        cls.resource = cls._new_engineer(cls.engineer, hourly_cost=30.0)

    # -------------------------------------------------------------------------
    # FACTORIES
    # -------------------------------------------------------------------------

    @classmethod
    def _new_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env, login=login, groups=f"base.group_user,{groups}",
            company_id=company.id, company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _product(cls, kind):
        """Return the shipped service product of a kind of work."""
        return cls.products[kind, False]

    @classmethod
    def _new_pricelist(cls, name):
        prices = [
            (cls._product("labour"), 60.0), (cls._product("travel"), 40.0), (cls._product("distance"), 0.5),
            (cls._product("callout"), 50.0), (cls.part, 80.0),
        ]
        return cls.env["product.pricelist"].create({
            "name": name,
            "currency_id": cls.company.currency_id.id,
            "company_id": cls.company.id,
            "item_ids": [
                Command.create({
                    "applied_on": "0_product_variant", "product_id": product.id, "compute_price": "fixed",
                    "fixed_price": price,
                })
                for product, price in prices
            ],
        })

    @classmethod
    def _new_units(cls, count, customer=None, site=None):
        customer = customer or cls.customer
        # In service, as a delivery registers them: nobody writes the state by himself.
        units = cls.env["service.equipment"].sudo().create([
            {
                "product_id": cls.model.id,
                "partner_id": customer.id,
                "site_id": (site or (cls.site if customer == cls.customer else customer)).id,
                "company_id": cls.company.id,
                "state": "in_service",
            }
            for _number in range(count)
        ])
        return units.sudo(False)

    @classmethod
    def _new_engineer(cls, user, hourly_cost):
        employee = cls.env["hr.employee"].sudo().create({
            "name": user.name, "user_id": user.id, "company_id": cls.company.id, "hourly_cost": hourly_cost,
        })
        return employee.resource_id

    @classmethod
    def _new_contract(cls, units=None, price=100.0, is_active=True, **values):
        """Create the story's contract: 12 March 2026 to 11 March 2027, anchor 1 March, monthly in advance, by days."""
        units = cls.units if units is None else units
        contract = cls.env["service.contract"].create({
            "partner_id": cls.customer.id,
            "company_id": cls.company.id,
            "date_start": "2026-03-12",
            "date_end": "2027-03-11",
            "date_anchor": "2026-03-01",
            "pricelist_id": cls.pricelist.id,
            "coverage_ids": [
                Command.create({
                    "equipment_id": unit.id,
                    "price": price,
                    "term_labour": "from_buckets",
                    "term_travel": "from_buckets",
                    "term_distance": "from_buckets",
                    "term_callout": "from_buckets",
                    "term_part": "chargeable",
                    "discount_part": 10.0,
                })
                for unit in units
            ],
            "period_ids": [Command.create({
                "date_start": values.get("date_start", "2026-03-12"), "date_end": values.get("date_end", "2027-03-11"),
                "free_calls": 2, "free_hours": 4,
            })],
            **values,
        })
        if is_active:
            contract.action_activate()
        return contract

    def _run(self, date, contracts=None, user=None):
        """Run billing as the accountant and return the run, as seen by the test's own user."""
        run = self.env["service.billing.run"].with_user(user or self.accountant).create({
            "date": date,
            "company_id": self.company.id,
            "contract_ids": [Command.set(contracts.ids if contracts else [])],
        })
        run.action_run()
        return run.sudo(False).with_user(self.env.user)

    def _amounts(self, run):
        return run.charge_ids.sorted("id").mapped("amount")

    @classmethod
    def _new_call(cls, unit=None, customer=None, raised_at="2026-04-13 08:00:00"):
        return cls.env["service.call"].create({
            "subject": "It leaks",
            "partner_id": (customer or cls.customer).id,
            "site_id": unit.site_id.id if unit else False,
            "equipment_id": unit.id if unit else False,
            "raised_at": raised_at,
            "company_id": cls.company.id,
        })

    def _validated_work(self, call, date="2026-04-14", **quantities):
        """Record work by kind (``labour=3, part=1``), submit it and validate it as the controller."""
        works = self.env["service.work"].create([
            {
                "call_id": call.id,
                "kind": kind,
                "product_id": (self.part if kind == "part" else self._product(kind)).id,
                "resource_id": self.resource.id,
                "date": date,
                "quantity": quantity,
            }
            for kind, quantity in quantities.items()
        ])
        works.action_submit()
        works.with_user(self.controller).action_validate()
        return works
