# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .service_exchange_parts import PartLookup


class ServiceExchange(models.Model):
    """What exchanges change in the as-maintained lists."""

    _inherit = "service.exchange"

    def _exchange_components(self, rows, parts):
        """Close the old components' rows with all they contain, and open those of the new parts.

        A sub-assembly keeps its contents: they leave the unit with it, and come back with it
        when it is installed again.

        :param dict rows: the rows that each exchange closes
        :param parts: `PartLookup` of these exchanges
        """
        # The user may exchange parts, not edit the as-maintained list by hand.
        exchanges = self.sudo()
        contents = {exchange: exchange._get_former_contents(parts) for exchange in exchanges}
        for exchange in exchanges:
            rows[exchange].write({"date_removed": exchange._get_site_date(), "removal_exchange_id": exchange.id})
        Component = exchanges.env["service.component"]
        rest = [exchange._prepare_rest_values() for exchange in exchanges if exchange._has_rest()]
        if rest:
            Component.create(rest)
        components = Component.create([exchange._prepare_component_values() for exchange in exchanges])
        for exchange, component in zip(exchanges, components, strict=True):
            exchange.new_component_id = component
        exchanges._install_contents(
            [
                (row, component)
                for exchange, component in zip(exchanges, components, strict=True)
                for row in contents[exchange]
            ]
        )

    def _has_rest(self):
        """Tell whether only some of several pieces of a row are exchanged."""
        self.ensure_one()
        component = self.component_id
        rest = component.quantity - self.quantity
        return bool(component) and component.product_id.uom_id.compare(rest, 0) > 0

    def _prepare_rest_values(self):
        """Prepare the row of what is left of a row of several pieces of which some are exchanged.

        :return: dict of `service.component` values
        """
        self.ensure_one()
        component = self.component_id
        return component.copy_data(
            {
                "quantity": component.quantity - self.quantity,
                "date_installed": component.date_removed,
                "date_removed": False,
                "install_exchange_id": self.id,
                "removal_exchange_id": False,
            }
        )[0]

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

    def _get_former_contents(self, parts):
        """Return the rows of what the new part contained when it last left a unit."""
        return parts.get_last_row(self.new_lot_id)._get_contents_at_removal()

    def _install_contents(self, pairs):
        """Open rows for the contents of sub-assemblies that are installed again, level by level.

        What has been built into another unit meanwhile has left the sub-assembly.

        :param pairs: list of (closed row of the former contents, open row that contains it now)
        """
        while pairs:
            rows = self.env["service.component"].union(*(row for row, _parent in pairs))
            parts = PartLookup(self, rows.lot_id)
            pairs = [(row, parent) for row, parent in pairs if not parts.get_open_row(row.lot_id)]
            components = rows.create([self._prepare_content_values(row, parent) for row, parent in pairs])
            pairs = [
                (child, component)
                for (row, _parent), component in zip(pairs, components, strict=True)
                for child in row._get_contents_at_removal()
            ]

    def _prepare_content_values(self, row, parent):
        """Prepare the row of a part that comes back within its sub-assembly.

        :param row: the closed `service.component` row
        :param parent: the open row that contains it now
        :return: dict of `service.component` values
        """
        return row.copy_data(
            {
                "equipment_id": parent.equipment_id.id,
                "parent_id": parent.id,
                "date_installed": parent.date_installed,
                "date_removed": False,
                "install_exchange_id": parent.install_exchange_id.id,
                "removal_exchange_id": False,
            }
        )[0]

    def _restore_components(self):
        """Open the rows that the exchanges closed; those that they opened were never in force."""
        # The user may reverse an exchange, not edit the as-maintained list by hand.
        exchanges = self.sudo()
        rows = exchanges.env["service.component"].search([("install_exchange_id", "in", exchanges.ids)])
        for date, components in rows.grouped("date_installed").items():
            components.date_removed = date
        removed = rows.search([("removal_exchange_id", "in", exchanges.ids)])
        removed.write({"date_removed": False, "removal_exchange_id": False})
