# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceFixApplication(models.Model):
    """What became of a fix on one affected unit."""

    _name = "service.fix.application"
    _description = "Fix on a Unit"
    _check_company_auto = True

    fix_id = fields.Many2one(
        comodel_name="service.fix", required=True, index=True, ondelete="cascade", check_company=True
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True)
