# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from collections import defaultdict

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command, Domain
from odoo.tools import split_every

from ..const import INVOICE_READERS

_logger = logging.getLogger(__name__)

# account.move.create costs no less per invoice in larger batches, and a smaller one has less to repeat after an error.
BATCH_SIZE = 50


class ServiceBillingRun(models.Model):
    """One billing of a company at a date: what the ledger owes becomes draft invoices.

    A run asks the contracts' rows and the chargeable work what is due and not billed, groups that into invoices and
    writes invoice and ledger rows together. Customers are billed in batches; when one batch fails it is taken back and
    repeated customer by customer, then contract by contract, so that a bad contract is reported and the others bill.

    Contracts that another worker is billing are skipped. Should both still find the same thing to bill, since the
    second one read before the first one wrote, the unique indexes of the ledger stop it.
    """

    _name = "service.billing.run"
    _description = "Service Billing Run"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    _transitions = {"draft": ("previewed", "done"), "previewed": ("previewed", "done"), "done": ()}

    name = fields.Char(string="Number", required=True, readonly=True, copy=False, default="/", index=True)
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="In advance, periods that begin by this day are billed; in arrears, those that have ended by it. "
        "Work is billed up to this day. The invoices carry this date.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    contract_ids = fields.Many2many(
        comodel_name="service.contract",
        string="Only Contracts",
        check_company=True,
        help="Empty bills every contract of the company, and the work that no contract covers.",
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("previewed", "Previewed"), ("done", "Done")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    preview_ids = fields.One2many(comodel_name="service.billing.preview", inverse_name="run_id", readonly=True)
    charge_ids = fields.One2many(comodel_name="service.charge", inverse_name="run_id", readonly=True)
    error_ids = fields.One2many(comodel_name="service.billing.error", inverse_name="run_id", readonly=True)
    move_ids = fields.Many2many(
        comodel_name="account.move",
        string="Invoices",
        compute="_compute_move_ids",
        groups=INVOICE_READERS,
    )
    move_count = fields.Integer(string="Invoice Count", compute="_compute_move_count")
    error_count = fields.Integer(compute="_compute_error_count")

    @api.depends("charge_ids.move_id")
    def _compute_move_ids(self):
        for run in self:
            run.move_ids = run.charge_ids.move_id

    @api.depends("charge_ids.move_id")
    def _compute_move_count(self):
        for run in self:
            run.move_count = len(run.charge_ids.move_id)

    @api.depends("error_ids")
    def _compute_error_count(self):
        for run in self:
            run.error_count = len(run.error_ids)

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
                vals["name"] = self.env["ir.sequence"].with_company(company).next_by_code("service.billing.run") or "/"
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(run.state == "done" for run in self):
            raise UserError(self.env._("A billing run that was done cannot be deleted."))

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_preview(self):
        """Show what these runs would bill, without billing it."""
        self._check_can_go_to("previewed")
        for run in self:
            # The lines and errors of a preview are the run's own scratch paper, which nobody edits by hand.
            run.sudo().preview_ids.unlink()
            run.sudo().error_ids.unlink()
            run._go_through(run._preview)
        self._transition("previewed")

    def action_run(self):
        """Bill what is due: make draft invoices and the ledger rows that belong to them."""
        self._check_can_go_to("done")
        for run in self:
            run.lock_for_update()
            run.sudo().preview_ids.unlink()
            run.sudo().error_ids.unlink()
            run._go_through(run._bill)
            run._close_errors()
        self._transition("done")

    def action_open_invoices(self):
        """Open the invoices of this run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        return {**action, "domain": [("id", "in", self.move_ids.ids)], "context": {"default_move_type": "out_invoice"}}

    def _check_can_go_to(self, target):
        for run in self:
            if target not in self._transitions[run.state]:
                raise UserError(self.env._(
                    "Billing run %(run)s is done: make a new one to bill what has come since.", run=run.display_name
                ))

    def _transition(self, target):
        """Move these runs to a state, where that is allowed from theirs."""
        self._check_can_go_to(target)
        self.write({"state": target})

    # -------------------------------------------------------------------------
    # GOING THROUGH THE CUSTOMERS
    # -------------------------------------------------------------------------

    def _get_contract_domain(self):
        """Return which contracts this run bills. Ended ones too: they may have something to give back.

        Contracts with suppliers cost us something, and are invoiced by them.
        """
        self.ensure_one()
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("kind", "=", "customer")
            & Domain("state", "!=", "draft")
        )
        if self.contract_ids:
            domain &= Domain("id", "in", self.contract_ids.ids)
        return domain

    def _get_work_domain(self):
        """Return which chargeable work this run bills."""
        self.ensure_one()
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("is_to_bill", "=", True)
            & Domain("date", "<=", self.date)
        )
        if self.contract_ids:
            domain &= Domain("contract_id", "in", self.contract_ids.ids)
        return domain

    def _get_parts(self):
        """Return what is billed together: ``[(contracts, work lines), ...]``, one part per customer.

        Grouping per customer or site never reaches beyond one part.
        """
        contracts = self.env["service.contract"].search(self._get_contract_domain(), order="partner_id, id")
        works = self.env["service.work"].search(self._get_work_domain(), order="date, id")
        contracts_by_partner = contracts.grouped("partner_id")
        works_by_partner = works.grouped(lambda work: work._get_billed_partner())
        return [
            (contracts_by_partner.get(partner, contracts.browse()), works_by_partner.get(partner, works.browse()))
            for partner in contracts.partner_id | self.env["res.partner"].union(*works_by_partner)
        ]

    def _go_through(self, method):
        """Call ``method(contracts, works)`` for batches of customers, and for smaller parts where a batch fails."""
        self.ensure_one()
        for parts in split_every(BATCH_SIZE, self._get_parts()):
            self._try(method, list(parts))

    def _try(self, method, parts):
        """Call ``method`` for some parts at once; where that fails, for each alone; report the smallest that fails."""
        contracts = self.env["service.contract"].union(*(part[0] for part in parts))
        works = self.env["service.work"].union(*(part[1] for part in parts))
        try:
            with self.env.cr.savepoint():
                method(contracts, works)
        except (UserError, RedirectWarning, psycopg2.IntegrityError) as error:
            smaller = parts if len(parts) > 1 else self._split(*parts[0])
            if len(smaller) > 1:
                for part in smaller:
                    self._try(method, [part])
            else:
                self._report(self._get_error_text(error), contracts, works)

    def _split(self, contracts, works):
        """Split the part of a customer into its contracts, each with its work, and the work without a contract."""
        by_contract = works.grouped("contract_id")
        others = by_contract.get(contracts.browse(), works.browse())
        parts = [
            (contract, by_contract.get(contract, works.browse()))
            for contract in contracts | works.contract_id
        ]
        return parts + ([(contracts.browse(), others)] if others else [])

    # -------------------------------------------------------------------------
    # WHAT IS DUE, AND ON WHICH INVOICE
    # -------------------------------------------------------------------------

    def _preview(self, contracts, works):
        """Write the lines that billing these contracts and work lines would make."""
        invoices, held = self._get_invoices(contracts, works)
        first = len(set(self.sudo().preview_ids.mapped("invoice_number"))) + 1
        self.env["service.billing.preview"].sudo().create([
            {**values, "run_id": self.id, "invoice_number": number, "is_held": is_held}
            for is_held, groups in ((False, invoices), (True, held))
            for number, lines in enumerate(groups.values(), start=first + (len(invoices) if is_held else 0))
            for values in lines
        ])

    def _bill(self, contracts, works):
        """Make the invoices and ledger rows of these contracts and work lines, those locked elsewhere excepted."""
        # The lock keeps other runs away; allow_referencing lets calls and work be logged meanwhile.
        free_contracts = contracts.try_lock_for_update(allow_referencing=True)
        free_works = works.filtered(lambda work: work.contract_id <= free_contracts)
        free_works = free_works.try_lock_for_update(allow_referencing=True)
        busy = contracts - free_contracts
        for contract in busy:
            self._report(self.env._("Another run is billing this contract just now."), contract, works.browse())
        invoices, _held = self._get_invoices(free_contracts, free_works)
        if invoices:
            self._create_invoices(invoices)

    def _get_invoices(self, contracts, works):
        """Return what is due, by invoice.

        :return: two dicts ``{key: [service.charge values, ...]}``: what is invoiced, and credits that wait for the next
            invoice of their contract
        """
        due = contracts.coverage_ids._get_due_charges(self.date) + works._get_due_charges(self.date)
        groups = defaultdict(list)
        for values in due:
            groups[self._get_invoice_key(values)].append(values)
        held = {key: lines for key, lines in groups.items() if self._is_held(lines)}
        return {key: lines for key, lines in groups.items() if key not in held}, held

    def _get_invoice_key(self, values):
        """Return what lines must have in common to stand on one invoice.

        Override to group further; call super and extend the tuple.

        :param values: `service.charge` values
        """
        contract = self.env["service.contract"].browse(values["contract_id"])
        grouping = contract.billing_grouping or "customer"
        return (
            values["company_id"],
            values["partner_id"],
            values["currency_id"],
            contract.billing_journal_id.id,
            contract.fiscal_position_id.id,
            contract.id if grouping == "contract" else False,
            values["site_id"] if grouping == "site" else False,
            contract.credit_policy == "credit_note" and values["amount"] < 0,
        )

    def _is_held(self, lines):
        """Tell whether lines that would make a credit note wait instead, to lower the contract's next invoice."""
        contracts = self.env["service.contract"].browse({values["contract_id"] for values in lines} - {False})
        return (
            sum(values["amount"] for values in lines) < 0
            and all(contract.credit_policy == "net" and not contract._is_over(self.date) for contract in contracts)
        )

    # -------------------------------------------------------------------------
    # INVOICES
    # -------------------------------------------------------------------------

    def _create_invoices(self, invoices):
        """Create draft invoices and, on their lines, the rows of the ledger.

        :param invoices: ``{key: [service.charge values, ...]}``
        """
        groups = list(invoices.values())
        # One note of ours in a batch instead of the "created" message that Odoo would post on each invoice.
        moves = self.env["account.move"].with_context(mail_create_nolog=True).create(
            self._prepare_invoices(groups)
        ).with_context(mail_create_nolog=False)
        note = self.env._("Made by billing run %(run)s.", run=self.name)
        moves._message_log_batch(bodies=dict.fromkeys(moves.ids, note))
        charges = []
        for move, lines in zip(moves, groups, strict=True):
            move_lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product").sorted("id")
            charges += [
                {**values, "run_id": self.id, "move_line_id": line.id}
                for values, line in zip(lines, move_lines, strict=True)
            ]
        # Nobody may write the ledger by hand; it is written here, by whoever may make invoices.
        self.env["service.charge"].sudo().create(charges)

    def _prepare_invoices(self, groups):
        """Prepare the invoices of a batch, with what is looked up once for all of them.

        :param groups: list of lists of `service.charge` values
        :return: list of `account.move` values
        """
        partners = self.env["res.partner"].browse({lines[0]["partner_id"] for lines in groups})
        addresses = self._get_invoice_addresses(partners)
        journal = self.env["account.journal"].search([
            *self.env["account.journal"]._check_company_domain(self.company_id), ("type", "=", "sale"),
        ], limit=1)
        prepared = []
        for lines in groups:
            values = {"partner_id": addresses[lines[0]["partner_id"]], **self._prepare_invoice_values(lines)}
            if lines[0]["currency_id"] == self.company_id.currency_id.id:
                # In another currency Odoo prefers a journal of that currency.
                values.setdefault("journal_id", journal.id)
            prepared.append(values)
        return prepared

    def _get_invoice_addresses(self, partners):
        """Return the address that the invoices of each partner go to: ``{partner id: address id}``."""
        with_address = self.env["res.partner"].search([
            ("commercial_partner_id", "in", partners.commercial_partner_id.ids), ("type", "=", "invoice"),
        ]).commercial_partner_id
        return {
            partner.id: partner.address_get(["invoice"])["invoice"]
            if partner.type != "contact" or partner.commercial_partner_id in with_address else partner.id
            for partner in partners
        }

    def _prepare_invoice_values(self, lines):
        """Prepare one invoice, or a credit note when its lines sum up below zero.

        :param lines: list of `service.charge` values with the same invoice key
        :return: dict of `account.move` values
        """
        first = lines[0]
        is_credit_note = sum(values["amount"] for values in lines) < 0
        contracts = self.env["service.contract"].browse({values["contract_id"] for values in lines} - {False})
        values = {
            "move_type": "out_refund" if is_credit_note else "out_invoice",
            "invoice_date": self.date,
            "company_id": first["company_id"],
            "currency_id": first["currency_id"],
            "invoice_origin": ", ".join(contracts.mapped("name")) or self.name,
            "invoice_line_ids": [
                Command.create(self._prepare_invoice_line_values(line, -1 if is_credit_note else 1)) for line in lines
            ],
        }
        if contracts.billing_journal_id:
            values["journal_id"] = contracts.billing_journal_id.id
        if contracts.fiscal_position_id:
            values["fiscal_position_id"] = contracts.fiscal_position_id.id
        return values

    def _prepare_invoice_line_values(self, values, sign):
        """Prepare the invoice line of one charge; Odoo adds account and taxes from the product.

        :param values: `service.charge` values
        :param sign: -1 on a credit note
        :return: dict of `account.move.line` values
        """
        prepared = {
            "product_id": values["product_id"],
            "product_uom_id": values["uom_id"],
            "name": values["description"],
            "quantity": values["quantity"],
            "price_unit": sign * values["price_unit"],
            "discount": values["discount"],
        }
        account = self.env["service.contract"].browse(values["contract_id"]).analytic_account_id
        if account:
            prepared["analytic_distribution"] = {str(account.id): 100.0}
        return prepared

    # -------------------------------------------------------------------------
    # ERRORS
    # -------------------------------------------------------------------------

    def _get_error_text(self, error):
        """Return the sentence shown for an error."""
        if isinstance(error, psycopg2.IntegrityError):
            _logger.info("Billing run %s: %s", self.name, error)
            if isinstance(error, psycopg2.errors.UniqueViolation):
                return self.env._("Another run has billed this just now.")
            return str(error).splitlines()[0]
        return str(error.args[0])

    def _report(self, message, contracts, works):
        """Write down why a contract, or the work of a customer, was not billed."""
        partners = contracts.partner_id or works.mapped(lambda work: work._get_billed_partner())
        # Like the ledger: written by a run only.
        self.env["service.billing.error"].sudo().create({
            "run_id": self.id,
            "company_id": self.company_id.id,
            "contract_id": contracts[:1].id,
            "partner_id": partners[:1].id,
            "message": message,
        })

    def _close_errors(self):
        """Close what earlier runs reported on contracts that gave no error now."""
        errors = self.env["service.billing.error"].sudo().search([
            ("company_id", "=", self.company_id.id),
            ("is_open", "=", True),
            ("run_id", "!=", self.id),
        ])
        if self.contract_ids:
            errors = errors.filtered(lambda error: error.contract_id in self.contract_ids)
        errors.write({"is_open": False})
