# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ServiceConsumption(models.Model):
    """The ledger of the quotas: what was granted, taken, given back, rolled over and corrected. Append-only.

    Every change of a bucket is one row (rules.md 4): with `is_grant` one of its `quantity`, else one of its
    `quantity_used`. So the running balance of a bucket's rows, in the order in which they were written, ends at what
    it has left. Rows are written by `service.entitlement._book` and :meth:`_reverse` only.
    """

    _name = "service.consumption"
    _description = "Quota Consumption"
    _order = "create_date desc, id desc"
    _rec_name = "entitlement_id"

    entitlement_id = fields.Many2one(
        comodel_name="service.entitlement",
        string="Quota",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    contract_id = fields.Many2one(related="entitlement_id.contract_id", store=True, index=True)
    company_id = fields.Many2one(related="entitlement_id.company_id", store=True, index=True)
    unit = fields.Selection(related="entitlement_id.unit", string="Unit of Measure", store=True)
    kind = fields.Selection(
        selection=[
            ("granted", "Granted"),
            ("taken", "Taken"),
            ("returned", "Given Back"),
            ("rolled", "Rolled Over"),
            ("correction", "Corrected"),
        ],
        required=True,
        readonly=True,
        default="taken",
    )
    is_grant = fields.Boolean(
        string="Changes the Quota",
        default=False,
        readonly=True,
        help="The row changes how much the quota gives; the others change how much of it was used.",
    )
    quantity = fields.Float(
        digits="Product Unit",
        required=True,
        readonly=True,
        help="Positive when taken, negative when given back.",
    )
    change = fields.Float(
        digits="Product Unit",
        compute="_compute_change",
        help="How the row changes what is left.",
    )
    balance = fields.Float(
        digits="Product Unit",
        compute="_compute_balance",
        help="What was left in the quota after this row.",
    )
    date = fields.Date(required=True, readonly=True, help="The day of the work, at the site.")
    reversal_of_id = fields.Many2one(
        comodel_name="service.consumption",
        string="Gives Back",
        readonly=True,
        ondelete="restrict",
    )
    reversal_ids = fields.One2many(
        comodel_name="service.consumption",
        inverse_name="reversal_of_id",
        string="Given Back By",
    )
    counterpart_id = fields.Many2one(
        comodel_name="service.consumption",
        string="Rolled Over From",
        readonly=True,
        ondelete="restrict",
        help="The row by which the quota before gave what came over.",
    )
    note = fields.Char(string="What For", readonly=True)

    _reversal_uniq = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL",
        "A consumption is given back once.",
    )
    _counterpart_uniq = models.UniqueIndex(
        "(counterpart_id) WHERE counterpart_id IS NOT NULL",
        "What is left of a quota rolls over once.",
    )

    @api.depends("quantity")
    def _compute_change(self):
        for consumption in self:
            consumption.change = -consumption.quantity

    @api.depends("entitlement_id", "quantity")
    def _compute_balance(self):
        """Add up each bucket's rows in the order in which they were written, in one query."""
        self.flush_model(["entitlement_id", "quantity"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, balance
                  FROM (
                        SELECT id,
                               -SUM(quantity) OVER (PARTITION BY entitlement_id ORDER BY create_date, id) AS balance
                          FROM service_consumption
                         WHERE entitlement_id = ANY(%(buckets)s)
                       ) AS ledger
                 WHERE id = ANY(%(ids)s)
                """,
                buckets=self.entitlement_id.ids,
                ids=self.ids,
            )
        )
        balance_by_id = dict(rows)
        for consumption in self:
            consumption.balance = balance_by_id.get(consumption.id, 0.0)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("What was taken from a quota stands; it can only be given back."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was taken from a quota stands; it can only be given back."))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_reverse(self):
        """Take corrections back by the opposite rows.

        :return: True
        :raise UserError: for rows that are no corrections, or taken back already
        """
        self.entitlement_id.check_access("write")
        for consumption in self:
            if consumption.kind != "correction" or consumption.reversal_of_id or consumption.reversal_ids:
                raise UserError(
                    self.env._(
                        "Only a correction that stands can be taken back; work gives its hours back when its "
                        "validation is undone."
                    )
                )
        self._reverse()
        return True

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _reverse(self):
        """Undo exactly what these rows did, by opposite rows; what was undone already stays as it is.

        :return: the new rows
        :raise UserError: when a row lies in a closed period, or a grant was used meanwhile
        """
        # Whoever takes back the validation of work gives back what it took, as in `service.entitlement._consume`.
        standing = self.sudo().filtered(lambda row: not row.reversal_of_id and not row.reversal_ids)
        for consumption in standing:
            entitlement = consumption.entitlement_id
            if consumption.kind != "rolled":
                entitlement.contract_id._check_period_open(consumption.date)
            quantity = entitlement._to_decimal(consumption.quantity)
            entitlement._change(granted=quantity) if consumption.is_grant else entitlement._change(used=-quantity)
        reversals = standing.create([consumption._prepare_reversal_values() for consumption in standing])
        standing.entitlement_id._alert_thresholds()
        return reversals

    def _prepare_reversal_values(self):
        """Return the values of the row that undoes one."""
        self.ensure_one()
        return {
            "entitlement_id": self.entitlement_id.id,
            "kind": "returned" if self.kind == "taken" else self.kind,
            "is_grant": self.is_grant,
            "quantity": -self.quantity,
            "date": self.date,
            "reversal_of_id": self.id,
            "note": self.note,
        }
