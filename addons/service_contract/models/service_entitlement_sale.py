# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date


class ServiceContract(models.Model):
    """Selling prepaid packages on a contract."""

    _inherit = "service.contract"

    auto_top_up = fields.Boolean(
        string="Automatic Top-up",
        copy=True,
        help="When a prepaid package runs low, another one is sold at once. Otherwise the responsible is asked.",
    )

    def action_sell_package(self, package_id, date=None, count=1, price=None):
        """Sell packages on contracts: each gets a quota, and a row that bills the price on the day of the sale.

        :param package_id: id of a `service.entitlement.package`
        :param date: first day of the quota (date or ISO text), default today
        :param int count: how many packages, as one quota
        :param float price: of one package in the currency of the contract, default that of the catalogue
        :return: the new `service.entitlement`, one per contract
        :raise UserError: when a contract is not running on that day, or for a number or price that makes no sense
        """
        self.check_access("write")
        package = self.env["service.entitlement.package"].browse(package_id)
        package.check_access("read")
        buckets = self.env["service.entitlement"]
        for contract in self:
            day = contract._to_day(date) or contract._get_today()
            contract._check_sale(package, day, count, price)
            bucket = buckets.create(contract._prepare_package_values(package, day, count))
            unit_price = package._get_price(contract, day) if price is None else price
            amount = contract.currency_id.round(unit_price * count)
            if not contract.currency_id.is_zero(amount):
                self.env["service.coverage"].create(contract._prepare_package_coverage_values(bucket, day, amount))
            contract._message_log(
                body=self.env._(
                    "Package sold: %(package)s, until %(end)s",
                    package=bucket.name,
                    end=format_date(self.env, bucket.date_end),
                )
            )
            buckets |= bucket
        self._after_package_sold(buckets)
        return buckets

    def _check_sale(self, package, day, count, price):
        """Refuse a sale that makes no sense."""
        self.ensure_one()
        if count < 1:
            raise UserError(self.env._("Enter how many packages are sold."))
        if price is not None and price < 0:
            raise UserError(self.env._("The price of a package cannot be negative."))
        if not self._is_sale_day(day):
            raise UserError(
                self.env._(
                    "Contract %(contract)s does not run on %(date)s: packages are sold on running contracts.",
                    contract=self.name,
                    date=day,
                )
            )
        if package.company_id and package.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "Package %(package)s is one of %(company)s.",
                    package=package.name,
                    company=package.company_id.name,
                )
            )

    def _is_sale_day(self, day):
        """Return whether packages may be sold on the contract on a day."""
        self.ensure_one()
        return self.state in ("active", "suspended") and self.date_start <= day <= self._get_last_sale_day()

    def _get_last_sale_day(self):
        self.ensure_one()
        return min(filter(None, (self.date_cancelled, self.date_end)))

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _prepare_package_values(self, package, day, count):
        """Return the values of the quota that packages make; see :meth:`action_sell_package`."""
        self.ensure_one()
        return {
            "contract_id": self.id,
            "source": "package",
            "package_id": package.id,
            "name": package.name if count == 1 else f"{package.name} x {count}",
            "unit": package.unit,
            "quantity": package.quantity * count,
            "date_start": day,
            "date_end": package._get_last_day(self, day),
            "allow_overdraft": package.allow_overdraft,
            "rollover_percent": package.rollover_percent,
            "call_type_ids": [fields.Command.set(package.call_type_ids.ids)],
            "top_up_percent": package.top_up_percent,
            "reminder_days": package.reminder_days,
        }

    def _prepare_package_coverage_values(self, bucket, day, amount):
        """Return the values of the row that bills a package: of one day, so that it is due at once."""
        self.ensure_one()
        product = bucket.package_id.product_id
        return {
            "contract_id": self.id,
            "package_entitlement_id": bucket.id,
            "name": self.env._("Prepaid package: %(package)s", package=bucket.name),
            "date_start": day,
            "date_end": day,
            "price": amount,
            "interval_count": 1,
            "interval_unit": "once",
            **({"product_id": product.id} if product else {}),
        }

    def _after_package_sold(self, buckets):
        """Called when packages have been sold on these contracts.

        :param buckets: the new `service.entitlement`
        """


class ServiceCoverage(models.Model):
    _inherit = "service.coverage"

    package_entitlement_id = fields.Many2one(
        comodel_name="service.entitlement",
        string="Prepaid Package",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="The row only bills this package: it covers nothing.",
    )

    def _is_copied_with_contract(self):
        return super()._is_copied_with_contract() and not self.package_entitlement_id

    @api.model
    def _get_candidate_domain(self, asked_list):
        # Buying hours for two pumps does not put the third one under the contract.
        return super()._get_candidate_domain(asked_list) & Domain("package_entitlement_id", "=", False)


