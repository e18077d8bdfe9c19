# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import groupby


class ServiceNumberMixin(models.AbstractModel):
    """Documents that are called by a number: from their company's sequence whose code is the name of their model."""

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
        vals_list = [dict(vals) for vals in vals_list]
        unnamed = [vals for vals in vals_list if not vals.get("name")]
        for company_id, company_vals in groupby(unnamed, lambda vals: vals.get("company_id") or self.env.company.id):
            company = self.env["res.company"].browse(company_id)
            names = self.env["ir.sequence"]._next_range_by_code(self._name, len(company_vals), company=company)
            for vals, name in zip(company_vals, names, strict=True):
                vals["name"] = name
        return super().create(vals_list)
