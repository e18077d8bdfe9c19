# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceCoverageWhatifLine(models.TransientModel):
    """One line of the answer."""

    _name = "service.coverage.whatif.line"
    _description = "Row Considered"

    wizard_id = fields.Many2one(
        comodel_name="service.coverage.whatif",
        required=True,
        index=True,
        ondelete="cascade",
    )
