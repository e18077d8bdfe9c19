# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain


class StockLot(models.Model):
    _inherit = "stock.lot"

    def _get_service_production_domain(self):
        # What an unbuild order gives back was not made of the product it takes apart.
        return super()._get_service_production_domain() & Domain("move_id.unbuild_id", "=", False)
