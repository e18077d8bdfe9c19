# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError

DISPOSITION_USAGE = {"stock": "internal", "quarantine": "internal", "vendor": "supplier", "scrap": "inventory"}


class ServiceExchange(models.Model):
    """What an exchange refuses, by name (rules.md 7)."""

    _inherit = "service.exchange"

    def _lock_parts(self):
        """Let nobody else exchange these serial numbers and this component at the same time.

        The unique index on open serial numbers stays the last guard.
        """
        self.ensure_one()
        # A lock changes nothing: it needs no right on the stock.
        parts = self.sudo()
        for records in (parts.new_lot_id | parts.old_lot_id, parts.component_id | parts.new_component_id):
            for record in records - records.try_lock_for_update(allow_referencing=True):
                raise UserError(
                    self.env._(
                        "%(part)s is being exchanged by somebody else: try again in a moment.",
                        part=record.display_name,
                    )
                )

    def _find_old_part(self):
        """Find the component row and the serial number of the old part.

        A serial number that nobody knew is recorded as found, and gets a lot of its own when
        the part comes back to us.
        """
        self.ensure_one()
        # The register and the lots are looked at as a whole, whatever the user may see of them.
        parts = self.sudo()
        is_tracked = parts.old_product_id and parts.old_product_id.tracking != "none"
        is_other = self.old_serial_found and self.old_serial_found.strip() != parts.old_lot_id.name
        if is_tracked and is_other and self.disposition != "left":
            self.old_lot_id = parts._get_or_create_found_lot()
        if not parts.component_id and parts.old_lot_id:
            component = parts._get_open_component(parts.old_lot_id)
            if component.equipment_id == self.equipment_id:
                self.component_id = component

    def _get_or_create_found_lot(self):
        """Return the lot of the serial number that was read on the old part."""
        name = self.old_serial_found.strip()
        Lot = self.env["stock.lot"]
        lot = Lot.search(
            [
                ("name", "=", name),
                ("product_id", "=", self.old_product_id.id),
                ("company_id", "in", (self.company_id.id, False)),
            ],
            limit=1,
        )
        return lot or Lot.create({"name": name, "product_id": self.old_product_id.id, "company_id": self.company_id.id})

    def _check_can_do(self):
        """Refuse an exchange that does not fit the unit, the register or the stock."""
        self.ensure_one()
        # What is installed where is looked at over all units, whatever the user may see of them.
        exchange = self.sudo()
        exchange._check_unit()
        exchange._check_old_part()
        exchange._check_new_part()
        exchange._check_destination()

    def _check_unit(self):
        if self.equipment_id.state == "retired":
            raise UserError(
                self.env._(
                    "%(unit)s is retired: nothing can be exchanged in it.",
                    unit=self.equipment_id.display_name,
                )
            )
        if not self.equipment_id.partner_id:
            raise UserError(
                self.env._("%(unit)s has no customer: enter whose it is.", unit=self.equipment_id.display_name)
            )
        if self.date > fields.Datetime.now():
            raise UserError(self.env._("Exchange %(name)s is dated in the future.", name=self.name))
        if self.new_product_id.type != "consu":
            raise UserError(self.env._("%(product)s is not goods.", product=self.new_product_id.display_name))
        is_serial = "serial" in (self.new_product_id.tracking, self.old_product_id.tracking)
        if is_serial and self.new_product_id.uom_id.compare(self.quantity, 1) != 0:
            raise UserError(self.env._("Exchange %(name)s: serial numbers are exchanged one by one.", name=self.name))

    def _check_old_part(self):
        if self.component_id:
            self._check_component()
        if not self.old_product_id:
            return
        lot = self.old_lot_id
        self._check_lot_product(lot, self.old_product_id)
        if lot:
            self._check_lot_at_customer(lot)
        elif self.old_product_id.tracking != "none" and self.disposition != "left":
            raise UserError(
                self.env._(
                    "Enter the serial number found on the old %(product)s.",
                    product=self.old_product_id.display_name,
                )
            )

    def _check_component(self):
        component = self.component_id
        names = {"component": component.display_name, "unit": self.equipment_id.display_name}
        if component.equipment_id != self.equipment_id:
            raise UserError(self.env._("%(component)s is not a component of %(unit)s.", **names))
        if component.date_removed:
            raise UserError(self.env._("%(component)s has already been removed from %(unit)s.", **names))
        if component.date_installed > self._get_site_date():
            raise UserError(self.env._("%(component)s was not yet in %(unit)s on that day.", **names))
        if component.product_id.uom_id.compare(self.quantity, component.quantity) > 0:
            raise UserError(self.env._("%(unit)s has fewer of %(component)s than are exchanged.", **names))

    def _check_lot_at_customer(self, lot):
        """Refuse an old serial number that is installed in another unit or lies in our stock."""
        installed = self._get_open_component(lot)
        if installed and installed != self.component_id:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s is installed in %(unit)s, not here.",
                    serial=lot.name,
                    unit=installed.equipment_id.display_name,
                )
            )
        if lot.product_id.tracking == "serial":
            quant = lot.quant_ids.filtered(lambda quant: quant.quantity > 0 and quant.location_id.usage == "internal")
            if quant:
                raise UserError(
                    self.env._(
                        "Serial number %(serial)s lies in %(location)s: it cannot come out of a unit.",
                        serial=lot.name,
                        location=quant[0].location_id.display_name,
                    )
                )

    def _check_new_part(self):
        product, lot = self.new_product_id, self.new_lot_id
        if product.tracking != "none" and not lot:
            raise UserError(self.env._("Enter the serial number of the new %(product)s.", product=product.display_name))
        self._check_lot_product(lot, product)
        if self.location_id.usage != "internal":
            raise UserError(
                self.env._("%(location)s is not a place of our stock.", location=self.location_id.display_name)
            )
        installed = self._get_open_component(lot)
        if installed:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s is already installed in %(unit)s.",
                    serial=lot.name,
                    unit=installed.equipment_id.display_name,
                )
            )
        self._check_available(product, lot, self.location_id)

    def _check_lot_product(self, lot, product):
        if lot and lot.product_id != product:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s is of %(other)s, not of %(product)s.",
                    serial=lot.name,
                    other=lot.product_id.display_name,
                    product=product.display_name,
                )
            )

    def _check_available(self, product, lot, location):
        """Refuse a part that does not lie where it is taken from."""
        if not product.is_storable:
            return
        quantity = sum(self._get_quants(product, lot, location).mapped("quantity"))
        if product.uom_id.compare(quantity, self.quantity) >= 0:
            return
        if lot:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s is not in %(location)s.",
                    serial=lot.name,
                    location=location.display_name,
                )
            )
        raise UserError(
            self.env._(
                "There is not enough of %(product)s in %(location)s.",
                product=product.display_name,
                location=location.display_name,
            )
        )

    def _check_destination(self):
        if not self.old_product_id or self.disposition == "left":
            return
        if self.dest_location_id.usage != DISPOSITION_USAGE[self.disposition]:
            labels = dict(self._fields["disposition"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The old part cannot go to %(location)s with the disposition %(disposition)s.",
                    location=self.dest_location_id.display_name or "-",
                    disposition=labels[self.disposition],
                )
            )

    def _check_can_reverse(self):
        """Refuse to reverse when the parts are no longer where the exchange put them."""
        self.ensure_one()
        # What is installed where is looked at over all units, whatever the user may see of them.
        exchange = self.sudo()
        installed = exchange._get_installed_components()
        for component in installed.filtered("date_removed"):
            raise UserError(
                self.env._(
                    "%(component)s has been exchanged again since: reverse that exchange first.",
                    component=component.display_name,
                )
            )
        for component in exchange._get_removed_components():
            elsewhere = exchange._get_open_component(component.lot_id) - installed
            if elsewhere:
                raise UserError(
                    self.env._(
                        "Serial number %(serial)s has been installed in %(unit)s since.",
                        serial=component.lot_id.name,
                        unit=elsewhere.equipment_id.display_name,
                    )
                )
        for move in exchange.move_ids.filtered(lambda move: move.location_dest_id.usage == "internal"):
            exchange._check_available(move.product_id, move.move_line_ids.lot_id, move.location_dest_id)

    def _get_open_component(self, lot):
        """Return the open row in which a serial number is installed; batches may be in many."""
        if lot.product_id.tracking != "serial":
            return self.env["service.component"]
        return self.env["service.component"].search([("lot_id", "=", lot.id), ("date_removed", "=", False)], limit=1)
