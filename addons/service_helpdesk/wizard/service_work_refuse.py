# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceWorkRefuse(models.TransientModel):
    """Asks what is wrong with work lines."""

    _name = "service.work.refuse"
    _description = "Refuse Work"

    work_ids = fields.Many2many(comodel_name="service.work")
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Send the lines back to whoever entered them."""
        self.ensure_one()
        self.work_ids.action_refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
