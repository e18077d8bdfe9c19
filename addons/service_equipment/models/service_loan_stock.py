# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, models
from odoo.fields import Domain


class ServiceLoan(models.Model):
    """The transfers of a loan: out to the location for loan equipment, and back."""

    _inherit = "service.loan"

    def _get_source_location(self):
        """Return where equipment is taken from unless the user says otherwise.

        :return: `stock.location`: the present one while it contains the serial number, else where that
            lies, else the stock of the company's first warehouse
        """
        self.ensure_one()
        company = self.company_id
        location = self.location_id if self.location_id.company_id == company else self.location_id.browse()
        if self.lot_id:
            domain = self._get_available_domain() & Domain("lot_id", "=", self.lot_id.id)
            quants = self.env["stock.quant"].search(domain)
            inside = quants.filtered(lambda quant: quant.location_id._child_of(location)) if location else quants
            if quants and not inside or not location:
                location = quants[:1].location_id
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        return location or warehouse.lot_stock_id

    def _get_loan_location(self):
        return self.company_id.service_loan_location_id

    def _get_present_location(self):
        """Return where the stock knows a lent serial number, when somebody has moved it by another transfer.

        :return: `stock.location`; empty while it is still in the location for loan equipment
        """
        self.ensure_one()
        # The stock is looked at as a whole, whatever the user may see of it.
        loan = self.sudo()
        if loan.product_tracking != "serial":
            return loan.location_id.browse()
        places = loan.lot_id.quant_ids.filtered(lambda quant: quant.quantity > 0).location_id
        return places.browse() if loan._get_loan_location() in places else places[:1]

    def _get_free_quants(self, location):
        """Return the stock of what is lent in a location and those inside it, in the order of removal."""
        quants = self.env["stock.quant"]._gather(self.product_id, location, lot_id=self.lot_id or None, strict=False)
        if self.lot_id:
            quants = quants.filtered(lambda quant: quant.lot_id == self.lot_id)
        return quants.filtered(lambda quant: quant.quantity > 0)

    def _transfer_out(self):
        """Make and do the transfer from the stock to the location for loan equipment."""
        self.ensure_one()
        # The loan was checked: the transfer is the stock's own work, not the user's right.
        loan = self.sudo().with_company(self.company_id)
        destination = loan._get_loan_location()
        lines = [
            (source, destination, quantity, details)
            for source, quantity, details in loan._get_sources(loan.location_id, loan.quantity)
        ]
        loan._do_transfer(loan._get_picking_type("out_type_id"), lines)

    def _transfer_back(self, quantity, condition="good"):
        """Make and do the transfer of some of the quantity from the location for loan equipment.

        :param float quantity: in the product's unit of measure
        :param str condition: a key of `condition_in`
        """
        self.ensure_one()
        # The loan was checked: the transfer is the stock's own work, not the user's right.
        loan = self.sudo().with_company(self.company_id)
        sources = loan._get_sources(loan._get_loan_location(), quantity)
        if condition == "good":
            lines = loan._split_over_homes(sources)
        else:
            destination = loan._get_return_location(condition)
            lines = [(source, destination, taken, details) for source, taken, details in sources]
        loan._do_transfer(loan._get_picking_type("in_type_id"), lines)

    def _get_return_location(self, condition):
        """Return where equipment goes that did not come back in good condition.

        :param str condition: a key of `condition_in`
        :return: `stock.location`: the quarantine, or the inventory loss for what is lost
        """
        if condition != "lost":
            return self.company_id.service_quarantine_location_id
        return self.env["stock.location"].search(
            [("usage", "=", "inventory"), ("company_id", "=", self.company_id.id)], order="id", limit=1
        )

    def _get_picking_type(self, field_name):
        """Return an operation type of the warehouse that lends, else of the company's first one."""
        warehouse = self.location_id.warehouse_id or self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )
        return warehouse[field_name]

    def _get_sources(self, location, quantity):
        """Split a quantity over the places inside a location where it lies free.

        :return: list of (`stock.location`, quantity, dict of further move line values)
        """
        if not self.product_id.is_storable:
            return [(location, quantity, {})]
        sources = []
        for quant in self._get_free_quants(location):
            taken = min(quantity, quant.quantity - quant.reserved_quantity)
            if self.product_uom_id.compare(taken, 0) <= 0:
                continue
            details = {"package_id": quant.package_id.id, "owner_id": quant.owner_id.id}
            sources.append((quant.location_id, taken, details))
            quantity -= taken
        return sources

    def _split_over_homes(self, sources):
        """Lead what comes back in good condition to the places that it was taken from.

        :param sources: what `_get_sources` returned for the location for loan equipment
        :return: list of lines for `_do_transfer`
        """
        moved = {}
        for line in self.picking_ids.move_line_ids.filtered(lambda line: line.state == "done"):
            is_out = line.location_dest_id == self._get_loan_location()
            home = line.location_id if is_out else line.location_dest_id
            moved[home] = moved.get(home, 0) + (line.quantity if is_out else -line.quantity)
        lines = []
        for source, quantity, details in sources:
            rest = quantity
            for home, remaining in moved.items():
                taken = min(rest, remaining)
                if self.product_uom_id.compare(taken, 0) > 0:
                    lines.append((source, home, taken, details))
                    moved[home] = remaining - taken
                    rest -= taken
            if self.product_uom_id.compare(rest, 0) > 0:
                lines.append((source, self.location_id, rest, details))
        return lines

    def _do_transfer(self, picking_type, lines):
        """Make a transfer with one move per pair of places, and do it at once.

        :param picking_type: `stock.picking.type`
        :param lines: list of (`stock.location` from, `stock.location` to, quantity, move line values)
        """
        picking = self.env["stock.picking"].create(self._prepare_picking_values(picking_type, *lines[0][:2]))
        self.env["stock.move"].create([self._prepare_move_values(picking, *line) for line in lines])
        picking.action_confirm()
        picking._action_done()

    def _prepare_picking_values(self, picking_type, location, location_dest):
        """Prepare a transfer of this loan.

        :param picking_type: `stock.picking.type`
        :param location: `stock.location` that the equipment leaves
        :param location_dest: `stock.location` that it goes to
        :return: dict of `stock.picking` values
        """
        self.ensure_one()
        return {
            "picking_type_id": picking_type.id,
            "partner_id": self.site_id.id,
            "company_id": self.company_id.id,
            "origin": self.name,
            "location_id": location.id,
            "location_dest_id": location_dest.id,
            "service_loan_id": self.id,
        }

    def _prepare_move_values(self, picking, location, location_dest, quantity, details):
        """Prepare one move of a transfer of this loan, with its line picked.

        :param picking: `stock.picking`
        :param location: `stock.location` that the equipment leaves
        :param location_dest: `stock.location` that it goes to
        :param float quantity: in the product's unit of measure
        :param dict details: further values of the line
        :return: dict of `stock.move` values
        """
        common = {
            "product_id": self.product_id.id,
            "picking_id": picking.id,
            "location_id": location.id,
            "location_dest_id": location_dest.id,
            "company_id": self.company_id.id,
            "picked": True,
        }
        line = {"product_uom_id": self.product_uom_id.id, "lot_id": self.lot_id.id, "quantity": quantity, **details}
        return {
            **common,
            "product_uom": self.product_uom_id.id,
            "product_uom_qty": quantity,
            "picking_type_id": picking.picking_type_id.id,
            "partner_id": self.site_id.id,
            "origin": self.name,
            "move_line_ids": [Command.create({**common, **line})],
        }
