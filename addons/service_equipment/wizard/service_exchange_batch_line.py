# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceExchangeBatchLine(models.TransientModel):
    """One component of an exchange of several."""

    _name = "service.exchange.batch.line"
    _description = "Component to Exchange"
    _order = "id"

    batch_id = fields.Many2one(comodel_name="service.exchange.batch", required=True, index=True, ondelete="cascade")
    equipment_id = fields.Many2one(related="batch_id.equipment_id")
    company_id = fields.Many2one(related="batch_id.company_id")
    component_id = fields.Many2one(
        comodel_name="service.component",
        domain="[('equipment_id', '=', equipment_id), ('date_removed', '=', False)]",
        help="Empty for a part that is added to the unit.",
    )
    position = fields.Char(help="Where a part that is added sits in the unit.")
    old_serial_found = fields.Char(
        string="Serial Found",
        help="The serial number read on the old part, where it is another or was not known.",
    )
    new_product_id = fields.Many2one(
        comodel_name="product.product",
        string="New Part",
        domain="[('type', '=', 'consu'), ('company_id', 'in', (company_id, False))]",
    )
    new_tracking = fields.Selection(related="new_product_id.tracking", string="New Part Tracking")
    new_lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="New Serial Number",
        domain="[('product_id', '=', new_product_id), ('company_id', 'in', (company_id, False)),"
        " ('location_id.usage', '=', 'internal')]",
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Taken from",
        compute="_compute_location_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
    )
    disposition = fields.Selection(
        selection=lambda self: self.env["service.exchange"]._fields["disposition"]._description_selection(self.env),
        string="Old Part Goes to",
        compute="_compute_disposition",
        store=True,
        precompute=True,
        readonly=False,
    )
    vendor_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_vendor_id",
        store=True,
        precompute=True,
        readonly=False,
    )
    summary = fields.Char(string="What Will Move", compute="_compute_summary")

    @api.depends("batch_id.location_id")
    def _compute_location_id(self):
        for line in self:
            # A serial number is taken from where it lies.
            if not line.new_lot_id or not line.location_id:
                line.location_id = line.batch_id.location_id

    @api.depends("batch_id.disposition")
    def _compute_disposition(self):
        for line in self:
            line.disposition = line.batch_id.disposition

    @api.depends("disposition", "component_id")
    def _compute_vendor_id(self):
        Exchange = self.env["service.exchange"]
        for line in self:
            product = line.component_id.product_id
            is_return = line.disposition == "vendor"
            line.vendor_id = is_return and Exchange._get_vendor(product, line.company_id)

    @api.depends(
        "component_id",
        "old_serial_found",
        "disposition",
        "vendor_id",
        "new_product_id",
        "new_lot_id",
        "quantity",
        "location_id",
    )
    def _compute_summary(self):
        for line in self:
            line.summary = ". ".join(filter(None, (line._get_summary_in(), line._get_summary_out())))

    def _get_summary_in(self):
        """Return in words where the new part comes from."""
        product = self.new_product_id
        if not product:
            return self.env._("Choose the new part")
        if product.tracking != "none" and not self.new_lot_id:
            return self.env._("Scan the new %(part)s", part=product.display_name)
        # Whoever exchanges the part sees its serial number, stock rights or not.
        serial = self.new_lot_id.sudo().name or self._get_quantity_text()
        return self.env._("In: %(serial)s from %(place)s", serial=serial, place=self.location_id.display_name)

    def _get_summary_out(self):
        """Return in words where the old part goes."""
        component = self.component_id
        if not component:
            return ""
        # Whoever exchanges the part sees its serial number, stock rights or not.
        serial = self.old_serial_found or component.sudo().lot_id.name or component.serial_found
        if not serial and component.product_id.tracking != "none" and self.disposition != "left":
            return self.env._("Enter the serial found on the old part")
        labels = dict(self._fields["disposition"]._description_selection(self.env))
        place = labels.get(self.disposition, "-")
        if self.vendor_id:
            place = f"{place} {self.vendor_id.display_name}"
        return self.env._("Out: %(serial)s, %(place)s", serial=serial or self._get_quantity_text(), place=place)

    def _get_quantity_text(self):
        return f"{self.quantity:g} {self.new_product_id.uom_id.name or ''}".strip()

    @api.onchange("component_id")
    def _onchange_component_id(self):
        if self.component_id and not self.new_product_id:
            self.new_product_id = self.component_id.product_id
            self.quantity = self.component_id.quantity

    @api.onchange("new_product_id")
    def _onchange_new_product_id(self):
        if self.new_lot_id.product_id != self.new_product_id:
            self.new_lot_id = False

    @api.onchange("new_lot_id")
    def _onchange_new_lot_id(self):
        if self.new_lot_id:
            self.location_id = self.batch_id._get_place(self.new_lot_id._origin) or self.location_id

    def _check_complete(self):
        """Refuse a line without a new part, by name."""
        self.ensure_one()
        if not self.new_product_id:
            raise UserError(
                self.env._("Choose the new part for %(part)s.", part=self.component_id.display_name or self.position)
            )
        if self.component_id and self.component_id.equipment_id != self.equipment_id:
            raise UserError(
                self.env._(
                    "%(component)s is not a component of %(unit)s.",
                    component=self.component_id.display_name,
                    unit=self.equipment_id.display_name,
                )
            )

    def _prepare_exchange_values(self):
        """Prepare the exchange of this line.

        :return: dict of `service.exchange` values
        """
        self.ensure_one()
        batch = self.batch_id
        component = self.component_id
        vals = {
            "equipment_id": batch.equipment_id.id,
            "component_id": component.id,
            "old_serial_found": self.old_serial_found,
            "new_product_id": self.new_product_id.id,
            "new_lot_id": self.new_lot_id.id,
            "quantity": self.quantity,
            "location_id": (self.location_id or batch.location_id).id,
            "disposition": self.disposition or batch.disposition,
            "date": batch.date,
            "reason_id": batch.reason_id.id,
            "fault_id": batch.fault_id.id,
            "reason": batch.note,
        }
        if self.vendor_id:
            vals["vendor_id"] = self.vendor_id.id
        if not component:
            vals["position"] = self.position
        return vals
