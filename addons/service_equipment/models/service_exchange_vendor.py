# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ServiceExchange(models.Model):
    """Old parts that go back to their vendors.

    The part waits in quarantine, and a transfer to the vendor waits for the clerk who ships it.
    """

    _inherit = "service.exchange"

    vendor_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_vendor_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="To whom the old part goes back.",
    )
    vendor_picking_id = fields.Many2one(
        comodel_name="stock.picking",
        string="Vendor Return",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )

    @api.depends("disposition", "old_product_id")
    def _compute_vendor_id(self):
        for exchange in self:
            if exchange.disposition != "vendor":
                exchange.vendor_id = False
            else:
                seller = exchange._get_vendor(exchange.old_product_id, exchange.company_id)
                exchange.vendor_id = seller or exchange.vendor_id

    @api.model
    def _get_vendor(self, product, company):
        """Return who sells a part to a company first.

        :param product: `product.product`
        :param company: `res.company`
        :return: `res.partner`
        """
        # Who sold the part is no secret for those who send it back.
        sellers = product.sudo().seller_ids
        own = sellers.filtered(lambda seller: seller.company_id in (company._origin, seller.company_id.browse()))
        return own[:1].partner_id.sudo(False)

    def action_view_vendor_return(self):
        """Open the transfer that brings the old part to its vendor.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        return self.vendor_picking_id._get_records_action()

    def _check_destination(self):
        super()._check_destination()
        if self._is_vendor_return() and not self.vendor_id:
            raise UserError(
                self.env._("Choose the vendor to whom %(part)s goes back.", part=self.old_product_id.display_name)
            )

    def _is_vendor_return(self):
        self.ensure_one()
        return self.disposition == "vendor" and bool(self.old_product_id)

    def _move_parts(self, parts):
        super()._move_parts(parts)
        self._create_vendor_returns()

    def _create_vendor_returns(self):
        """Make a transfer to the vendor for each part that goes back, with exactly that part reserved."""
        # The exchanges were checked: the transfers are the stock's own work, not the user's right.
        exchanges = self.sudo().with_company(self.company_id).filtered(lambda exchange: exchange._is_vendor_return())
        if not exchanges:
            return
        pickings = exchanges.env["stock.picking"].create(
            [exchange._prepare_vendor_picking_values() for exchange in exchanges]
        )
        for exchange, picking in zip(exchanges, pickings, strict=True):
            picking.move_ids.move_line_ids.picking_id = picking
            exchange.vendor_picking_id = picking
        pickings.action_confirm()

    def _prepare_vendor_picking_values(self):
        """Prepare the transfer that brings the old part to its vendor.

        :return: dict of `stock.picking` values
        """
        self.ensure_one()
        target = self.vendor_id.with_company(self.company_id).property_stock_supplier
        move = self._prepare_move_values(self.old_product_id, self.old_lot_id, self.dest_location_id, target)
        line = self._prepare_move_lines(move, self.old_lot_id, [(self.dest_location_id, self.quantity, {})])
        for _command, _id, values in line:
            values["picked"] = False
        return {
            "picking_type_id": self._get_vendor_picking_type().id,
            "partner_id": self.vendor_id.id,
            "origin": self.name,
            "company_id": self.company_id.id,
            "location_id": self.dest_location_id.id,
            "location_dest_id": target.id,
            # The moves of the exchange itself end in quarantine.
            "move_ids": [
                Command.create(
                    {
                        **move,
                        "service_exchange_id": False,
                        "partner_id": self.vendor_id.id,
                        "picked": False,
                        "move_line_ids": line,
                    }
                )
            ],
        }

    def _get_vendor_picking_type(self):
        """Return the operation type of a return to the vendor: a delivery, else a return of receipts."""
        self.ensure_one()
        warehouse = self.dest_location_id.warehouse_id or self.location_id.warehouse_id
        if not warehouse:
            domain = Domain("company_id", "=", self.company_id.id)
            warehouse = self.env["stock.warehouse"].search(domain, limit=1)
        return warehouse.out_type_id or warehouse.in_type_id.return_picking_type_id

    def _check_can_reverse(self, parts, is_batch=False):
        for exchange in self.sudo():
            picking = exchange.vendor_picking_id
            if picking.state == "done":
                raise UserError(
                    self.env._(
                        "The old part of %(exchange)s was shipped to %(vendor)s with %(picking)s: nothing to put back.",
                        exchange=exchange.name,
                        vendor=picking.partner_id.display_name,
                        picking=picking.name,
                    )
                )
        super()._check_can_reverse(parts, is_batch=is_batch)

    def _move_parts_back(self, parts):
        # The exchanges were checked: the transfers are the stock's own work, not the user's right.
        self.sudo().vendor_picking_id.filtered(lambda picking: picking.state != "cancel").action_cancel()
        super()._move_parts_back(parts)
