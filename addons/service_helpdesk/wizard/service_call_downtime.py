# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..models.service_call_downtime import UNIT_CONDITIONS


class ServiceCallDowntime(models.TransientModel):
    """Asks since when the unit of a call is down, or works again."""

    _name = "service.call.downtime"
    _description = "Unit Down or Working"

    call_id = fields.Many2one(comodel_name="service.call", required=True, ondelete="cascade")
    equipment_id = fields.Many2one(related="call_id.equipment_id")
    downtime_words = fields.Char(related="call_id.downtime_words")
    kind = fields.Selection(
        selection=[*UNIT_CONDITIONS, ("alternative", "Alternative in Place"), ("works", "Works Again")],
        string="The Unit Is",
        required=True,
        default="down",
    )
    percent = fields.Integer(string="Loss (%)", default=50)
    at = fields.Datetime(string="Since", required=True, default=fields.Datetime.now)
    reason = fields.Char()

    def action_confirm(self):
        """Write it to the register of down time."""
        self.ensure_one()
        if self.kind == "works":
            self.call_id.action_unit_works(self.at)
        else:
            self.call_id.action_unit_down(self.kind, self.percent, self.at, self.reason)
        return {"type": "ir.actions.act_window_close"}
