# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServicePersonalLog(models.Model):
    """Who exported or erased what calls held about a person, and when: with nothing of the person in it."""

    _name = "service.personal.log"
    _description = "Personal Data Log"
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(selection=[("export", "Exported"), ("erase", "Erased")], required=True, readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="By", required=True, readonly=True)
    at = fields.Datetime(string="When", required=True, readonly=True, default=fields.Datetime.now)
    call_numbers = fields.Text(string="Calls", readonly=True)
    call_count = fields.Integer(string="Number of Calls", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", required=True, readonly=True, index=True)
