# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEquipmentPlacement(models.Model):
    """Whose a unit was and where it stood, from one day to the next."""

    _name = "service.equipment.placement"
    _description = "Equipment Placement"
    _check_company_auto = True

    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True)
