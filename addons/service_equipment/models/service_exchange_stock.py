# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, models


class ServiceExchange(models.Model):
    """What an exchange changes: stock moves, part values and component rows."""

    _inherit = "service.exchange"

    # ------------------------------------------------------------------
    # Stock
    # ------------------------------------------------------------------

    def _get_dest_location(self):
        """Return where the old part goes by its disposition."""
        self.ensure_one()
        company = self.company_id or self.env.company
        # Locations are found for users who have no rights on the stock, too.
        exchange = self.sudo().with_company(company)
        Location = exchange.env["stock.location"]
        if self.disposition == "stock":
            warehouse = exchange.location_id.warehouse_id or exchange.env["stock.warehouse"].search(
                [("company_id", "=", company.id)], limit=1
            )
            location = warehouse.lot_stock_id
        elif self.disposition == "quarantine":
            location = company.sudo().service_quarantine_location_id
        elif self.disposition == "vendor":
            vendor = exchange.old_product_id._select_seller(quantity=None).partner_id
            location = vendor.property_stock_supplier or exchange.env.ref("stock.stock_location_suppliers")
        else:
            location = Location.search(
                [("usage", "=", "inventory"), ("company_id", "=", company.id)], order="id", limit=1
            )
        return location.sudo(False)

    def _get_customer_location(self):
        """Return the stock location of the unit's customer."""
        self.ensure_one()
        partner = self.equipment_id.site_id or self.equipment_id.partner_id
        return partner.with_company(self.company_id).property_stock_customer

    def _get_quants(self, product, lot, location):
        """Return the stock of a part in a location and those inside it, in the order of removal."""
        quants = self.env["stock.quant"]._gather(product, location, lot_id=lot or None, strict=False)
        if lot:
            quants = quants.filtered(lambda quant: quant.lot_id == lot)
        return quants.filtered(lambda quant: quant.quantity > 0)

    def _move_parts(self):
        """Move the new part to the customer and the old one to its disposition; value both."""
        self.ensure_one()
        # The exchange was checked: the moves are the stock's own work, not the user's right.
        exchange = self.sudo().with_company(self.company_id)
        customer = exchange._get_customer_location()
        Move = exchange.env["stock.move"]
        move_out = Move.create(
            exchange._prepare_move_values(exchange.new_product_id, exchange.new_lot_id, exchange.location_id, customer)
        )
        move_back = Move
        if exchange.dest_location_id and exchange.old_product_id:
            move_back = Move.create(
                exchange._prepare_move_values(
                    exchange.old_product_id, exchange.old_lot_id, customer, exchange.dest_location_id
                )
            )
        exchange._process_moves(move_out + move_back)
        exchange.value_out = exchange._get_moves_value(move_out)
        if exchange.disposition not in ("scrap", "left"):
            recovered = exchange._get_moves_value(move_back) * exchange.recovery_percent / 100
            exchange.value_recovered = exchange.currency_id.round(recovered)

    def _move_parts_back(self):
        """Make the opposite of every move of the exchange."""
        self.ensure_one()
        # The exchange was checked: the moves are the stock's own work, not the user's right.
        exchange = self.sudo().with_company(self.company_id)
        moves = exchange.move_ids.filtered(lambda move: move.state == "done")
        exchange._process_moves(
            exchange.env["stock.move"].create([exchange._prepare_reversal_values(move) for move in moves])
        )

    def _process_moves(self, moves):
        """Confirm and do stock moves whose lines are already picked."""
        moves._action_confirm(merge=False)
        moves._action_done()

    def _prepare_move_values(self, product, lot, location, location_dest):
        """Prepare one stock move of this exchange.

        :param product: `product.product`
        :param lot: `stock.lot`, empty for a product without serial numbers
        :param location: `stock.location` that the part leaves
        :param location_dest: `stock.location` that the part goes to
        :return: dict of `stock.move` values
        """
        self.ensure_one()
        lines = [
            {"location_id": source.id, "quantity": quantity, **details}
            for source, quantity, details in self._get_sources(product, lot, location)
        ]
        return {
            "product_id": product.id,
            "product_uom": product.uom_id.id,
            "product_uom_qty": self.quantity,
            "location_id": location.id,
            "location_dest_id": location_dest.id,
            "company_id": self.company_id.id,
            "partner_id": self.equipment_id.site_id.id,
            "origin": self.name,
            "service_exchange_id": self.id,
            "picked": True,
            "move_line_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_id": product.uom_id.id,
                        "lot_id": lot.id,
                        "location_dest_id": location_dest.id,
                        "company_id": self.company_id.id,
                        "picked": True,
                        **line,
                    }
                )
                for line in lines
            ],
        }

    def _get_sources(self, product, lot, location):
        """Split the quantity over the places inside a location where the part lies.

        :return: list of (`stock.location`, quantity, dict of further move line values)
        """
        if location.usage != "internal" or not product.is_storable:
            return [(location, self.quantity, {})]
        sources = []
        remaining = self.quantity
        for quant in self._get_quants(product, lot, location):
            taken = min(remaining, quant.quantity)
            if product.uom_id.compare(taken, 0) <= 0:
                break
            details = {"package_id": quant.package_id.id, "owner_id": quant.owner_id.id}
            sources.append((quant.location_id, taken, details))
            remaining -= taken
        return sources

    def _prepare_reversal_values(self, move):
        """Prepare the opposite of a done move of this exchange.

        :param move: `stock.move`
        :return: dict of `stock.move` values
        """
        vals = self._prepare_move_values(
            move.product_id, move.move_line_ids.lot_id, move.location_dest_id, move.location_id
        )
        return {**vals, "origin_returned_move_id": move.id}

    def _get_moves_value(self, moves):
        """Return the value of moved parts, in the company's currency."""
        value = sum(self._get_part_value(move) * move.product_qty for move in moves)
        return self.currency_id.round(value)

    def _get_part_value(self, move):
        """Hook: return the unit value of a moved part; the standard price here.

        :param move: done `stock.move` of this exchange
        :return: float in the company's currency, per unit of the product
        """
        return move.product_id.with_company(self.company_id).standard_price

    # ------------------------------------------------------------------
    # Components
    # ------------------------------------------------------------------

    def _exchange_components(self):
        """Close the old component's row with all it contains, and open that of the new part.

        A sub-assembly keeps its contents: they leave the unit with it, and come back with it
        when it is installed again.
        """
        self.ensure_one()
        # The user may exchange parts, not edit the as-maintained list by hand.
        exchange = self.sudo()
        date = exchange._get_site_date()
        old_rows = exchange.component_id._get_with_contents()
        old_rows.write({"date_removed": date, "removal_exchange_id": exchange.id})
        contents = exchange._get_former_contents()
        exchange._keep_rest()
        component = exchange.env["service.component"].create(exchange._prepare_component_values())
        exchange.new_component_id = component
        exchange._install_contents(contents, component)

    def _keep_rest(self):
        """Keep what is left of a row of several pieces of which only some are exchanged."""
        component = self.component_id
        rest = component.quantity - self.quantity
        if component and component.product_id.uom_id.compare(rest, 0) > 0:
            component.copy(
                {
                    "quantity": rest,
                    "date_installed": component.date_removed,
                    "date_removed": False,
                    "install_exchange_id": self.id,
                    "removal_exchange_id": False,
                }
            )

    def _prepare_component_values(self):
        """Prepare the row of the new part.

        :return: dict of `service.component` values
        """
        self.ensure_one()
        date = self._get_site_date()
        return {
            "equipment_id": self.equipment_id.id,
            "parent_id": self.component_id.parent_id.id,
            "position": self.position,
            "product_id": self.new_product_id.id,
            "lot_id": self.new_lot_id.id,
            "quantity": self.quantity,
            "is_serial_wanted": self.component_id.is_serial_wanted,
            "date_installed": date,
            **self._prepare_component_warranty_values(),
            "install_exchange_id": self.id,
        }

    def _get_former_contents(self):
        """Return the rows of what the new part contained when it last left a unit."""
        Component = self.env["service.component"]
        if self.new_product_id.tracking != "serial":
            return Component
        former = Component.search(
            [("lot_id", "=", self.new_lot_id.id), ("removal_exchange_id.state", "=", "done")],
            order="date_removed desc, id desc",
            limit=1,
        )
        return former._get_contents_at_removal()

    def _install_contents(self, rows, parent):
        """Open rows for the contents of a sub-assembly that is installed again.

        What has been built into another unit meanwhile has left the sub-assembly.

        :param rows: closed `service.component` rows, one level of the former contents
        :param parent: the open row that contains them now
        """
        for row in rows:
            if self._get_open_component(row.lot_id):
                continue
            copy = row.copy(
                {
                    "equipment_id": parent.equipment_id.id,
                    "parent_id": parent.id,
                    "date_installed": parent.date_installed,
                    "date_removed": False,
                    "install_exchange_id": self.id,
                    "removal_exchange_id": False,
                }
            )
            self._install_contents(row._get_contents_at_removal(), copy)

    def _restore_components(self):
        """Open the rows that the exchange closed; those that it opened were never in force."""
        self.ensure_one()
        # The user may reverse an exchange, not edit the as-maintained list by hand.
        exchange = self.sudo()
        for component in exchange._get_installed_components():
            component.date_removed = component.date_installed
        exchange._get_removed_components().write({"date_removed": False, "removal_exchange_id": False})

    def _get_installed_components(self):
        return self.env["service.component"].search([("install_exchange_id", "=", self.id)])

    def _get_removed_components(self):
        return self.env["service.component"].search([("removal_exchange_id", "=", self.id)])
