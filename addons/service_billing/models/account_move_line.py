# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    service_charge_ids = fields.One2many(
        comodel_name="service.charge",
        inverse_name="move_line_id",
        groups="service_billing.group_service_billing_user",
    )
