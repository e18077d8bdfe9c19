# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .service_exchange_cost import COST_READERS


class ServiceEquipment(models.Model):
    """What the exchanges of a unit's components cost."""

    _inherit = "service.equipment"

    exchange_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency of Exchanges")
    exchange_cost = fields.Monetary(
        string="Cost of Exchanges",
        compute="_compute_exchange_cost",
        currency_field="exchange_currency_id",
        groups=COST_READERS,
    )

    @api.depends("exchange_ids.value_net")
    def _compute_exchange_cost(self):
        domain = [("equipment_id", "in", self.ids), ("state", "=", "done")]
        groups = self.env["service.exchange"]._read_group(domain, ["equipment_id"], ["value_net:sum"])
        costs = dict(groups)
        for equipment in self:
            equipment.exchange_cost = costs.get(equipment._origin, 0.0)

    def action_view_exchange_costs(self):
        """Open the costs of the exchanges of these units.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_exchange_action_report")
        return {**action, "domain": [("equipment_id", "in", self.ids), ("state", "!=", "draft")], "context": {}}
