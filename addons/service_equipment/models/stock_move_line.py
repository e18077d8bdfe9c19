# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .service_equipment_contents import Content


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    # The history of a unit asks for the transfers of one serial number, among all that ever moved.
    _service_lot_idx = models.Index("(lot_id) WHERE lot_id IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # What is added to a transfer that is done moves at once.
        done = lines.filtered(lambda line: line.state == "done" and line.picking_id)
        if done:
            done._update_service_equipment()
        return lines

    def write(self, vals):
        if "lot_id" not in vals:
            return super().write(vals)
        # A serial number may be corrected after the transfer was validated.
        lots = {line: line.lot_id for line in self if line.picking_id and line._is_service_equipment_delivered()}
        res = super().write(vals)
        # The register follows the stock, as in `_update_service_equipment`.
        self.env["service.equipment"].sudo()._correct_delivered(
            {line.sudo(): lot.sudo() for line, lot in lots.items() if lot != line.lot_id}
        )
        return res

    def _update_service_equipment(self):
        """Retire the units that these lines bring back, and register those that they deliver.

        Only done lines count, so that partial deliveries, backorders and serial numbers
        exchanged at the last moment register what has really moved.
        """
        # The register follows the stock: whoever may validate a transfer need not have rights on it.
        Equipment = self.env["service.equipment"].sudo()
        Equipment._retire_returned(self.filtered(lambda line: line._is_service_equipment_returned()).sudo())
        Equipment._register_delivered(self.filtered(lambda line: line._is_service_equipment_delivered()).sudo())

    def _is_service_equipment_delivered(self):
        """Tell whether this done line brings a serial number of a registered product to a customer."""
        self.ensure_one()
        return self._is_service_equipment() and self._is_service_delivery()

    def _is_service_equipment_returned(self):
        """Tell whether this done line brings a serial number back from a customer."""
        self.ensure_one()
        return self._is_service_equipment() and self._is_service_return()

    def _is_service_equipment(self):
        self.ensure_one()
        return (
            self.state == "done"
            and bool(self.lot_id)
            and self.product_id.is_service_equipment
            and self.product_id.tracking == "serial"
        )

    def _is_service_delivery(self):
        """Tell whether this line goes to a customer, from our stock or straight from a vendor."""
        self.ensure_one()
        return self.location_dest_id.usage == "customer" and self.location_id.usage != "customer"

    def _is_service_return(self):
        """Tell whether this line comes back from a customer."""
        self.ensure_one()
        return self.location_id.usage == "customer" and self.location_dest_id.usage != "customer"

    def _is_service_customer_stock(self):
        """Tell whether the customer owned already what this line brings: no sale, and no warranty of ours."""
        self.ensure_one()
        return bool(self.owner_id) and self.owner_id.commercial_partner_id == self._get_service_customer()

    def _get_service_site(self):
        """Hook: return the address to which this line goes.

        :return: `res.partner`; of a dropshipped line the transfer's own contact is the vendor
        """
        self.ensure_one()
        return self.move_id.partner_id or self.picking_id.partner_id

    def _get_service_customer(self):
        """Hook: return who owns what this line delivers.

        A transfer alone knows only the address; service_billing returns the partner of the sales
        order, who may have bought for another company's address.

        :return: `res.partner`, a commercial entity
        """
        self.ensure_one()
        return self._get_service_site().commercial_partner_id

    def _get_service_date(self):
        """Return the day of this line's transfer at its site."""
        self.ensure_one()
        tz = self._get_service_site()._get_service_tz(self.company_id)
        at = self.picking_id.date_done or self.date
        return fields.Datetime.context_timestamp(self.with_context(tz=tz), at).date()

    def _prepare_service_equipment_values(self):
        """Prepare the unit that this delivered line registers, or re-opens.

        :return: dict of `service.equipment` values
        """
        self.ensure_one()
        picking = self.picking_id
        values = {
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "partner_id": self._get_service_customer().id,
            "site_id": self._get_service_site().id,
            "delivery_picking_id": picking.id,
            "delivery_ref": picking.name,
            "order_ref": picking.origin,
            "date_delivered": self._get_service_date(),
            "company_id": self.company_id.id,
        }
        if self._is_service_customer_stock():
            values.update(warranty_parts_end=False, warranty_labour_end=False)
        return values

    # ------------------------------------------------------------------
    # What is in a unit
    # ------------------------------------------------------------------

    def _is_service_part_delivered(self):
        """Tell whether this done line brings the serial number of a part to a customer."""
        self.ensure_one()
        is_serial = bool(self.lot_id) and self.product_id.tracking == "serial"
        return self.state == "done" and is_serial and self._is_service_delivery()

    def _is_shared_by_produced(self, lot):
        """Tell whether this consumed line went into other serial numbers of the same product too."""
        self.ensure_one()
        produced = self.produce_line_ids.filtered(lambda line: line.product_id == lot.product_id)
        return len(produced.lot_id) > 1

    def _get_service_content(self, parent_lot):
        """Return what this line brings into a unit.

        :param parent_lot: the `stock.lot` of the sub-assembly around it, see `Content`
        :return: :class:`Content`
        """
        self.ensure_one()
        return Content(self.product_id, self.lot_id, self.quantity_product_uom, parent_lot)

    def _tell_unclear_parts(self):
        """Return the sentences that it is not certain which units the lots of these lines are in."""
        return [
            self.env._(
                "%(product)s %(serials)s: it is not certain in which unit, or in which place.",
                product=product.display_name,
                serials=", ".join(sorted(lines.lot_id.mapped("name"))),
            )
            for product, lines in self.grouped("product_id").items()
        ]
