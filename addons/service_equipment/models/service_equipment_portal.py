# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceEquipment(models.Model):
    """What the customer's pages show of a unit."""

    _inherit = "service.equipment"

    # Portal users search no internal notes; the page reads what is for them from the messages themselves.
    message_ids = fields.One2many(groups="base.group_user")
    website_message_ids = fields.One2many(groups="base.group_user")

    def write(self, vals):
        owners = {equipment: equipment.commercial_partner_id for equipment in self} if "partner_id" in vals else {}
        res = super().write(vals)
        sold = self.browse(
            [equipment.id for equipment, owner in owners.items() if equipment.commercial_partner_id != owner]
        )
        if sold:
            # A link that the earlier customer kept shall not open the unit of the next one, whoever moved it.
            sold.sudo().filtered("access_token").access_token = False
        return res

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.name

    def _get_component_tree(self):
        """Return the open components of one unit as the lines of a tree.

        :return: list of dicts: `component` and its `depth`, 0 at the top
        """
        self.ensure_one()
        components = self.open_component_ids.sorted(lambda component: (component.complete_position or "", component.id))
        children = {}
        for component in components:
            parent = component.parent_id if component.parent_id in components else component.browse()
            children.setdefault(parent, []).append(component)
        lines, stack = [], [(component, 0) for component in reversed(children.get(components.browse(), []))]
        while stack:
            component, depth = stack.pop()
            lines.append({"component": component, "depth": depth})
            stack += [(child, depth + 1) for child in reversed(children.get(component, []))]
        return lines
