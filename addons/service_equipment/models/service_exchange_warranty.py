# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceExchange(models.Model):
    """The warranty of what an exchange builds in."""

    _inherit = "service.exchange"

    def _prepare_component_warranty_values(self):
        """Return the warranty of the new part; pure.

        It has the terms that its product is sold with today, from the day of the exchange, and never less than
        the rest of the warranty of the part that it replaces.

        :return: dict of `service.component` values
        """
        self.ensure_one()
        template = self.new_product_id.product_tmpl_id
        months = template._get_warranty_terms()[template]["parts_months"]
        own_end = self.equipment_id._get_warranty_end(self._get_site_date(), months)
        # Without terms of its own the part goes with the unit, as the old one did: the end stays empty.
        rest = self.component_id.warranty_end or (own_end and self.equipment_id.warranty_parts_end)
        return {
            "warranty_months": months,
            "warranty_end": max(filter(None, (own_end, rest)), default=False),
        }
