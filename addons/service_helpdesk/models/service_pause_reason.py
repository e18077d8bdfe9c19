# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServicePauseReason(models.Model):
    """Why a call may wait, and what waiting means."""

    _name = "service.pause.reason"
    _description = "Reason of a Pause"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True)
