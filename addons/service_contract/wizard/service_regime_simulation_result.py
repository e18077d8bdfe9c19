# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..const import REGIME_METRICS


class ServiceRegimeSimulationResult(models.TransientModel):
    """What one rule was and would have been worth in one month, to compare, draw and export."""

    _name = "service.regime.simulation.result"
    _description = "Result of a Regime Simulation"
    _order = "month, contract_id, id"

    simulation_id = fields.Many2one(
        comodel_name="service.regime.simulation",
        required=True,
        index=True,
        ondelete="cascade",
    )
    month = fields.Date(required=True)
    contract_id = fields.Many2one(comodel_name="service.contract", ondelete="cascade")
    regime_id = fields.Many2one(comodel_name="service.regime", ondelete="cascade")
    metric = fields.Selection(selection=REGIME_METRICS)
    name = fields.Char(string="Rule")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    figure_before = fields.Float(string="Achieved", digits=(12, 4), aggregator="avg")
    figure_after = fields.Float(string="Would Be", digits=(12, 4), aggregator="avg")
    amount_before = fields.Monetary(string="Was Worth")
    amount_after = fields.Monetary(string="Would Be Worth")
    difference = fields.Monetary()
