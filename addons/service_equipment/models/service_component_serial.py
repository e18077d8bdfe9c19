# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain


class ServiceComponent(models.Model):
    """The serial numbers of components: which are missing, and how they are recorded."""

    _inherit = "service.component"

    _serial_missing_idx = models.Index(
        "(equipment_id) WHERE date_removed IS NULL AND is_serial_wanted IS TRUE AND lot_id IS NULL"
    )

    @api.model
    def _get_serial_missing_domain(self):
        """Return the domain of the open components that want a serial number and have none."""
        return Domain(
            [
                ("date_removed", "=", False),
                ("is_serial_wanted", "=", True),
                ("lot_id", "=", False),
                ("serial_found", "=", False),
            ]
        )

    @api.model
    def _get_installed_by_lot(self, lots):
        """Return where serial numbers are installed now.

        :param lots: `stock.lot` records
        :return: dict of `stock.lot` to its open `service.component`
        """
        domain = [("lot_id", "in", lots.ids), ("date_removed", "=", False), ("is_serial_tracked", "=", True)]
        return {row.lot_id: row for row in self.search(domain)}

    @api.model
    def _get_open_by_unit(self, units):
        """Return the open components of units, in the order of their places.

        :param units: `service.equipment` records
        :return: dict of unit to `service.component` records
        """
        rows = self.search([("equipment_id", "in", units.ids), ("date_removed", "=", False)])
        return {unit: self.browse() for unit in units} | rows.grouped("equipment_id")

    def _take_lot(self, content, parent):
        """Record a lot in those of these rows that have none, as far as its quantity goes.

        :param content: what stock knows, a `Content` of the unit's
        :param parent: the row of the sub-assembly in which it is; rows elsewhere are second choice
        :return: the first row with the lot, or an empty one
        """
        uom, left, taken = content.product.uom_id, content.quantity, self.browse()
        free = self.filtered(lambda row: row.product_id == content.product and not row.lot_id and not row.serial_found)
        for row in free.sorted(lambda row: row.parent_id != parent):
            if uom.compare(left, 0) <= 0:
                break
            filled = row._install_lot(content.lot, left)
            left -= filled.quantity
            taken = taken or filled
        return taken

    def _install_lot(self, lot, quantity):
        """Record the lot of a quantity of this row; the rest of it stays a row without one.

        :return: the row with the lot: this one, or a new one beside it
        """
        self.ensure_one()
        if self.product_id.uom_id.compare(self.quantity, quantity) <= 0:
            self.lot_id = lot
            return self
        self.quantity -= quantity
        return self.copy({"lot_id": lot.id, "quantity": quantity})

    def _tell_installed(self):
        """Return the sentence that a delivered serial number is recorded in another unit."""
        self.ensure_one()
        return self.env._(
            "%(product)s %(serial)s is still recorded in %(unit)s.",
            product=self.product_id.display_name,
            serial=self.lot_id.name,
            unit=self.equipment_id.display_name,
        )
