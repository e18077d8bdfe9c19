# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

ONE_DAY = timedelta(days=1)


class ServiceContractAmendment(models.Model):
    """What a contract changes from a day on, and why.

    A draft shows what it will do; applied it has written dated rows (docs/decisions/0002-coverage-rows.md), which tell
    by `amendment_id` and `end_amendment_id` which amendment they come from. A day to come is no reason to wait: rows
    are dated facts. What was applied stays: a mistake is put right by another amendment.
    """

    _name = "service.contract.amendment"
    _description = "Contract Amendment"
    _inherit = [
        "service.letter.mixin",
        "mail.activity.mixin",
        "service.number.mixin",
        "service.transition.mixin",
        "service.limits.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    _transitions = {"draft": ("applied", "cancelled"), "applied": (), "cancelled": ("draft",)}
    _frozen_fields = ("contract_id", "date", "line_ids")

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain="[('state', '!=', 'draft')]",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    commercial_partner_id = fields.Many2one(
        related="contract_id.commercial_partner_id",
        string="Customer",
        store=True,
        index=True,
    )
    currency_id = fields.Many2one(related="contract_id.currency_id")
    contract_date_start = fields.Date(related="contract_id.date_start")
    contract_date_end = fields.Date(related="contract_id.date_end", string="Contract Runs Until")
    state = fields.Selection(
        selection=[("draft", "Draft"), ("applied", "Applied"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    date = fields.Date(
        string="Effective From",
        required=True,
        default=fields.Date.context_today,
        help="The first day on which the change counts; what is removed was covered until the day before.",
    )
    reason = fields.Char(help="In a few words: asked for by whom, agreed when.")
    note = fields.Text(string="Description")
    line_ids = fields.One2many(
        comodel_name="service.contract.amendment.line",
        inverse_name="amendment_id",
        string="Changes",
        copy=True,
    )
    summary = fields.Char(compute="_compute_summary", store=True, string="Changes in Short")
    user_id = fields.Many2one(related="contract_id.user_id", string="Responsible", store=True, index="btree_not_null")
    applied_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    applied_at = fields.Datetime(readonly=True, copy=False)
    source_id = fields.Many2one(
        comodel_name="service.contract.amendment",
        string="Moved by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The amendment of the contract from which units came here.",
    )
    has_warnings = fields.Boolean(compute="_compute_has_warnings")
    has_moves = fields.Boolean(compute="_compute_has_moves")
    coverage_ids = fields.One2many(comodel_name="service.coverage", inverse_name="amendment_id", string="New Rows")

    # money
    amount_contract = fields.Monetary(
        related="contract_id.amount_total",
        string="Contract Value Now",
        groups="service_contract.group_service_contract_price",
    )
    amount_difference = fields.Monetary(
        string="Difference",
        compute="_compute_amount_difference",
        store=True,
        groups="service_contract.group_service_contract_price",
        help="What the changes add to the value of the contract over the rest of its term.",
    )
    amount_before = fields.Monetary(
        string="Value Before",
        readonly=True,
        copy=False,
        groups="service_contract.group_service_contract_price",
    )
    amount_after = fields.Monetary(
        string="Value After",
        readonly=True,
        copy=False,
        groups="service_contract.group_service_contract_price",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("line_ids.amount_difference")
    def _compute_amount_difference(self):
        for amendment in self:
            amendment.amount_difference = sum(amendment.line_ids.mapped("amount_difference"))

    @api.depends("line_ids.warning")
    def _compute_has_warnings(self):
        for amendment in self:
            amendment.has_warnings = any(amendment.line_ids.mapped("warning"))

    @api.depends("line_ids.action")
    def _compute_has_moves(self):
        for amendment in self:
            amendment.has_moves = "move" in amendment.line_ids.mapped("action")

    @api.depends("line_ids.action")
    def _compute_summary(self):
        labels = dict(self.line_ids._fields["action"]._description_selection(self.env))
        for amendment in self:
            counts = {action: len(lines) for action, lines in amendment.line_ids.grouped("action").items()}
            amendment.summary = ", ".join(
                f"{label}: {counts[action]}" for action, label in labels.items() if action in counts
            )

    @api.depends("name", "contract_id.name")
    def _compute_display_name(self):
        for amendment in self:
            amendment.display_name = " - ".join(filter(None, (amendment.name, amendment.contract_id.name)))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def _get_frozen_text(self):
        return self.env._(
            "Amendment %(amendment)s is %(state)s and stays as it is: make another one.",
            amendment=self.name,
            state=dict(self._fields["state"]._description_selection(self.env))[self.state],
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        for amendment in self:
            if amendment.state == "applied":
                raise UserError(amendment._get_frozen_text())

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_apply(self):
        """Write the dated rows that the changes say: all of them, or none.

        :raise UserError: when a change cannot be, naming it, or when the day lies in a closed period
        """
        self._check_transition("applied")
        for amendment in self:
            amendment._check_can_apply()
            # The values are kept for those who may see them, whoever applies.
            contract = amendment.contract_id.sudo()
            before = contract.amount_total
            # What the lines are worth is counted on the rows as they are before.
            amendment.sudo().line_ids._refresh()
            amendment.line_ids._apply()
            amendment._close(before)
        self._after_applied()
        return True

    def action_cancel(self):
        """Lay drafts aside; their numbers stay."""
        self._transition("cancelled")
        self.activity_unlink(["mail.mail_activity_data_todo"])
        return True

    def action_reset(self):
        """Take up again what was laid aside."""
        self._transition("draft")
        return True

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _check_can_apply(self):
        """Refuse what cannot be applied as a whole.

        :raise UserError: with what to do
        """
        self.ensure_one()
        contract = self.contract_id
        values = {"contract": contract.name, "amendment": self.name, "date": format_date(self.env, self.date)}
        if contract.state == "draft":
            raise UserError(self.env._("Contract %(contract)s has not begun: change what it covers itself.", **values))
        if not self.line_ids:
            raise UserError(self.env._("Amendment %(amendment)s changes nothing yet: add a line.", **values))
        # What is removed with the last day of the term is removed the day after.
        if not contract.date_start <= self.date <= contract._get_last_day() + ONE_DAY:
            raise UserError(self.env._("%(date)s is outside the term of contract %(contract)s.", **values))
        (contract | self.line_ids.target_contract_id)._check_period_open(self.date)
        self.line_ids._check_can_apply()

    def _close(self, amount_before):
        """Make the amendment a fact: with who, when, and the values before and after."""
        self.ensure_one()
        contract = self.contract_id
        self._transition("applied")
        # As in `_write_state`.
        self.sudo().write({"amount_before": amount_before, "amount_after": contract.sudo().amount_total})
        self.activity_feedback(["mail.mail_activity_data_todo"])
        body = self.env._(
            "Amendment %(amendment)s from %(date)s on: %(summary)s",
            amendment=self._get_html_link(title=self.name),
            date=format_date(self.env, self.date),
            summary=self.summary or "",
        )
        contract._message_log(body=body)

    def _prepare_transition_values(self, target):
        values = super()._prepare_transition_values(target)
        if target == "applied":
            values.update(applied_by_id=self.env.uid, applied_at=fields.Datetime.now())
        return values

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _after_applied(self):
        """Hook: amendments were applied; their rows are written."""
