# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class IrActionsActions(models.Model):
    """Titles of the suite's screens, and what its menus of actions and prints offer, in the company's own words."""

    _inherit = "ir.actions.actions"

    def _get_action_dict(self):
        action = super()._get_action_dict()
        labels = self.env["service.label"]
        words, model_name = labels._get_words(), action.get("res_model")
        if words and (labels._has_own_words(model_name) if model_name else action["xml_id"].startswith("service_")):
            action.update({name: words.replace(action[name]) for name in ("name", "display_name", "help")})
        return action

    @api.model
    def get_bindings(self, model_name):
        bindings = super().get_bindings(model_name)
        words = self.env["service.label"]._get_words()
        if not words or not model_name.startswith("service."):
            return bindings
        return {
            kind: [{**action, "name": words.replace(action["name"])} for action in actions]
            for kind, actions in bindings.items()
        }
