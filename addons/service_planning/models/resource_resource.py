# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResourceResource(models.Model):
    """An engineer is a resource: it has a time zone, a calendar and, through its employee, skills and a department."""

    _inherit = "resource.resource"

    is_service_engineer = fields.Boolean(
        string="Service Engineer",
        help=(
            "Can be sent on visits. An engineer has an employee, so that skills can be recorded; "
            "one is made if missing."
        ),
    )
    area_ids = fields.Many2many(comodel_name="service.area", string="Service Areas")
    is_out_of_hours = fields.Boolean(string="Out of Hours", help="Takes calls outside the normal working hours.")
    subcontractor_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Subcontractor",
        index="btree_not_null",
        help="The company this engineer works for, if it is not ours.",
    )
    start_location_id = fields.Many2one(
        comodel_name="res.partner",
        string="Starts From",
        index="btree_not_null",
        help="The address where the engineer's day begins.",
    )
    van_location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Van",
        domain="[('usage', '=', 'internal'), ('company_id', 'in', [company_id, False])]",
        index="btree_not_null",
        help="The stock location of the engineer's van: where spare parts are taken from.",
    )

    @api.constrains("is_service_engineer", "resource_type")
    def _check_engineer_is_human(self):
        for resource in self:
            if resource.is_service_engineer and resource.resource_type != "user":
                raise ValidationError(
                    self.env._("%(name)s is a material resource and can't be an engineer.", name=resource.name)
                )

    @api.constrains("van_location_id", "company_id")
    def _check_van_company(self):
        for resource in self:
            van_company = resource.van_location_id.company_id
            if van_company and resource.company_id and van_company != resource.company_id:
                raise ValidationError(
                    self.env._(
                        "The van %(van)s belongs to another company than %(name)s.",
                        van=resource.van_location_id.display_name,
                        name=resource.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        resources = super().create(vals_list)
        resources._ensure_engineer_employee()
        return resources

    def write(self, vals):
        result = super().write(vals)
        if vals.get("is_service_engineer"):
            self._ensure_engineer_employee()
        return result

    def _ensure_engineer_employee(self):
        """Make the missing employees of engineers: skills and hourly costs hang on the employee."""
        # sudo: a service manager keeps engineers without rights on personnel files
        engineers = self.sudo().filtered(lambda resource: resource.is_service_engineer and not resource.employee_id)
        if engineers:
            self.env["hr.employee"].sudo().create([engineer._prepare_employee_values() for engineer in engineers])

    def _prepare_employee_values(self):
        """Return the values of the employee of this engineer; a subcontractor's is a contractor."""
        self.ensure_one()
        return {
            "resource_id": self.id,
            "name": self.name,
            "user_id": self.user_id.id,
            "company_id": (self.company_id or self.env.company).id,
            "resource_calendar_id": self.calendar_id.id,
            "employee_type": "contractor" if self.subcontractor_partner_id else "employee",
        }
