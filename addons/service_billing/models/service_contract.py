# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date as Date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import formatLang

from ..const import LEDGER_READERS
from ..engine.ledger import Period, Schedule

COST_GROUP = "service_helpdesk.group_service_cost"


class ServiceContract(models.Model):
    _inherit = "service.contract"

    billing_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Invoice Journal",
        domain="[('type', '=', 'sale')]",
        check_company=True,
        help="Empty means the first sales journal of the company.",
    )
    fiscal_position_id = fields.Many2one(
        comodel_name="account.fiscal.position",
        check_company=True,
        help="Empty means the one that Odoo finds for the customer.",
    )
    charge_ids = fields.One2many(
        comodel_name="service.charge", inverse_name="contract_id", groups=LEDGER_READERS
    )
    billing_error_ids = fields.One2many(
        comodel_name="service.billing.error",
        inverse_name="contract_id",
        groups="service_billing.group_service_billing_user,service_equipment.group_service_auditor",
    )
    billing_error = fields.Text(
        string="Billing Problem",
        compute="_compute_billing_error",
        groups="service_billing.group_service_billing_user",
    )
    charge_count = fields.Integer(
        compute="_compute_charge_count",
        groups="service_billing.group_service_billing_user,service_contract.group_service_contract_user",
    )
    invoice_count = fields.Integer(
        compute="_compute_charge_count",
        groups="service_billing.group_service_billing_user,service_contract.group_service_contract_user",
    )
    revenue = fields.Monetary(
        compute="_compute_profit",
        compute_sudo=True,
        groups=COST_GROUP,
        help="Untaxed amount of the posted charges.",
    )
    cost = fields.Monetary(
        compute="_compute_profit",
        compute_sudo=True,
        groups=COST_GROUP,
        help="Cost of the validated work.",
    )
    profit_amount = fields.Monetary(
        string="Profit",
        compute="_compute_profit",
        compute_sudo=True,
        groups=COST_GROUP,
    )

    @api.depends("billing_error_ids.is_open")
    def _compute_billing_error(self):
        errors = self.env["service.billing.error"].search([("contract_id", "in", self.ids), ("is_open", "=", True)])
        messages = {error.contract_id: error.message for error in reversed(errors)}
        for contract in self:
            contract.billing_error = messages.get(contract, False)

    @api.depends("charge_ids.state")
    def _compute_charge_count(self):
        groups = self.env["service.charge"]._read_group(
            [("contract_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["contract_id"],
            ["__count", "move_id:count_distinct"],
        )
        counts = {contract: (charges, invoices) for contract, charges, invoices in groups}
        for contract in self:
            contract.charge_count, contract.invoice_count = counts.get(contract, (0, 0))

    @api.depends("charge_ids.state", "currency_id")
    def _compute_profit(self):
        profits = self._get_profits()
        for contract in self:
            revenue, cost = profits[contract.id]
            contract.revenue = revenue
            contract.cost = cost
            contract.profit_amount = revenue - cost

    # -------------------------------------------------------------------------
    # PROFIT
    # -------------------------------------------------------------------------

    def profit(self, date_from=None, date_to=None):
        """Return what this contract earned and cost.

        :param date_from: first day that counts, or None; a date or its ISO text
        :param date_to: last day that counts, or None
        :return: dict with ``revenue`` (untaxed, posted charges by their date), ``cost`` (validated work by its day),
            ``profit`` and ``currency`` (its name), all in the contract's currency
        :raises AccessError: when the user may not see costs
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(COST_GROUP) and not self.env.su:
            raise AccessError(self.env._("You may not see what a contract costs and earns."))
        revenue, cost = self._get_profits(fields.Date.to_date(date_from), fields.Date.to_date(date_to))[self.id]
        return {
            "revenue": revenue,
            "cost": cost,
            "profit": self.currency_id.round(revenue - cost),
            "currency": self.currency_id.name,
        }

    def _get_profits(self, date_from=None, date_to=None):
        """Return revenue and cost per contract in its currency: ``{contract id: (revenue, cost)}``."""
        # The sums are shown to whoever may see costs, who need not read every charge and work line by himself.
        contracts = self.sudo()
        within = Domain.TRUE
        if date_from:
            within &= Domain("date", ">=", date_from)
        if date_to:
            within &= Domain("date", "<=", date_to)
        revenues = dict(contracts.env["service.charge"]._read_group(
            Domain("contract_id", "in", self.ids) & Domain("state", "=", "posted") & within,
            ["contract_id"],
            ["amount:sum"],
        ))
        costs = dict(contracts.env["service.work"]._read_group(
            Domain("contract_id", "in", self.ids) & Domain("state", "=", "validated") & within,
            ["contract_id"],
            ["cost:sum"],
        ))
        conversion_date = date_to or fields.Date.context_today(self)
        return {
            contract.id: (
                contract.currency_id.round(revenues.get(contract, 0.0)),
                contract.company_id.currency_id._convert(
                    costs.get(contract, 0.0), contract.currency_id, contract.company_id, conversion_date
                ),
            )
            for contract in contracts
        }

    # -------------------------------------------------------------------------
    # LEDGER
    # -------------------------------------------------------------------------

    def _get_billing_schedule(self, count, unit):
        """Return how rows of this contract with one interval are billed, for the ledger engine."""
        self.ensure_one()
        return Schedule(
            anchor=self.date_anchor,
            count=count,
            unit=unit,
            timing=self.billing_timing,
            mode=self.proration,
            step=Decimal(str(self.currency_id.rounding)),
        )

    def _get_suspended_periods(self):
        """Return the days on which nothing is owed, for the ledger engine; an open suspension has no end."""
        self.ensure_one()
        return [
            Period(suspension.date_start, suspension.date_end or Date.max)
            for suspension in self.suspension_ids
        ]

    def _is_over(self, date):
        """Tell whether no later invoice of this contract will come that a credit could lower."""
        self.ensure_one()
        return self.state in ("expired", "cancelled") or self._get_last_day() <= date

    def billing_plan(self, date_to=None):
        """Return what will be billed up to a day: the ledger, projected.

        :param date_to: last day, a date or its ISO text; by default the last day of the contract
        :return: list of dicts ``date`` (of the run that bills it), ``description``, ``amount``, ``currency``, in
            order of date; nothing for a contract with a supplier
        """
        self.ensure_one()
        self.check_access("read")
        until = fields.Date.to_date(date_to) or self.date_end
        today = fields.Date.context_today(self)
        plan = []
        if self.kind == "supplier":
            return plan
        for values in self.coverage_ids._get_due_charges(until):
            due = values["period_start"] if self.billing_timing == "advance" else values["period_end"]
            plan.append({
                "date": fields.Date.to_string(max(due, today)),
                "description": values["description"],
                "amount": values["amount"],
                "currency": self.currency_id.name,
            })
        return sorted(plan, key=lambda line: line["date"])

    # -------------------------------------------------------------------------
    # HISTORY
    # -------------------------------------------------------------------------

    def _get_history_sources(self):
        sources = super()._get_history_sources()
        if not self.env.user.has_group("service_billing.group_service_billing_user"):
            return sources
        return sources + [
            self._prepare_history_source(
                kind="invoice",
                records=self.env["account.move"],
                domain=Domain("service_charge_ids.contract_id", "=", self.id),
                date_field="invoice_date",
                title=lambda move: move.display_name,
                text=lambda move: formatLang(self.env, move.amount_total_signed, currency_obj=move.company_currency_id),
                search_fields=("name", "ref"),
            )
        ]

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "invoice": self.env._("Invoice")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "invoice": "fa-pencil-square-o"}

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_charges(self):
        """Open the ledger of these contracts."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_billing.service_charge_action")
        return {**action, "domain": [("contract_id", "in", self.ids)], "context": {}}

    def action_open_invoices(self):
        """Open the invoices that carry charges of these contracts."""
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        domain = [("service_charge_ids.contract_id", "in", self.ids)]
        return {**action, "domain": domain, "context": {"default_move_type": "out_invoice"}}

    def action_preview_billing(self):
        """Open the preview of a run that bills these contracts today."""
        run = self.env["service.billing.run"].create({
            "contract_ids": [fields.Command.set(self.ids)],
            "company_id": self.company_id[:1].id,
        })
        run.action_preview()
        return run.get_formview_action()
