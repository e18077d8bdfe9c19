# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine import resolver

_logger = logging.getLogger(__name__)

# From which states a contract may come.
TRANSITIONS = {
    "active": ("draft", "suspended", "expired"),
    "suspended": ("active",),
    "expired": ("active", "suspended"),
    "cancelled": ("draft", "active", "suspended", "expired"),
}
ONE_DAY = timedelta(days=1)


class ServiceContract(models.Model):
    """The life of a contract: activate, suspend, resume, renew, cancel, expire."""

    _inherit = "service.contract"

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_activate(self):
        """Begin to promise: make the analytic account, the quotas and the flat-price rows of the periods.

        :raise UserError: when the contract is no draft or covers nothing
        """
        for contract in self:
            if not contract.coverage_ids and not any(contract.period_ids.mapped("price")):
                raise UserError(
                    self.env._("Contract %(contract)s covers nothing yet: add what it covers.", contract=contract.name)
                )
        self._create_analytic_accounts()
        self._transition("active", allowed=("draft",))
        self.period_ids._create_flat_coverages()
        self.period_ids._sync_entitlements()
        self._after_activated()
        return True

    def action_suspend(self, date=None, reason=None):
        """Stop to promise from a day on; a later day is kept and takes effect by itself.

        :param date: first day without cover (date or ISO text), default today
        :param str reason: shown on the contract
        :raise UserError: when the contract is not active, or not under way on that day
        """
        self.check_access("write")
        for contract in self:
            contract._check_state_in("active", target="suspended")
            today = contract._get_today()
            first_day = fields.Date.to_date(date) or today
            contract._check_within_term(first_day)
            if contract.suspension_ids.filtered(lambda row, day=first_day: not row.date_end or row.date_end >= day):
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is already suspended on or after %(date)s.",
                        contract=contract.name,
                        date=first_day,
                    )
                )
            # Suspensions are written by these two actions only, after their checks.
            contract.suspension_ids.sudo().create(
                {"contract_id": contract.id, "date_start": first_day, "reason": reason}
            )
            if first_day <= today:
                contract._transition("suspended")
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
            first_day = fields.Date.to_date(date) or today
            suspension = contract.suspension_ids.sudo().filtered(lambda row, day=today: row._is_on(day))
            if first_day <= suspension.date_start:
                suspension.unlink()
            else:
                suspension.date_end = first_day - ONE_DAY
            if first_day <= today:
                contract._transition("active")
        return True

    def action_cancel(self, date=None):
        """End the contract before its term; its rows end with it.

        :param date: last day with cover (date or ISO text), default today; of no meaning for a draft, which ends
            before it began
        :raise UserError: when the contract is cancelled already
        """
        for contract in self:
            contract._check_state_in("draft", "active", "suspended", "expired", target="cancelled")
            last_day = fields.Date.to_date(date) or contract._get_today()
            if contract.state == "draft":
                last_day = contract.date_start - ONE_DAY
            last_day = min(last_day, contract.date_end)
            contract.coverage_ids.filtered(lambda row, day=last_day: row.date_end > day)._end(last_day)
            contract.date_cancelled = last_day
            contract._transition("cancelled")
        return True

    # ------------------------------------------------------------------
    # Scheduled action
    # ------------------------------------------------------------------

    @api.model
    def _cron_expire(self):
        """Once a day: begin and end planned suspensions, renew by themselves those that do, expire the others.

        Each contract on its own: one that fails is logged, and reported on itself, and the others go on.
        """
        contracts = self.search(self._get_due_domain(fields.Date.today() + ONE_DAY))
        self.env["ir.cron"]._commit_progress(remaining=len(contracts))
        for contract in contracts:
            try:
                contract._update_life()
            except UserError as error:
                self.env.cr.rollback()
                _logger.warning("Contract %s: %s", contract.name, error)
                contract.message_post(body=str(error))
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _get_due_domain(self, day):
        """Return the domain of contracts whose state may change up to a day; each is looked at more closely."""
        renewing = Domain("date_renewal_due", "<=", day)
        suspension = Domain("suspension_ids", "any", [("date_start", "<=", day), ("date_end", "=", False)])
        resuming = Domain("suspension_ids", "any", [("date_end", "<", day)])
        return (Domain("state", "=", "active") & (renewing | suspension | Domain("date_end", "<", day))) | (
            Domain("state", "=", "suspended") & (renewing | resuming | Domain("date_end", "<", day))
        )

    def _update_life(self):
        """Bring one contract up to today, the date of its company."""
        self.ensure_one()
        today = self._get_today()
        is_suspended = bool(self.suspension_ids.filtered(lambda row: row._is_on(today)))
        if self.state == "suspended" and not is_suspended:
            self._transition("active")
        elif self.state == "active" and is_suspended:
            self._transition("suspended")
        self._update_renewal(today)
        if self.date_end < today:
            self._transition("expired")

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _transition(self, target, allowed=None):
        """Move to another state: the only way to do so.

        :param target: key of the state
        :param allowed: states to come from, default those of TRANSITIONS
        :raise UserError: for the first contract that may not
        """
        for contract in self:
            contract._check_state_in(*(allowed or TRANSITIONS[target]), target=target)
        # Writing the state is refused to everybody; the right to the transition was that to the action.
        self.check_access("write")
        self.sudo().write({"state": target})

    def _check_state_in(self, *allowed, target):
        self.ensure_one()
        if self.state not in allowed:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Contract %(contract)s is %(state)s and cannot become %(target)s.",
                    contract=self.name,
                    state=labels[self.state],
                    target=labels[target],
                )
            )

    def _check_within_term(self, day):
        self.ensure_one()
        if not self.date_start <= day <= self.date_end:
            raise UserError(
                self.env._(
                    "%(date)s is outside the term of contract %(contract)s.",
                    date=day,
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

    def _get_today(self):
        """Return today's date where the company is."""
        self.ensure_one()
        tz = self.company_id.partner_id._get_service_tz(self.company_id)
        return fields.Date.context_today(self.with_context(tz=tz))

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
