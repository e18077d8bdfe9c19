# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..const import INTERVAL_UNITS, PRIORITIES

ONE_DAY = timedelta(days=1)
# What a line says of the row that it adds, by the names of the row's fields.
ROW_FIELDS = (
    "name",
    "equipment_id",
    "product_ids",
    "categ_ids",
    "zone_ids",
    "site_ids",
    "call_type_ids",
    "time_frame_calendar_id",
    "date_end",
    "product_id",
    "price",
    "interval_count",
    "interval_unit",
    "pricelist_id",
    "sla_policy_id",
    "priority",
    "calendar_id",
)


class ServiceContractAmendmentLine(models.Model):
    """One unit or scope that an amendment adds, removes, moves or re-prices."""

    _name = "service.contract.amendment.line"
    _description = "Line of a Contract Amendment"
    _inherit = ["service.coverage.scope", "service.limits.mixin"]
    _order = "amendment_id, sequence, id"
    _check_company_auto = True

    amendment_id = fields.Many2one(
        comodel_name="service.contract.amendment",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="amendment_id.company_id", store=True, index=True)
    contract_id = fields.Many2one(related="amendment_id.contract_id", store=True, index=True)
    state = fields.Selection(related="amendment_id.state")
    date = fields.Date(related="amendment_id.date")
    currency_id = fields.Many2one(related="amendment_id.currency_id")
    sequence = fields.Integer(default=10)
    action = fields.Selection(
        selection=[
            ("add", "Add"),
            ("remove", "Remove"),
            ("reprice", "New Price"),
            ("move", "Move"),
        ],
        string="Change",
        required=True,
        default="add",
    )
    coverage_id = fields.Many2one(
        comodel_name="service.coverage",
        string="Covered Until Now",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=True,
        help="The row that is removed, moved, or gets a new price.",
    )
    target_contract_id = fields.Many2one(
        comodel_name="service.contract",
        string="To Contract",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The contract that covers the unit from the day on.",
    )
    new_coverage_id = fields.Many2one(
        comodel_name="service.coverage",
        string="New Row",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    # the row that is added
    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True, required=True)
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Unit",
        compute="_compute_equipment_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    product_ids = fields.Many2many(comodel_name="product.product", string="Products", check_company=True)
    categ_ids = fields.Many2many(comodel_name="product.category", string="Product Categories")
    zone_ids = fields.Many2many(comodel_name="service.zone", string="Zones", check_company=True)
    site_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="service_contract_amendment_line_site_rel",
        string="Sites",
        check_company=True,
    )
    call_type_ids = fields.Many2many(comodel_name="service.call.type", string="Call Types")
    time_frame_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Time Frame",
        check_company=True,
    )
    date_end = fields.Date(
        string="Last Day",
        compute="_compute_date_end",
        store=True,
        readonly=False,
        precompute=True,
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        string="Invoiced Service",
        domain="[('type', '=', 'service')]",
        default=lambda self: self.env["service.coverage"]._get_fee_product(),
        check_company=True,
    )
    price = fields.Monetary(
        compute="_compute_price",
        store=True,
        readonly=False,
        precompute=True,
        groups="service_contract.group_service_contract_price",
        help="Per interval, from the effective day on.",
    )
    interval_count = fields.Integer(
        string="Every",
        compute="_compute_interval",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    interval_unit = fields.Selection(
        selection=INTERVAL_UNITS,
        string="Interval",
        compute="_compute_interval",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        string="Tariff",
        check_company=True,
        groups="service_contract.group_service_contract_price",
    )
    sla_policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
        string="Service Level",
        check_company=True,
    )
    priority = fields.Selection(selection=PRIORITIES)
    calendar_id = fields.Many2one(comodel_name="resource.calendar", string="Working Hours", check_company=True)
    like_coverage_id = fields.Many2one(
        comodel_name="service.coverage",
        string="Who Pays As For",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The row whose terms per kind of work the new one gets; empty means the contract's.",
    )

    # what it does
    price_before = fields.Monetary(
        compute="_compute_price_before",
        store=True,
        groups="service_contract.group_service_contract_price",
    )
    amount_difference = fields.Monetary(
        string="Difference",
        compute="_compute_amount_difference",
        store=True,
        groups="service_contract.group_service_contract_price",
        help="What the change adds to the value of the contract over the rest of its term.",
    )
    effect = fields.Char(compute="_compute_effect")
    warning = fields.Char(compute="_compute_warning")

    _check_price = models.Constraint("CHECK (COALESCE(price, 0) >= 0)", "The price of a change cannot be negative.")
    _check_interval_count = models.Constraint("CHECK (interval_count > 0)", "The interval of a price is at least one.")

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.model
    def _is_named_after_scope(self, vals):
        return not vals.get("coverage_id") and super()._is_named_after_scope(vals)

    @api.depends("coverage_id", "equipment_id")
    def _compute_name(self):
        for line in self:
            # Of what is added without a unit the name follows from the scope when the line is created.
            line.name = line.coverage_id.name or line.equipment_id.display_name or line.name

    @api.depends("coverage_id")
    def _compute_equipment_id(self):
        for line in self:
            line.equipment_id = line.coverage_id.equipment_id or (line.action == "add" and line.equipment_id)

    @api.depends("action", "coverage_id", "amendment_id.contract_id")
    def _compute_date_end(self):
        for line in self:
            if line.coverage_id:
                line.date_end = line.coverage_id.date_end
            elif not line.date_end and line.amendment_id.contract_id:
                line.date_end = line.amendment_id.contract_id._get_last_day()

    @api.depends("coverage_id")
    def _compute_price(self):
        for line in self:
            line.price = line.coverage_id.price or line.price

    @api.depends("coverage_id", "amendment_id.contract_id")
    def _compute_interval(self):
        for line in self:
            origin = line.coverage_id or line.amendment_id.contract_id
            line.interval_count = origin.interval_count or 1
            line.interval_unit = origin.interval_unit or "month"

    @api.depends("coverage_id")
    def _compute_price_before(self):
        for line in self:
            line.price_before = line.coverage_id.price

    @api.depends(
        "action",
        "coverage_id",
        "amendment_id.date",
        "date_end",
        "price",
        "interval_count",
        "interval_unit",
    )
    def _compute_amount_difference(self):
        for line in self:
            line.amount_difference = line._get_amount_difference()

    @api.depends("action", "coverage_id", "amendment_id.date", "amendment_id.state", "date_end", "target_contract_id")
    def _compute_effect(self):
        for line in self:
            line.effect = line._get_effect_text()

    @api.depends("action", "coverage_id", "equipment_id", "amendment_id.date", "date_end", "target_contract_id")
    def _compute_warning(self):
        self.warning = False
        lines = self.filtered(lambda line: line.amendment_id.state == "draft" and line.equipment_id)
        if not lines:
            return
        rows_by_unit = lines._get_other_rows().grouped("equipment_id")
        for line in lines:
            rows = rows_by_unit.get(line.equipment_id._origin, self.env["service.coverage"])
            line.warning = " ".join(line._get_warnings(rows)) or False

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("action", "coverage_id", "target_contract_id")
    def _check_row(self):
        for line in self:
            contract = line.amendment_id.contract_id
            if line.action != "add" and line.coverage_id.contract_id != contract:
                raise ValidationError(
                    self.env._(
                        "Choose what contract %(contract)s covers until now, to remove, move or re-price it.",
                        contract=contract.name,
                    )
                )
            if line.action == "move" and (not line.target_contract_id or line.target_contract_id == contract):
                raise ValidationError(
                    self.env._("Choose the other contract to which %(row)s goes.", row=line.coverage_id.name)
                )

    @api.constrains("date_end", "amendment_id")
    def _check_date_end(self):
        for line in self:
            if line.action == "add" and line.date_end and line.date_end < line.amendment_id.date:
                raise ValidationError(
                    self.env._(
                        "%(row)s cannot end on %(end)s, before it is added.",
                        row=line.name,
                        end=format_date(self.env, line.date_end),
                    )
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_not_frozen()
        return lines

    def write(self, vals):
        self._check_not_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        self._check_not_frozen()

    def _check_not_frozen(self):
        """Refuse to change what an amendment said when it was applied; its own rows are noted by itself."""
        if self.env.su:
            return
        for amendment in self.amendment_id:
            if amendment.state != "draft":
                raise UserError(amendment._get_frozen_text())

    # ------------------------------------------------------------------
    # What a change does
    # ------------------------------------------------------------------

    def _get_amount_difference(self):
        """Return what the change adds to the value of the amended contract, over the rest of the term."""
        self.ensure_one()
        contract, row, date = self.amendment_id.contract_id, self.coverage_id, self.amendment_id.date
        interval = (self.interval_count or 1, self.interval_unit or "month")
        if not contract or not date:
            return 0.0
        if self.action == "add":
            return contract._get_span_value(self.price, (date, self.date_end or contract._get_last_day()), interval)
        if not row:
            return 0.0
        row_interval = (row.interval_count, row.interval_unit)
        before = contract._get_span_value(row.price, (row.date_start, row.date_end), row_interval)
        until = contract._get_span_value(row.price, (row.date_start, min(date - ONE_DAY, row.date_end)), row_interval)
        after = 0.0
        if self.action == "reprice":
            after = contract._get_span_value(self.price, (date, row.date_end), row_interval)
        return contract.currency_id.round(until + after - before)

    def _refresh(self):
        """Count again what the lines are worth: the rows may have changed since the lines were written."""
        self._compute_date_end()
        self._compute_amount_difference()

    def _get_effect_text(self):
        """Return what the change does, in words without prices."""
        self.ensure_one()
        row, date = self.coverage_id, self.amendment_id.date
        # Applied, the line tells the last day that the row had before.
        end = row.date_end if row and self.amendment_id.state == "draft" else self.date_end
        values = {
            "date": format_date(self.env, date),
            "last": format_date(self.env, date and date - ONE_DAY),
            "end": format_date(self.env, end),
            "contract": self.target_contract_id.name or "",
        }
        if self.action == "add":
            return self.env._("Covered from %(date)s to %(end)s", **values)
        if not row:
            return ""
        if self.action == "remove":
            return self.env._("Last day %(last)s instead of %(end)s", **values)
        if self.action == "reprice":
            return self.env._("New price from %(date)s to %(end)s", **values)
        return self.env._("Last day here %(last)s, then in %(contract)s", **values)

    def _get_other_rows(self):
        """Return the rows that cover the units of these lines, on any day from the first effective one on."""
        return self.env["service.coverage"].search(
            [
                ("equipment_id", "in", self.equipment_id.ids),
                ("contract_state", "!=", "cancelled"),
                ("contract_kind", "=", "customer"),
                ("date_end", ">=", min(self.amendment_id.filtered("date").mapped("date"), default=False)),
            ]
        )

    def _get_warnings(self, rows):
        """Return sentences of what is unusual about the change, though it may be meant.

        :param rows: `service.coverage` of the unit, of whichever contract
        """
        self.ensure_one()
        unit, row, date = self.equipment_id, self.coverage_id._origin, self.amendment_id.date
        warnings = []
        if self.action not in ("add", "move"):
            return warnings
        contract = self.target_contract_id if self.action == "move" else self.amendment_id.contract_id
        if unit.state == "retired":
            warnings.append(self.env._("The unit is retired."))
        is_other = unit.commercial_partner_id != contract.commercial_partner_id
        if contract and is_other and contract.kind == "customer":
            owner = unit.commercial_partner_id.display_name or self.env._("nobody")
            warnings.append(self.env._("The unit belongs to %(owner)s.", owner=owner))
        end = self.date_end or row.date_end
        others = (rows - row).filtered(
            lambda other: other.date_start <= end and date <= other.date_end and other.date_start <= other.date_end
        )
        if others:
            names = ", ".join(sorted(set(others.contract_id.mapped("name"))))
            warnings.append(self.env._("Covered by %(contracts)s on the same days.", contracts=names))
        return warnings

    # ------------------------------------------------------------------
    # Doing it
    # ------------------------------------------------------------------

    def _check_can_apply(self):
        """Refuse lines that contradict the rows as they are now.

        :raise UserError: names the first such line
        """
        seen = self.env["service.coverage"]
        for line in self:
            row, contract, date = line.coverage_id, line.amendment_id.contract_id, line.amendment_id.date
            values = {"row": row.name, "date": format_date(self.env, date), "name": line.name}
            values["end"] = format_date(self.env, row.date_end)
            if line.action == "add":
                if not date <= (line.date_end or date) <= contract._get_last_day():
                    raise UserError(self.env._("%(name)s: its days are outside the term of the contract.", **values))
                continue
            if row in seen:
                raise UserError(self.env._("%(row)s stands in two lines: keep one.", **values))
            if row.date_end < row.date_start or date > row.date_end + line._get_grace():
                raise UserError(self.env._("%(row)s ends on %(end)s already.", **values))
            if line.action == "reprice" and (date < row.date_start or row.interval_unit == "once"):
                raise UserError(
                    self.env._("%(row)s cannot get a new price from %(date)s: remove it and add it anew.", **values)
                )
            if line.action == "move":
                line._check_can_move()
            seen |= row

    def _get_grace(self):
        """Return how long after its last day a row can be changed: removing it the day after changes nothing."""
        self.ensure_one()
        return ONE_DAY if self.action == "remove" else timedelta(0)

    def _check_can_move(self):
        """Refuse a move to a contract that cannot take the unit."""
        self.ensure_one()
        target, contract = self.target_contract_id, self.amendment_id.contract_id
        values = {"target": target.name, "row": self.coverage_id.name}
        if target.currency_id != contract.currency_id:
            raise UserError(self.env._("Contract %(target)s is in another currency.", **values))
        if target.state not in ("active", "suspended"):
            raise UserError(self.env._("Contract %(target)s is not active: %(row)s cannot move to it.", **values))
        if not target.date_start <= self.amendment_id.date <= target._get_last_day():
            raise UserError(self.env._("Contract %(target)s does not run on that day.", **values))

    def _apply(self):
        """Write the rows of these lines, of one amendment, kind by kind."""
        by_action = self.grouped("action")
        for action in ("remove", "move", "reprice", "add"):
            if action in by_action:
                getattr(by_action[action], f"_apply_{action}")()

    def _apply_remove(self):
        rows = self.coverage_id
        rows._end(self.amendment_id.date - ONE_DAY)
        # Which amendment a row comes from is written by amendments only.
        rows.sudo().end_amendment_id = self.amendment_id

    def _apply_reprice(self):
        rows = self.coverage_id
        price_by_row = {line.coverage_id: line.price for line in self}
        following = rows._reprice(self.amendment_id.date, price_by_row)
        rows.sudo().end_amendment_id = self.amendment_id
        following.sudo().amendment_id = self.amendment_id
        new_by_row = dict(zip(rows, following, strict=True))
        for line in self.sudo():
            line.new_coverage_id = new_by_row[line.coverage_id]

    def _apply_add(self):
        rows = self._create_rows([line._prepare_coverage_values() for line in self], self.amendment_id)
        for line, row in zip(self.sudo(), rows, strict=True):
            line.new_coverage_id = row

    def _apply_move(self):
        for target, lines in self.grouped("target_contract_id").items():
            before = target.sudo().amount_total
            values = [line._prepare_moved_values() for line in lines]
            lines._apply_remove()
            counterpart = self.env["service.contract.amendment"].create(lines._prepare_counterpart_values(target))
            rows = lines._create_rows(values, counterpart)
            for line, row in zip(lines.sudo(), rows, strict=True):
                line.new_coverage_id = row
            rows._note_added(counterpart)
            counterpart._close(before)

    def _create_rows(self, vals_list, amendment):
        """Create rows that come from an amendment."""
        # As in `_apply_remove`.
        rows = self.env["service.coverage"].sudo().create(
            [{**vals, "amendment_id": amendment.id} for vals in vals_list]
        )
        return rows.sudo(False)

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _prepare_coverage_values(self):
        """Hook: prepare the row that a line adds.

        :return: dict of `service.coverage` values
        """
        self.ensure_one()
        values = {name: self._fields[name].convert_to_write(self[name], self) for name in ROW_FIELDS}
        if self.like_coverage_id:
            values.update(self.like_coverage_id._prepare_terms_values())
            values["warranty_consumes"] = self.like_coverage_id.warranty_consumes
        contract = self.amendment_id.contract_id
        return {
            **values,
            "contract_id": contract.id,
            "date_start": self.amendment_id.date,
            "date_end": self.date_end or contract._get_last_day(),
        }

    def _prepare_moved_values(self):
        """Hook: prepare the row by which another contract goes on with what this line moves.

        :return: dict of `service.coverage` values
        """
        self.ensure_one()
        target = self.target_contract_id
        return {
            **self.coverage_id.copy_data()[0],
            "contract_id": target.id,
            "date_start": self.amendment_id.date,
            "date_end": target._get_last_day(),
            "price": self.price,
        }

    def _prepare_counterpart_values(self, target):
        """Hook: prepare the amendment of the contract to which these lines move units.

        :param target: `service.contract`
        :return: dict of `service.contract.amendment` values
        """
        source = self.amendment_id
        return {
            "contract_id": target.id,
            "source_id": source.id,
            "date": source.date,
            "reason": source.reason or self.env._("Moved from %(contract)s", contract=source.contract_id.name),
        }
