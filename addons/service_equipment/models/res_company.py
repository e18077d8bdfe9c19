# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_quarantine_location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Quarantine Location",
        domain="[('usage', '=', 'internal'), ('company_id', '=', id)]",
        check_company=True,
        copy=False,
        help="Where parts that came back from customers wait for inspection.",
    )

    def _create_per_company_locations(self):
        res = super()._create_per_company_locations()
        self._create_service_quarantine_location()
        return res

    def _create_service_quarantine_location(self):
        """Make the quarantine location of each company; Odoo has none."""
        locations = self.env["stock.location"].create(
            [{"name": self.env._("Quarantine"), "usage": "internal", "company_id": company.id} for company in self]
        )
        for company, location in zip(self, locations, strict=True):
            company.service_quarantine_location_id = location

    @api.model
    def _create_missing_service_quarantine_location(self):
        """Make the location for the companies that existed before this module."""
        self.search([("service_quarantine_location_id", "=", False)])._create_service_quarantine_location()
