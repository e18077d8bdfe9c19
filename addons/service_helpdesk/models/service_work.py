# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.service_contract.const import TERMS
from odoo.addons.service_equipment.const import WORK_KINDS

TIME_KINDS = ("labour", "travel")
TRANSITIONS = {
    "draft": {"submitted"},
    "submitted": {"draft", "validated", "refused"},
    "refused": {"draft"},
    "validated": {"submitted"},
}
# What a person enters; frozen once the line is validated.
ENTERED_FIELDS = {
    "kind",
    "call_id",
    "product_id",
    "resource_id",
    "date",
    "quantity",
    "uom_id",
    "exchange_id",
    "entitlement_id",
}


class ServiceWork(models.Model):
    """One line of what was done on a call: time, travel, distance, an expense, a part, a call-out.

    An engineer enters and submits it, a controller validates or refuses it. Validation decides who
    pays (``service_work_charge``), draws on the quotas and freezes the cost.
    """

    _name = "service.work"
    _description = "Work Line"
    _order = "date desc, call_id, id"
    _check_company_auto = True

    name = fields.Char(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    call_id = fields.Many2one(
        comodel_name="service.call",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    kind = fields.Selection(selection=WORK_KINDS, required=True, default="labour")
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        check_company=True,
        compute="_compute_product_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Gives tariff, tax and account.",
    )
    resource_id = fields.Many2one(
        comodel_name="resource.resource",
        string="Done By",
        index=True,
        check_company=True,
        default=lambda self: self._default_resource_id(),
    )
    user_id = fields.Many2one(comodel_name="res.users", related="resource_id.user_id", store=True, index=True)
    date = fields.Date(
        required=True,
        index=True,
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        help="The day of the work, at the site.",
    )
    quantity = fields.Float(required=True, digits="Product Unit", default=1.0)
    uom_id = fields.Many2one(
        comodel_name="uom.uom",
        string="Unit of Measure",
        related="product_id.uom_id",
        store=True,
        precompute=True,
    )
    exchange_id = fields.Many2one(
        comodel_name="service.exchange",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("validated", "Validated"),
            ("refused", "Refused"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    refusal_reason = fields.Char(readonly=True, copy=False)
    company_id = fields.Many2one(
        comodel_name="res.company",
        related="call_id.company_id",
        store=True,
        index=True,
        precompute=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        related="call_id.commercial_partner_id",
        store=True,
        index=True,
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Unit Worked On",
        related="call_id.equipment_id",
        store=True,
        index="btree_not_null",
    )
    coverage_id = fields.Many2one(
        comodel_name="service.coverage",
        index="btree_not_null",
        compute="_compute_cover",
        store=True,
        precompute=True,
    )
    contract_id = fields.Many2one(
        comodel_name="service.contract",
        index="btree_not_null",
        compute="_compute_cover",
        store=True,
        precompute=True,
    )
    # Who pays, decided at validation
    entitlement_id = fields.Many2one(
        comodel_name="service.entitlement",
        string="Take From",
        index="btree_not_null",
        check_company=True,
        copy=False,
        domain="[('contract_id', '=', contract_id)]",
        help="The quota to draw on first; empty: the one that ends first.",
    )
    payer = fields.Selection(
        selection=[("warranty", "Warranty"), ("contract", "Contract"), ("customer", "Customer")],
        readonly=True,
        copy=False,
    )
    term = fields.Selection(selection=TERMS, readonly=True, copy=False)
    quantity_free = fields.Float(digits="Product Unit", readonly=True, copy=False)
    quantity_chargeable = fields.Float(digits="Product Unit", readonly=True, copy=False)
    discount = fields.Float(string="Discount (%)", digits="Discount", readonly=True, copy=False)
    charge_reason = fields.Text(string="Why", readonly=True, copy=False)
    consumption_ids = fields.One2many(comodel_name="service.consumption", inverse_name="work_id", readonly=True)
    validated_at = fields.Datetime(readonly=True, copy=False)
    validated_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    # Cost, frozen at validation
    currency_id = fields.Many2one(comodel_name="res.currency", related="company_id.currency_id")
    unit_cost = fields.Float(
        digits="Product Price",
        readonly=True,
        copy=False,
        groups="service_helpdesk.group_service_cost",
    )
    cost = fields.Monetary(readonly=True, copy=False, groups="service_helpdesk.group_service_cost")

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "The quantity of a work line is more than zero.")
    _exchange_uniq = models.UniqueIndex(
        "(exchange_id) WHERE exchange_id IS NOT NULL",
        "An exchange has one part line.",
    )

    # ------------------------------------------------------------
    # Defaults and computes
    # ------------------------------------------------------------

    def _default_resource_id(self):
        return self.env["resource.resource"].search(
            [("user_id", "=", self.env.uid), ("company_id", "in", (self.env.company.id, False))],
            limit=1,
        )

    @api.depends("product_id")
    def _compute_name(self):
        for line in self:
            line.name = line.product_id.name or line.name or line._get_label("kind")

    @api.depends("kind")
    def _compute_product_id(self):
        products = self.env["product.product"]._get_service_products()
        for line in self:
            if line.kind == "part":
                line.product_id = line.product_id if line.product_id.service_work_kind in (False, "part") else False
            elif line.product_id.service_work_kind != line.kind:
                line.product_id = products.get((line.kind, line.company_id.id)) or products.get((line.kind, False))

    @api.depends("call_id")
    def _compute_date(self):
        now = pytz.utc.localize(fields.Datetime.now())
        for line in self:
            if not line.date:
                line.date = now.astimezone(pytz.timezone(line.call_id.site_tz or "UTC")).date()

    @api.depends("call_id.coverage_id", "call_id.contract_id", "state")
    def _compute_cover(self):
        for line in self:
            if line.state != "validated":
                line.coverage_id = line.call_id.coverage_id
                line.contract_id = line.call_id.contract_id

    def _get_label(self, name):
        """Return the translated label of the value of the selection field ``name``."""
        self.ensure_one()
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("kind", "product_id")
    def _check_product_kind(self):
        for line in self:
            kind = line.product_id.service_work_kind
            if kind and kind != line.kind:
                raise ValidationError(
                    self.env._(
                        "%(product)s stands for another kind of work than %(kind)s.",
                        product=line.product_id.display_name,
                        kind=line._get_label("kind"),
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        if ENTERED_FIELDS & vals.keys():
            self._check_can_edit()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self._check_can_edit()

    def _check_can_edit(self):
        """Refuse to change what was validated, and what was submitted unless a controller does it."""
        is_controller = self.env.su or self.env.user.has_group("service_helpdesk.group_service_helpdesk_controller")
        for line in self:
            if line.state == "validated":
                raise UserError(
                    self.env._(
                        "%(line)s on call %(call)s is validated: take the validation back first.",
                        line=line.name,
                        call=line.call_id.name,
                    )
                )
            if line.state == "submitted" and not is_controller:
                raise UserError(
                    self.env._(
                        "%(line)s on call %(call)s is submitted: only a controller may still change it.",
                        line=line.name,
                        call=line.call_id.name,
                    )
                )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_submit(self):
        """Hand draft lines to the controller."""
        self._transition("submitted", {"refusal_reason": False})
        return True

    def action_draft(self):
        """Take submitted or refused lines back to correct them."""
        self._transition("draft")
        return True

    def action_validate(self):
        """Accept submitted lines: decide who pays, draw on the quotas, freeze the cost.

        :raise AccessError: unless the user is a controller
        :raise UserError: when the work lies in a closed contract period
        """
        self._check_controller()
        self._check_transition("validated")
        # The quotas and the cost belong to the machine; the controller's right was checked above.
        for line in self.sudo().sorted(lambda line: (line.date, line.id)):
            line._charge()
            unit_cost = line._get_unit_cost()
            line.write({"unit_cost": unit_cost, "cost": line.currency_id.round(unit_cost * line.quantity)})
        self._transition(
            "validated",
            {
                "validated_at": fields.Datetime.now(),
                "validated_by_id": self.env.uid,
                "refusal_reason": False,
            },
        )
        self._after_validated()
        return True

    def action_refuse(self, reason=None):
        """Send submitted lines back to whoever entered them.

        :param str reason: what is wrong with them
        """
        self._check_controller()
        self._transition("refused", {"refusal_reason": reason})
        return True

    def action_unvalidate(self):
        """Take a validation back: the quotas get exactly what was taken from them."""
        self._check_controller()
        self._check_transition("submitted")
        self._check_can_unvalidate()
        self._transition("submitted", {"validated_at": False, "validated_by_id": False})
        # The quotas and the cost belong to the machine; the controller's right was checked above.
        self.sudo()._uncharge()
        self._after_unvalidated()
        return True

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _check_controller(self):
        if not self.env.su and not self.env.user.has_group("service_helpdesk.group_service_helpdesk_controller"):
            raise AccessError(self.env._("Only a controller validates or refuses work."))

    def _check_transition(self, target):
        states = dict(self._fields["state"]._description_selection(self.env))
        for line in self:
            if target not in TRANSITIONS[line.state]:
                raise UserError(
                    self.env._(
                        "%(line)s on call %(call)s is %(state)s: it cannot become %(target)s.",
                        line=line.name,
                        call=line.call_id.name,
                        state=states[line.state],
                        target=states[target],
                    )
                )

    def _transition(self, target, values=None):
        """Move the lines to ``target``: the one guarded way."""
        self._check_transition(target)
        self.write({**(values or {}), "state": target})

    # ------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------

    def _get_unit_cost(self):
        """Hook: return what one unit of this line costs us, in the company's currency (sudo)."""
        self.ensure_one()
        return self.product_id.with_company(self.company_id).standard_price

    def _check_can_unvalidate(self):
        """Hook: raise UserError when the validation of a line can no longer be taken back."""

    def _after_validated(self):
        """Hook: called after lines were validated."""

    def _after_unvalidated(self):
        """Hook: called after the validation of lines was taken back."""
