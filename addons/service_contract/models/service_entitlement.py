# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, float_round

from ..const import QUOTA_UNITS
from ..engine import entitlement as engine

# Percentages at which the responsible of the contract is told, once each (rules.md 4).
THRESHOLDS = (80, 100)


class ServiceEntitlement(models.Model):
    """A bucket of calls, hours, visits, kilometres or money that work draws on (rules.md 4).

    Work takes through :meth:`_consume` and gives back through `service.consumption._reverse`. Both change
    ``quantity_used`` by one guarded UPDATE, so that two users at once cannot take the same hour twice; see
    docs/decisions/0004-entitlement-lock.md.
    """

    _name = "service.entitlement"
    _description = "Service Quota"
    _order = "date_end, date_start, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
    )
    period_id = fields.Many2one(
        comodel_name="service.contract.period",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    commercial_partner_id = fields.Many2one(related="contract_id.commercial_partner_id", store=True, index=True)
    contract_state = fields.Selection(related="contract_id.state", string="Contract State", store=True)
    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    unit = fields.Selection(selection=QUOTA_UNITS, string="Unit of Measure", required=True, default="hours")
    quantity = fields.Float(digits="Product Unit", required=True)
    quantity_used = fields.Float(
        string="Used",
        digits="Product Unit",
        default=0.0,
        readonly=True,
        copy=False,
        help="The sum of the consumption, changed only by a guarded update in the database.",
    )
    quantity_left = fields.Float(string="Left", digits="Product Unit", compute="_compute_quantity_left")
    used_percent = fields.Float(string="Used (%)", compute="_compute_quantity_left")
    date_start = fields.Date(string="First Day", required=True)
    date_end = fields.Date(string="Last Day", required=True)
    allow_overdraft = fields.Boolean(help="Work may take more than is left; the quota then goes below zero.")
    rollover_percent = fields.Float(
        string="Roll-over (%)",
        help="How much of what is left goes over to the next period when this one is closed.",
    )
    quantity_rolled = fields.Float(
        string="Rolled Over",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="The part of the quantity that came over from the period before.",
    )
    alerted_percent = fields.Integer(readonly=True, copy=False)
    source = fields.Selection(
        selection=[("period", "Contract Period"), ("package", "Prepaid Package")],
        required=True,
        default="package",
    )
    call_type_ids = fields.Many2many(
        comodel_name="service.call.type",
        string="Only for Call Types",
        help="Empty means every type of call.",
    )
    consumption_ids = fields.One2many(
        comodel_name="service.consumption",
        inverse_name="entitlement_id",
        readonly=True,
        groups="base.group_user",
    )

    _check_quantity = models.Constraint("CHECK (quantity >= 0)", "The quantity of a quota cannot be negative.")
    _check_quantity_used = models.Constraint(
        "CHECK (quantity_used >= 0 AND (quantity_used <= quantity OR COALESCE(allow_overdraft, false)))",
        "A quota without overdraft cannot be used beyond its quantity.",
    )
    _check_dates = models.Constraint("CHECK (date_end >= date_start)", "A quota cannot end before it begins.")

    @api.depends("quantity", "quantity_used")
    def _compute_quantity_left(self):
        for entitlement in self:
            entitlement.quantity_left = entitlement.quantity - entitlement.quantity_used
            entitlement.used_percent = (
                100 * entitlement.quantity_used / entitlement.quantity if entitlement.quantity else 0.0
            )

    @api.constrains("date_start", "date_end", "contract_id")
    def _check_inside_contract(self):
        for entitlement in self:
            contract = entitlement.contract_id
            if entitlement.date_start < contract.date_start:
                raise ValidationError(
                    self.env._(
                        "The quota %(quota)s begins before contract %(contract)s.",
                        quota=entitlement.name,
                        contract=contract.name,
                    )
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_protected_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected_values(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for entitlement in self:
            if entitlement.consumption_ids:
                raise UserError(
                    self.env._("The quota %(quota)s has been used and cannot be deleted.", quota=entitlement.name)
                )

    def _check_protected_values(self, vals):
        """Refuse a used quantity by hand: it is the sum of the consumption."""
        if vals.get("quantity_used"):
            raise UserError(self.env._("The used quantity of a quota follows from its consumption."))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_consumption(self):
        """Open what was taken from the quota."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Consumption of %(quota)s", quota=self.name),
            "res_model": "service.consumption",
            "view_mode": "list",
            "domain": [("entitlement_id", "=", self.id)],
        }

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    @api.model
    def _consume(self, unit, quantity, date, contract, preferred=None, prepare=None, call_type=None):  # noqa: PLR0913, PLR0917
        """Take a quantity out of a contract's buckets, as far as they go.

        :param str unit: key of QUOTA_UNITS
        :param float quantity: how much, in that unit; zero takes nothing
        :param date: day of the work at the site (date), which decides the buckets
        :param contract: `service.contract`
        :param preferred: `service.entitlement` named by hand, which comes first
        :param dict prepare: more values for each `service.consumption`, such as what it was taken for
        :param call_type: `service.call.type` of the work, for buckets that serve some types only
        :return: (`service.consumption` records, remainder as float)
        :raise UserError: when the quantity is negative or the date lies in a closed period
        """
        if quantity < 0:
            raise UserError(self.env._("A negative quantity cannot be taken from a quota."))
        # Whoever validates work takes from the quotas, without a right to change them otherwise.
        contract = contract.sudo()
        contract._check_period_open(date)
        buckets = self.sudo().search(self._get_consumption_domain(unit, date, contract, call_type))
        buckets.invalidate_recordset(["quantity_used"])
        shares, rest = engine.split(
            self._to_decimal(quantity),
            engine.order(
                [bucket._to_bucket() for bucket in buckets],
                preferred=preferred.id if preferred else None,
            ),
        )
        taken = {buckets.browse(key): share for key, share in shares}
        for bucket, share in taken.items():
            bucket._add_used(share)
        consumptions = self.env["service.consumption"].sudo().create(
            [bucket._prepare_consumption_values(float(share), date, prepare) for bucket, share in taken.items()]
        )
        buckets.union(*taken)._alert_thresholds()
        return consumptions, float(rest)

    def _add_used(self, quantity):
        """Change the used quantity in the database, guarded so that it neither overdraws nor goes below zero.

        A transaction that changed the row meanwhile makes PostgreSQL raise a serialization failure here, under its
        REPEATABLE READ: Odoo retries requests; a scheduled action has to retry itself.

        :param quantity: Decimal, negative gives back
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE service_entitlement
                   SET quantity_used = quantity_used + %(quantity)s
                 WHERE id = %(id)s
                   AND quantity_used + %(quantity)s >= 0
                   AND (allow_overdraft IS TRUE OR quantity_used + %(quantity)s <= quantity)
                """,
                id=self.id,
                quantity=quantity,
            )
        )
        if not self.env.cr.rowcount:
            raise UserError(self.env._("The quota %(quota)s does not have that much left.", quota=self.name))
        self.invalidate_recordset(["quantity_used", "quantity_left", "used_percent"])

    def _roll_over(self):
        """Move the agreed part of what is left to the bucket of the next period."""
        for bucket in self.filtered("rollover_percent"):
            following = bucket.contract_id.entitlement_ids.filtered(
                lambda other, bucket=bucket: other.source == "period"
                and other.unit == bucket.unit
                and other.date_start > bucket.date_end
            ).sorted("date_start")[:1]
            quantity = self._to_decimal(bucket.quantity_left * bucket.rollover_percent / 100)
            if not following or quantity <= 0:
                continue
            bucket._add_used(quantity)
            note = self.env._("Rolled over to %(period)s", period=following.period_id.display_name)
            # Consumption is written by these methods only, after their checks.
            self.env["service.consumption"].sudo().create(
                bucket._prepare_consumption_values(float(quantity), bucket.date_end, {"note": note})
            )
            following.quantity_rolled += float(quantity)
            following.quantity += float(quantity)

    def _alert_thresholds(self):
        """Tell the responsible of the contract, once for each threshold, that a quota runs out."""
        for bucket in self:
            reached = max((percent for percent in THRESHOLDS if bucket.used_percent >= percent), default=0)
            if reached > bucket.alerted_percent:
                bucket.alerted_percent = reached
                bucket.contract_id.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._(
                        "%(quota)s: %(percent)s %% used", quota=bucket.name, percent=round(bucket.used_percent)
                    ),
                    user_id=bucket.contract_id.user_id.id or self.env.uid,
                )

    def _to_bucket(self):
        self.ensure_one()
        return engine.Bucket(
            key=self.id,
            start=self.date_start,
            end=self.date_end,
            left=self._to_decimal(self.quantity) - self._to_decimal(self.quantity_used),
            overdraft=self.allow_overdraft,
            sequence=self.sequence,
        )

    @api.model
    def _to_decimal(self, quantity):
        """Return a quantity as an exact number with the digits of the database column."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return Decimal(repr(float_round(quantity, precision_digits=digits)))

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    @api.model
    def _get_consumption_domain(self, unit, date, contract, call_type):
        """Return the domain of the buckets that work may draw on; see :meth:`_consume` for the arguments."""
        return [
            ("contract_id", "=", contract.id),
            ("unit", "=", unit),
            ("date_start", "<=", date),
            ("date_end", ">=", date),
            ("call_type_ids", "in", [False, *(call_type.ids if call_type else ())]),
        ]

    def _prepare_consumption_values(self, quantity, date, prepare):
        """Return the values of the consumption of one bucket; see :meth:`_consume` for the arguments."""
        self.ensure_one()
        return {"entitlement_id": self.id, "quantity": quantity, "date": date, **(prepare or {})}
