# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, float_round

from ..const import QUOTA_UNITS
from ..engine import entitlement as engine

ZERO = Decimal(0)


class ServiceEntitlement(models.Model):
    """A bucket of calls, hours, visits, kilometres or money that work draws on (rules.md 4).

    Work takes through :meth:`_consume` and gives back through `service.consumption._reverse`. Both change
    ``quantity_used`` by one guarded UPDATE, so that two users at once cannot take the same hour twice; see
    docs/decisions/0004-entitlement-lock.md. Whatever changes the quantity is written to the same ledger.
    """

    _name = "service.entitlement"
    _description = "Service Quota"
    _inherit = ["service.limits.mixin"]
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
        compute="_compute_quantity_rolled",
        compute_sudo=True,
        help="The part of the quantity that came over from the period before.",
    )
    quantity_corrected = fields.Float(
        string="Corrected",
        digits="Product Unit",
        compute="_compute_quantity_rolled",
        compute_sudo=True,
        help="The part of the quantity that was added by hand, with a reason.",
    )
    rolled_to_id = fields.Many2one(
        comodel_name="service.entitlement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="The quota that got what was left of this one.",
    )
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
    _check_rollover = models.Constraint(
        "CHECK (COALESCE(rollover_percent, 0) BETWEEN 0 AND 100)",
        "A roll-over is between 0 and 100 percent.",
    )

    @api.depends("quantity", "quantity_used")
    def _compute_quantity_left(self):
        for entitlement in self:
            entitlement.quantity_left = entitlement.quantity - entitlement.quantity_used
            entitlement.used_percent = (
                100 * entitlement.quantity_used / entitlement.quantity if entitlement.quantity else 0.0
            )

    @api.depends("quantity")
    def _compute_quantity_rolled(self):
        rows = self.env["service.consumption"]._read_group(
            [("entitlement_id", "in", self.ids), ("is_grant", "=", True), ("kind", "in", ("rolled", "correction"))],
            groupby=["entitlement_id", "kind"],
            aggregates=["quantity:sum"],
        )
        quantity_by_kind = {(bucket, kind): quantity for bucket, kind, quantity in rows}
        for bucket in self:
            bucket.quantity_rolled = -quantity_by_kind.get((bucket._origin, "rolled"), 0.0)
            bucket.quantity_corrected = -quantity_by_kind.get((bucket._origin, "correction"), 0.0)

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
        buckets = super().create(vals_list)
        # The ledger is written by these methods only, after their checks.
        self.env["service.consumption"].sudo().create(
            [bucket._prepare_opening_values() for bucket in buckets if bucket.quantity]
        )
        return buckets

    def write(self, vals):
        """Write; another quantity is a row of the ledger."""
        self._check_protected_values(vals)
        if "quantity" not in vals:
            return super().write(vals)
        others = {name: value for name, value in vals.items() if name != "quantity"}
        res = super().write(others)
        for bucket in self:
            added = self._to_decimal(vals["quantity"]) - self._to_decimal(bucket.quantity)
            if added:
                bucket._book(-added, bucket._get_booking_date(), "granted", is_grant=True)
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for entitlement in self:
            if entitlement.consumption_ids.filtered(lambda row: row.kind != "granted"):
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
        """Open the ledger of the quotas: what was granted, taken and given back, with the running balance.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_consumption_action")
        action["domain"] = [("entitlement_id", "in", self.ids)]
        action["context"] = {"group_by": "entitlement_id"} if len(self) > 1 else {}
        if len(self) == 1:
            action["display_name"] = self.env._("Ledger of %(quota)s", quota=self.name)
        return action

    def action_correct(self, quantity, reason, date=None):
        """Add to quotas or take from them by hand; the ledger keeps it with the reason.

        What is added raises the quantity, what is taken counts as used: so nothing is ever used below zero, and a
        correction that is taken back (`service.consumption.action_reverse`) leaves both as they were.

        :param float quantity: how much to add to each; negative takes away
        :param str reason: kept in the ledger
        :param date: day within the validity (date or ISO text), default today or the nearest day of it
        :return: the new `service.consumption`
        :raise UserError: without a quantity or a reason, outside the validity, in a closed period, or when there is
            not that much left
        """
        self.check_access("write")
        rows = self.env["service.consumption"]
        for bucket in self:
            amount = bucket._to_decimal(quantity)
            day = fields.Date.to_date(date) or bucket._get_booking_date()
            bucket._check_correction(amount, reason, day)
            rows |= bucket._book(-amount, day, "correction", is_grant=amount > 0, note=reason.strip())
        return rows

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
        if unit == "money":
            quantity = contract.currency_id.round(quantity)
        buckets = self.sudo().search(self._get_consumption_domain(unit, date, contract, call_type))
        buckets.invalidate_recordset(["quantity", "quantity_used"])
        shares, rest = buckets._split(self._to_decimal(quantity), preferred)
        consumptions, sold = self._take_shares([(bucket, share, date, prepare) for bucket, share in shares])
        if rest and sold:
            shares, rest = sold._split(rest)
            more, _sold = self._take_shares([(bucket, share, date, prepare) for bucket, share in shares], is_last=True)
            consumptions |= more
        # What outran them all outran the last one of them.
        exceeded = (buckets | sold)[-1:] if rest else buckets.browse()
        (consumptions.entitlement_id | exceeded)._alert_thresholds(exceeded)
        return consumptions, float(rest)

    def _split(self, quantity, preferred=None):
        """Say how much of a quantity each of these buckets gives, in the order of rules.md 4; nothing is taken.

        :param quantity: Decimal
        :return: (list of (bucket, Decimal), what is left over as Decimal)
        """
        ordered = engine.order(
            [bucket._to_bucket() for bucket in self],
            preferred=preferred.id if preferred else None,
        )
        shares, rest = engine.split(quantity, ordered)
        return [(self.browse(key), share) for key, share in shares], rest

    def _get_order(self, preferred=None):
        """Return the ids of these buckets in the order in which work draws on them.

        :param preferred: `service.entitlement` named by hand, which comes first
        """
        ordered = engine.order([bucket._to_bucket() for bucket in self], preferred=preferred.id if preferred else None)
        return tuple(bucket.key for bucket in ordered)

    @api.model
    def _take_shares(self, shares, is_last=False):
        """Take what was planned, for any number of pieces of work: one guarded update per bucket.

        The caller sets off the alerts (`_alert_thresholds`) when all is taken.

        :param list shares: (bucket, Decimal, day of the work, values of the consumption or None)
        :param is_last: whether no further package is sold when one of the buckets runs low
        :return: (`service.consumption` records in that order, the quotas that were sold to go on with)
        """
        total_by_bucket = {}
        for bucket, share, _date, _prepare in shares:
            total_by_bucket[bucket] = total_by_bucket.get(bucket, ZERO) + share
        for bucket, total in total_by_bucket.items():
            bucket._change(used=total)
        consumptions = self.env["service.consumption"].sudo().create(
            [bucket._prepare_consumption_values(float(share), date, prepare) for bucket, share, date, prepare in shares]
        )
        sold = self.browse()
        if not is_last:
            day_by_bucket = {bucket: date for bucket, _share, date, _prepare in shares}
            for bucket, day in day_by_bucket.items():
                sold |= bucket._top_up(day)
        return consumptions, sold

    def _book(self, quantity, date, kind, is_grant=False, **values):
        """Write one row of the ledger, and change the total that it belongs to.

        :param quantity: Decimal, positive takes, negative gives
        :param date: day that the row is dated
        :param str kind: of `service.consumption`
        :param is_grant: the row changes the quantity, not the used quantity
        :param values: more values of the row
        :return: the new `service.consumption`
        :raise UserError: when there is not that much left
        """
        self.ensure_one()
        self._change(granted=-quantity) if is_grant else self._change(used=quantity)
        # The ledger is written by these methods only, after their checks.
        row = self.env["service.consumption"].sudo().create(
            self._prepare_consumption_values(
                float(quantity), date, {"kind": kind, "is_grant": bool(is_grant), **values}
            )
        )
        self._alert_thresholds()
        return row

    def _change(self, used=ZERO, granted=ZERO):
        """Change the totals in the database, guarded so that nothing is overdrawn or below zero.

        A transaction that changed the row meanwhile makes PostgreSQL raise a serialization failure here, under its
        REPEATABLE READ: Odoo retries requests; a scheduled action has to retry itself.

        :param used: Decimal, negative gives back
        :param granted: Decimal by which the quantity grows
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE service_entitlement
                   SET quantity_used = quantity_used + %(used)s,
                       quantity = quantity + %(granted)s
                 WHERE id = %(id)s
                   AND quantity_used + %(used)s >= 0
                   AND quantity + %(granted)s >= 0
                   AND (allow_overdraft IS TRUE OR quantity_used + %(used)s <= quantity + %(granted)s)
                """,
                id=self.id,
                used=used,
                granted=granted,
            )
        )
        if not self.env.cr.rowcount:
            raise UserError(self.env._("The quota %(quota)s does not have that much left.", quota=self.name))
        self.invalidate_recordset(
            ["quantity", "quantity_used", "quantity_left", "used_percent", "quantity_rolled", "quantity_corrected"]
        )

    def _check_correction(self, amount, reason, day):
        """Refuse a correction that says nothing, or is dated where the quota does not hold."""
        self.ensure_one()
        if not amount:
            raise UserError(self.env._("Enter how much to add to %(quota)s or to take from it.", quota=self.name))
        if not (reason or "").strip():
            raise UserError(self.env._("Enter why %(quota)s is corrected.", quota=self.name))
        if not self.date_start <= day <= self.date_end:
            raise UserError(
                self.env._(
                    "%(date)s is not a day of %(quota)s (%(start)s - %(end)s).",
                    date=day,
                    quota=self.name,
                    start=self.date_start,
                    end=self.date_end,
                )
            )
        self.contract_id._check_period_open(day)

    def _get_booking_date(self):
        """Return today where the company is, or the nearest day on which the quota holds."""
        self.ensure_one()
        return min(max(self.contract_id._get_today(), self.date_start), self.date_end)

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

    def _prepare_opening_values(self):
        """Return the values of the first row of a bucket's ledger: what it was made with."""
        self.ensure_one()
        return self._prepare_consumption_values(
            -self.quantity, self.date_start, {"kind": "granted", "is_grant": True}
        )
