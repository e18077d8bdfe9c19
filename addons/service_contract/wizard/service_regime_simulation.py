# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceRegimeSimulation(models.TransientModel):
    """Replays the events of a past period against changed targets."""

    _name = "service.regime.simulation"
    _description = "Simulate a Performance Regime"

    contract_id = fields.Many2one(
        comodel_name="service.contract",
    )
