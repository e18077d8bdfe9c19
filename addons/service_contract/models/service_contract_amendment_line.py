# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractAmendmentLine(models.Model):
    """One unit or scope that an amendment adds, removes, moves or re-prices."""

    _name = "service.contract.amendment.line"
    _description = "Line of a Contract Amendment"

    amendment_id = fields.Many2one(
        comodel_name="service.contract.amendment",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="amendment_id.company_id", store=True, index=True)
