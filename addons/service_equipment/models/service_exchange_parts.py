# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


class PartLookup:
    """Where the parts of some exchanges are installed and where they lie, read at once.

    Serial numbers are read with one query for the register and one for the stock, however many
    exchanges there are. Of other parts the stock is asked once per part and place, since it
    decides what is taken first. What `take` has given away is not available any more; whoever
    takes keeps it in `sources`, by the exchange or the move that it is for.
    """

    def __init__(self, exchanges, lots):
        """Read what is known of some parts.

        :param exchanges: `service.exchange` records with the rights to see the whole register
        :param lots: `stock.lot` records that are put in or taken out
        """
        self.env = exchanges.env
        self.sources = {}
        self._gathered = {}
        self._taken = {}
        serials = lots.filtered(lambda lot: lot.product_id.tracking == "serial")
        self._read_rows(serials)
        self._read_quants(serials)

    def _read_rows(self, serials):
        self._open_rows, self._closed_rows = {}, {}
        rows = self.env["service.component"].browse()
        if serials:
            names = ["equipment_id", "lot_id", "date_removed", "removal_exchange_id"]
            rows = rows.search_fetch([("lot_id", "in", serials.ids)], names, order="date_removed desc, id desc")
        for row in rows:
            if not row.date_removed:
                self._open_rows[row.lot_id] = row
            elif row.removal_exchange_id.state == "done":
                self._closed_rows.setdefault(row.lot_id, row)

    def _read_quants(self, serials):
        self._serial_quants = dict.fromkeys(serials, self.env["stock.quant"])
        if serials:
            names = ["product_id", "location_id", "lot_id", "package_id", "owner_id", "quantity"]
            domain = [("lot_id", "in", serials.ids), ("quantity", ">", 0)]
            for quant in self.env["stock.quant"].search_fetch(domain, names, order="id"):
                self._serial_quants[quant.lot_id] += quant

    def get_open_row(self, lot):
        """Return the row in which a serial number is installed; batches may be in many."""
        return self._open_rows.get(lot, self.env["service.component"])

    def get_last_row(self, lot):
        """Return the row with which a serial number last left a unit in an exchange."""
        return self._closed_rows.get(lot, self.env["service.component"])

    def get_stock_location(self, lot):
        """Return the place of our stock where a serial number lies."""
        quants = self._serial_quants.get(lot, self.env["stock.quant"])
        return quants.location_id.filtered(lambda location: location.usage == "internal")[:1]

    def take(self, product, lot, location, quantity):
        """Choose what is taken of a part, in the order of removal.

        :param product: `product.product`
        :param lot: `stock.lot`, empty for a product without serial numbers
        :param location: `stock.location`; of our stock, what lies inside it counts
        :param float quantity: how much, in the unit of the product
        :return: list of (`stock.location`, quantity, dict of further move line values), which is
            short when there is not enough
        """
        if location.usage != "internal" or not product.is_storable:
            return [(location, quantity, {})]
        sources = []
        for quant in self._get_quants(product, lot, location):
            taken = min(quantity, quant.quantity - self._taken.get(quant, 0.0))
            if product.uom_id.compare(taken, 0) <= 0:
                continue
            self._taken[quant] = self._taken.get(quant, 0.0) + taken
            details = {"package_id": quant.package_id.id, "owner_id": quant.owner_id.id}
            sources.append((quant.location_id, taken, details))
            quantity -= taken
        return sources

    def _get_quants(self, product, lot, location):
        if lot in self._serial_quants:
            inside = location.parent_path
            return self._serial_quants[lot].filtered(lambda quant: quant.location_id.parent_path.startswith(inside))
        key = (product, lot, location)
        if key not in self._gathered:
            quants = self.env["stock.quant"]._gather(product, location, lot_id=lot or None, strict=False)
            self._gathered[key] = quants.filtered(
                lambda quant: quant.quantity > 0 and (not lot or quant.lot_id == lot)
            )
        return self._gathered[key]
