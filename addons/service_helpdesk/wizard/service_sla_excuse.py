# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceSlaExcuse(models.TransientModel):
    """Asks why a missed deadline does not count."""

    _name = "service.sla.excuse"
    _description = "Excuse a Deadline"

    clock_id = fields.Many2one(
        comodel_name="service.sla.clock",
    )
