# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..engine import notice

ONE_DAY = timedelta(days=1)


class ServiceContract(models.Model):
    """How contracts are ended: with notice, on a day that may be ahead, and what the responsible is told before.

    An end that is ahead is planned: the rows end on its day, so that billing knows, and the contract goes on until
    then. Until then it may be withdrawn.
    """

    _inherit = "service.contract"

    termination_notice_count = fields.Integer(
        string="Notice to End",
        help="How long before the end a notice has to arrive. Zero means that the contract may end on any day.",
    )
    termination_notice_unit = fields.Selection(
        selection=[("day", "Days"), ("month", "Months")],
        string="Notice Unit",
        required=True,
        default="day",
    )
    termination_at = fields.Selection(
        selection=[
            ("any", "Any Day"),
            ("month", "End of a Month"),
            ("quarter", "End of a Quarter"),
            ("term", "End of the Term"),
        ],
        string="Ends At",
        required=True,
        default="any",
    )
    date_termination_received = fields.Date(string="Notice Received on", readonly=True, copy=False)
    termination_by = fields.Selection(
        selection=[("partner", "The Other Side"), ("company", "Us")],
        string="Ended By",
        copy=False,
    )
    termination_reason = fields.Char(string="Why", copy=False, groups="base.group_user")
    close_reason_id = fields.Many2one(
        comodel_name="service.contract.close.reason",
        string="Reason",
        copy=False,
        check_company=True,
        groups="base.group_user",
    )
    is_ending = fields.Boolean(
        compute="_compute_is_ending",
        help="The contract still runs, and its end is planned.",
    )
    end_alert_days = fields.Integer(
        string="Tell of the End",
        default=30,
        help="Days before the last day on which the responsible is told that the contract ends. Zero tells nobody.",
    )
    date_end_alerted = fields.Date(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The last day of which the responsible was told.",
    )

    _check_termination_notice_count = models.Constraint(
        "CHECK (COALESCE(termination_notice_count, 0) >= 0)",
        "The notice to end a contract is not negative.",
    )
    _check_end_alert_days = models.Constraint(
        "CHECK (COALESCE(end_alert_days, 0) >= 0)",
        "The responsible is not told a negative number of days before the end.",
    )

    @api.depends("state", "date_cancelled")
    def _compute_is_ending(self):
        for contract in self:
            contract.is_ending = bool(contract.date_cancelled) and contract.state in ("active", "suspended")

    @api.depends(
        "date_cancelled", "end_alert_days", "date_end_alerted", "date_notified", "renewal_mode", "renewal_stage"
    )
    def _compute_date_due(self):
        super()._compute_date_due()

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("date_cancelled") for vals in vals_list):
            self._check_may_write_end()
        return super().create(vals_list)

    def write(self, vals):
        if "date_cancelled" in vals:
            self._check_may_write_end()
        return super().write(vals)

    def _check_may_write_end(self):
        if not self.env.su:
            raise AccessError(self.env._("Contracts are ended by their button only."))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_cancel(self, date=None, reason=None, received_on=None, is_early=False):
        """End the contract before its term; its rows end with it.

        A last day that is ahead is planned: the contract runs until then, and :meth:`action_withdraw_cancellation`
        takes it back. A contract that renews by itself may be ended beyond its present term.

        :param date: last day with cover (date or ISO text), default the earliest by the notice that was agreed, today
            without one; of no meaning for a draft, which ends before it began
        :param str reason: stands on the contract
        :param received_on: the day on which the notice arrived (date or ISO text), default today
        :param bool is_early: end it earlier than the notice allows; needs a reason
        :raise UserError: when the contract is cancelled already, or the day is too early
        """
        self._check_transition("cancelled")
        for contract in self:
            today = contract._get_today()
            received = self._to_day(received_on) or today
            last_day = contract._get_agreed_end(self._to_day(date), received)
            if not is_early:
                contract._check_notice(last_day, received)
            elif not (reason or "").strip():
                raise UserError(self.env._("Say why contract %(contract)s ends early.", contract=contract.name))
            contract._restore_rows()
            contract._end_rows(last_day)
            contract._write_state(
                {
                    "date_cancelled": last_day,
                    "date_termination_received": received,
                    "termination_reason": reason,
                }
            )
            if last_day <= today or contract.state not in ("active", "suspended"):
                contract._transition("cancelled")
            contract._log_end(reason)
        return True

    def action_withdraw_cancellation(self):
        """Take back an end that is still ahead: the rows that it ended go on as before.

        :raise UserError: when no end is planned
        """
        self.check_access("write")
        for contract in self:
            if not contract.is_ending:
                raise UserError(self.env._("No end of contract %(contract)s is planned.", contract=contract.name))
            contract._restore_rows()
            contract._write_state(
                {
                    "date_cancelled": False,
                    "date_termination_received": False,
                    "termination_by": False,
                    "termination_reason": False,
                    "close_reason_id": False,
                }
            )
            contract.message_post(body=self.env._("The planned end was withdrawn: the contract goes on."))
        return True

    # ------------------------------------------------------------------
    # Notice
    # ------------------------------------------------------------------

    def _get_earliest_end(self, received):
        """Return the earliest last day by the notice that was agreed.

        :param received: the day on which the notice arrived
        """
        self.ensure_one()
        if self.state == "draft":
            return self.date_start - ONE_DAY
        day = notice.notice_over(received, self.termination_notice_count, self.termination_notice_unit)
        if not self._is_renewed_by_itself() and day >= self.date_end:
            return self.date_end
        if self.termination_at == "term":
            return notice.end_of_term(day, self.date_end, self._get_renewed_date_end())
        return day if self.termination_at == "any" else notice.end_of(day, self.termination_at)

    def _get_agreed_end(self, last_day, received):
        """Return the last day that somebody asks for, within what the contract can have."""
        self.ensure_one()
        earliest = self._get_earliest_end(received)
        if self.state == "draft" or not last_day:
            last_day = earliest
        elif last_day < self.date_start - ONE_DAY:
            raise UserError(
                self.env._(
                    "Contract %(contract)s begins on %(date)s: it cannot end before.",
                    contract=self.name,
                    date=format_date(self.env, self.date_start),
                )
            )
        return last_day if self._is_renewed_by_itself() else min(last_day, self.date_end)

    def _check_notice(self, last_day, received):
        """Refuse an end that is earlier than the notice allows; without an agreed notice any day is fine."""
        self.ensure_one()
        if not self.termination_notice_count and self.termination_at == "any":
            return
        earliest = self._get_earliest_end(received)
        if last_day < earliest and self.state in ("active", "suspended"):
            raise UserError(
                self.env._(
                    "By the notice of contract %(contract)s it ends on %(date)s at the earliest. "
                    "Confirm that it ends before, and say why.",
                    contract=self.name,
                    date=format_date(self.env, earliest),
                )
            )

    def _is_renewed_by_itself(self):
        """Tell whether terms follow each other until somebody ends the contract."""
        self.ensure_one()
        is_running = self.state in ("active", "suspended")
        return is_running and self.renewal_mode == "automatic" and self.renewal_stage != "ending"

    def _is_end_in_term(self):
        """Tell whether the end that is planned lies in the present term: then nothing renews any more."""
        self.ensure_one()
        return bool(self.date_cancelled) and self.date_cancelled <= self.date_end

    def _get_last_day(self):
        last_day = super()._get_last_day()
        return min(last_day, self.date_cancelled) if self.date_cancelled else last_day

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    def _end_rows(self, last_day):
        """End the rows that run beyond a day, and keep which day was agreed, to restore it."""
        self.ensure_one()
        running = self.coverage_ids.filtered(lambda row: row.date_end > last_day)
        for date_end, rows in running.grouped("date_end").items():
            rows.date_end_agreed = date_end
        running._end(last_day)

    def _restore_rows(self):
        """Give the rows that the planned end has ended their own last day again."""
        self.ensure_one()
        if not self.date_cancelled:
            return
        ended = self.coverage_ids.filtered(
            lambda row: row.date_end_agreed and row.date_end == max(self.date_cancelled, row.date_start - ONE_DAY)
        )
        for date_end, rows in ended.grouped("date_end_agreed").items():
            rows._extend(date_end)
            rows.date_end_agreed = False

    def _after_renewed(self):
        super()._after_renewed()
        for contract in self:
            if contract.date_cancelled and contract.state in ("active", "suspended"):
                contract._end_rows(contract.date_cancelled)

    # ------------------------------------------------------------------
    # What is told
    # ------------------------------------------------------------------

    def _get_due_dates(self):
        dates = super()._get_due_dates()
        return dates + self._get_end_alert_dates() if dates else dates

    def _get_end_alert_dates(self):
        """Return the day on which the responsible is told of the end, or nothing when he knows, or nothing ends."""
        self.ensure_one()
        last_day = self._get_last_day()
        knows = self.date_end_alerted == last_day or (not self.date_cancelled and self.date_notified == last_day)
        goes_on = self._is_renewed_by_itself() and not self._is_end_in_term()
        if knows or goes_on or not self.end_alert_days:
            return []
        return [last_day - timedelta(days=self.end_alert_days)]

    def _alert_end(self, today):
        """Tell the responsible, once per last day, that the contract ends."""
        self.ensure_one()
        if any(alert_date <= today for alert_date in self._get_end_alert_dates()):
            self.date_end_alerted = self._get_last_day()
            summary = self._in_responsible_language().env._("The contract ends")
            self._schedule_alert(summary, self.date_end_alerted)

    def _schedule_alert(self, summary, day):
        """Give the responsible an activity; whoever asks gets it in place of one who has left."""
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=day,
            summary=summary,
            user_id=self.user_id.filtered("active").id or self.env.uid,
        )

    def _log_end(self, reason):
        """Say in the history when the contract ends, and why."""
        self.ensure_one()
        day = format_date(self.env, self.date_cancelled)
        text = self.env._("Ended with last day %(date)s.", date=day)
        if self.is_ending:
            text = self.env._("The end is planned: the last day is %(date)s.", date=day)
        self.message_post(body=" ".join(filter(None, [text, reason])))
