# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine import resolver

_logger = logging.getLogger(__name__)

ONE_DAY = timedelta(days=1)
BATCH = 100


class ServiceContract(models.Model):
    """The life of a contract: activate, suspend, resume, expire, and the daily job that follows the calendar.

    How it goes on stands in service_contract_renew.py, how it is ended in service_contract_end.py.
    """

    _inherit = "service.contract"

    _transitions = {
        "draft": ("active", "cancelled"),
        "active": ("suspended", "expired", "cancelled"),
        "suspended": ("active", "expired", "cancelled"),
        "expired": ("active", "cancelled"),
        "cancelled": (),
    }

    date_due = fields.Date(
        string="Next Change",
        compute="_compute_date_due",
        store=True,
        index="btree_not_null",
        groups="base.group_user",
        help="The day on which the daily job has something to do for the contract.",
    )

    @api.depends(
        "state",
        "date_end",
        "date_renewal_due",
        "suspension_ids.state",
        "suspension_ids.date_start",
        "suspension_ids.date_end",
        "suspension_ids.date_alerted",
    )
    def _compute_date_due(self):
        for contract in self:
            contract.date_due = min(contract._get_due_dates(), default=False)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_activate(self):
        """Begin to promise: make the analytic account, the quotas and the flat-price rows of the periods.

        :raise UserError: when the contract is no draft or covers nothing
        """
        self.check_access("write")
        for contract in self:
            contract._check_state_in("draft", target="active")
        self._check_covers_something()
        self._create_analytic_accounts()
        self._transition("active")
        self.period_ids._create_flat_coverages()
        self.period_ids._sync_entitlements()
        self._after_activated()
        return True

    def action_suspend(self, date=None, reason=None, date_end=None):
        """Stop to promise from a day on; a later day is kept and takes effect by itself.

        :param date: first day without cover (date or ISO text), default today
        :param str reason: shown on the contract
        :param date_end: last day without cover (date or ISO text); without it the contract waits to be resumed
        :raise UserError: when the contract is not active, or not under way on that day
        :raise ValidationError: when it is suspended on some of these days already
        """
        self.check_access("write")
        last_day = self._to_day(date_end)
        for contract in self:
            today = contract._get_today()
            first_day = self._to_day(date) or today
            contract._check_can_suspend(first_day, last_day)
            # Suspensions are written by the contract's actions only, after their checks.
            suspension = contract.suspension_ids.sudo().create(
                {"contract_id": contract.id, "date_start": first_day, "date_end": last_day, "reason": reason}
            )
            suspension._update_state(today)
            contract._follow_suspensions(today)
        return True

    def action_resume(self, date=None):
        """Promise again from a day on.

        :param date: first day with cover (date or ISO text), default today
        :raise UserError: when the contract is not suspended
        """
        self.check_access("write")
        for contract in self:
            contract._check_state_in("suspended", target="active")
            today = contract._get_today()
            first_day = self._to_day(date) or today
            suspension = contract.suspension_ids.sudo().filtered(lambda row, day=today: row._is_on(day))
            if first_day <= suspension.date_start:
                suspension.unlink()
            else:
                suspension.date_end = first_day - ONE_DAY
            contract.suspension_ids._update_state(today)
            contract._follow_suspensions(today)
        return True

    # ------------------------------------------------------------------
    # Scheduled action
    # ------------------------------------------------------------------

    @api.model
    def _cron_expire(self):
        """Once a day: bring the contracts up to date for which a day has come (`date_due`).

        Each contract on its own: one that fails is logged and noted on itself, one that somebody else is working on
        waits for the next run, and the others go on.
        """
        cron = self.env["ir.cron"]
        domain = self._get_due_domain(fields.Date.today() + ONE_DAY)
        cron._commit_progress(remaining=self.search_count(domain))
        last_id = 0
        while contracts := self.search(domain & Domain("id", ">", last_id), order="id", limit=BATCH):
            last_id = contracts[-1].id
            for contract in contracts:
                if not cron._commit_progress(contract._update_life_or_tell()):
                    return

    @api.model
    def _get_due_domain(self, day):
        """Return the domain of the contracts for which something is to be done up to a day.

        The day is one ahead of the server's, for companies that are ahead of it; each contract looks at its own.
        """
        return Domain("date_due", "<=", day)

    def _get_due_dates(self):
        """Hook: return the days on which the daily job has something to do for this contract; late ones are past.

        What depends on another field than those of `_compute_date_due` needs that compute overridden too.
        """
        self.ensure_one()
        if self.state not in ("active", "suspended"):
            return []
        dates = [self._get_last_day() + ONE_DAY]
        if self.date_renewal_due and not self._is_end_in_term():
            dates.append(self.date_renewal_due)
        for suspension in self.suspension_ids:
            dates += suspension._get_due_dates()
        return dates

    def _update_life_or_tell(self):
        """Bring one contract up to today; where that fails, log it and note it on the contract.

        :return: 1, or 0 when somebody else is working on the contract
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                if not self.try_lock_for_update(allow_referencing=True):
                    return 0
                self._update_life()
        except Exception as error:
            _logger.exception("Contract %s was not brought up to date.", self.name)
            self._message_log(
                body=self.env._("The contract could not be brought up to date: %(error)s", error=error)
            )
        return 1

    def _update_life(self):
        """Bring one contract up to today, the date of its company."""
        self.ensure_one()
        today = self._get_today()
        self.suspension_ids._update_state(today)
        self._follow_suspensions(today)
        self.suspension_ids._alert_end(today)
        if not self._is_end_in_term():
            self._update_renewal(today)
        self._alert_end(today)
        if self._get_last_day() < today:
            self._transition("cancelled" if self._is_end_in_term() else "expired")

    def _follow_suspensions(self, today):
        """Suspend the contract or let it go on, as its suspensions say for today."""
        self.ensure_one()
        is_suspended = any(suspension._is_on(today) for suspension in self.suspension_ids)
        if self.state == "suspended" and not is_suspended:
            self._transition("active")
        elif self.state == "active" and is_suspended:
            self._transition("suspended")

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _check_state_in(self, *allowed, target):
        """Refuse what an action allows from fewer states than the transition itself."""
        self.ensure_one()
        if self.state not in allowed:
            raise UserError(self._get_transition_refusal(target))

    def _get_transition_refusal(self, target):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "Contract %(contract)s is %(state)s and cannot become %(target)s.",
            contract=self.name,
            state=labels[self.state],
            target=labels[target],
        )

    def _check_can_suspend(self, first_day, last_day):
        """Refuse a suspension outside the term, or one that ends before it begins."""
        self.ensure_one()
        is_later = first_day > self._get_today()
        self._check_state_in("active", *(["suspended"] if is_later else []), target="suspended")
        self._check_within_term(first_day)
        if last_day and last_day < first_day:
            raise UserError(
                self.env._("The suspension of contract %(contract)s ends before it begins.", contract=self.name)
            )

    def _check_covers_something(self):
        """Refuse to promise nothing."""
        for contract in self:
            if not contract.coverage_ids and not any(contract.period_ids.mapped("price")):
                raise UserError(
                    self.env._("Contract %(contract)s covers nothing yet: add what it covers.", contract=contract.name)
                )

    def _check_within_term(self, day):
        self.ensure_one()
        if not self.date_start <= day <= self.date_end:
            raise UserError(
                self.env._(
                    "%(date)s is outside the term of contract %(contract)s.",
                    date=format_date(self.env, day),
                    contract=self.name,
                )
            )

    def _check_period_open(self, date):
        """Refuse work dated in a closed period (rules.md 4).

        :param date: day of the work at the site
        :raise UserError: which names the contract and the period's last day
        """
        closed = self.period_ids.filtered(
            lambda period: period.state == "closed" and period.date_start <= date <= period.date_end
        )
        if closed:
            raise UserError(
                self.env._(
                    "%(date)s lies in a closed period of contract %(contract)s (until %(end)s).",
                    date=date,
                    contract=closed[0].contract_id.name,
                    end=closed[0].date_end,
                )
            )

    def _get_refusals(self):
        """Return when the contract refuses cover, as values of the resolver's engine."""
        self.ensure_one()
        refusals = [
            resolver.Refusal("not_begun", end=self.date_start - ONE_DAY),
            resolver.Refusal("expired", start=self.date_end + ONE_DAY),
            *(resolver.Refusal("suspended", row.date_start, row.date_end or None) for row in self.suspension_ids),
        ]
        if self.date_cancelled:
            refusals.insert(0, resolver.Refusal("cancelled", start=self.date_cancelled + ONE_DAY))
        if self.is_payment_blocked:
            refusals.insert(0, resolver.Refusal("blocked"))
        return refusals

    def _get_last_day(self):
        """Return the last day on which the contract promises anything, as things stand."""
        self.ensure_one()
        return self.date_end

    def _get_today(self):
        """Return today's date where the company is."""
        self.ensure_one()
        return fields.Date.context_today(self.with_context(tz=self._get_tz()))

    def _get_tz(self):
        """Return the name of the time zone where the company is."""
        self.ensure_one()
        # Of the company's address only a zone's name is read, whoever asks.
        company = self.company_id.sudo()
        return company.partner_id._get_service_tz(company)

    def _create_analytic_accounts(self):
        """Give each contract without one an analytic account of its own."""
        plan = self.env.ref("service_contract.analytic_plan_service_contracts")
        contracts = self.filtered(lambda contract: not contract.analytic_account_id)
        # A contract manager keeps no analytic accounts; activating a contract is the right to this one.
        accounts = self.env["account.analytic.account"].sudo().create(
            [contract._prepare_analytic_account_values(plan) for contract in contracts.sudo()]
        )
        for contract, account in zip(contracts, accounts, strict=True):
            contract.sudo().analytic_account_id = account

    def _prepare_analytic_account_values(self, plan):
        self.ensure_one()
        return {
            "name": self.name,
            "plan_id": plan.id,
            "partner_id": self.commercial_partner_id.id,
            "company_id": self.company_id.id,
        }

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _after_activated(self):
        """Called when contracts have become active, with their quotas and rows."""
