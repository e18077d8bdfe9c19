# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class IrActionsActWindow(models.Model):
    """Titles of the suite's screens in the company's own words."""

    _inherit = "ir.actions.act_window"

    def _get_action_dict(self):
        action = super()._get_action_dict()
        words = self.env["service.label"]._get_words()
        if words and (action.get("res_model") or "").startswith("service."):
            action.update({name: words.replace(action[name]) for name in ("name", "display_name", "help")})
        return action
