# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_reopen_days = fields.Integer(related="company_id.service_reopen_days", readonly=False)
    service_mail_auth_host = fields.Char(related="company_id.service_mail_auth_host", readonly=False)
    service_mail_attachment_mb = fields.Integer(related="company_id.service_mail_attachment_mb", readonly=False)
    service_repeat_days = fields.Integer(related="company_id.service_repeat_days", readonly=False)
    service_engineer_scope = fields.Selection(
        related="company_id.service_engineer_scope", readonly=False, required=True
    )
    service_contacts_see_all_calls = fields.Boolean(
        related="company_id.service_contacts_see_all_calls", readonly=False
    )
    service_web_form = fields.Boolean(related="company_id.service_web_form", readonly=False)
    service_rating_days = fields.Integer(related="company_id.service_rating_days", readonly=False)
    service_rating_review = fields.Boolean(related="company_id.service_rating_review", readonly=False)
    service_work_needs_second_person = fields.Boolean(
        related="company_id.service_work_needs_second_person",
        readonly=False,
    )
    service_expense_needs_receipt = fields.Boolean(
        related="company_id.service_expense_needs_receipt",
        readonly=False,
    )
    service_travel_norm = fields.Float(related="company_id.service_travel_norm", readonly=False)
