# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ServiceExchangeBatch(models.TransientModel):
    """What a scan means: the unit, a part that comes out of it, or a part that goes in.

    What is installed in the unit is the old part of a line; what lies in our stock is the new part of
    the line that still waits for one.
    """

    _inherit = "service.exchange.batch"

    def on_barcode_scanned(self, barcode):
        """Read what a scanner has sent.

        :param str barcode: the text
        """
        self._handle_scan(barcode)

    @api.onchange("scan")
    def _onchange_scan(self):
        if self.scan:
            text, self.scan = self.scan, False
            self._handle_scan(text)

    def _handle_scan(self, text):
        """Do what a scanned or typed text asks for, and say what was done."""
        text = text.strip()
        if not self.equipment_id:
            self._handle_unit(text)
            return
        component = self._find_installed(text)
        lots = self.env["stock.lot"] if component else self._find_in_stock(text)
        if component:
            line = self._add_component(component)
            self._say(self.env._("%(part)s comes out: now scan its replacement.", part=line.component_id.display_name))
        elif len(lots.product_id) > 1:
            self._say(
                self.env._("%(text)s is the serial number of several products: choose it in the line.", text=text), True
            )
        elif lots:
            self._put_in(lots[:1])
        else:
            self._handle_unit(text)

    def _handle_unit(self, text):
        """Take the unit that a scan names, while no component of another one is chosen."""
        units = self.env["service.equipment"]._find_by_scan(text)
        if len(units) > 1:
            self._say(self.env._("Several units are called %(text)s: choose the unit.", text=text), True)
        elif units and self.line_ids and units != self.equipment_id._origin:
            self._say(self.env._("%(unit)s is another unit: finish this one first.", unit=units.display_name), True)
        elif units.state == "retired":
            self._say(self.env._("%(unit)s is retired: nothing can be exchanged in it.", unit=units.display_name), True)
        elif units:
            self.equipment_id = units
            self._say(self.env._("Now scan the serial number of an old or of a new part."))
        elif self.equipment_id:
            self._say(self._get_unknown_text(text), True)
        else:
            component = self._find_component_of_any_unit(text)
            if component:
                self.equipment_id = component.equipment_id
                self._handle_scan(text)
            else:
                self._say(self.env._("No unit has %(text)s on it.", text=text), True)

    def _get_unknown_text(self, text):
        # Where a serial number is belongs to the answer, though not the right to look into every unit.
        component = self._find_component_of_any_unit(text)
        if component:
            return self.env._(
                "%(text)s is installed in %(unit)s, not here.", text=text, unit=component.equipment_id.display_name
            )
        return self.env._(
            "%(text)s is neither in this unit nor in our stock. If it stands on the old part, enter it there.",
            text=text,
        )

    def _find_installed(self, text):
        """Return the installed component of the unit that has this serial number."""
        return self.env["service.component"].search(
            [
                ("equipment_id", "=", self.equipment_id._origin.id),
                ("date_removed", "=", False),
                "|",
                ("lot_id.name", "in", self._get_spellings(text)),
                ("serial_found", "in", self._get_spellings(text)),
            ],
            limit=1,
        )

    def _find_component_of_any_unit(self, text):
        return self.env["service.component"].search(
            [
                ("lot_id.name", "in", self._get_spellings(text)),
                ("date_removed", "=", False),
                ("company_id", "in", self.env.companies.ids),
            ],
            limit=1,
        )

    def _find_in_stock(self, text):
        """Return the serial numbers of this name in the stock of the unit's company.

        Those of a product that a line waits for come alone.
        """
        # The user may exchange what lies in stock, whatever else of the stock he may see.
        lots = self.env["stock.lot"].sudo().search(
            [
                ("name", "in", self._get_spellings(text)),
                ("company_id", "in", (self.company_id._origin.id, False)),
            ]
        )
        lots = lots.filtered(self._get_place)
        wanted = lots.filtered(lambda lot: lot.product_id in self._get_waiting_lines().new_product_id._origin)
        return (wanted or lots).sudo(False)

    def _get_place(self, lot):
        """Return where in our stock a serial number lies, first where parts are taken from."""
        # The user may exchange what lies in stock, whatever else of the stock he may see.
        quants = lot.sudo().quant_ids.filtered(
            lambda quant: (
                quant.quantity > 0
                and quant.location_id.usage == "internal"
                and quant.company_id == self.company_id._origin
            )
        )
        source = self.location_id._origin.parent_path or "-"
        quants = quants.sorted(lambda quant: not quant.location_id.parent_path.startswith(source))
        return quants[:1].location_id.sudo(False)

    def _put_in(self, lot):
        """Make a serial number that lies in stock the new part of the line that it fits."""
        line = self._choose_line(lot.product_id)
        if not line:
            self._say(self.env._("Scan the serial number of the old part first, or choose the component."), True)
            return
        line.new_product_id = lot.product_id
        line.new_lot_id = lot
        place = self._get_place(lot)
        line.location_id = place
        self._say(
            self.env._(
                "%(serial)s from %(place)s goes in. Scan the next part, or press Exchange.",
                serial=lot.name,
                place=place.display_name,
            )
        )

    def _choose_line(self, product):
        """Return the line that waits for this product: the last one, else that of the only such component."""
        waiting = self._get_waiting_lines()
        line = waiting.filtered(lambda line: line.new_product_id._origin == product)[-1:]
        if line:
            return line
        listed = self.line_ids.component_id._origin
        components = self.env["service.component"].search(
            [
                ("equipment_id", "=", self.equipment_id._origin.id),
                ("date_removed", "=", False),
                ("product_id", "=", product.id),
                ("id", "not in", listed.ids),
            ],
            limit=2,
        )
        if len(components) == 1:
            return self._add_component(components)
        # A part of another product replaces the part that was scanned before it.
        return waiting[-1:]

    def _get_waiting_lines(self):
        return self.line_ids.filtered(lambda line: not line.new_lot_id)

    def _get_spellings(self, text):
        return list({text, text.upper(), text.lower()})

    def _say(self, text, is_problem=False):
        self.message = text
        self.is_problem = is_problem
