# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceWarrantyExtension(models.Model):
    """One extension of a unit's warranty, and why."""

    _name = "service.warranty.extension"
    _description = "Warranty Extension"
    _check_company_auto = True

    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True)
