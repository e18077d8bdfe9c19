# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceZone(models.Model):
    """A group of like equipment in one or many sites, with a weight for the queue."""

    _name = "service.zone"
    _description = "Service Zone"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    weight = fields.Float(default=1.0, help="Units of a heavier zone come first in the queue.")
    site_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Sites",
        domain=[("is_service_site", "=", True)],
        check_company=True,
    )
    equipment_ids = fields.One2many(comodel_name="service.equipment", inverse_name="zone_id")
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)

    _weight_positive = models.Constraint("CHECK(weight >= 0)", "The weight of a zone cannot be negative.")
