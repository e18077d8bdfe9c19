# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

QUOTAS = {"free_calls": "calls", "free_hours": "hours", "hours_maintained": "hours_maintained"}
ONE_DAY = timedelta(days=1)


class ServiceContractPeriod(models.Model):
    """A stretch of a contract's term with its own quotas and flat price (rules.md 4 and 5)."""

    _name = "service.contract.period"
    _description = "Service Contract Period"
    _inherit = ["service.transition.mixin", "service.limits.mixin"]
    _order = "date_start, id"
    _check_company_auto = True

    _initial_state = "open"
    _transitions = {"open": ("closed",), "closed": ("open",)}

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    commercial_partner_id = fields.Many2one(related="contract_id.commercial_partner_id", store=True, index=True)
    contract_state = fields.Selection(related="contract_id.state", string="Contract State", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    date_start = fields.Date(
        string="First Day",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date_end = fields.Date(
        string="Last Day",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    free_calls = fields.Float(digits="Product Unit")
    free_hours = fields.Float(digits="Product Unit")
    hours_maintained = fields.Float(
        string="Maintenance Hours",
        digits="Product Unit",
        help="Hours for labour on preventive maintenance calls only.",
    )
    rollover_percent = fields.Float(
        string="Roll-over (%)",
        help="How much of what is left goes over to the next period when this one is closed.",
    )
    price = fields.Monetary(
        string="Flat Price",
        groups="service_contract.group_service_contract_price",
        help="For the whole period, billed once, besides the prices of the covered units.",
    )
    state = fields.Selection(
        selection=[("open", "Open"), ("closed", "Closed")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        help="Work dated in a closed period is refused.",
    )
    is_from_template = fields.Boolean(readonly=True, copy=False, groups="base.group_user")
    entitlement_ids = fields.One2many(
        comodel_name="service.entitlement",
        inverse_name="period_id",
    )
    renewal_id = fields.Many2one(
        comodel_name="service.contract.renewal",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="The renewal that made the period.",
    )

    _check_dates = models.Constraint("CHECK (date_end >= date_start)", "A period cannot end before it begins.")
    _check_quantities = models.Constraint(
        "CHECK (COALESCE(free_calls, 0) >= 0 AND COALESCE(free_hours, 0) >= 0 AND COALESCE(hours_maintained, 0) >= 0"
        " AND COALESCE(price, 0) >= 0)",
        "The quotas and the price of a period cannot be negative.",
    )
    _check_rollover = models.Constraint(
        "CHECK (COALESCE(rollover_percent, 0) BETWEEN 0 AND 100)",
        "A roll-over is between 0 and 100 percent.",
    )

    @api.depends("contract_id.date_start", "contract_id.date_end")
    def _compute_dates(self):
        """Propose what the periods so far leave of the term; a draft's only period follows the term."""
        for period in self:
            contract = period.contract_id
            others = contract.period_ids - period - period._origin
            is_following = contract.state == "draft" and not others
            if is_following or not period.date_start:
                ends = others.filtered("date_end").mapped("date_end")
                period.date_start = max(ends) + ONE_DAY if ends else contract.date_start
            if is_following or not period.date_end:
                period.date_end = contract.date_end

    @api.depends("date_start", "date_end")
    def _compute_display_name(self):
        for period in self:
            period.display_name = f"{period.date_start} - {period.date_end}"

    @api.constrains("date_start", "date_end", "contract_id")
    def _check_inside_contract(self):
        for period in self:
            contract = period.contract_id
            if period.date_start < contract.date_start or period.date_end > contract.date_end:
                raise ValidationError(
                    self.env._(
                        "The period %(period)s is outside the term of contract %(contract)s.",
                        period=period.display_name,
                        contract=contract.name,
                    )
                )
            before = None
            for current in contract.period_ids.sorted("date_start"):
                if before and current.date_start <= before.date_end:
                    raise ValidationError(
                        self.env._(
                            "The periods %(first)s and %(second)s of contract %(contract)s overlap.",
                            first=before.display_name,
                            second=current.display_name,
                            contract=contract.name,
                        )
                    )
                before = current

    @api.model_create_multi
    def create(self, vals_list):
        periods = super().create(vals_list)
        begun = periods.filtered(lambda period: period.contract_id.state != "draft")
        begun.contract_id._check_period_gaps()
        begun._create_flat_coverages()
        begun._sync_entitlements()
        # What is left of closed periods has waited for one that follows.
        begun.contract_id.period_ids.filtered(lambda period: period.state == "closed").entitlement_ids._roll_over()
        return periods

    def write(self, vals):
        self._check_frozen(vals)
        res = super().write(vals)
        if not QUOTAS.keys().isdisjoint(vals):
            self.filtered(lambda period: period.contract_id.state != "draft")._sync_entitlements()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        if self.filtered(lambda period: period.contract_id.state != "draft"):
            raise UserError(self.env._("The periods of a contract that has begun cannot be deleted."))

    def action_close(self):
        """Freeze periods: no more work may be dated in them, and what is left rolls over as agreed.

        :raise UserError: for a period that is closed already, or whose contract has not begun
        """
        for period in self:
            if period.state == "closed":
                raise UserError(self.env._("The period %(period)s is closed already.", period=period.display_name))
            if period.contract_id.state == "draft":
                raise UserError(
                    self.env._("Activate contract %(contract)s first.", contract=period.contract_id.name)
                )
            period.entitlement_ids._roll_over()
            period._transition("closed")
        return True

    def action_reopen(self, reason):
        """Open closed periods again; what rolled over to the next comes back.

        :param str reason: why, for the notes of the contract
        :raise AccessError: for everybody but an administrator of contracts
        :raise UserError: when a later period is closed, or what rolled over has been used
        """
        if not self.env.su and not self.env.user.has_group("service_contract.group_service_contract_manager"):
            raise AccessError(self.env._("Only an administrator of contracts opens a closed period again."))
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the period is opened again."))
        for period in self.sorted("date_start", reverse=True):
            period._check_transition("open")
            later = period.contract_id.period_ids.filtered(
                lambda other, period=period: other.state == "closed" and other.date_start > period.date_end
            )
            if later:
                last = later.sorted("date_start")[-1]
                raise UserError(self.env._("Open the later period %(period)s first.", period=last.display_name))
            period.entitlement_ids._undo_roll_over()
            period._transition("open")
            period.contract_id._message_log(
                body=self.env._("Period %(period)s opened again: %(reason)s", period=period.display_name, reason=reason)
            )
        return True

    def _check_frozen(self, vals):
        """Refuse changes to a closed period, and of the dates and the price once the contract has begun."""
        locked = {"date_start", "date_end", "price", "contract_id"} & vals.keys()
        for period in self:
            if period.state == "closed" and vals.keys() - {"state"}:
                raise UserError(
                    self.env._("The period %(period)s is closed and cannot change.", period=period.display_name)
                )
            if locked and period.contract_id.state != "draft":
                raise UserError(
                    self.env._(
                        "Contract %(contract)s has begun: the dates and the price of its periods stand.",
                        contract=period.contract_id.name,
                    )
                )

    def _create_flat_coverages(self):
        """Write the flat prices of periods as whole-contract rows, which are what is billed (rules.md 5)."""
        priced = self.filtered("price")
        self.env["service.coverage"].create([period._prepare_flat_coverage_values() for period in priced])

    def _prepare_flat_coverage_values(self):
        """Return the values of the row that bills the period's flat price."""
        self.ensure_one()
        return {
            "contract_id": self.contract_id.id,
            "period_id": self.id,
            "name": self.env._("Whole contract, %(period)s", period=self.display_name),
            "date_start": self.date_start,
            "date_end": self.date_end,
            "price": self.price,
            "interval_count": 1,
            "interval_unit": "once",
        }

    def _sync_entitlements(self):
        """Make the buckets of the periods' quotas, or bring their quantities up to date."""
        values_list = []
        for period in self:
            by_unit = {entitlement.unit: entitlement for entitlement in period.entitlement_ids}
            for field_name, unit in QUOTAS.items():
                quantity = period[field_name]
                if unit in by_unit:
                    bucket = by_unit[unit]
                    bucket.quantity = quantity + bucket.quantity_rolled + bucket.quantity_corrected
                elif quantity:
                    values_list.append(period._prepare_entitlement_values(field_name))
        self.env["service.entitlement"].create(values_list)

    def _prepare_entitlement_values(self, field_name):
        """Return the values of the bucket for one of the period's quotas."""
        self.ensure_one()
        labels = self.fields_get([field_name], ["string"])
        return {
            "contract_id": self.contract_id.id,
            "period_id": self.id,
            "source": "period",
            "name": labels[field_name]["string"],
            "unit": QUOTAS[field_name],
            "quantity": self[field_name],
            "date_start": self.date_start,
            "date_end": self.date_end,
            "rollover_percent": self.rollover_percent,
        }