class ServiceEntitlement(models.Model):
    """Prepaid packages: what they cost, when they run low and when they lapse."""

    _name = "service.entitlement"
    _inherit = ["service.entitlement", "service.batch.mixin"]

    package_id = fields.Many2one(
        comodel_name="service.entitlement.package",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups="base.group_user",
    )
    package_coverage_ids = fields.One2many(
        comodel_name="service.coverage",
        inverse_name="package_entitlement_id",
        string="Billed By",
        readonly=True,
    )
    top_up_percent = fields.Float(
        string="Top Up Below (%)",
        groups="base.group_user",
        help="When no more than this is left, another package is offered or sold. Zero means never.",
    )
    is_topped_up = fields.Boolean(
        readonly=True,
        copy=False,
        help="Another package was offered or sold because this one runs low.",
    )
    reminder_days = fields.Integer(
        string="Remind Before",
        groups="base.group_user",
        help="Days before the last day on which the responsible is told of what is left.",
    )
    date_reminded = fields.Date(
        readonly=True,
        copy=False,
        help="The last day of which the responsible was told; another one is told of again.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        for bucket in self:
            if bucket.package_coverage_ids:
                raise UserError(
                    self.env._("Package %(package)s has been sold: take the sale back instead.", package=bucket.name)
                )

    def action_take_back_sale(self):
        """Undo the sale of packages that nothing was taken from; what was billed is given back by the billing.

        :raise UserError: when a package was used, or is none that was sold
        """
        self.check_access("write")
        for bucket in self:
            if not bucket.package_id or bucket._to_bucket().left != bucket._to_decimal(bucket.quantity):
                raise UserError(
                    self.env._("%(quota)s is no untouched package: correct it instead.", quota=bucket.name)
                )
            if bucket.quantity:
                note = self.env._("Sale taken back")
                quantity = bucket._to_decimal(bucket.quantity)
                bucket._book(quantity, bucket.date_start, "granted", is_grant=True, note=note)
            for row in bucket.package_coverage_ids:
                # No amendment: what is covered stays as it is.
                row._end(fields.Date.subtract(row.date_start, days=1))
            bucket.contract_id._message_log(body=self.env._("Sale of %(package)s taken back", package=bucket.name))
        return True

    # ------------------------------------------------------------------
    # Top-up
    # ------------------------------------------------------------------

    def _top_up(self, day):
        """Offer or sell another package for those of these quotas that run low, once for each.

        :param day: of the work that was taken (date), the first day of what is sold
        :return: the quotas that were sold
        """
        sold = self.browse()
        for bucket in self:
            if not bucket._is_running_low(day):
                continue
            bucket.is_topped_up = True
            contract = bucket.contract_id
            if contract.auto_top_up and contract._is_sale_day(day):
                sold |= contract.action_sell_package(bucket.package_id.id, date=day)
            else:
                bucket._schedule_quota_activity(type(bucket)._get_top_up_text)
        return sold

    def _is_running_low(self, day):
        """Return whether another package is due: this one is low, and no other one of its kind waits."""
        self.ensure_one()
        if not self.package_id or not self.top_up_percent or self.is_topped_up:
            return False
        bucket = self._to_bucket()
        if bucket.left * 100 > self._to_decimal(self.top_up_percent) * self._to_decimal(self.quantity):
            return False
        waiting = self.contract_id.entitlement_ids.filtered(
            lambda other: other.package_id == self.package_id
            and other != self
            and not other.is_topped_up
            and other.date_end >= day
            and other._to_bucket().left > 0
        )
        return not waiting

    def _get_top_up_text(self):
        """Return the offer to make, in the language of the context."""
        self.ensure_one()
        return self.env._(
            "%(quota)s: %(left)s left, offer another package",
            quota=self.name,
            left=self._format_quantity(self.quantity_left),
        )

    # ------------------------------------------------------------------
    # Reminder
    # ------------------------------------------------------------------

    @api.model
    def _cron_remind_quotas(self):
        """Once a day: tell of packages that lapse with something left, and roll over those that have lapsed."""
        today = fields.Date.today()
        package = Domain("source", "=", "package")
        lapsed = package & Domain("date_end", "<", today) & Domain("rollover_percent", ">", 0)
        self._do_in_batches(
            [
                (package & self._get_lapsing_domain(today), type(self)._remind_lapse),
                (lapsed & Domain("rolled_to_id", "=", False), type(self)._roll_over),
            ]
        )

    @api.model
    def _get_lapsing_domain(self, today):
        """Hook: return the domain of the packages that lapse soon; those with nothing left are passed over.

        :param today: date
        """
        lead_times = [days for (days,) in self._read_group([("reminder_days", ">", 0)], ["reminder_days"])]
        return (
            Domain("date_end", ">=", today)
            & Domain("contract_state", "in", ("active", "suspended"))
            & Domain.OR(
                Domain("reminder_days", "=", days) & Domain("date_end", "<=", fields.Date.add(today, days=days))
                for days in lead_times
            )
        )

    def _remind_lapse(self):
        """Tell the responsible of each contract, once per last day, what lapses."""
        for bucket in self:
            if bucket.date_reminded != bucket.date_end and bucket._to_bucket().left > 0:
                bucket.date_reminded = bucket.date_end
                bucket._schedule_quota_activity(type(bucket)._get_lapse_text, date_deadline=bucket.date_end)

    def _get_lapse_text(self):
        """Return what lapses, in the language of the context."""
        self.ensure_one()
        return self.env._(
            "%(quota)s: %(left)s lapse on %(end)s",
            quota=self.name,
            left=self._format_quantity(self.quantity_left),
            end=format_date(self.env, self.date_end),
        )

    def _tell_failure(self, error):
        self.contract_id._message_log(body=self.env._("The daily job failed here: %(error)s", error=error))
