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
        elif self.disposition in ("quarantine", "vendor"):
            location = company.sudo().service_quarantine_location_id
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

    def _move_parts(self, parts):
        """Move the new parts to the customers and the old ones to their dispositions; value both.

        :param parts: `PartLookup` with what each exchange takes
        """
        # The exchanges were checked: the moves are the stock's own work, not the user's right.
        exchanges = self.sudo().with_company(self.company_id)
        vals_list = [vals for exchange in exchanges for vals in exchange._prepare_moves_values(parts)]
        moves = exchanges.env["stock.move"].create(vals_list)
        exchanges._process_moves(moves)
        for exchange, own_moves in moves.grouped("service_exchange_id").items():
            exchange.write(exchange._prepare_cost_values(own_moves))

    def _move_parts_back(self, parts):
        """Make the opposite of every move of the exchanges.

        :param parts: `PartLookup` with what each move takes
        """
        # The exchanges were checked: the moves are the stock's own work, not the user's right.
        exchanges = self.sudo().with_company(self.company_id)
        vals_list = [
            exchange._prepare_reversal_values(move, parts)
            for exchange in exchanges
            for move in exchange._get_moves_to_undo()
        ]
        exchanges._process_moves(exchanges.env["stock.move"].create(vals_list))
        # What was taken back has cost nothing.
        exchanges.write({"value_out": 0.0, "value_recovered": 0.0})

    def _get_moves_to_undo(self):
        return self.move_ids.filtered(lambda move: move.state == "done").sorted("id")

    def _process_moves(self, moves):
        """Confirm and do stock moves whose lines are already picked."""
        moves._action_confirm(merge=False)
        moves._action_done()

    def _prepare_moves_values(self, parts):
        """Prepare the moves of one exchange with their lines: the new part out, the old one back.

        :param parts: `PartLookup` with what the exchange takes
        :return: list of one or two dicts of `stock.move` values
        """
        self.ensure_one()
        customer = self._get_customer_location()
        new = (self.new_product_id, self.new_lot_id, self.location_id, customer)
        old = (self.old_product_id, self.old_lot_id, customer, self.dest_location_id)
        vals_list = [self._prepare_move_values(*new)]
        vals_list[0]["move_line_ids"] = self._prepare_move_lines(vals_list[0], self.new_lot_id, parts.sources[self])
        if self.dest_location_id and self.old_product_id:
            vals = self._prepare_move_values(*old)
            sources = [(customer, self.quantity, {})]
            vals_list.append({**vals, "move_line_ids": self._prepare_move_lines(vals, self.old_lot_id, sources)})
        return vals_list

    def _prepare_move_values(self, product, lot, location, location_dest):
        """Prepare one stock move of this exchange, without its lines.

        :param product: `product.product`
        :param lot: `stock.lot`, empty for a product without serial numbers
        :param location: `stock.location` that the part leaves
        :param location_dest: `stock.location` that the part goes to
        :return: dict of `stock.move` values
        """
        self.ensure_one()
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
        }

    def _prepare_move_lines(self, vals, lot, sources):
        """Prepare the lines of a move, one for each place that something is taken from.

        :param dict vals: values of the `stock.move`
        :param lot: `stock.lot`
        :param sources: list of (`stock.location`, quantity, dict of further values)
        :return: list of commands
        """
        line = {
            "product_id": vals["product_id"],
            "product_uom_id": vals["product_uom"],
            "lot_id": lot.id,
            "location_dest_id": vals["location_dest_id"],
            "company_id": vals["company_id"],
            "picked": True,
        }
        return [
            Command.create({**line, "location_id": source.id, "quantity": quantity, **details})
            for source, quantity, details in sources
        ]

    def _prepare_reversal_values(self, move, parts):
        """Prepare the opposite of a done move of this exchange.

        :param move: `stock.move`
        :param parts: `PartLookup` with what the move takes
        :return: dict of `stock.move` values
        """
        lot = move.move_line_ids.lot_id
        vals = self._prepare_move_values(move.product_id, lot, move.location_dest_id, move.location_id)
        lines = self._prepare_move_lines(vals, lot, parts.sources[move])
        return {**vals, "move_line_ids": lines, "origin_returned_move_id": move.id}
