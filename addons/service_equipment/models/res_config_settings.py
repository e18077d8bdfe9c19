# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_quarantine_location_id = fields.Many2one(
        related="company_id.service_quarantine_location_id",
        readonly=False,
    )
    service_claim_user_id = fields.Many2one(related="company_id.service_claim_user_id", readonly=False)
    service_warranty_reminder_days = fields.Integer(
        related="company_id.service_warranty_reminder_days",
        readonly=False,
    )
    service_warranty_user_id = fields.Many2one(related="company_id.service_warranty_user_id", readonly=False)
    service_warranty_mail = fields.Boolean(related="company_id.service_warranty_mail", readonly=False)
    service_loan_location_id = fields.Many2one(related="company_id.service_loan_location_id", readonly=False)
    service_loan_days = fields.Integer(related="company_id.service_loan_days", readonly=False)
    service_loan_reminder_days = fields.Integer(related="company_id.service_loan_reminder_days", readonly=False)
    service_loan_mail_overdue = fields.Boolean(related="company_id.service_loan_mail_overdue", readonly=False)
