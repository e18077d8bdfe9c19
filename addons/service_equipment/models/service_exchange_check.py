# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError

DISPOSITION_USAGE = {"stock": "internal", "quarantine": "internal", "vendor": "internal", "scrap": "inventory"}


class ServiceExchange(models.Model):
    """What an exchange refuses, by name (rules.md 7)."""

    _inherit = "service.exchange"

    def _lock_parts(self):
        """Let nobody else exchange these serial numbers and these components at the same time.

        The unique index on open serial numbers stays the last guard.
        """
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

    def _check_can_do(self, parts, is_batch=False):
        """Refuse exchanges that do not fit the unit, the register or the stock.

        :param parts: `PartLookup` of these exchanges; it keeps what each of them takes from the stock
        :param bool is_batch: name the refused exchange among several
        """
        # What is installed where is looked at over all units, whatever the user may see of them.
        for exchange in self.sudo():
            try:
                exchange._check_unit()
                exchange._check_old_part(parts)
                exchange._check_new_part(parts)
                exchange._check_destination()
            except UserError as error:
                if not is_batch:
                    raise
                raise exchange._get_batch_error(error) from error

    def _get_batch_error(self, error):
        """Return the error with the name of the part whose exchange is refused."""
        component = self.component_id or self.new_product_id
        return UserError(self.env._("%(part)s: %(problem)s", part=component.display_name, problem=error))

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

    def _check_old_part(self, parts):
        if self.component_id:
            self._check_component()
        if not self.old_product_id:
            return
        lot = self.old_lot_id
        self._check_lot_product(lot, self.old_product_id)
        if lot:
            self._check_lot_at_customer(lot, parts)
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

    def _check_lot_at_customer(self, lot, parts):
        """Refuse an old serial number that is installed in another unit or lies in our stock."""
        installed = parts.get_open_row(lot)
        if installed and installed != self.component_id:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s is installed in %(unit)s, not here.",
                    serial=lot.name,
                    unit=installed.equipment_id.display_name,
                )
            )
        location = parts.get_stock_location(lot)
        if location:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s lies in %(location)s: it cannot come out of a unit.",
                    serial=lot.name,
                    location=location.display_name,
                )
            )

    def _check_new_part(self, parts):
        product, lot = self.new_product_id, self.new_lot_id
        if product.tracking != "none" and not lot:
            raise UserError(self.env._("Enter the serial number of the new %(product)s.", product=product.display_name))
        self._check_lot_product(lot, product)
        if self.location_id.usage != "internal":
            raise UserError(
                self.env._("%(location)s is not a place of our stock.", location=self.location_id.display_name)
            )
        installed = parts.get_open_row(lot)
        if installed:
            raise UserError(
                self.env._(
                    "Serial number %(serial)s is already installed in %(unit)s.",
                    serial=lot.name,
                    unit=installed.equipment_id.display_name,
                )
            )
        parts.sources[self] = self._take(product, lot, self.location_id, parts)

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

    def _take(self, product, lot, location, parts):
        """Choose what is taken of a part from a place, or refuse one that does not lie there."""
        sources = parts.take(product, lot, location, self.quantity)
        taken = sum(quantity for _location, quantity, _details in sources)
        if product.uom_id.compare(taken, self.quantity) >= 0:
            return sources
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

    def _check_can_reverse(self, parts, is_batch=False):
        """Refuse to reverse exchanges whose parts are no longer where they put them.

        :param parts: `PartLookup` of what is taken out again and put back; it keeps what each move takes
        :param bool is_batch: name the refused exchange among several
        """
        # What is installed where is looked at over all units, whatever the user may see of them.
        exchanges = self.sudo()
        installed, removed = exchanges._get_installed_rows(), exchanges._get_removed_rows()
        for exchange in exchanges:
            try:
                exchange._check_rows_to_reverse(installed[exchange], removed[exchange], parts)
                exchange._take_back(parts)
            except UserError as error:
                if not is_batch:
                    raise
                raise exchange._get_batch_error(error) from error

    def _check_rows_to_reverse(self, installed, removed, parts):
        for component in installed.filtered("date_removed"):
            raise UserError(
                self.env._(
                    "%(component)s has been exchanged again since: reverse that exchange first.",
                    component=component.display_name,
                )
            )
        for component in removed:
            elsewhere = parts.get_open_row(component.lot_id) - installed
            if elsewhere:
                raise UserError(
                    self.env._(
                        "Serial number %(serial)s has been installed in %(unit)s since.",
                        serial=component.lot_id.name,
                        unit=elsewhere.equipment_id.display_name,
                    )
                )

    def _take_back(self, parts):
        """Choose where each moved part is taken from when its move is undone."""
        for move in self._get_moves_to_undo():
            lot = move.move_line_ids.lot_id
            parts.sources[move] = self._take(move.product_id, lot, move.location_dest_id, parts)
