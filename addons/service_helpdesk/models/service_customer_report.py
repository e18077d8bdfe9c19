# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import mute_logger

MONTH = relativedelta(months=1)


class ServiceCustomerReport(models.Model):
    """What is reported to a customer each month, to whom and when.

    One `service.customer.report.month` per month keeps what was sent; the daily job sends the oldest month that is due,
    so that a month is never left out and never sent twice.
    """

    _name = "service.customer.report"
    _description = "Service Report of a Customer"
    _inherit = ["mail.thread", "service.batch.mixin", "service.limits.mixin"]
    _order = "partner_id, id"
    _rec_name = "partner_id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner", related="partner_id.commercial_partner_id", store=True, index=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)
    contract_ids = fields.Many2many(
        comodel_name="service.contract",
        string="Only Contracts",
        check_company=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id), ('kind', '=', 'customer')]",
        help="Empty: all contracts of the customer, and calls without one.",
    )
    site_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="service_customer_report_site_rel",
        string="Only Sites",
        domain="[('is_service_site', '=', True), ('commercial_partner_id', '=', commercial_partner_id)]",
        help="Empty: all sites of the customer.",
    )
    recipient_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="service_customer_report_recipient_rel",
        string="Sent To",
        compute="_compute_recipient_ids",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="They get the report by e-mail, and find it in the portal.",
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        compute="_compute_lang",
        store=True,
        readonly=False,
        precompute=True,
    )
    day = fields.Integer(
        string="Day of the Month",
        required=True,
        default=3,
        tracking=True,
        help="The day on which the report of the month before is sent.",
    )
    date_start = fields.Date(
        string="First Month",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="Any day of the first month that is reported.",
    )
    shows_calls = fields.Boolean(string="Calls", default=True)
    shows_kept = fields.Boolean(string="Promises Kept", default=True)
    shows_availability = fields.Boolean(string="Availability", default=True)
    shows_quotas = fields.Boolean(string="Quotas", default=True)
    shows_hours = fields.Boolean(string="Hours", default=True)
    shows_faults = fields.Boolean(string="Frequent Faults", default=True)
    shows_open = fields.Boolean(string="Open Calls", default=True)
    month_ids = fields.One2many(
        comodel_name="service.customer.report.month",
        inverse_name="report_id",
        string="Months",
        readonly=True,
    )
    date_next = fields.Date(
        string="Next Sent On",
        compute="_compute_date_next",
        store=True,
        index=True,
        help="The first day on which the daily job sends the next report.",
    )

    _day_in_every_month = models.Constraint(
        "CHECK (day BETWEEN 1 AND 28)",
        "The day of the month is between 1 and 28, so that every month has it.",
    )

    @api.depends("partner_id")
    def _compute_recipient_ids(self):
        for report in self:
            known = report.recipient_ids.filtered(
                lambda contact, report=report: contact.commercial_partner_id == report.commercial_partner_id
            )
            report.recipient_ids = known or (report.partner_id if report.partner_id.email else False)

    @api.depends("partner_id")
    def _compute_lang(self):
        for report in self:
            report.lang = report.partner_id.lang or report.lang or self.env.lang

    @api.depends("day", "date_start", "month_ids.sent_at", "active")
    def _compute_date_next(self):
        for report in self:
            is_sent = report.active and 1 <= report.day <= 28
            report.date_next = (report._get_next_month() + MONTH).replace(day=report.day) if is_sent else False

    @api.constrains("recipient_ids", "partner_id")
    def _check_recipients(self):
        for report in self:
            for contact in report.recipient_ids:
                if contact.commercial_partner_id != report.commercial_partner_id:
                    raise ValidationError(
                        self.env._(
                            "%(contact)s does not belong to %(customer)s: the report is for the customer's own people.",
                            contact=contact.display_name,
                            customer=report.commercial_partner_id.name,
                        )
                    )

    @api.constrains("contract_ids", "site_ids", "partner_id")
    def _check_scope(self):
        for report in self:
            for record in (*report.contract_ids, *report.site_ids):
                if record.commercial_partner_id != report.commercial_partner_id:
                    raise ValidationError(
                        self.env._(
                            "%(record)s does not belong to %(customer)s.",
                            record=record.display_name,
                            customer=report.commercial_partner_id.name,
                        )
                    )

    # ------------------------------------------------------------
    # Months
    # ------------------------------------------------------------

    def _get_next_month(self):
        """Return the first day of the oldest month that was not sent yet."""
        self.ensure_one()
        first = (self.date_start or fields.Date.context_today(self)).replace(day=1)
        sent = [month.date_month for month in self.month_ids if month.sent_at and month.date_month >= first]
        return max(sent) + MONTH if sent else first

    def _get_last_month(self):
        """Return the first day of the last month that has ended, as the company's clock has it."""
        self.ensure_one()
        tz = self.env["res.partner"]._get_service_tz(self.company_id)
        return fields.Date.context_today(self.with_context(tz=tz)).replace(day=1) - MONTH

    def _get_month(self, date_month):
        """Return the record of a month, made when there is none yet (sudo).

        :param date_month: first day of the month
        :raise ConcurrencyError: when somebody else has just made it
        """
        self.ensure_one()
        # The record belongs to the machine; the right to ask for it was checked before.
        months = self.sudo().month_ids
        if found := months.filtered(lambda month: month.date_month == date_month):
            return found
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return months.create({"report_id": self.id, "date_month": date_month})
        except UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_preview(self):
        """Show the report of the last month as it would be sent now."""
        self.ensure_one()
        self.check_access("read")
        month = self._get_month(self._get_last_month())
        return self.env.ref("service_helpdesk.service_customer_report_print").report_action(month.sudo(False))

    def action_send(self):
        """Send the report of the last month now, whatever its day is.

        :raise UserError: when it was sent already, or nobody can receive it
        """
        self.check_access("write")
        for report in self:
            report._get_month(report._get_last_month())._send()
        return True

    # ------------------------------------------------------------
    # Scheduled action
    # ------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Send each report whose day has come, the oldest month first; what fails is told on it and tried again.

        A month is marked as sent in the transaction that queues its mail: a job that is repeated, or was killed
        half-way, sends nothing twice and leaves nothing out.
        """
        self._do_in_batches([(self._get_due_domain(), type(self)._send_due)])

    @api.model
    def _get_due_domain(self):
        """Hook: return the domain of the reports that are sent today, by the day of each company."""
        domains = []
        for (company,) in self._read_group([("date_next", "!=", False)], ["company_id"]):
            tz = self.env["res.partner"]._get_service_tz(company)
            today = fields.Date.context_today(self.with_context(tz=tz))
            domains.append(Domain("company_id", "=", company.id) & Domain("date_next", "<=", today))
        return Domain.OR(domains)

    def _send_due(self):
        for report in self:
            while (date_month := report._get_next_month()) <= report._get_last_month():
                month = report._get_month(date_month)
                if not month.try_lock_for_update():
                    # Somebody is sending it now.
                    break
                month._send()

    def _get_mail_template(self):
        """Hook: return the e-mail with which a month is sent."""
        return self.env.ref("service_helpdesk.mail_template_service_customer_report")


class ServiceCustomerReportMonth(models.Model):
    """The report of one month: when it was sent, and the PDF as it was."""

    _name = "service.customer.report.month"
    _description = "Service Report of a Month"
    _inherit = ["mail.thread", "portal.mixin"]
    _order = "date_month desc, id desc"

    # Portal users search no internal notes; the page reads what is for them from the messages themselves.
    message_ids = fields.One2many(groups="base.group_user")
    website_message_ids = fields.One2many(groups="base.group_user")
    report_id = fields.Many2one(
        comodel_name="service.customer.report", required=True, index=True, ondelete="cascade", readonly=True
    )
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        related="report_id.commercial_partner_id",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", related="report_id.company_id", store=True, index=True, precompute=True
    )
    date_month = fields.Date(string="Month", required=True, readonly=True)
    sent_at = fields.Datetime(readonly=True, copy=False)
    attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="PDF",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
    )

    _month_uniq = models.UniqueIndex("(report_id, date_month)", "Each month is reported once.")

    @api.depends("date_month", "commercial_partner_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for month in self:
            # The customer may read his own name.
            month.display_name = f"{month.sudo().commercial_partner_id.name} {month._get_month_name()}"

    def _compute_access_url(self):
        super()._compute_access_url()
        for month in self:
            month.access_url = f"/my/service-reports/{month.id}"

    def _get_month_name(self):
        """Return the month in words, in the language of the context."""
        self.ensure_one()
        return self.env["ir.qweb.field.date"].value_to_html(self.date_month, {"format": "MMMM yyyy"})

    def action_download(self):
        """Open the PDF as it was sent, or as it would be sent now."""
        self.ensure_one()
        if self.attachment_id:
            return {"type": "ir.actions.act_url", "url": f"/web/content/{self.attachment_id.id}?download=true"}
        return self.env.ref("service_helpdesk.service_customer_report_print").report_action(self)

    def action_send_again(self):
        """Send the PDF that was kept to the recipients of today."""
        self.report_id.check_access("write")
        for month in self.sudo():
            if not month.attachment_id:
                raise UserError(self.env._("%(month)s was not sent yet.", month=month.display_name))
            month._mail()
        return True

    def _send(self):
        """Print, keep and send the reports of these months (sudo), each once.

        :raise UserError: when one was sent already, or nobody can receive it
        """
        for month in self:
            # Two who send at once: the second one waits, or is told.
            month.lock_for_update()
            if month.sent_at:
                raise UserError(self.env._("%(month)s was sent already.", month=month.display_name))
            month._check_recipients()
            month.attachment_id = month._print()
            month.sent_at = fields.Datetime.now()
            month._mail()

    def _check_recipients(self):
        if not self.report_id.recipient_ids.filtered("email"):
            raise UserError(
                self.env._(
                    "Nobody of %(customer)s can receive the report: enter recipients who have an e-mail address.",
                    customer=self.commercial_partner_id.name,
                )
            )

    def _print(self):
        """Return the PDF of the month as an attachment of the record."""
        self.ensure_one()
        pdf, _type = self.env["ir.actions.report"]._render_qweb_pdf(
            "service_helpdesk.service_customer_report_print", res_ids=self.ids
        )
        localized = self.with_context(lang=self.report_id.lang)
        return self.env["ir.attachment"].create(
            {
                "name": f"{localized.display_name}.pdf".replace("/", "-"),
                "raw": pdf,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _mail(self):
        """Queue the e-mail with the PDF."""
        self.ensure_one()
        self._check_recipients()
        template = self.report_id._get_mail_template()
        template.send_mail(self.id, email_values={"attachment_ids": self.attachment_id.ids})
