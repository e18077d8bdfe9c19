# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestResourceResource(PlanningCase):
    def test_every_engineer_has_an_employee(self):
        employee = self.engineer.sudo().employee_id
        self.assertRecordValues(
            employee, [{"name": "Elena Engineer", "user_id": self.engineer_user.id, "employee_type": "employee"}]
        )

    def test_a_subcontractors_engineer_is_a_contractor(self):
        partner = self.env["res.partner"].create({"name": "Sub Srl", "is_company": True})
        form = Form(
            self.env["resource.resource"].with_user(self.manager).with_context(default_is_service_engineer=True),
            view="service_planning.resource_resource_view_form_engineer",
        )
        form.name = "Sandro Sub"
        form.subcontractor_partner_id = partner
        engineer = form.save()
        self.assertEqual(engineer.sudo().employee_id.employee_type, "contractor")

    def test_an_employee_that_exists_is_kept(self):
        employee = self.env["hr.employee"].create({"name": "Erna Employee"})
        employee.resource_id.is_service_engineer = True
        self.assertEqual(employee.resource_id.employee_id, employee)
        employee.resource_id.write({"is_service_engineer": True})
        self.assertEqual(len(employee.resource_id.employee_id), 1)

    def test_a_machine_is_no_engineer(self):
        with self.assertRefused(ValidationError, "Crane is a material resource"):
            self.env["resource.resource"].create(
                {"name": "Crane", "resource_type": "material", "is_service_engineer": True}
            )

    def test_a_van_of_another_company(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        van = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).lot_stock_id
        with self.assertRefused(ValidationError, "belongs to another company than Elena"):
            self.engineer.van_location_id = van
