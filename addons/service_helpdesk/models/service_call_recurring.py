# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCall(models.Model):
    """Calls that were made of a recurring one."""

    _inherit = "service.call"

    recurrence_id = fields.Many2one(
        comodel_name="service.call.recurrence",
        string="Recurring Call",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    recurrence_date = fields.Date(readonly=True, copy=False, groups="base.group_user")
    recurrence_day = fields.Date(string="To Be Done On", readonly=True, copy=False, groups="base.group_user")

    _recurrence_date_uniq = models.UniqueIndex(
        "(recurrence_id, recurrence_date) WHERE recurrence_id IS NOT NULL",
        "The call of this date was made already.",
    )
