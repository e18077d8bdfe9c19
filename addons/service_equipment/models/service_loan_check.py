# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError


class ServiceLoan(models.Model):
    """What a loan refuses, by name."""

    _inherit = "service.loan"

    def _lock_parts(self):
        """Let nobody else lend or take back the same equipment at the same time."""
        self.ensure_one()
        # A lock changes nothing: it needs no right on the stock.
        loan = self.sudo()
        location = loan.location_id if loan.state == "draft" else loan._get_loan_location()
        for records in (loan, loan.lot_id, loan._get_free_quants(location)):
            if records - records.try_lock_for_update(allow_referencing=True):
                raise UserError(
                    self.env._(
                        "%(what)s is being moved by somebody else: try again in a moment.",
                        what=loan._get_what(),
                    )
                )

    def _get_what(self):
        """Return the name by which a refusal calls the equipment."""
        self.ensure_one()
        if self.lot_id and self.product_tracking == "serial":
            return self.env._("Serial number %(serial)s", serial=self.lot_id.name)
        return self._get_summary()

    def _check_can_lend(self):
        """Refuse to lend what is not ours, not there or not free."""
        self.ensure_one()
        # The stock and the register are looked at as a whole, whatever the user may see of them.
        loan = self.sudo().with_company(self.company_id)
        loan._check_what()
        loan._check_unit()
        loan._check_not_lent()
        loan._check_source()
        if loan.date_due < loan._get_today():
            raise UserError(self.env._("Loan %(name)s is due before today: enter a later date.", name=loan.name))

    def _check_what(self):
        product, lot = self.product_id, self.lot_id
        if product.type != "consu":
            raise UserError(self.env._("%(product)s is not goods.", product=product.display_name))
        if product.tracking != "none" and not lot:
            raise UserError(
                self.env._("Enter the serial number of the %(product)s to lend.", product=product.display_name)
            )
        if lot and lot.product_id != product:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s is of %(other)s, not of %(product)s.",
                    serial=lot.name,
                    other=lot.product_id.display_name,
                    product=product.display_name,
                )
            )
        if product.tracking == "serial" and product.uom_id.compare(self.quantity, 1) != 0:
            raise UserError(self.env._("Loan %(name)s: serial numbers are lent one by one.", name=self.name))

    def _check_unit(self):
        """Refuse to lend a customer's unit, and to replace a unit by itself."""
        unit = self.loan_equipment_id
        owner = unit.partner_id.commercial_partner_id
        if owner and owner != self.company_id.partner_id.commercial_partner_id:
            raise UserError(
                self.env._(
                    "%(unit)s belongs to %(customer)s: only our own equipment is lent.",
                    unit=unit.display_name,
                    customer=owner.display_name,
                )
            )

    def _check_not_lent(self):
        """Refuse a serial number that is out on another loan."""
        if self.product_tracking != "serial":
            return
        other = self.search([("lot_id", "=", self.lot_id.id), ("state", "=", "out")], limit=1)
        if other:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s is already lent to %(customer)s with %(loan)s.",
                    serial=self.lot_id.name,
                    customer=other.partner_id.display_name,
                    loan=other.name,
                )
            )

    def _check_source(self):
        """Refuse what does not lie free in the place that it is taken from."""
        location = self.location_id
        if location.usage != "internal":
            raise UserError(self.env._("%(location)s is not a place of our stock.", location=location.display_name))
        if not self.product_id.is_storable:
            return
        quants = self._get_free_quants(location)
        if self.product_uom_id.compare(sum(quants.mapped("quantity")), self.quantity) < 0:
            raise UserError(
                self.env._("%(what)s is not in %(location)s.", what=self._get_what(), location=location.display_name)
                if self.lot_id
                else self.env._(
                    "There is not enough of %(product)s in %(location)s.",
                    product=self.product_id.display_name,
                    location=location.display_name,
                )
            )
        free = sum(quant.quantity - quant.reserved_quantity for quant in quants)
        if self.product_uom_id.compare(free, self.quantity) < 0:
            raise UserError(
                self.env._(
                    "%(what)s is reserved for %(transfers)s.",
                    what=self._get_what(),
                    transfers=", ".join(self._get_reserving_names(quants)) or location.display_name,
                )
            )

    def _get_reserving_names(self, quants):
        """Return the names of the transfers that reserve this stock."""
        lines = self.env["stock.move.line"].search(
            [
                ("product_id", "=", self.product_id.id),
                ("lot_id", "in", quants.lot_id.ids or [False]),
                ("location_id", "in", quants.location_id.ids),
                ("state", "in", ("assigned", "partially_available")),
            ]
        )
        return [line.picking_id.name or line.reference for line in lines if line.reference or line.picking_id]

    def _check_can_cancel(self):
        """Refuse to cancel when something came back already, or is no longer where it was lent to."""
        self.ensure_one()
        if self.product_uom_id.compare(self.quantity_returned, 0) > 0:
            raise UserError(
                self.env._("Loan %(name)s has been returned in part: return the rest.", name=self.name)
            )
        self._check_still_lent(self.quantity)

    def _check_can_take_back(self, date, quantity):
        """Refuse a return in the future, before the loan, of more than is out or of what is not there."""
        self.ensure_one()
        if date > self._get_today():
            raise UserError(self.env._("Loan %(name)s cannot come back in the future.", name=self.name))
        if date < self.date_out:
            raise UserError(
                self.env._(
                    "Loan %(name)s went out on %(date)s: it cannot come back before.",
                    name=self.name,
                    date=fields.Date.to_string(self.date_out),
                )
            )
        uom = self.product_uom_id
        if uom.compare(quantity, 0) <= 0 or uom.compare(quantity, self.quantity_out) > 0:
            raise UserError(
                self.env._(
                    "Of loan %(name)s, %(out)s %(uom)s are out: return no more and at least something.",
                    name=self.name,
                    out=self.quantity_out,
                    uom=uom.name,
                )
            )
        self._check_still_lent(quantity)

    def _check_still_lent(self, quantity):
        """Refuse when somebody has moved the equipment away from the location for loan equipment."""
        # The stock is looked at as a whole, whatever the user may see of it.
        loan = self.sudo().with_company(self.company_id)
        if not loan.product_id.is_storable or loan._get_present_location():
            return
        location = loan._get_loan_location()
        free = sum(quant.quantity - quant.reserved_quantity for quant in loan._get_free_quants(location))
        if loan.product_uom_id.compare(free, quantity) < 0:
            raise UserError(
                self.env._(
                    "%(what)s is no longer in %(location)s: correct the stock first.",
                    what=loan._get_what(),
                    location=location.display_name,
                )
            )
