# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContract(models.Model):
    """What a contract owes besides repairs, and how that stands."""

    _inherit = "service.contract"

    obligation_ids = fields.One2many(
        comodel_name="service.contract.obligation",
        inverse_name="contract_id",
        string="Obligations",
        copy=True,
        groups="base.group_user",
    )

    def action_measure_obligations(self):
        """Ask the figures whether the obligations that are measured are kept."""
        self.obligation_ids.action_measure()
        return True
