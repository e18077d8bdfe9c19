# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    # The history of a unit asks for the transfers of one serial number, among all that ever moved.
    _service_lot_idx = models.Index("(lot_id) WHERE lot_id IS NOT NULL")

    def _is_service_equipment_delivered(self):
        """Tell whether this done line brings a serial number of a registered product to a customer."""
        self.ensure_one()
        return (
            self._is_service_equipment()
            and self.location_dest_id.usage == "customer"
            and self.location_id.usage != "customer"
        )

    def _is_service_equipment_returned(self):
        """Tell whether this done line brings a serial number back from a customer."""
        self.ensure_one()
        return (
            self._is_service_equipment()
            and self.location_id.usage == "customer"
            and self.location_dest_id.usage != "customer"
        )

    def _is_service_equipment(self):
        self.ensure_one()
        return (
            self.state == "done"
            and bool(self.lot_id)
            and self.product_id.is_service_equipment
            and self.product_id.tracking == "serial"
        )

    def _prepare_service_equipment_values(self):
        """Prepare the unit that this delivered line registers, or re-opens.

        :return: dict of `service.equipment` values
        """
        self.ensure_one()
        picking = self.picking_id
        site = picking.partner_id
        return {
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "partner_id": site.commercial_partner_id.id,
            "site_id": site.id,
            "delivery_picking_id": picking.id,
            "delivery_ref": picking.name,
            "order_ref": picking.origin,
            "date_delivered": picking._get_service_date(),
            "company_id": self.company_id.id,
        }
