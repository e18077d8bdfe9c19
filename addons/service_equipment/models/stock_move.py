# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    service_exchange_id = fields.Many2one(
        comodel_name="service.exchange",
        string="Component Exchange",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
    )
