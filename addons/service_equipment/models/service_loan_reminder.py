# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

BATCH = 100


class ServiceLoan(models.Model):
    """Due dates: what is overdue, their extension, and who is reminded of them."""

    _inherit = "service.loan"

    date_due = fields.Date(
        string="Due on",
        required=True,
        copy=False,
        default=lambda self: self._get_default_date_due(),
        tracking=True,
    )
    days_out = fields.Integer(compute="_compute_days_out")
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")
    # Both are for the present due date: another one clears them.
    is_reminded = fields.Boolean(readonly=True, copy=False)
    is_overdue_notified = fields.Boolean(readonly=True, copy=False)

    _dates_in_order = models.Constraint("CHECK(date_due >= date_out)", "A loan is due after it goes out.")
    _out_idx = models.Index("(company_id, date_due) WHERE state = 'out'")

    @api.model
    def _get_default_date_due(self):
        return fields.Date.context_today(self) + timedelta(days=self.env.company.service_loan_days)

    @api.depends("state", "date_out", "date_returned")
    def _compute_days_out(self):
        today = fields.Date.context_today(self)
        for loan in self:
            is_lent = loan.state in ("out", "returned") and loan.date_out
            loan.days_out = ((loan.date_returned or today) - loan.date_out).days if is_lent else 0

    @api.depends("state", "date_due")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for loan in self:
            loan.is_overdue = loan.state == "out" and bool(loan.date_due) and loan.date_due < today

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "=", "out"), ("date_due", "<", fields.Date.context_today(self))]

    def write(self, vals):
        if "date_due" in vals:
            vals = {"is_reminded": False, "is_overdue_notified": False, **vals}
        return super().write(vals)

    def action_extend(self):
        """Open the wizard that lends the equipment for longer.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_loan_extend_action")
        return {**action, "context": {"default_loan_ids": self.ids}}

    def _extend(self, date, reason):
        """Lend for longer.

        :param date: the new due date
        :param str reason: why, for the record
        :raise UserError: when a loan is not out, or the date is not later than the present one
        """
        self.check_access("write")
        for loan in self:
            if loan.state != "out":
                raise UserError(self.env._("Loan %(name)s is not out: nothing to extend.", name=loan.name))
            if date <= loan.date_due:
                raise UserError(
                    self.env._(
                        "Loan %(name)s is due on %(due)s: enter a later date.",
                        name=loan.name,
                        due=fields.Date.to_string(loan.date_due),
                    )
                )
            loan.message_post(
                body=self.env._("Extended to %(date)s: %(reason)s", date=fields.Date.to_string(date), reason=reason),
                subtype_xmlid="mail.mt_note",
            )
        self.write({"date_due": date})
        self.activity_unlink(["mail.mail_activity_data_todo"])

    @api.model
    def _cron_remind(self):
        """Once a day: remind of the loans that are due soon or overdue, once per due date.

        A batch is done at once; where one loan fails, each of its batch is done alone, the failure is logged
        and noted on the loan, and the others go on.
        """
        cron = self.env["ir.cron"]
        loan_ids = self._get_due_loans().ids
        cron._commit_progress(remaining=len(loan_ids))
        for start in range(0, len(loan_ids), BATCH):
            batch = self.browse(loan_ids[start : start + BATCH])
            try:
                batch._remind()
                has_time = cron._commit_progress(len(batch))
            except Exception:
                self.env.cr.rollback()
                _logger.warning("Reminders of loans are sent one by one.", exc_info=True)
                has_time = batch._remind_each()
            if not has_time:
                break

    @api.model
    def _get_due_loans(self):
        """Return the loans of all companies of which somebody has to be reminded today."""
        domains = []
        for (company,) in self._read_group([("state", "=", "out")], ["company_id"]):
            today = self._get_company_today(company)
            soon = Domain("is_reminded", "=", False) & Domain(
                "date_due", "<=", today + timedelta(days=company.service_loan_reminder_days)
            )
            missed = Domain("is_overdue_notified", "=", False) & Domain("date_due", "<", today)
            domains.append(Domain("company_id", "=", company.id) & (soon | missed))
        return self.search(Domain("state", "=", "out") & Domain.OR(domains), order="date_due, id")

    @api.model
    def _get_company_today(self, company):
        """Return the day by which the loans of a company are due soon or overdue."""
        tz = company.partner_id._get_service_tz(company)
        return fields.Date.context_today(self.with_context(tz=tz))

    def _remind_each(self):
        """Remind of each loan in a transaction of its own; a failure stays on its loan.

        :return: the seconds that the scheduled action has left
        """
        has_time = True
        for loan in self:
            try:
                loan._remind()
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("Loan %s: nobody was reminded.", loan.name)
                loan._message_log(body=self.env._("Nobody could be reminded of this loan: %(error)s", error=error))
            has_time = self.env["ir.cron"]._commit_progress(1)
            if not has_time:
                break
        return has_time

    def _remind(self):
        """Give the responsible an activity, and write to the customers of overdue loans where that is wanted."""
        template = self.env.ref("service_equipment.mail_template_service_loan_overdue", raise_if_not_found=False)
        for loan in self:
            is_missed = loan.date_due < loan._get_company_today(loan.company_id)
            loan.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=loan.date_due,
                summary=loan._get_reminder(is_missed),
                user_id=loan.user_id.id,
            )
            has_address = loan.site_id.email or loan.partner_id.email
            if is_missed and loan.company_id.service_loan_mail_overdue and template and has_address:
                template.send_mail(loan.id)
            loan.write({"is_reminded": True, "is_overdue_notified": is_missed})

    def _get_reminder(self, is_missed):
        loan = self.with_context(lang=self.user_id.lang)
        names = {"what": loan._get_summary(), "customer": loan.partner_id.display_name}
        if is_missed:
            return loan.env._("Overdue: %(what)s at %(customer)s", **names)
        return loan.env._("Due back soon: %(what)s at %(customer)s", **names)
