# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class IrModelFields(models.Model):
    """Labels, helps and choices of fields in the company's own words."""

    _inherit = "ir.model.fields"

    @api.model
    def get_field_string(self, model_name):
        return self.env["service.label"]._overlay_strings(model_name, super().get_field_string(model_name))

    @api.model
    def get_field_help(self, model_name):
        helps = super().get_field_help(model_name)
        words = self.env["service.label"]._get_words()
        if not words or not model_name.startswith("service."):
            return helps
        return {name: words.replace(text) for name, text in helps.items()}

    @api.model
    def get_field_selection(self, model_name, field_name):
        choices = super().get_field_selection(model_name, field_name)
        words = self.env["service.label"]._get_words()
        if not words or not model_name.startswith("service."):
            return choices
        return [(value, words.replace(text)) for value, text in choices]
