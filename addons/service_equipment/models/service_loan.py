# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ServiceLoan(models.Model):
    """Equipment of ours that stands at a customer's site for a while, often instead of a unit in repair.

    `action_lend` and the return are real transfers between the stock and the company's location for
    loan equipment: what is lent stays our property and is reserved for nobody. Units are neither
    registered nor retired by them. The user needs no stock rights: what he may do is checked here,
    then the transfers are made with the stock's own rights.
    """

    _name = "service.loan"
    _description = "Loan Equipment"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "service.number.mixin",
        "service.transition.mixin",
        "service.limits.mixin",
    ]
    _order = "date_due desc, id desc"
    _check_company_auto = True

    _transitions = {"draft": ("out", "cancelled"), "out": ("returned", "cancelled"), "returned": (), "cancelled": ()}
    # What has been lent does not change any more; the loan can be cancelled.
    _frozen_fields = (
        "company_id",
        "equipment_id",
        "partner_id",
        "site_id",
        "product_id",
        "lot_id",
        "quantity",
        "location_id",
        "date_out",
    )

    state = fields.Selection(
        selection=[("draft", "Draft"), ("out", "Out"), ("returned", "Returned"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Instead of",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
        help="The customer's unit that this one stands in for.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    site_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_site_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
        check_company=True,
        domain="[('id', 'child_of', commercial_partner_id)]",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        compute="_compute_product_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
        check_company=True,
        domain="[('type', '=', 'consu')]",
    )
    product_tracking = fields.Selection(related="product_id.tracking")
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="Serial Number",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
        domain="[('id', 'in', available_lot_ids)]",
    )
    available_lot_ids = fields.Many2many(comodel_name="stock.lot", compute="_compute_available_lot_ids")
    loan_equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Lent Unit",
        compute="_compute_loan_equipment_id",
        store=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The registered unit of this serial number: its site follows the loan.",
    )
    home_site_id = fields.Many2one(
        comodel_name="res.partner",
        readonly=True,
        copy=False,
        help="Where the lent unit stood before.",
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    quantity_returned = fields.Float(string="Returned", digits="Product Unit", readonly=True, copy=False)
    quantity_out = fields.Float(string="Still Out", compute="_compute_quantity_out", digits="Product Unit")
    location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Taken from",
        compute="_compute_location_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        check_company=True,
        domain="[('usage', '=', 'internal')]",
    )
    date_out = fields.Date(
        string="Out since",
        required=True,
        copy=False,
        default=fields.Date.context_today,
        help="Lending sets it to the day on which the equipment really leaves.",
    )
    date_returned = fields.Date(string="Returned on", readonly=True, copy=False)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    condition_out = fields.Char(help="Condition and accessories when it leaves, as on the loan slip.")
    condition_in = fields.Selection(
        selection=[("good", "Good"), ("check", "To Be Checked"), ("damaged", "Damaged"), ("lost", "Lost")],
        string="Condition on Return",
        readonly=True,
        copy=False,
        tracking=True,
    )
    note = fields.Text(string="Notes")
    picking_ids = fields.One2many(
        comodel_name="stock.picking",
        inverse_name="service_loan_id",
        string="Transfers",
        readonly=True,
        groups="stock.group_stock_user",
    )

    _quantity_positive = models.Constraint("CHECK(quantity > 0)", "The quantity of a loan must be greater than zero.")
    _loan_equipment_uniq = models.UniqueIndex(
        "(loan_equipment_id) WHERE state = 'out'",
        "This unit is already lent.",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("name", "product_id.display_name", "lot_id.name")
    def _compute_display_name(self):
        for loan in self:
            loan.display_name = " - ".join(filter(None, (loan.name, loan._get_summary())))

    @api.depends("equipment_id")
    def _compute_company_id(self):
        for loan in self:
            loan.company_id = loan.equipment_id.company_id or loan.company_id or self.env.company

    @api.depends("equipment_id")
    def _compute_partner_id(self):
        for loan in self:
            loan.partner_id = loan.equipment_id.partner_id or loan.partner_id

    @api.depends("equipment_id", "partner_id")
    def _compute_site_id(self):
        for loan in self:
            if loan.equipment_id.site_id:
                loan.site_id = loan.equipment_id.site_id
            elif loan.site_id.commercial_partner_id != loan.partner_id.commercial_partner_id or not loan.site_id:
                loan.site_id = loan.partner_id

    @api.depends("equipment_id")
    def _compute_product_id(self):
        for loan in self:
            loan.product_id = loan.product_id or loan.equipment_id.product_id

    @api.depends("product_id", "company_id")
    def _compute_available_lot_ids(self):
        for loan in self:
            quants = self.env["stock.quant"].search(loan._get_available_domain())
            loan.available_lot_ids = quants.filtered(lambda quant: quant.quantity > quant.reserved_quantity).lot_id

    @api.depends("lot_id", "company_id")
    def _compute_loan_equipment_id(self):
        # Retired units are what the serial number was at former customers.
        units = self.env["service.equipment"].search([("lot_id", "in", self.lot_id.ids), ("state", "!=", "retired")])
        unit_by_lot = {(unit.lot_id, unit.company_id): unit for unit in units}
        for loan in self:
            loan.loan_equipment_id = unit_by_lot.get((loan.lot_id, loan.company_id), False)

    @api.depends("quantity", "quantity_returned", "state")
    def _compute_quantity_out(self):
        for loan in self:
            loan.quantity_out = loan.quantity - loan.quantity_returned if loan.state == "out" else 0

    @api.depends("company_id", "lot_id")
    def _compute_location_id(self):
        for loan in self:
            loan.location_id = loan._get_source_location()

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def _get_frozen_text(self):
        return self.env._("Loan %(name)s is no longer a draft: make a new one.", name=self.name)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_lent(self):
        for loan in self:
            if loan.state != "draft":
                raise UserError(
                    self.env._("Loan %(name)s has been out: it cannot be deleted, only cancelled.", name=loan.name)
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_lend(self):
        """Lend the equipment: the transfer is done, and the lent unit stands at the borrower's site.

        :raise UserError: when what is to be lent is not ours, not free or not there, naming it
        """
        for loan in self:
            loan._check_transition("out")
            loan._lock_parts()
            loan._check_can_lend()
            loan.date_out = min(loan.date_out, loan._get_today())
            loan._transfer_out()
            loan._place_unit(loan.site_id)
            loan._transition("out")
        self._after_lent()

    def action_cancel(self):
        """Cancel the loans; what was lent by mistake is back where it came from.

        :raise UserError: when something has been returned, or is no longer where it was lent to
        """
        for loan in self:
            loan._check_transition("cancelled")
            if loan.state == "out":
                loan._lock_parts()
                loan._check_can_cancel()
                if not loan._get_present_location():
                    loan._transfer_back(loan.quantity)
                loan._place_unit(loan.home_site_id)
            loan._transition("cancelled")
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def action_return(self):
        """Open the wizard that takes the equipment back.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_loan_return_action")
        return {**action, "context": {"default_loan_id": self.id}}

    def action_view_pickings(self):
        """Open the transfers of these loans.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.action_picking_tree_all")
        return {**action, "domain": [("service_loan_id", "in", self.ids)], "context": {}}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _get_today(self):
        """Return today's date at the loan's site."""
        self.ensure_one()
        tz = self.site_id._get_service_tz(self.company_id)
        return fields.Date.context_today(self.with_context(tz=tz))

    def _get_summary(self):
        """Return what is lent, in words."""
        self.ensure_one()
        # Whoever sees the loan sees its serial number, stock rights or not.
        loan = self.sudo()
        return " ".join(filter(None, (loan.product_id.display_name, loan.lot_id.name)))

    def _get_available_domain(self):
        """Hook: return the domain of the stock (`stock.quant`) of which serial numbers are offered."""
        self.ensure_one()
        company = self.company_id or self.env.company
        # Of the company only two places are read, whoever asks.
        kept = company.sudo().service_loan_location_id + company.sudo().service_quarantine_location_id
        return (
            Domain("product_id", "=", self.product_id.id)
            & Domain("company_id", "=", company.id)
            & Domain("location_id.usage", "=", "internal")
            & Domain("location_id", "not in", kept.ids)
            & Domain("lot_id", "!=", False)
            & Domain("quantity", ">", 0)
        )

    def _get_report_name(self):
        """Return the file name of the loan slip."""
        self.ensure_one()
        return self.env._("Loan slip %(name)s", name=self.name)

    @api.model
    def _get_count_by(self, field_name, records):
        """Count the loans that the user may see, for smart buttons; those that were cancelled do not count.

        :param str field_name: a many2one of this model
        :param records: records of its comodel
        :return: dict of record id to count; empty for users who may not read loans
        """
        if not self.has_access("read"):
            return {}
        domain = [(field_name, "in", records.ids), ("state", "!=", "cancelled")]
        return {record.id: count for record, count in self._read_group(domain, [field_name], ["__count"])}

    @api.model
    def _get_action(self, domain):
        """Return the action that shows the loans of a domain."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_loan_action")
        return {**action, "domain": domain, "context": {}}

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _after_lent(self):
        """Hook: these loans went out."""
