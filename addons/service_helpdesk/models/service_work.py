# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.service_contract.const import TERMS
from odoo.addons.service_equipment.const import WORK_KINDS

from ..const import TIME_KINDS

# What a person enters; frozen once the line is validated.
ENTERED_FIELDS = {
    "kind",
    "call_id",
    "product_id",
    "resource_id",
    "date",
    "start_at",
    "end_at",
    "quantity",
    "uom_id",
    "expense_amount",
    "exchange_id",
    "entitlement_id",
    "decision",
    "decision_reason",
}
# What validation finds out: nobody writes it by hand.
FOUND_FIELDS = {
    "payer",
    "term",
    "quantity_free",
    "quantity_chargeable",
    "discount",
    "charge_reason",
    "validated_at",
    "validated_by_id",
    "unit_cost",
    "cost",
}


class ServiceWork(models.Model):
    """One line of what was done on a call: time, travel, distance, an expense, a part, a call-out.

    An engineer enters and submits it, a controller validates or refuses it. Validation decides who
    pays (``service_work_charge``), draws on the quotas and freezes the cost. What looks odd about a
    line is told by ``service_work_check``, the ways from state to state are in ``service_work_flow``.
    """

    _name = "service.work"
    _description = "Work Line"
    _inherit = ["service.transition.mixin", "service.words.mixin", "service.limits.mixin"]
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
    start_at = fields.Datetime(string="From", copy=False, help="When the work began; the quantity follows from it.")
    end_at = fields.Datetime(string="To", copy=False)
    quantity = fields.Float(
        required=True,
        digits="Product Unit",
        compute="_compute_quantity",
        store=True,
        readonly=False,
        precompute=True,
    )
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
        selection=[
            ("warranty", "Warranty"),
            ("contract", "Contract"),
            ("customer", "Customer"),
            ("goodwill", "Goodwill"),
        ],
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
    expense_amount = fields.Monetary(help="What was spent, as on the receipt.")
    attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        string="Documents",
        copy=False,
        bypass_search_access=True,
        help="Receipts, photos, notes.",
    )
    # Cost, frozen at validation
    currency_id = fields.Many2one(comodel_name="res.currency", related="company_id.currency_id")
    unit_cost = fields.Float(
        digits="Product Price",
        readonly=True,
        copy=False,
        groups="service_helpdesk.group_service_cost",
    )
    cost = fields.Monetary(readonly=True, copy=False, groups="service_helpdesk.group_service_cost")

    _times_ordered = models.Constraint("CHECK (end_at > start_at)", "Work ends after it begins.")
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

    @api.depends("call_id", "start_at")
    def _compute_date(self):
        now = fields.Datetime.now()
        for line in self:
            if line.start_at or not line.date:
                line.date = line._to_site(line.start_at or now).date()

    @api.depends("kind", "start_at", "end_at")
    def _compute_quantity(self):
        for line in self:
            if line.kind in TIME_KINDS and line.start_at and line.end_at and line.end_at > line.start_at:
                line.quantity = (line.end_at - line.start_at).total_seconds() / 3600
            else:
                line.quantity = line.quantity or 1.0

    @api.depends("call_id.coverage_id", "call_id.contract_id", "state")
    def _compute_cover(self):
        for line in self:
            if line.state != "validated":
                line.coverage_id = line.call_id.coverage_id
                line.contract_id = line.call_id.contract_id

    def _to_site(self, instant):
        """Return an instant (naive UTC) as wall time at the site of the call."""
        self.ensure_one()
        return pytz.utc.localize(instant).astimezone(pytz.timezone(self.call_id.site_tz or "UTC")).replace(tzinfo=None)

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

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_found_values(vals)
        lines = super().create(vals_list)
        lines._own_attachments()
        return lines

    def write(self, vals):
        self._check_found_values(vals)
        if ENTERED_FIELDS & vals.keys():
            self._check_can_edit()
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._own_attachments()
        return result

    def _own_attachments(self):
        """Let documents belong to the line, so that whoever reads it reads them."""
        for line in self:
            # What the user uploaded for the line, and nothing that belongs elsewhere.
            own = line.attachment_ids.sudo().filtered(
                lambda document: document.res_model in (False, self._name)
                and not document.res_id
                and document.create_uid == self.env.user
            )
            own.write({"res_model": self._name, "res_id": line.id})

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self._check_can_edit()

    def _check_found_values(self, vals):
        if not self.env.su and any(vals.get(name) for name in FOUND_FIELDS & vals.keys()):
            raise AccessError(self.env._("Who pays for work is found by its validation, not written by hand."))

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
    # Hooks
    # ------------------------------------------------------------

    def _get_unit_cost(self):
        """Hook: return what one unit of this line costs us, in the company's currency (sudo)."""
        self.ensure_one()
        if self.kind == "expense" and self.expense_amount:
            return self.expense_amount / self.quantity
        return self.product_id.with_company(self.company_id).standard_price

    def _check_submission(self):
        """Hook: raise UserError when lines lack something without which they are not submitted."""

    def _after_submitted(self):
        """Hook: called after lines were submitted."""

    def _check_can_unvalidate(self):
        """Hook: raise UserError when the validation of a line can no longer be taken back."""

    def _after_validated(self):
        """Hook: called after lines were validated."""

    def _after_unvalidated(self):
        """Hook: called after the validation of lines was taken back."""
