# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

ONE_DAY = timedelta(days=1)


class ServiceCoverageChange(models.TransientModel):
    """Asks with which last day coverage rows end, from which day they cost something else, or where they go.

    Of contracts that have begun each change is an amendment, applied at once.
    """

    _name = "service.coverage.change"
    _description = "Change Service Coverage"

    coverage_ids = fields.Many2many(comodel_name="service.coverage", string="Rows", required=True, readonly=True)
    kind = fields.Selection(
        selection=[("end", "Remove"), ("reprice", "New Price"), ("move", "Move")],
        required=True,
        readonly=True,
        default="end",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    reason = fields.Char()
    contract_ids = fields.Many2many(comodel_name="service.contract", compute="_compute_contract_ids")
    company_id = fields.Many2one(related="coverage_ids.company_id")
    target_contract_id = fields.Many2one(
        comodel_name="service.contract",
        string="To Contract",
        domain="[('company_id', '=', company_id), ('state', 'in', ('active', 'suspended')),"
        " ('id', 'not in', contract_ids)]",
    )
    currency_id = fields.Many2one(related="coverage_ids.currency_id")
    has_own_price = fields.Boolean(
        string="New Price There",
        help="Otherwise each row keeps its price.",
    )
    price = fields.Monetary(
        compute="_compute_price",
        store=True,
        readonly=False,
        groups="service_contract.group_service_contract_price",
    )
    amount_difference = fields.Monetary(
        string="Difference",
        compute="_compute_amount_difference",
        groups="service_contract.group_service_contract_price",
        help="What it adds to the value of the contract over the rest of its term.",
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "coverage_ids" in fields and self.env.context.get("active_model") == "service.coverage":
            values["coverage_ids"] = [Command.set(self.env.context.get("active_ids", []))]
        return values

    @api.depends("coverage_ids")
    def _compute_contract_ids(self):
        for wizard in self:
            wizard.contract_ids = wizard.coverage_ids.contract_id

    @api.depends("coverage_ids")
    def _compute_price(self):
        for wizard in self:
            wizard.price = wizard.coverage_ids[:1].price

    @api.depends("coverage_ids", "kind", "date", "price")
    def _compute_amount_difference(self):
        for wizard in self:
            wizard.amount_difference = sum(
                line._get_amount_difference() for lines in wizard._preview_lines() for line in lines
            )

    def action_confirm(self):
        """Do it.

        :raise UserError: when a row cannot change so, naming it
        """
        self.ensure_one()
        if self.kind == "end":
            self.coverage_ids.action_end(self.date, self.reason)
        elif self.kind == "reprice":
            self.coverage_ids.action_reprice(self.date, self.price, self.reason)
        else:
            self._move()
        return {"type": "ir.actions.act_window_close"}

    def _move(self):
        """Let another contract go on with the rows."""
        if not self.target_contract_id:
            raise UserError(self.env._("Choose the contract to which the units go."))
        for contract, lines in self._prepare_lines().items():
            contract._amend(self.date, lines, self.reason)

    def _preview_lines(self):
        """Return the lines of the amendments to come, unsaved, contract by contract."""
        self.ensure_one()
        Amendment = self.env["service.contract.amendment"]
        day = self._get_first_day()
        return [
            Amendment.new(
                {"contract_id": contract.id, "date": day, "line_ids": [Command.create(line) for line in lines]}
            ).line_ids
            for contract, lines in self._prepare_lines().items()
        ]

    def _get_first_day(self):
        """Return the first day on which the change counts."""
        self.ensure_one()
        if self.kind == "end" and self.date:
            return self.date + ONE_DAY
        return self.date

    def _prepare_lines(self):
        """Prepare the changes as values of amendment lines, by contract."""
        self.ensure_one()
        rows = self.coverage_ids._origin
        if self.kind == "end":
            values = {"action": "remove"}
        elif self.kind == "reprice":
            values = {"action": "reprice", "price": self.price}
        else:
            values = {"action": "move", "target_contract_id": self.target_contract_id.id}
            if self.has_own_price:
                values["price"] = self.price
        return {
            contract: [{**values, "coverage_id": row.id} for row in covered]
            for contract, covered in rows.grouped("contract_id").items()
        }
