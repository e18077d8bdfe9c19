# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import models

from .service_exchange_parts import PartLookup


class ServiceExchange(models.Model):
    """A batch of exchanges is done in rounds of exchanges that have no part in common.

    All exchanges of a round are checked, moved and registered together, so that a hundred of them
    cost few queries more than their stock moves. An exchange that depends on an earlier one of its
    batch, as one that installs what the other takes out, waits for the next round: the result is
    that of doing them one after the other.
    """

    _inherit = "service.exchange"

    def _do_rounds(self):
        """Do these exchanges, all or nothing."""
        self._find_old_parts()
        self._lock_parts()
        contents = self._get_rows_to_remove()
        for number, exchanges in enumerate(self._split_rounds(contents)):
            if number:
                exchanges._find_old_parts()
                contents = exchanges._get_rows_to_remove()
            # The register and the stock are looked at as a whole, whatever the user may see of them.
            parts = PartLookup(exchanges.sudo(), exchanges.sudo()._get_lots())
            exchanges._check_can_do(parts, is_batch=len(self) > 1)
            exchanges._move_parts(parts)
            exchanges._exchange_components(contents, parts)
            exchanges._transition("done")

    def _reverse_rounds(self):
        """Reverse these exchanges, the last one first, all or nothing."""
        self._lock_parts()
        for exchanges in self.sorted()._split_rounds(self._get_touched_rows(), is_reversal=True):
            # The register and the stock are looked at as a whole, whatever the user may see of them.
            parts = PartLookup(exchanges.sudo(), exchanges.sudo()._get_lots_to_reverse())
            exchanges._check_can_reverse(parts, is_batch=len(self) > 1)
            exchanges._move_parts_back(parts)
            exchanges._restore_components()
            exchanges._transition("reversed")

    def _split_rounds(self, rows, is_reversal=False):
        """Split a batch into rounds, in its order, none of which touches anything twice.

        :param dict rows: the component rows that each exchange touches
        :param bool is_reversal: parts go the other way
        :return: list of recordsets, each of one company
        """
        if len(self) == 1:
            return [self]
        rounds = []
        company, touched, filled = None, set(), set()
        for exchange, parts in zip(self, self.sudo(), strict=True):
            keys = parts._get_touched(rows[parts])
            taken, put = parts._get_loose_parts()[:: -1 if is_reversal else 1]
            is_dependent = keys & touched or taken & filled
            if is_dependent or parts.company_id != company:
                rounds.append([])
                company, touched, filled = parts.company_id, set(), set()
            rounds[-1].append(exchange.id)
            touched |= keys
            filled |= put
        return [self.browse(ids).with_prefetch(self._prefetch_ids) for ids in rounds]

    def _get_touched(self, rows):
        """Return the component rows and the serial numbers that this exchange touches."""
        keys = {(row._name, row.id) for row in rows}
        keys.update((lot.product_id.id, lot.name) for lot in self._get_lots() | rows.lot_id)
        if self.old_serial_found:
            keys.add((self.old_product_id.id, self.old_serial_found.strip()))
        return keys

    def _get_loose_parts(self):
        """Return what is taken from and what is put to our stock without a serial number.

        :return: two sets of (product, location); what is put somewhere is in all locations above, too
        """
        self.ensure_one()
        taken = {(self.new_product_id.id, self.location_id.id)}
        path = self.dest_location_id.parent_path or ""
        put = {(self.old_product_id.id, int(location)) for location in path.split("/") if location}
        return [
            taken if self.new_product_id.tracking != "serial" else set(),
            put if self.old_product_id.tracking != "serial" else set(),
        ]

    def _get_lots(self):
        return self.old_lot_id | self.new_lot_id

    def _get_lots_to_reverse(self):
        lots = self._get_lots()
        for rows in self._get_touched_rows().values():
            lots |= rows.lot_id
        return lots

    # ------------------------------------------------------------------
    # Component rows
    # ------------------------------------------------------------------

    def _get_rows_to_remove(self):
        """Return the open rows of the old components with all that they contain.

        :return: dict of exchange to `service.component` rows, both with the rights of the register
        """
        exchanges = self.sudo()
        contents = exchanges.component_id._get_with_contents()
        inside = defaultdict(list)
        for row in contents:
            parent = row.parent_id
            while parent:
                inside[parent.id].append(row.id)
                parent = parent.parent_id
        return {
            exchange: contents.browse(exchange.component_id.ids + inside[exchange.component_id.id]).with_prefetch(
                contents.ids
            )
            for exchange in exchanges
        }

    def _get_installed_rows(self):
        """Return the rows that each exchange has opened, with those of a sub-assembly's contents."""
        return self._get_rows_by("install_exchange_id")

    def _get_removed_rows(self):
        """Return the rows that each exchange has closed, with those of a sub-assembly's contents."""
        return self._get_rows_by("removal_exchange_id")

    def _get_touched_rows(self):
        installed, removed = self._get_installed_rows(), self._get_removed_rows()
        return {exchange: rows | removed[exchange] for exchange, rows in installed.items()}

    def _get_rows_by(self, field_name):
        exchanges = self.sudo()
        rows = exchanges.env["service.component"].search([(field_name, "in", self.ids)], order="id")
        by_exchange = rows.grouped(field_name)
        return {exchange: by_exchange.get(exchange, rows.browse()) for exchange in exchanges}

    # ------------------------------------------------------------------
    # Old parts
    # ------------------------------------------------------------------

    def _find_old_parts(self):
        """Find the component row and the serial number of each old part.

        A serial number that nobody knew is recorded as found, and gets a lot of its own when
        the part comes back to us.
        """
        # The register and the lots are looked at as a whole, whatever the user may see of them.
        parts = self.sudo()
        found = parts.filtered(lambda exchange: exchange._is_other_serial_found())
        lots = found._get_or_create_found_lots()
        for exchange in self:
            if exchange in lots:
                exchange.old_lot_id = lots[exchange]
        unlisted = parts.filtered(lambda exchange: exchange.old_lot_id and not exchange.component_id)
        if unlisted:
            lookup = PartLookup(unlisted, unlisted.old_lot_id)
            for exchange in unlisted:
                component = lookup.get_open_row(exchange.old_lot_id)
                if component.equipment_id == exchange.equipment_id:
                    exchange.with_env(self.env).component_id = component

    def _is_other_serial_found(self):
        """Tell whether a serial number was read on a part that comes back, other than the one expected."""
        self.ensure_one()
        is_tracked = self.old_product_id and self.old_product_id.tracking != "none"
        is_other = self.old_serial_found and self.old_serial_found.strip() != self.old_lot_id.name
        return bool(is_tracked and is_other and self.disposition != "left")

    def _get_or_create_found_lots(self):
        """Return the lots of the serial numbers that were read on the old parts.

        :return: dict of exchange to `stock.lot`
        """
        if not self:
            return {}
        keys = {
            exchange: (exchange.old_serial_found.strip(), exchange.old_product_id, exchange.company_id)
            for exchange in self
        }
        Lot = self.env["stock.lot"]
        known = Lot.search(
            [
                ("name", "in", [name for name, _product, _company in keys.values()]),
                ("product_id", "in", self.old_product_id.ids),
                ("company_id", "in", [*self.company_id.ids, False]),
            ]
        )
        lots = {}
        for key in keys.values():
            name, product, company = key
            lots[key] = known.filtered(
                lambda lot, name=name, product=product, company=company: (
                    lot.name == name and lot.product_id == product and lot.company_id in (company, company.browse())
                )
            )[:1]
        missing = [key for key, lot in lots.items() if not lot]
        created = Lot.create(
            [
                {"name": name, "product_id": product.id, "company_id": company.id}
                for name, product, company in missing
            ]
        )
        lots.update(zip(missing, created, strict=True))
        return {exchange: lots[key] for exchange, key in keys.items()}
