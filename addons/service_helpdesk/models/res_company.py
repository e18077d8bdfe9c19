# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_reopen_days = fields.Integer(
        string="Days to Reopen Calls",
        default=14,
        help="A customer's reply reopens a call that was closed at most so many days ago; later, and with 0 always, "
        "it becomes a new call that follows from the old one.",
    )
    service_mail_auth_host = fields.Char(
        string="Mail Server That Checks Senders",
        help="Name with which our receiving mail server signs its Authentication-Results, such as mx.example.com. A "
        "mail that fails its check is not taken for a mail of the customer whose address it bears.",
    )
    service_mail_attachment_mb = fields.Integer(
        string="Attachments of a Mail (MB)",
        default=25,
        help="Attachments of an incoming mail are kept up to this size in all; a note names the ones left out.",
    )
    service_repeat_days = fields.Integer(
        string="Repeats Within (days)",
        required=True,
        default=30,
        help="A further call for the same unit within so many days is a repeat, and the first one was not fixed.",
    )

    _service_reopen_days_positive = models.Constraint(
        "CHECK(service_reopen_days >= 0)",
        "The days in which a call can be reopened cannot be negative.",
    )
    _service_mail_attachment_mb_positive = models.Constraint(
        "CHECK(service_mail_attachment_mb >= 0)",
        "The size of attachments cannot be negative.",
    )
    _service_repeat_days_positive = models.Constraint(
        "CHECK(service_repeat_days >= 0)",
        "The days within which a call is a repeat cannot be negative.",
    )
