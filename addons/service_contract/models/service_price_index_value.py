# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServicePriceIndexValue(models.Model):
    """The value of an index from a day on."""

    _name = "service.price.index.value"
    _description = "Value of a Price Index"
    _inherit = ["service.limits.mixin"]
    _order = "index_id, date desc, id desc"
    _check_company_auto = True

    index_id = fields.Many2one(
        comodel_name="service.price.index",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="index_id.company_id", store=True, index=True)
    date = fields.Date(string="From", required=True, help="The first day that the value stands for.")
    value = fields.Float(digits=(16, 4), required=True)
    note = fields.Char(help="Such as: provisional, or the number of the official journal.")

    _date_uniq = models.UniqueIndex("(index_id, date)", "The index has a value of this day already: change that one.")
    _check_value = models.Constraint("CHECK (value > 0)", "The value of an index is greater than zero.")

    @api.depends("index_id.name", "date", "value")
    def _compute_display_name(self):
        for value in self:
            value.display_name = f"{value.index_id.name} {value.date}: {value.value}"
