# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServicePersonalData(models.TransientModel):
    """Shows, exports and erases what calls hold about a person."""

    _name = "service.personal.data"
    _description = "Personal Data"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
    )
