# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

ACTIVITY = "service_contract.mail_activity_type_renewal"


class ServiceContract(models.Model):
    """The daily job's part in renewals: reminders before the notice, and contracts that renew by themselves."""

    _inherit = "service.contract"

    renewal_reminder_days = fields.Char(
        string="Reminders Before the Notice (Days)",
        groups="base.group_user",
        help="Such as 90, 60, 30: so many days before the notice the responsible is told.",
    )
    renewal_mail = fields.Boolean(
        string="E-mail the Customer",
        groups="base.group_user",
        help="Each reminder also writes to the customer, in the customer's language.",
    )
    renewal_reminded_days = fields.Integer(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="How many days before the notice of this term the last reminder was.",
    )
    date_renewal_due = fields.Date(
        string="Next Reminder or Renewal",
        compute="_compute_date_renewal_due",
        store=True,
        index="btree_not_null",
        groups="base.group_user",
        help="The next day on which the daily job has something to do about the renewal.",
    )
    renewal_problem = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Why the contract could not renew by itself.",
    )

    @api.depends(
        "date_end",
        "date_notice",
        "date_notified",
        "renewal_mode",
        "renewal_stage",
        "renewal_reminder_days",
        "renewal_reminded_days",
    )
    def _compute_date_renewal_due(self):
        for contract in self:
            dates = [contract.date_notice - timedelta(days=days) for days in contract._get_open_reminders()]
            if contract.renewal_mode == "automatic" and contract.renewal_stage != "ending":
                dates.append(contract.date_notice)
            contract.date_renewal_due = min(dates, default=False)

    @api.constrains("renewal_reminder_days")
    def _check_renewal_reminder_days(self):
        for contract in self:
            try:
                contract._get_reminder_days()
            except ValueError:
                raise ValidationError(
                    self.env._(
                        "Reminders of contract %(contract)s: enter days, such as 90, 60, 30.", contract=contract.name
                    )
                ) from None

    # ------------------------------------------------------------------
    # Scheduled action
    # ------------------------------------------------------------------

    def _update_renewal(self, today):
        """Renew one contract by itself as often as is due, or remind of its renewal.

        A renewal that fails is told on the contract, and neither stops the others nor undoes those before it.

        :param today: the date of the contract's company
        """
        self.ensure_one()
        if not self.date_renewal_due or self.date_renewal_due > today:
            return
        while self._is_renewing_by_itself(today) and self._try_renew():
            pass
        self._remind_renewal(today)

    def _is_renewing_by_itself(self, today):
        self.ensure_one()
        return (
            self.state in ("active", "suspended")
            and self.renewal_mode == "automatic"
            and self.renewal_stage != "ending"
            and self.date_notice <= today
        )

    def _try_renew(self):
        """Renew the contract by itself; a failure is undone and told.

        :return: whether it was renewed
        """
        self.ensure_one()
        problem = self._get_automatic_problem()
        if not problem:
            try:
                with self.env.cr.savepoint():
                    self._renew(is_automatic=True)
            except LockError:
                return False  # somebody else is at it, the next run looks again
            except UserError as error:
                problem = str(error)
                _logger.info("Contract %s could not renew by itself: %s", self.name, error)
        if problem:
            self._tell_renewal_problem(problem)
        return not problem

    def _get_automatic_problem(self):
        """Return why somebody has to decide on a contract that renews by itself, empty when nobody has to."""
        self.ensure_one()
        if self.renewal_needs_confirmation and self.renewal_stage != "confirmed":
            return self.env._("The customer has not confirmed the next term.")
        if self.state == "suspended":
            return self.env._("The contract is suspended.")
        if self.is_payment_blocked:
            return self.env._("The contract is blocked for payment.")
        if self.renewal_limit and len(self.renewal_ids.filtered("is_automatic")) >= self.renewal_limit:
            return self.env._("The contract has renewed by itself as often as it may.")
        return ""

    def _tell_renewal_problem(self, problem):
        """Tell the responsible, once per term and reason, that the contract did not renew by itself."""
        self.ensure_one()
        if self.renewal_problem == problem and self.date_notified == self.date_end:
            return
        self.write({"renewal_problem": problem, "date_notified": self.date_end, "renewal_reminded_days": 0})
        self._message_log(body=self.env._("Not renewed by itself: %(problem)s", problem=problem))
        summary = self._in_responsible_language().env._("Renew by hand or let it end")
        self._schedule_renewal_activity(self.date_end, summary, problem)

    # ------------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------------

    def _get_reminder_days(self):
        """Return the days before the notice on which somebody is reminded, the notice itself (0) among them.

        :raise ValueError: when they are not numbers of days
        """
        self.ensure_one()
        texts = (self.renewal_reminder_days or "").replace(";", ",").split(",")
        days = {int(text) for text in texts if text.strip()}
        if any(not 0 <= day <= self._get_limits()["notice_days"] for day in days):
            raise ValueError
        return sorted(days | {0} if self.renewal_mode == "manual" else days - {0}, reverse=True)

    def _get_open_reminders(self):
        """Return the days before the notice of the reminders that are still to come for the present term."""
        self.ensure_one()
        if not self.date_notice or self.renewal_mode == "none" or self.renewal_stage == "ending":
            return []
        try:
            days = self._get_reminder_days()
        except ValueError:
            return []  # refused by the constraint
        if self.date_notified == self.date_end:
            return [day for day in days if day < self.renewal_reminded_days]
        return days

    def _remind_renewal(self, today):
        """Remind of the renewal if it is time to: once for all reminders that are due by now.

        :param today: the date of the contract's company
        """
        self.ensure_one()
        due = [days for days in self._get_open_reminders() if self.date_notice - timedelta(days=days) <= today]
        if not due or self.state not in ("active", "suspended"):
            return
        self.write({"date_notified": self.date_end, "renewal_reminded_days": min(due)})
        self._notify_renewal()
        if self.renewal_mail:
            self._mail_renewal()

    def _notify_renewal(self):
        """Give the responsible an activity about the renewal, in place of the one before."""
        self.ensure_one()
        contract = self._in_responsible_language()
        if self.renewal_mode == "automatic":
            summary = contract.env._("Renews by itself on %(date)s", date=format_date(contract.env, self.date_notice))
        else:
            summary = contract.env._("Renew the contract or let it end")
        self._schedule_renewal_activity(self.date_notice if self.renewal_reminded_days else self.date_end, summary)

    def _schedule_renewal_activity(self, deadline, summary, note=""):
        self.activity_unlink([ACTIVITY])
        self.activity_schedule(
            ACTIVITY,
            date_deadline=deadline,
            summary=summary,
            note=note,
            user_id=self.user_id.filtered("active").id or self.env.uid,
        )

    def _in_responsible_language(self):
        return self.with_context(lang=self.user_id.lang or self.env.lang)

    def _mail_renewal(self):
        """Queue the message to the customer."""
        self.ensure_one()
        template = self._get_renewal_template()
        if template:
            template.send_mail(self.id, force_send=False)

    # ------------------------------------------------------------------
    # Renewal
    # ------------------------------------------------------------------

    def _prepare_renewed_values(self, plan, indexation):
        """Extend: what stood in the way is over."""
        return {**super()._prepare_renewed_values(plan, indexation), "renewal_problem": False}

    def _after_renewed(self):
        """Extend: nobody has to be reminded any more."""
        self.activity_unlink([ACTIVITY])
        return super()._after_renewed()
