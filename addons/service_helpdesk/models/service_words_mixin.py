# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceWordsMixin(models.AbstractModel):
    """Words for what fields hold."""

    _name = "service.words.mixin"
    _description = "Words for Values"

    def _get_label(self, name):
        """Return the translated label of the value of the selection field ``name``; an empty text where it is empty."""
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")


class ServiceRuleMixin(models.AbstractModel):
    """What the rules that a manager sets up have in common: name, order, company, and how they say what they do."""

    _name = "service.rule.mixin"
    _inherit = ["service.words.mixin"]
    _description = "Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
