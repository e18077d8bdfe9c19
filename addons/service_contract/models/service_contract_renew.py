# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import float_compare, float_round, format_date

from ..engine.term import ONE_DAY
from .service_contract_period import QUOTAS

RENEWABLE = ("active", "suspended", "expired")


class ServiceContract(models.Model):
    """How a renewal is carried out."""

    _inherit = "service.contract"

    renewal_ids = fields.One2many(
        comodel_name="service.contract.renewal",
        inverse_name="contract_id",
        string="Renewals Carried Out",
        readonly=True,
        groups="base.group_user",
    )

    def action_renew(self, date_end=None):
        """Go on for another term.

        Lengthens the rows that run to the last day, re-priced from the first new day as agreed; writes the periods of
        the new term with the quotas and flat prices of the last; closes the periods that are over, so that what is left
        of their quotas rolls over as agreed; and keeps all of it in a `service.contract.renewal`.

        :param date_end: the last day that the caller knows (date or ISO text): a contract that somebody else has
            renewed meanwhile is refused
        :raise UserError: when the contract is a draft, cancelled or about to end, an index value is missing, or
            somebody else has renewed it
        """
        known = self._to_day(date_end)
        for contract in self:
            contract._renew(date_end=known)
        return True

    def action_open_renew(self):
        """Open the preview of the renewal of these contracts.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_contract_renew_action")
        context = {"active_model": self._name, "active_ids": self.ids, "dialog_size": "extra-large"}
        return {**action, "context": context}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _renew(self, increase=None, date_end=None, is_automatic=False):
        """Renew one contract, see :meth:`action_renew`.

        :param float increase: percent agreed by hand, in place of what the rule says
        :param date_end: the last day that the caller knows (date)
        :param bool is_automatic: whether the contract renews by itself
        :return: `service.contract.renewal`
        """
        self.ensure_one()
        self.check_access("write")
        self._lock_for_renewal(date_end)
        self._check_renewable()
        indexation = self._get_indexations()[self]
        if increase is None:
            self._check_index_known(indexation)
            increase = indexation["increase"]
        plan = self._get_renewal_plan(increase)
        rows = self._get_running_rows()
        # The history of renewals is written by this method only, after its checks.
        renewal = self.env["service.contract.renewal"].sudo().create(
            self._prepare_renewal_values(plan, indexation, increase, is_automatic)
        ).sudo(self.env.su)
        # The last day of what has begun is written by this method only, after its checks.
        self.sudo().write(self._prepare_renewed_values(plan, indexation))
        self._renew_rows(rows, plan, renewal)
        self._renew_periods(plan, renewal)
        self._close_periods_over()
        if self.state == "expired":
            self._transition("active")
        self._after_renewed()
        return renewal

    def _lock_for_renewal(self, date_end=None):
        """Let nobody else renew the contract until the end of the transaction."""
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise LockError(
                self.env._(
                    "Somebody else is changing contract %(contract)s right now: try again in a moment.",
                    contract=self.name,
                )
            ) from error
        if date_end and date_end != self.date_end:
            raise UserError(
                self.env._(
                    "Contract %(contract)s has been renewed meanwhile: it runs until %(date)s.",
                    contract=self.name,
                    date=format_date(self.env, self.date_end),
                )
            )

    def _check_renewable(self):
        if self.state not in RENEWABLE:
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Contract %(contract)s is %(state)s and cannot be renewed.",
                    contract=self.name,
                    state=states[self.state],
                )
            )
        if self._is_end_in_term():
            raise UserError(
                self.env._(
                    "Contract %(contract)s ends on %(date)s: withdraw the termination before you renew it.",
                    contract=self.name,
                    date=format_date(self.env, self.date_cancelled),
                )
            )

    def _check_index_known(self, indexation):
        """Refuse a renewal by an index whose value nobody has entered."""
        problem = self._get_index_problem(indexation)
        if problem:
            raise UserError(problem)

    def _get_index_problem(self, indexation):
        """Return the sentence about a missing value of the index, empty when there is none.

        :param dict indexation: an entry of :meth:`_get_indexations`
        """
        self.ensure_one()
        if not indexation["missing"]:
            return ""
        index, day = indexation["missing"]
        return self.env._(
            "Contract %(contract)s: index %(index)s has no value for %(date)s, enter it first.",
            contract=self.name,
            index=index.name,
            date=format_date(self.env, day),
        )

    def _renew_rows(self, rows, plan, renewal):
        """Lengthen the rows that run on; those whose price changes are followed by rows at the new one."""
        self.ensure_one()
        new_price = {row: plan["prices"][row.price, row.is_price_fixed] for row in rows}
        following = rows.filtered(lambda row: not self.currency_id.is_zero(new_price[row] - row.price))
        (rows - following)._extend(renewal.date_end)
        # `origin_id` is written by actions only.
        self.env["service.coverage"].sudo().create(
            [
                {
                    **vals,
                    **row._prepare_following_values(renewal.date_start, new_price[row]),
                    "date_end": renewal.date_end,
                }
                for row, vals in zip(following, following.copy_data(), strict=True)
            ]
        )

    def _renew_periods(self, plan, renewal):
        """Make the periods of the new term after those of the last."""
        self.ensure_one()
        values_list = []
        for span, price in plan["periods"]:
            values_list += span.key.copy_data(
                {**self._prepare_renewed_period_values(span, price), "renewal_id": renewal.id}
            )
        self.env["service.contract.period"].create(values_list)

    def _close_periods_over(self):
        """Close the periods that are over, in order, so that each rolls over to the next."""
        self.ensure_one()
        today = self._get_today()
        self.period_ids.filtered(
            lambda period: period.date_end < today and period.state == "open"
        ).sorted("date_start").action_close()

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _prepare_renewal_values(self, plan, indexation, increase, is_automatic):
        """Return the values of the record of a renewal, which is frozen.

        :param dict plan: of :meth:`_get_renewal_plan`
        :param dict indexation: an entry of :meth:`_get_indexations`
        :param float increase: percent by which prices rise
        :param bool is_automatic: whether the contract renews by itself
        """
        self.ensure_one()
        base, current = indexation["base"], indexation["current"]
        is_by_rule = not float_compare(increase, indexation["increase"], precision_digits=4)
        return {
            "contract_id": self.id,
            "date": self._get_today(),
            "user_id": self.env.uid,
            "is_automatic": is_automatic,
            "date_end_old": self.date_end,
            "date_start": self.date_end + ONE_DAY,
            "date_end": plan["term"].after - ONE_DAY,
            "term_months": plan["term"].months,
            "amount_old": plan["amount_old"],
            "amount_new": plan["amount_new"],
            "increase": increase,
            "indexation": indexation["indexation"] if is_by_rule else "agreed",
            "price_index_id": self.price_index_id.id if base else False,
            "index_base_date": base.date if base else False,
            "index_base_value": base.value if base else 0.0,
            "index_date": current.date if current else False,
            "index_value": current.value if current else 0.0,
            "index_factor": indexation["factor"],
        }

    def _prepare_renewed_values(self, plan, indexation):
        """Return what changes on the contract itself; see :meth:`_prepare_renewal_values` for the arguments."""
        self.ensure_one()
        values = {
            "date_term_start": self.date_end + ONE_DAY,
            "date_end": plan["term"].after - ONE_DAY,
            "is_term_in_days": not plan["term"].months,
        }
        if self.renewal_indexation == "index":
            # What is agreed by hand stands at the value of the same day, entered or not.
            current = indexation["current"]
            values["index_base_date"] = current.date if current else self._get_index_days()[1]
        return values

    def _prepare_renewed_period_values(self, span, price):
        """Return how a period of the new term differs from the one that it repeats.

        :param span: :class:`engine.term.Span`, whose key is the period that it repeats
        :param float price: its flat price
        """
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return {
            "contract_id": self.id,
            "date_start": span.start,
            "date_end": span.end,
            "price": price,
            **{name: float_round(span.key[name] * span.share, precision_digits=digits) for name in QUOTAS},
        }

    def _after_renewed(self):
        """Called when a contract has been renewed, with its new last day, rows and periods."""
