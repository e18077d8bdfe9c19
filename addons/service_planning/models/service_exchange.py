# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceExchange(models.Model):
    """A component can be exchanged on a visit."""

    _inherit = "service.exchange"

    visit_id = fields.Many2one(
        comodel_name="service.visit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
    )
