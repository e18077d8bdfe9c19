# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCoverageAdd(models.TransientModel):
    """Adds all units of a site, a zone, a product or a list to a contract."""

    _name = "service.coverage.add"
    _description = "Cover Many Units"

    contract_id = fields.Many2one(
        comodel_name="service.contract",
    )
