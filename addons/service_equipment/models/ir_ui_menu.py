# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class IrUiMenu(models.Model):
    """Menus of the suite in the company's own words."""

    _inherit = "ir.ui.menu"

    @api.model
    def load_menus(self, debug):
        menus = super().load_menus(debug)
        words = self.env["service.label"]._get_words()
        if not words:
            return menus
        return {
            key: {**menu, "name": words.replace(menu["name"])}
            if (menu.get("xmlid") or "").startswith("service_")
            else menu
            for key, menu in menus.items()
        }
