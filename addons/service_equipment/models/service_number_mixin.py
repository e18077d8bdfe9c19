# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceNumberMixin(models.AbstractModel):
    """Documents that are called by a number: from the sequence whose code is the name of their model."""

    _name = "service.number.mixin"
    _description = "Numbered Document"

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env._("New"),
        index=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        unnamed = sum(not vals.get("name") for vals in vals_list)
        numbers = iter(self.env["ir.sequence"]._next_range_by_code(self._name, unnamed))
        return super().create([{**vals, "name": vals.get("name") or next(numbers)} for vals in vals_list])
