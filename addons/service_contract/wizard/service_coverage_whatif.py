# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCoverageWhatif(models.TransientModel):
    """Asks the resolver, and shows cover, clocks, tariff, quota and why other rows lost."""

    _name = "service.coverage.whatif"
    _description = "What Would Happen If"

    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
    )
