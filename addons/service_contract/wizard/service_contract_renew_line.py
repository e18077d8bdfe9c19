# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractRenewLine(models.TransientModel):
    """One contract of a renewal, before and after."""

    _name = "service.contract.renew.line"
    _description = "Contract to Renew"

    wizard_id = fields.Many2one(
        comodel_name="service.contract.renew",
        required=True,
        index=True,
        ondelete="cascade",
    )
