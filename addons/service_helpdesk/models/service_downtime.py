# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceDowntime(models.Model):
    _inherit = "service.downtime"

    call_id = fields.Many2one(
        comodel_name="service.call",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
        tracking=True,
        domain="[('equipment_id', '=', equipment_id)]",
        help="The call that told of it; closing the call ends it.",
    )
