# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    is_service_mail_wanted = fields.Boolean(
        string="Calls by E-mail",
        default=True,
        help="Off: notifications about calls send you no e-mail.",
    )
    is_service_inbox_wanted = fields.Boolean(
        string="Calls in the Inbox",
        default=True,
        help="Off: notifications about calls stay out of your inbox.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "is_service_mail_wanted", "is_service_inbox_wanted"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "is_service_mail_wanted", "is_service_inbox_wanted"]
