# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceRegimeSimulationLine(models.TransientModel):
    """One rule: what it cost, and what it would have cost."""

    _name = "service.regime.simulation.line"
    _description = "Line of a Regime Simulation"

    simulation_id = fields.Many2one(
        comodel_name="service.regime.simulation",
        required=True,
        index=True,
        ondelete="cascade",
    )
