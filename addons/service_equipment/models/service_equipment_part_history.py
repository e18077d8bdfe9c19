# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ServiceEquipment(models.Model):
    """What was put into a unit and taken out of it otherwise than by an exchange, in its history."""

    _inherit = "service.equipment"

    def _get_history_entries(self):
        return super()._get_history_entries() + self._get_component_entries()

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "component": self.env._("Component")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "component": "fa-cog"}

    @api.model
    def _get_portal_history_kinds(self):
        return super()._get_portal_history_kinds() | {"component"}

    def _get_component_entries(self):
        """Return the entries of components that came after the delivery or left, and not by an exchange."""
        self.ensure_one()
        entries = []
        # Exchanges and the delivery tell of the others; what was never in force is no history.
        for component in self.component_ids.sorted().filtered(lambda component: component._is_ever_in_force()):
            came_with_unit = component.date_installed in (self.date_delivered, self.date_installed)
            if not component.install_exchange_id and not came_with_unit:
                title = self.env._("Component added")
                entries.append(self._prepare_component_entry(component, component.date_installed, title))
            if component.date_removed and not component.removal_exchange_id:
                title = self.env._("Component removed")
                entries.append(self._prepare_component_entry(component, component.date_removed, title))
        return sorted(entries, key=lambda entry: entry["date"])

    def _prepare_component_entry(self, component, date, title):
        """Prepare the entry of a component that came or left; pure.

        :param component: `service.component` record
        :param date: the day at the site
        :param str title: what happened to it
        :return: dict, as in `history()`
        """
        return self._prepare_history_entry(
            date=date, kind="component", title=title, text=component.display_name, record=component
        )
