# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceConsumption(models.Model):
    _inherit = "service.consumption"

    work_id = fields.Many2one(
        comodel_name="service.work",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The work line that took it.",
    )
    call_id = fields.Many2one(
        comodel_name="service.call",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The call on whose behalf it was taken.",
    )
