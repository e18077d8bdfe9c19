# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


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
    service_engineer_scope = fields.Selection(
        selection=[("own", "Their own and those of their teams"), ("all", "All")],
        string="Calls That Engineers See",
        default="own",
        required=True,
    )
    service_contacts_see_all_calls = fields.Boolean(
        string="New Contacts See All Calls",
        help="In the portal, new contacts of customers see all calls of their company, not only their own.",
    )
    service_web_form = fields.Boolean(
        string="Public Form for Calls",
        default=True,
        help="Whoever has no access to the portal may report a problem at /service/new.",
    )
    service_rating_days = fields.Integer(
        string="Days to Rate",
        default=30,
        help="How long after closing a customer may rate a call; with 0 nobody is asked.",
    )
    service_rating_review = fields.Boolean(
        string="Review Bad Ratings",
        default=True,
        help="A bad rating gives the leader of the team an activity.",
    )
    service_has_matrix = fields.Boolean(
        string="Began With Notification Rules",
        readonly=True,
        copy=False,
        help="The default notification rules were given to the company: once, also when all are deleted later.",
    )
    service_work_needs_second_person = fields.Boolean(
        string="Nobody Validates Own Work",
        help="Work is validated by another controller than the one who did it.",
    )
    service_expense_needs_receipt = fields.Boolean(
        string="Expenses Need a Receipt",
        help="An expense without a document is not validated.",
    )
    service_travel_norm = fields.Float(
        string="Usual Travel Time",
        help="Longer travel is pointed out to whoever validates it. 0: never.",
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
    _service_rating_days_positive = models.Constraint(
        "CHECK(service_rating_days >= 0)",
        "The days in which a call can be rated cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        # Whoever founds a company need not be a manager of the helpdesk.
        self.env["service.notification.rule"].sudo()._create_default_matrix(companies)
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "service_engineer_scope" in vals:
            # Record rules remember what they read of a company.
            self.env.flush_all()
            self.env.registry.clear_cache()
        return result
